"""What makes a head and an assessment: looked at before anybody believes what another process, or a file, says."""

from __future__ import annotations

import math

import numpy as np

from studio.core.classifier.linear_head import LinearHead
from studio.core.classifier.results import Assessment

_MOST_CLASSES = 10_000
_SHARES = ("accuracy", "majority", "precision", "calibration_raw", "calibration", "calibration_adaptive", "answered")


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
    """Raise ValueError unless it is an assessment of these classes whose shares are shares."""
    if not isinstance(found, Assessment) or found.names != classes:
        raise ValueError("an assessment of something else")
    for name in _SHARES:
        share = getattr(found, name)
        if not isinstance(share, float) or not 0 <= share <= 1:
            raise ValueError(f"a share that is {share if isinstance(share, float) else type(share).__name__}")
    confusion = found.confusion
    if not isinstance(confusion, np.ndarray) or confusion.shape != (len(classes),) * 2 or confusion.dtype != np.int64:
        raise ValueError("a table of something else")
