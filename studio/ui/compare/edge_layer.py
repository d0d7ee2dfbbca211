"""EdgeLayer: the lines between works in time, drawn once into a picture that is moved and scaled with the view."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from studio.core.library.influence import Edge, InfluenceGraph, TimeLayout
from studio.ui.theme.theme import color

FEW = 600  # edges in sight, which are drawn anew at each zoom
_MANY = 3000  # edges in sight, which are drawn as hairlines: smooth ones of more take seconds, and cover each other
_MARGIN = 0.25  # of the view, that is drawn on each side of it
_PALE = 40  # opacity of lines beside those of the chosen work


class EdgeLayer:
    """Paints all lines of a graph. Places are in widths of a thumbnail, as in TimeLayout; unit: px of such a width."""

    def __init__(self, graph: InfluenceGraph, layout: TimeLayout) -> None:
        self.edges = graph.edges
        ends = np.array([(edge.earlier, edge.later) for edge in graph.edges], np.int64).reshape(-1, 2)
        self._starts, self._ends = (layout.places[ends[:, side]].astype(np.float64) for side in (0, 1))
        self._low, self._high = np.minimum(self._starts, self._ends), np.maximum(self._starts, self._ends)
        self._paths: dict[int, QPainterPath] = {}
        self._picture = QImage()
        self._shown: tuple[object, ...] = ()  # what the picture shows
        self._origin, self._unit = QPointF(), 1.0  # in the picture

    def in_sight(self, area: QRectF) -> NDArray[np.int64]:
        """Numbers of the edges that may be seen in an area of the plane: a curve leaves the box of its ends nowhere."""
        low, high = (area.left(), area.top()), (area.right(), area.bottom())
        return np.flatnonzero(((self._low <= high) & (self._high >= low)).all(1))

    def paint(self, painter: QPainter, viewport: QRectF, origin: QPointF, unit: float, chosen: int) -> bool:
        """Paint what is seen; False where that is scaled, and should be drawn anew when there is time."""
        shown = (chosen, color("text").rgba(), painter.device().devicePixelRatioF())
        scale = unit / self._unit
        drawn = QRectF(origin - self._origin * scale, self._picture.deviceIndependentSize() * scale)
        is_whole = shown == self._shown and drawn.contains(viewport)
        if not is_whole or (scale != 1 and len(self.in_sight(_plane(viewport, origin, unit))) <= FEW):
            self.render(viewport, origin, unit, shown)
            drawn, scale = QRectF(origin - self._origin, self._picture.deviceIndependentSize()), 1.0
        painter.drawImage(drawn, self._picture)
        if chosen >= 0:
            own = [number for number, edge in enumerate(self.edges) if chosen in (edge.later, edge.earlier)]
            self._stroke(painter, own, origin, unit, chosen)
        return scale == 1

    def render(self, viewport: QRectF, origin: QPointF, unit: float, shown: tuple[object, ...]) -> None:
        """Draw a viewport and its margin. shown: the chosen work, the colour of the lines, px of the screen per px."""
        margin = QSizeF(round(viewport.width() * _MARGIN), round(viewport.height() * _MARGIN))
        wide = viewport.adjusted(-margin.width(), -margin.height(), margin.width(), margin.height())
        chosen, _, ratio = shown
        assert isinstance(chosen, int) and isinstance(ratio, float)
        self._picture = QImage((wide.size() * ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(Qt.GlobalColor.transparent)
        self._shown, self._origin, self._unit = shown, origin - wide.topLeft(), unit
        painter = QPainter(self._picture)
        seen = self.in_sight(_plane(wide, origin, unit)).tolist()
        others = [number for number in seen if not self._is_of(self.edges[number], chosen)]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(others) < _MANY)
        self._stroke(painter, others, self._origin, unit, chosen)
        painter.end()

    def redraw(self) -> None:
        """Draw anew at the next painting."""
        self._shown = ()

    def _stroke(self, painter: QPainter, numbers: list[int], origin: QPointF, unit: float, chosen: int) -> None:
        painter.save()
        painter.translate(origin)
        painter.scale(unit, unit)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pens: dict[tuple[int, bool, bool], list[int]] = {}
        for number in numbers:
            edge = self.edges[number]
            weight = round(20 * max(0.0, edge.similarity))
            pens.setdefault((weight, edge.is_certain, self._is_of(edge, chosen)), []).append(number)
        for (weight, is_certain, is_own), same in sorted(pens.items()):
            pen = _pen(weight / 20, is_certain, is_own, chosen)
            if len(numbers) >= _MANY:
                pen.setWidth(0)
                pen.setStyle(Qt.PenStyle.SolidLine)
            painter.setPen(pen)
            for number in same:
                painter.drawPath(self._path(number))
        painter.restore()

    def _path(self, number: int) -> QPainterPath:
        if number not in self._paths:
            (left, top), (right, bottom) = self._starts[number].tolist(), self._ends[number].tolist()
            path, middle = QPainterPath(QPointF(left, top)), (left + right) / 2
            path.cubicTo(QPointF(middle, top), QPointF(middle, bottom), QPointF(right, bottom))
            self._paths[number] = path
        return self._paths[number]

    @staticmethod
    def _is_of(edge: Edge, chosen: int) -> bool:
        return chosen >= 0 and chosen in (edge.later, edge.earlier)


def _pen(similarity: float, is_certain: bool, is_own: bool, chosen: int) -> QPen:
    ink = QColor(color("accent" if is_own else "text"))
    ink.setAlpha(255 if is_own else _PALE if chosen >= 0 else min(255, int(_PALE + 140 * similarity)))
    pen = QPen(ink, 0.5 + 3 * similarity)
    pen.setCosmetic(True)  # px, however large the works are
    if not is_certain:
        pen.setStyle(Qt.PenStyle.DashLine)
    return pen


def _plane(viewport: QRectF, origin: QPointF, unit: float) -> QRectF:
    """The area of the plane that is seen in a viewport, with the width of a line around it."""
    viewport = viewport.adjusted(-4, -4, 4, 4)
    return QRectF((viewport.topLeft() - origin) / unit, viewport.size() / unit)
