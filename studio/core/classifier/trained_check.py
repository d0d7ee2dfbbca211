"""What makes a head and an assessment: looked at before anybody believes what another process, or a file, says."""

from __future__ import annotations

import math
from typing import TypeVar, get_args

import numpy as np

from studio.core.classifier.linear_head import LinearHead
from studio.core.classifier.results import Assessment, ConfidentError, Epoch, Look, StageName, StageResult
from studio.core.picture import Picture

_MOST_CLASSES = 10_000
_SHARES = (
    "accuracy", "majority", "precision", "calibration_raw", "calibration", "calibration_adaptive",
    "calibration_by_works", "answered", "right",
)  # fmt: skip
_MOST_PARTS = 100_000  # epochs, errors and so on
_MOST_COUNTED = 10**9
_LONGEST_WORDS = 10_000  # characters; of a path
_ROUNDING = 1e-6  # of shares that were added up

T = TypeVar("T")


def check_head(head: object) -> LinearHead:
    """The head, if its arrays are finite float32 and fit together. Raises ValueError."""
    if not isinstance(head, LinearHead):
        raise ValueError("a head that is none")
    classes = head.classes
    if not isinstance(classes, tuple) or not 2 <= len(classes) <= _MOST_CLASSES:
        raise ValueError("it has no classes")
    if not all(isinstance(name, str) for name in classes):
        raise ValueError("a class has no name")
    arrays = {name: getattr(head, name) for name in ("mean", "scale", "weight", "bias", "basis", "centers")}
    if not all(isinstance(array, np.ndarray) and array.dtype == np.float32 for array in arrays.values()):
        raise ValueError("its tensors are no numbers")
    if head.basis.ndim != 2:
        raise ValueError("its tensors do not fit together")
    length, nearby = head.basis.shape
    shapes = {
        "mean": (length,),
        "scale": (length,),
        "weight": (length, len(classes)),
        "bias": (len(classes),),
        "centers": (len(classes), nearby),
    }
    if any(arrays[name].shape != shape for name, shape in shapes.items()):
        raise ValueError("its tensors do not fit together")
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise ValueError("its tensors are no numbers")
    numbers = (head.temperature, head.least_certainty, head.farthest)
    if not all(isinstance(number, float) and math.isfinite(number) and number >= 0 for number in numbers):
        raise ValueError("its certainties mean nothing")
    if head.temperature == 0:
        raise ValueError("its certainties mean nothing")
    return head


def check_assessment(found: object, classes: tuple[str, ...]) -> None:
    """Raise ValueError, or AttributeError, unless it is an assessment of these classes with numbers that can be."""
    if not isinstance(found, Assessment) or found.names != classes:
        raise ValueError("an assessment of something else")
    for name in _SHARES:
        _check_number(getattr(found, name), 0, 1)
    for number in (found.scratch, found.scratch_precision):
        if number is not None:
            _check_number(number, 0, 1)
    _check_numbers(found.interval, 2, 0, 1)
    _check_numbers(found.works_interval, 2, 0, 1)
    _check_numbers(found.calibration_by_chance, 2, 0, 1)
    for number in (found.temperature, found.regularisation):
        _check_number(number, 0)
    for counts in (found.counts, found.works):
        if not isinstance(counts, dict) or tuple(counts) != classes:
            raise ValueError("counts of something else")
        _check_whole(*counts.values())
    _check_whole(found.seed, found.folds)
    confusion = found.confusion
    if not isinstance(confusion, np.ndarray) or confusion.shape != (len(classes),) * 2 or confusion.dtype != np.int64:
        raise ValueError("a table of something else")
    if (confusion < 0).any():
        raise ValueError("a table with numbers that cannot be")
    _check_parts(found)


def check_epoch(epoch: object) -> None:
    """Raise ValueError, or AttributeError, unless it is a point of a learning curve."""
    if not isinstance(epoch, Epoch):
        raise ValueError(f"an epoch that is {type(epoch).__name__}")
    _check_words(epoch.stage)
    _check_whole(epoch.part, epoch.parts, epoch.epoch, epoch.epochs)
    _check_number(epoch.loss, 0)
    if epoch.held_out_loss is not None:
        _check_number(epoch.held_out_loss, 0)
    if epoch.held_out_accuracy is not None:
        _check_number(epoch.held_out_accuracy, 0, 1)


def _check_parts(found: Assessment) -> None:
    for group in _each(found.groups, tuple):
        _check_numbers(group, 3, 0, 1)
    _check_words(*_each(found.notes, str))
    for error in _each(found.errors, ConfidentError):
        _check_words(error.path, error.label, error.guess)
        _check_number(error.certainty, 0, 1)
    for stage in _each(found.stages, StageResult):
        if stage.name not in get_args(StageName):
            raise ValueError("a way of training that there is not")
        _check_words(stage.note)
        _check_number(stage.accuracy, 0, 1)
        _check_numbers(stage.interval, 2, 0, 1)
        _check_number(stage.loss, 0)
        _check_whole(stage.pictures)
    for epoch in _each(found.epochs, Epoch):
        check_epoch(epoch)
    for look in _each(found.looks, Look):
        _check_words(look.path, look.label, look.guess)
        _check_number(look.certainty, 0, 1)
        if not isinstance(look.picture, Picture):
            raise ValueError(f"a picture that is {type(look.picture).__name__}")


def _each(parts: object, kind: type[T]) -> tuple[T, ...]:
    if not isinstance(parts, tuple) or len(parts) > _MOST_PARTS:
        raise ValueError(f"{kind.__name__}s that are none or too many")
    if not all(isinstance(part, kind) for part in parts):
        raise ValueError(f"something else than {kind.__name__}s")
    return parts


def _check_numbers(numbers: object, count: int, least: float, most: float) -> None:
    if not isinstance(numbers, tuple) or len(numbers) != count:
        raise ValueError(f"numbers that are not {count}")
    for number in numbers:
        _check_number(number, least, most)


def _check_number(number: object, least: float, most: float = math.inf) -> None:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ValueError(f"a number that is {type(number).__name__}")
    if not (math.isfinite(number) and least - _ROUNDING <= number <= most + _ROUNDING):
        raise ValueError(f"the number {number:g}")


def _check_whole(*numbers: object) -> None:
    for number in numbers:
        if type(number) is not int or not 0 <= number <= _MOST_COUNTED:
            raise ValueError(f"a count that is {type(number).__name__}")


def _check_words(*words: object) -> None:
    for one in words:
        if not isinstance(one, str) or len(one) > _LONGEST_WORDS:
            raise ValueError("words that are none or too many")
