"""Strokes and shapes put into a mask: what was found or given as a shape stays one, what is brushed is pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from studio.core.picture import Pixels
from studio.core.regions.rasterize import rasterize
from studio.core.regions.shapes import Drawn, Mask, Operation, Shape, Step

_OPPOSITE: dict[Operation, Operation] = {"add": "subtract", "subtract": "add", "intersect": "intersect"}


def with_stroke(mask: Mask, stroke: Pixels, operation: Operation) -> Mask:
    """The mask with a brushed part added, taken away, or all else taken away. stroke: (h, w) uint8.

    By how much the mask has grown so far is no matter for the stroke. However many strokes there are since, a mask ends
    with at most two parts in pixels: what they take away from all before, and what they add to it.
    """
    mask = mask.settled()
    if mask.is_inverted:
        if operation == "intersect":
            operation, stroke = "add", 255 - stroke
        else:
            operation = _OPPOSITE[operation]
    if operation == "intersect":
        return mask.then("intersect", Drawn(stroke))
    rest, taken, added = _brushed(mask.steps, stroke)
    if operation == "add":
        added = stroke if added is None else np.maximum(added, stroke)
    else:
        added = None if added is None else np.minimum(added, 255 - stroke)
        if rest:
            taken = stroke if taken is None else np.maximum(taken, stroke)
    steps = list(rest)
    if taken is not None:
        steps.append(Step("subtract", Drawn(taken)))
    if added is not None:
        steps.append(Step("add", Drawn(added)))
    return replace(mask, steps=tuple(steps))


def with_shape(mask: Mask, shape: Shape, operation: Operation, size: tuple[int, int]) -> Mask:
    """The mask with a shape added, taken away, or all else taken away. size: (width, height) of pixels, if needed.

    By how much the mask has grown so far is no matter for the shape.
    """
    mask = mask.settled()
    if not mask.is_inverted:
        return mask.then(operation, shape)
    if operation == "intersect":  # what lies outside of a shape is none
        return with_stroke(mask, rasterize(Mask.of(shape), size, {}), operation)
    return mask.then(_OPPOSITE[operation], shape)


def _brushed(steps: tuple[Step, ...], like: Pixels) -> tuple[tuple[Step, ...], Pixels | None, Pixels | None]:
    """The steps before the brushed parts of this size, and what these take away and add."""
    found: dict[Operation, Pixels | None] = {"subtract": None, "add": None}
    for operation in ("add", "subtract"):
        last = steps[-1] if steps else None
        is_last = last is not None and last.operation == operation and isinstance(last.shape, Drawn)
        if last is not None and is_last and isinstance(last.shape, Drawn) and last.shape.values.shape == like.shape:
            found[operation] = last.shape.values
            steps = steps[:-1]
    return steps, found["subtract"], found["add"]
