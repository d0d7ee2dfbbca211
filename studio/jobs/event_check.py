"""What an engine said, looked at before anybody believes it: it may come from another process that is broken."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from studio.core.classifier.trained_check import check_assessment, check_epoch, check_head
from studio.core.classifier.tuned_block import TunedBlock
from studio.core.engine_api.comparison import check_comparison
from studio.core.engine_api.contract import (
    Compared,
    CompareRequest,
    Described,
    DescribeRequest,
    Done,
    EngineInfo,
    Event,
    Failed,
    Frame,
    Progress,
    Request,
    Seen,
    SeeRequest,
    Stopped,
)
from studio.core.engine_api.learning import ClassifierRequest, Trained, TrainingStep
from studio.core.errors import EngineError, StudioError
from studio.core.picture import Picture
from studio.core.recipe import NETWORKS
from studio.core.regions.faces import Face
from studio.core.regions.shapes import FARTHEST
from studio.core.styles.learned_style import LearnedStyle

_LONGEST_NOTE = 2000  # characters
_MOST_NOTES = 100
_MOST_STEPS = 10**9
_MOST_QUOTED = 10**18  # of a whole number, which may have millions of digits
_LARGEST_MASK = 1024  # px of its longer edge
_MOST_FACES, _MOST_POINTS = 1000, 16
_MOST_VECTORS, _LONGEST_VECTOR = 100, 10**6
_ROUNDING = 0.01  # of shares that were added up
# What looking at it raises: AttributeError where a field is missing, if it was unpickled; OverflowError where a whole
# number is larger than any other may be.
_NONSENSE = (ValueError, OverflowError, AttributeError)


def check_event(event: object, request: Request) -> Event:
    """The event, if it is one of this request with types and numbers as the contract has them; else EngineError."""
    try:
        if not isinstance(event, Frame | Progress | Done | Seen | Described | Compared | Trained | Stopped | Failed):
            raise _no("a", event)
        if type(event.request_id) is not int or event.request_id != request.id:
            raise _no("another request's", event)
        if isinstance(event, Frame | Done | Seen | Described | Compared | Trained) and not _is_answer(event, request):
            raise _no("what was not asked, a", event)
        match event:
            case Frame():
                _check_steps(event.step, event.steps)
                _check_share(event.progress)
                _check_pictures(event.picture, event.uncolored)
                _check_numbers(event.losses)
                _check_number(event.seconds, 0.0)
                if event.network not in ("", *NETWORKS):
                    raise _no("by a network that is", event.network)
            case Progress():
                _check_share(event.progress)
                _check_note(event.note)
                if event.training_step is not None:
                    _check_training_step(event.training_step)
                if event.epoch is not None:
                    check_epoch(event.epoch)
            case Done():
                _check_pictures(event.result, event.uncolored)
                _check_steps(event.steps)
                _check_number(event.seconds, 0.0)
                _check_notes(event.notes)
                if not isinstance(event.learned, LearnedStyle | None):
                    raise _no("a style that is", event.learned)
            case Seen():
                _check_mask(event.subject)
                _check_faces(event.faces)
            case Described():
                _check_vectors(event.vectors)
            case Compared():
                check_comparison(event.comparison)
            case Trained():
                check_trained(event)
            case Failed() if not isinstance(event.error, StudioError):
                raise _no("an error that is", event.error)
    except _NONSENSE as error:
        raise _nonsense(error) from None
    return event


def check_trained(event: Trained) -> None:
    """Raise ValueError, or AttributeError, unless it is a classifier with an assessment."""
    check_head(event.head)
    if event.block is not None:
        if not isinstance(event.block, TunedBlock):
            raise _no("layers that are", event.block)
        event.block.check()
    check_assessment(event.assessment, event.head.classes)
    _check_number(event.seconds, 0.0)


def check_info(info: object) -> EngineInfo:
    """The description, if it is one; else EngineError."""
    try:
        if not isinstance(info, EngineInfo):
            raise _no("a description that is", info)
        _check_note(info.device)
        _check_note(info.dtype)
        if info.memory is not None and (type(info.memory) is not int or info.memory < 0):
            raise _no("memory that is", info.memory)
        for words in (info.versions, info.weights):
            if not isinstance(words, Mapping):
                raise _no("versions that are", words)
    except _NONSENSE as error:
        raise _nonsense(error) from None
    return info


def _check_training_step(step: object) -> None:
    if not isinstance(step, TrainingStep):
        raise _no("a training step that is", step)
    _check_steps(step.step, step.steps)
    _check_numbers(step.losses)
    if step.held_out is not None:
        _check_numbers(step.held_out)


def _check_pictures(picture: object, uncolored: object) -> None:
    if not isinstance(picture, Picture):
        raise _no("a picture that is", picture)
    if uncolored is None:
        return
    if not isinstance(uncolored, Picture):
        raise _no("an uncolored picture that is", uncolored)
    if uncolored.pixels.shape != picture.pixels.shape:
        raise ValueError("an uncolored picture of another size")


def _is_answer(event: Frame | Done | Seen | Described | Compared | Trained, request: Request) -> bool:
    if isinstance(request, SeeRequest):
        return isinstance(event, Seen)
    if isinstance(request, DescribeRequest):
        return isinstance(event, Described)
    if isinstance(request, CompareRequest):
        return isinstance(event, Compared)
    if isinstance(request, ClassifierRequest):
        return isinstance(event, Trained)
    return isinstance(event, Frame | Done)


def _check_vectors(vectors: object) -> None:
    if not isinstance(vectors, Mapping) or not 0 < len(vectors) <= _MOST_VECTORS:
        raise _no("vectors that are", vectors)
    for name, vector in vectors.items():
        _check_note(name)
        if not isinstance(vector, np.ndarray) or vector.dtype != np.float32 or vector.ndim != 1:
            raise _no("a vector that is", vector)
        if not 0 < vector.size <= _LONGEST_VECTOR or not np.isfinite(vector).all():
            raise ValueError("a vector of no length, or not of numbers")


def _check_mask(mask: object) -> None:
    if mask is None:
        return
    if not isinstance(mask, np.ndarray) or mask.dtype != np.uint8:
        raise _no("a mask that is", mask)
    if mask.ndim != 2 or not 0 < min(mask.shape) <= max(mask.shape) <= _LARGEST_MASK:
        raise ValueError(f"a mask of {' x '.join(map(str, mask.shape))}")


def _check_faces(faces: object) -> None:
    if not isinstance(faces, tuple) or len(faces) > _MOST_FACES:
        raise _no("faces that are", faces)
    for face in faces:
        if not isinstance(face, Face):
            raise _no("a face that is", face)
        for share in (face.left, face.top, face.right, face.bottom, face.likely):
            _check_number(share, 0.0, 1.0)
        if face.left > face.right or face.top > face.bottom:
            raise ValueError("a face inside out")
        if not isinstance(face.points, tuple) or len(face.points) > _MOST_POINTS:
            raise _no("points that are", face.points)
        for point in face.points:
            if not isinstance(point, tuple) or len(point) != 2:
                raise _no("a point that is", point)
            for share in point:  # an eye may lie outside of the photo
                _check_number(share, -FARTHEST, FARTHEST)


def _check_steps(*steps: object) -> None:
    for number in steps:
        if type(number) is not int or not 0 <= number <= _MOST_STEPS:
            raise _no("a step", number)


def _check_share(share: object) -> None:
    _check_number(share, -_ROUNDING, 1 + _ROUNDING)


def _check_numbers(numbers: object) -> None:
    if not isinstance(numbers, Mapping):
        raise _no("losses that are", numbers)
    for name, number in numbers.items():
        _check_note(name)
        _check_number(number)


def _check_number(number: object, least: float = -math.inf, most: float = math.inf) -> None:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise _no("a number that is", number)
    if not (math.isfinite(number) and least <= number <= most):
        raise _no("the number", number)


def _check_notes(notes: object) -> None:
    if not isinstance(notes, tuple) or len(notes) > _MOST_NOTES:
        raise _no("notes that are", notes)
    for note in notes:
        _check_note(note)


def _check_note(note: object) -> None:
    if not isinstance(note, str):
        raise _no("a text that is", note)
    if len(note) > _LONGEST_NOTE:
        raise ValueError(f"a text of {len(note):,} characters")


def _no(what: str, value: object) -> ValueError:
    """Numbers are quoted, unless they are endless; of anything else the kind is enough, and never its own words."""
    is_number = isinstance(value, float) or (type(value) is int and abs(value) < _MOST_QUOTED)
    return ValueError(f"{what} {value if is_number else type(value).__name__}")


def _nonsense(error: Exception) -> EngineError:
    return EngineError(
        f"The painting engine sent something invalid ({error}).",
        "Try again; if it happens again, please report it with the diagnostics.",
    )
