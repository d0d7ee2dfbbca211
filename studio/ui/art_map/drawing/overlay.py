"""What lies over the works: the names of groups, the lines around what the pointer is at and around the map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from studio.ui.art_map.drawing.cluster_labels import group_middles, label_opacity, paint_labels, place_labels
from studio.ui.art_map.map_view import MapView
from studio.ui.art_map.works import Works
from studio.ui.theme.theme import GRID, color


def paint_names(
    painter: QPainter, works: Works, view: MapView, font: QFont, area: QRect, ratio: float, taken: Sequence[QRectF]
) -> None:
    """The names of groups, large ones first. area: of the map, px. ratio: device px per px. taken: is left free."""
    opacity = label_opacity(view.edge(len(works)) / ratio)
    if opacity <= 0 or not works.group_names:
        return
    sizes = np.bincount(works.groups, minlength=len(works.group_names))
    order = np.argsort(-sizes, kind="stable")
    middles = view.places(group_middles(works.points, works.groups, len(works.group_names))) / ratio
    bold = QFont(font)
    bold.setBold(True)
    within = QRectF(area).adjusted(GRID, GRID, -GRID, -GRID)
    names = [works.group_names[number] for number in order]
    paint_labels(painter, place_labels(names, middles[order], bold, within, taken), bold, opacity)


def paint_outline(painter: QPainter, middle: Sequence[float], half: Sequence[float]) -> None:
    """A line around the work that the pointer or the keys are at. half: of its size, px."""
    painter.setPen(color("text"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    x, y = (round(value) for value in middle)
    painter.drawRect(QRectF(x - half[0] - 3, y - half[1] - 3, 2 * half[0] + 5, 2 * half[1] + 5))


def paint_focus(painter: QPainter, area: QRect) -> None:
    """A line around the map that has the keys."""
    painter.setPen(color("accent"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5))
