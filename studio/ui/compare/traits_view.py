"""What a comparison found, drawn: palettes as strips, measures as bars, where strokes run as roses."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio.core.comparison.report import LAYER_WORDS, Measure, direction_in_words, main_direction
from studio.core.engine_api.comparison import DIRECTIONS, PictureTraits
from studio.ui.theme.theme import GRID, color

_ROW = 20  # px
_BAR = 8  # px


class PaletteStrip(QWidget):
    """The colours of a work, each as wide as its share."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """name: for screen readers."""
        super().__init__(parent)
        self._traits: PictureTraits | None = None
        self.setAccessibleName(name)
        self.setFixedHeight(22)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_traits(self, traits: PictureTraits | None) -> None:
        """Show the palette of a picture, or none."""
        self._traits = traits
        self.setAccessibleDescription("" if traits is None else "; ".join(self._words(traits)))
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._traits is not None:
            ends = np.cumsum(self._traits.shares) * self.width()
            number = min(int(np.searchsorted(ends, event.pos().x())), len(ends) - 1)
            QToolTip.showText(event.globalPos(), self._words(self._traits)[number], self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._traits is None:
            painter.setBrush(color("raised"))
            painter.drawRect(self.rect())
            return
        left = 0.0
        for rgb, share in zip(self._traits.rgb.tolist(), self._traits.shares.tolist(), strict=True):
            painter.setBrush(QColor(*rgb))
            painter.drawRect(QRectF(left, 0, share * self.width() + 1, self.height()))
            left += share * self.width()

    def _words(self, traits: PictureTraits) -> list[str]:
        pairs = zip(traits.rgb.tolist(), traits.shares.tolist(), strict=True)
        return [f"{QColor(*rgb).name()}: {100 * share:.0f} %" for rgb, share in pairs]


class MeasureBars(QWidget):
    """A bar per measure, long where both works are far apart, with its words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._measures: Sequence[Measure] = ()
        self.setAccessibleName(self.tr("How far apart both works are"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def _bar(self) -> QRectF:
        """Where the bar of the first row is."""
        return QRectF(0.4 * self.width(), (_ROW - _BAR) / 2, 0.19 * self.width(), _BAR)

    def sizeHint(self) -> QSize:
        return QSize(300, _ROW * max(len(self._measures), 9))

    def show_measures(self, measures: Sequence[Measure]) -> None:
        """Show these, or none."""
        self._measures = measures
        self.setAccessibleDescription("; ".join(f"{one.words}: {one.verdict}" for one in measures))
        self.updateGeometry()
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            row = event.pos().y() // _ROW
            if 0 <= row < len(self._measures):
                one = self._measures[row]
                text = self.tr(
                    "{about}: a distance of {distance:.3g}; of a hundred pairs of works, {share:.0f} are nearer"
                )
                if one.name in LAYER_WORDS:
                    text = self.tr(
                        "{about} (layer {layer} of VGG-16): a distance of {distance:.3g}; of a hundred pairs of works,"
                        " {share:.0f} are nearer"
                    )
                text = text.format(about=one.words, layer=one.name, distance=one.distance, share=100 * one.share)
                QToolTip.showText(event.globalPos(), text, self)
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, one in enumerate(self._measures):
            top, bar = row * _ROW, self._bar
            left = QRectF(0, top, bar.left() - GRID, _ROW)
            right = QRectF(bar.right() + GRID, top, self.width() - bar.right() - GRID, _ROW)
            for text, where in ((one.words, left), (one.verdict, right)):
                painter.setPen(color("text"))
                shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(where.width()))
                painter.drawText(where, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
            track = bar.translated(0, top)
            painter.setPen(QPen(color("control"), 1))
            painter.setBrush(color("raised"))
            painter.drawRoundedRect(track, 3, 3)
            if one.share > 0:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color("accent"))
                painter.drawRoundedRect(QRectF(track.topLeft(), QSizeF(max(4.0, one.share * bar.width()), _BAR)), 3, 3)


class StrokeRose(QWidget):
    """Where strokes run, as a rose, and how wide they are, in words."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """name: for screen readers."""
        super().__init__(parent)
        self._traits: PictureTraits | None = None
        self.setAccessibleName(name)
        self.setMinimumSize(100, 138)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(130, 138)

    def show_traits(self, traits: PictureTraits | None) -> None:
        """Show the strokes of a picture, or none."""
        self._traits = traits
        self.setAccessibleDescription("" if traits is None else ", ".join(self._lines(traits)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._traits is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lines = self._lines(self._traits)
        text_height = len(lines) * (painter.fontMetrics().height() + 1)
        radius = min(self.width(), self.height() - text_height - GRID) / 2 - 2
        middle = QPointF(self.width() / 2, radius + 2)
        painter.setPen(QPen(color("control"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(middle, radius, radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent"))
        direction = self._traits.direction
        if direction.any():
            lengths = np.sqrt(direction / direction.max()) * radius
            for number, length in enumerate(lengths.tolist()):
                for turn in (0.0, math.pi):
                    painter.drawPolygon(_petal(middle, number * math.pi / DIRECTIONS + turn, length))
        painter.setPen(color("text"))
        for number, line in enumerate(reversed(lines), start=1):
            top = self.height() - number * (painter.fontMetrics().height() + 1)
            where = QRectF(0, top, self.width(), painter.fontMetrics().height() + 1)
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, line)

    def _lines(self, traits: PictureTraits) -> list[str]:
        if not traits.stroke:
            return [self.tr("no strokes")]
        return [
            direction_in_words(main_direction(traits)),
            self.tr("{:.1f} % of the edge wide").format(100 * traits.stroke),
        ]


def _petal(middle: QPointF, angle: float, length: float) -> QPolygonF:
    half = math.pi / DIRECTIONS / 2
    corners = [middle + QPointF(math.cos(angle + side), -math.sin(angle + side)) * length for side in (-half, half)]
    return QPolygonF([middle, *corners])
