"""Legend: what the colours of the map mean, in its corner; what nothing is known of is named, too."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.core.displayable import displayable, shortened
from studio.ui.art_map.drawing.color_scale import ColorScale
from studio.ui.theme.theme import CAPTION_SIZE, GRID, RADIUS, color, theme_name

_SWATCH = 11.0  # px
_LONGEST = 28  # characters
_RAMP = 150.0  # px
_MOST_NAMES = 9  # of an order; more of them are shown as a scale


class Legend(QWidget):
    """Shows one ColorScale; hidden where there is none with a title."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._scale: ColorScale | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_scale(self, scale: ColorScale | None) -> None:
        """Show another one, or nothing."""
        self._scale = scale if scale is not None and scale.title else None
        self.setVisible(self._scale is not None)
        self.setAccessibleName(self.text())
        self.resize(self.sizeHint())
        self.update()

    def text(self) -> str:
        """All of it as a sentence, for screen readers."""
        scale = self._scale
        if scale is None:
            return ""
        parts = [text for text, _ in self._rows()]
        if self._is_ramp:
            parts.insert(0, self.tr("{low} to {high}").format(low=scale.ends[0], high=scale.ends[2]))
        return f"{scale.title}: {', '.join(parts)}"

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self._font())
        rows = [self._scale.title if self._scale else "", *(text for text, _ in self._rows())]
        width = max((metrics.horizontalAdvance(row) for row in rows), default=0.0) + _SWATCH + GRID
        height = self._row_height * len(rows)
        if self._is_ramp:
            width, height = max(width, _RAMP), height + self._row_height * 1.6
        return QSize(round(width + 2 * GRID), round(height + 1.5 * GRID))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._scale is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plate = color("panel")
        plate.setAlpha(235)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(plate)
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        font = self._font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(color("text"))
        top = 0.75 * GRID
        self._paint_text(painter, GRID, top, self._scale.title)
        painter.setFont(self._font())
        top += self._row_height
        if self._is_ramp:
            self._paint_ramp(painter, top)
            top += 1.6 * self._row_height
        colors = self._scale.colors(theme_name())
        for text, number in self._rows():
            painter.setPen(color("hairline"))
            painter.setBrush(colors[number])
            painter.drawRoundedRect(QRectF(GRID, top + (self._row_height - _SWATCH) / 2, _SWATCH, _SWATCH), 2, 2)
            painter.setPen(color("text"))
            self._paint_text(painter, 2 * GRID + _SWATCH, top, text)
            top += self._row_height
        painter.end()

    @property
    def _is_ramp(self) -> bool:
        return (
            self._scale is not None
            and self._scale.is_ordered
            and (len(self._scale.labels) > _MOST_NAMES or "" in self._scale.labels)
        )

    @property
    def _unknown(self) -> str:
        count = self._scale.unknown if self._scale else 0
        return self.tr("unknown {count}").format(count=f"{count:,}")

    @property
    def _row_height(self) -> float:
        return QFontMetricsF(self._font()).height() + 3

    def _rows(self) -> list[tuple[str, int]]:
        """Text, and the number of its colour."""
        scale = self._scale
        if scale is None:
            return []
        found = []
        if not self._is_ramp:
            for number, (label, count) in enumerate(zip(scale.labels, scale.counts, strict=True)):
                name = shortened(displayable(label), _LONGEST)
                found.append((f"{name} {count:,}", number))
        if scale.unknown:
            found.append((self._unknown, -1))
        return found

    def _paint_ramp(self, painter: QPainter, top: float) -> None:
        scale = self._scale
        assert scale is not None
        colors = scale.colors(theme_name())[:-1]
        bar = QRectF(GRID, top + 3, self.width() - 2 * GRID, self._row_height * 0.5)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for share, one in zip(scale.shares, colors, strict=True):
            gradient.setColorAt(share, one)
        painter.setPen(color("hairline"))
        painter.setBrush(gradient)
        painter.drawRoundedRect(bar, 2, 2)
        painter.setPen(color("text"))
        below = QRectF(bar.left(), bar.bottom() + 1, bar.width(), self._row_height)
        low, middle, high = scale.ends
        sides = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight
        for text, side in zip((low, middle if middle not in (low, high) else "", high), sides, strict=True):
            painter.drawText(below, int(side), text)

    def _paint_text(self, painter: QPainter, left: float, top: float, text: str) -> None:
        room = QRectF(QPointF(left, top), QPointF(self.width(), top + self._row_height))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(CAPTION_SIZE)
        return font
