"""The tools that draw masks: their names, what they leave, and what is seen of them while they are drawn with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np

from studio.core.picture import Pixels
from studio.core.regions.brush import Box, Dab, paint_line
from studio.core.regions.shapes import Gradient, Operation, Point, Polygon, Shape, rectangle

ToolName = Literal["brush", "eraser", "lasso", "polygon", "rectangle", "gradient", "similar"]

TOOLS: tuple[ToolName, ...] = get_args(ToolName)
BRUSHES: tuple[ToolName, ...] = ("brush", "eraser")
_NEAREST = 0.004  # share of the photo between two corners of a lasso
_SMALLEST = 0.005  # share of the photo's edge; a rectangle below it was no drag


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
    """A shape on its way: the corners so far, the last one under the pointer. Places in shares of the photo."""

    tool: ToolName
    operation: Operation
    points: list[Point]

    def move(self, place: Point) -> None:
        """The pointer is at another place."""
        if self.tool == "lasso":
            x, y = self.points[-1]
            if abs(place[0] - x) + abs(place[1] - y) >= _NEAREST:
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
        is_drag = max(abs(last[0] - first[0]), abs(last[1] - first[1])) >= _SMALLEST
        if self.tool == "gradient":
            return Gradient(first, last) if is_drag else None
        if self.tool == "rectangle":
            left, right = sorted((first[0], last[0]))
            top, bottom = sorted((first[1], last[1]))
            return rectangle(left, top, right, bottom) if is_drag else None
        points = tuple(dict.fromkeys(self.points))
        return Polygon(points) if len(points) >= 3 else None


def combined(base: Pixels, stroke: Pixels, operation: Operation) -> Pixels:
    """What a mask looks like with a stroke put into it. Shapes: (h, w), (h, w) -> (h, w)."""
    if operation == "add":
        return np.maximum(base, stroke)
    return np.minimum(base, stroke if operation == "intersect" else 255 - stroke)
