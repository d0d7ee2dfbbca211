"""SelectionShape: a lasso or a rectangle that is being drawn, and which works lie inside."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

Tool = Literal["pan", "lasso", "rectangle"]
_STEP = 3.0  # px between two corners of a lasso


class SelectionShape:
    """Drawn from its first corner on; px of the map."""

    def __init__(self, tool: Tool, start: QPointF) -> None:
        self.tool = tool
        self._corners = [start]
        self._end = start

    def go_to(self, place: QPointF) -> None:
        """Draw on."""
        self._end = place
        step = place - self._corners[-1]
        if self.tool == "lasso" and step.manhattanLength() >= _STEP:
            self._corners.append(place)

    def polygon(self) -> NDArray[np.float64]:
        """Its corners. Shape: (N, 2), px of the map."""
        if self.tool == "rectangle":
            start, end = self._corners[0], self._end
            corners = [(start.x(), start.y()), (end.x(), start.y()), (end.x(), end.y()), (start.x(), end.y())]
        else:
            corners = [(corner.x(), corner.y()) for corner in self._corners]
        return np.array(corners)

    def paint(self, painter: QPainter, line: QColor) -> None:
        """Its outline, closed, over a thin veil."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self.tool == "lasso")
        veil = QColor(line)
        veil.setAlpha(40)
        painter.setBrush(veil)
        painter.setPen(QPen(line, 1.5, Qt.PenStyle.SolidLine))
        if self.tool == "rectangle":
            painter.drawRect(QRectF(self._corners[0], self._end).normalized())
        else:
            painter.drawPolygon(QPolygonF([*self._corners, self._end]))
        painter.restore()


def inside(points: NDArray[np.float64], polygon: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points lie in a polygon, by the even-odd rule. Shapes: (N, 2), (M, 2) -> (N,)."""
    found = np.zeros(len(points), np.bool_)
    if len(polygon) < 3:
        return found
    low, high = polygon.min(0), polygon.max(0)
    near = np.flatnonzero(((points >= low) & (points <= high)).all(1))
    x, y = points[near, 0], points[near, 1]
    is_inside = np.zeros(len(near), np.bool_)
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if ay != by:
            is_inside ^= ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    found[near] = is_inside
    return found
