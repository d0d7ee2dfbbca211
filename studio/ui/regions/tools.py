"""The tools that draw masks: their names, what they leave, and what is seen of them while they are drawn with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np

from studio.core.picture import Pixels
from studio.core.regions.brush import Box, Dab, paint_line
from studio.core.regions.shapes import MOST_POINTS, Gradient, Operation, Point, Polygon, Shape, rectangle

ToolName = Literal["brush", "eraser", "lasso", "polygon", "rectangle", "gradient", "similar"]

TOOLS: tuple[ToolName, ...] = get_args(ToolName)
BRUSHES: tuple[ToolName, ...] = ("brush", "eraser")
_NEAREST = 2.0  # px of the window between two corners of a lasso
_SMALLEST = 3.0  # px of the window; a rectangle below it was no drag


@dataclass(frozen=True)
class BrushSettings:
    """size: the diameter as a share of the photo's longer edge. softness, tolerance: as in `core.regions`."""

    size: float = 0.06
    softness: float = 0.5
    tolerance: float = 0.1

    def scaled(self, factor: float) -> BrushSettings:
        """With a larger or smaller brush, within what can be used."""
        return replace(self, size=min(max(self.size * factor, 0.002), 1.0))


@dataclass
class Stroke:
    """A brush stroke on its way. size: (width, height) of the mask in px; places in shares of the photo."""

    size: tuple[int, int]
    operation: Operation
    settings: BrushSettings
    values: Pixels = field(init=False)
    _last: Dab | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.values = np.zeros((self.size[1], self.size[0]), np.uint8)

    def move(self, place: Point, pressure: float) -> Box | None:
        """Go on to a place, pressed so hard (0 to 1); returns what of the mask was touched."""
        radius = self.settings.size / 2 * max(self.size) * pressure
        dab = Dab(place[0] * self.size[0], place[1] * self.size[1], radius)
        box = paint_line(self.values, self._last or dab, dab, self.settings.softness)
        self._last = dab
        return box


@dataclass
class Outline:
    """A shape on its way: the corners so far, the last one under the pointer. Places in shares of the photo.

    photo: (width, height) of the photo as it is seen, in px of the window: how finely the pointer can tell places.
    """

    tool: ToolName
    operation: Operation
    points: list[Point]
    photo: tuple[float, float]

    def move(self, place: Point) -> None:
        """The pointer is at another place."""
        if self.tool == "lasso":
            if sum(self._way(self.points[-1], place)) >= _NEAREST:
                self.points.append(place)
        else:
            self.points[-1:] = [place] if len(self.points) > 1 else [self.points[0], place]

    def add_corner(self, place: Point) -> None:
        """A corner of a polygon is set; the next one follows the pointer."""
        self.points[-1:] = [place, place] if len(self.points) > 1 else [self.points[0], place]

    @property
    def seen(self) -> list[Point]:
        """The line to be shown."""
        if self.tool == "rectangle" and len(self.points) > 1:
            (left, top), (right, bottom) = self.points[0], self.points[-1]
            return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        return self.points

    @property
    def shape(self) -> Shape | None:
        """What was drawn; None where that is nothing yet."""
        first, last = self.points[0], self.points[-1]
        is_drag = max(self._way(first, last)) >= _SMALLEST
        if self.tool == "gradient":
            return Gradient(first, last) if is_drag else None
        if self.tool == "rectangle":
            left, right = sorted((first[0], last[0]))
            top, bottom = sorted((first[1], last[1]))
            return rectangle(left, top, right, bottom) if is_drag else None
        points = [place for place, after in zip(self.points, (*self.points[1:], first), strict=True) if place != after]
        points = points[:: -(-len(points) // MOST_POINTS) or 1]  # of more corners, every second, third and so on
        return Polygon(tuple(points)) if len(points) >= 3 else None

    def _way(self, start: Point, end: Point) -> tuple[float, float]:
        """How far it is across and down, in px of the window."""
        return abs(end[0] - start[0]) * self.photo[0], abs(end[1] - start[1]) * self.photo[1]


def combined(base: Pixels, stroke: Pixels, operation: Operation) -> Pixels:
    """What a mask looks like with a stroke put into it. Shapes: (h, w), (h, w) -> (h, w)."""
    if operation == "add":
        return np.maximum(base, stroke)
    return np.minimum(base, stroke if operation == "intersect" else 255 - stroke)
