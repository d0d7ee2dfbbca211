"""The names of groups over their middles: large groups first, none over another, fading when one comes near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from studio.core.displayable import displayable, shortened
from studio.ui.theme.theme import RADIUS, color

_FADES_FROM, _GONE_AT = 110.0, 160.0  # px of thumbnails
_PADDING_X, _PADDING_Y = 8.0, 3.0  # px
_GAP = 4.0  # px between two labels
_LONGEST = 36  # characters
_TRIES = ((0.0, 0.0), (0.0, -1.1), (0.0, 1.1), (-0.6, -1.1), (0.6, -1.1), (-0.6, 1.1), (0.6, 1.1))  # in sizes of it


@dataclass(frozen=True)
class Label:
    """A name and where it stands, in px of the map."""

    text: str
    place: QRectF


def group_middles(points: NDArray[np.float32], groups: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    """The middle of each group on the plane: its median, which a few far ones do not move. Shape: (count, 2)."""
    found = np.full((count, 2), np.nan, np.float32)
    for number in range(count):
        inside = points[groups == number]
        if len(inside):
            found[number] = np.median(inside, axis=0)
    return found


def label_opacity(edge: float) -> float:
    """How much of the names is seen above thumbnails of so many px."""
    return min(max((_GONE_AT - edge) / (_GONE_AT - _FADES_FROM), 0.0), 1.0)


def place_labels(
    names: Sequence[str], middles: NDArray[np.float64], font: QFont, within: QRectF, taken: Sequence[QRectF] = ()
) -> list[Label]:
    """Labels for those in sight that have room, in the order of the names.

    middles: (N, 2), px of the map; NaN for a group of nothing. taken: where there is something else.
    """
    metrics = QFontMetricsF(font)
    used = list(taken)
    found: list[Label] = []
    for name, (x, y) in zip(names, middles.tolist(), strict=True):
        if not within.contains(QPointF(x, y)):  # nor where it is not a number
            continue
        text = shortened(displayable(name), _LONGEST)
        size = QSizeF(metrics.horizontalAdvance(text) + 2 * _PADDING_X, metrics.height() + 2 * _PADDING_Y)
        for right, down in _TRIES:
            place = QRectF(QPointF(0, 0), size)
            place.moveCenter(QPointF(x + right * size.width(), y + down * size.height()))
            place = _moved_into(place, within)
            grown = place.adjusted(-_GAP, -_GAP, _GAP, _GAP)
            if not any(grown.intersects(other) for other in used):
                used.append(place)
                found.append(Label(text, place))
                break
    return found


def paint_labels(painter: QPainter, labels: Sequence[Label], font: QFont, opacity: float) -> None:
    """Paint them on plates, readable over any picture."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    painter.setOpacity(opacity)
    plate = QColor(color("panel"))
    line = QPen(color("text"), 1.0)  # sets the plate off from dark and light pictures alike
    for label in labels:
        painter.setPen(line)
        painter.setBrush(plate)
        painter.drawRoundedRect(label.place, RADIUS, RADIUS)
        painter.setPen(color("text"))
        painter.drawText(label.place, int(Qt.AlignmentFlag.AlignCenter), label.text)
    painter.restore()


def _moved_into(place: QRectF, within: QRectF) -> QRectF:
    left = min(max(place.left(), within.left()), max(within.left(), within.right() - place.width()))
    top = min(max(place.top(), within.top()), max(within.top(), within.bottom() - place.height()))
    return QRectF(QPointF(left, top), place.size())
