"""A soft round brush on a mask, for one stroke: where it goes twice it covers no more than once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.picture import Pixels

SMALLEST = 0.5  # px of a radius; less would touch no pixel's middle

Box = tuple[int, int, int, int]  # left, top, right, bottom, the last two beyond


@dataclass(frozen=True)
class Dab:
    """Where the brush is. x, y, radius: in px of the mask, which may lie outside."""

    x: float
    y: float
    radius: float


def paint_line(stroke: Pixels, start: Dab, end: Dab, softness: float) -> Box | None:
    """Move the brush from one place to another over a stroke's own mask; returns what that has touched, or None.

    stroke: (h, w) uint8, 0 where the stroke has not been, changed in place. softness: share of the radius along which
    it fades. The radius changes evenly on the way. Work and memory are those of the box around the line.
    """
    height, width = stroke.shape
    reach = max(start.radius, end.radius, SMALLEST) + 1
    left, right = max(0, math.floor(min(start.x, end.x) - reach)), min(width, math.ceil(max(start.x, end.x) + reach))
    top, bottom = max(0, math.floor(min(start.y, end.y) - reach)), min(height, math.ceil(max(start.y, end.y) + reach))
    if left >= right or top >= bottom:
        return None
    across: NDArray[Any] = np.arange(left, right, dtype=np.float32)[None] + np.float32(0.5 - start.x)
    down: NDArray[Any] = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5 - start.y)
    way_x, way_y = end.x - start.x, end.y - start.y
    length = way_x * way_x + way_y * way_y
    radius: Any = max(end.radius, SMALLEST)
    if length > 0:
        along = ((across * way_x + down * way_y) / length).clip(0, 1)  # of the way, of the nearest place on the line
        across, down = across - along * way_x, down - along * way_y
        if start.radius != end.radius:
            radius = np.maximum(start.radius + along * (end.radius - start.radius), SMALLEST)
    distance = np.sqrt(across * across + down * down)
    fade = np.maximum(radius * np.float32(softness), 1)  # at least one px, against stairs
    rim = 0.5 if softness == 0 else 0.0
    covered = ((radius + rim - distance) / fade).clip(0, 1)
    values = np.rint(covered * covered * (3 - 2 * covered) * 255).astype(np.uint8)
    part = stroke[top:bottom, left:right]
    np.maximum(part, values, out=part)
    return left, top, right, bottom
