"""HoverCard: what is under the pointer, enlarged, with its title and what else is known of it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from studio.core.displayable import displayable, shortened
from studio.ui.theme.theme import CAPTION_SIZE, GRID, RADIUS, color

_AWAY = 18  # px from the pointer
_LONGEST = 60  # characters of a line
_MOST_LINES = 4


class HoverCard(QWidget):
    """Beside the pointer, on the side where there is room; the mouse goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._map = parent
        self._lines: list[str] = []
        self._picture = QPixmap()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_picture(self, picture: QPixmap | None) -> None:
        """Another thumbnail of the same work; the card keeps its corner."""
        if picture is not None:
            self._picture = picture
            self.resize(self.sizeHint())
            self.update()

    def show_work(self, text: str, picture: QPixmap | None, pointer: QPoint) -> None:
        """text: its lines, the title first. picture: its thumbnail where it is larger than on the map."""
        self._lines = [shortened(displayable(line), _LONGEST) for line in text.split("\n") if line][:_MOST_LINES]
        self._picture = picture or QPixmap()
        self.resize(self.sizeHint())
        left, top = pointer.x() + _AWAY, pointer.y() + _AWAY
        if left + self.width() > self._map.width():
            left = pointer.x() - _AWAY - self.width()
        if top + self.height() > self._map.height():
            top = pointer.y() - _AWAY - self.height()
        self.move(max(left, 0), max(top, 0))
        self.show()
        self.raise_()
        self.update()

    def sizeHint(self) -> QSize:
        widths = [self._metrics(number).horizontalAdvance(line) for number, line in enumerate(self._lines)]
        height = sum(self._metrics(number).height() for number in range(len(self._lines)))
        picture = self._picture.deviceIndependentSize()
        gap = GRID if not self._picture.isNull() and self._lines else 0
        return QSize(
            round(max(0.0, *widths, picture.width()) + 2 * GRID), round(height + picture.height() + gap + 1.5 * GRID)
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(color("control"))
        painter.setBrush(color("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        top = 0.75 * GRID
        if not self._picture.isNull():
            size = self._picture.deviceIndependentSize()
            painter.drawPixmap(QPointF((self.width() - size.width()) / 2, top), self._picture)
            top += size.height() + GRID
        for number, line in enumerate(self._lines):
            painter.setFont(self._line_font(number))
            painter.setPen(color("muted" if number else "text"))
            height = self._metrics(number).height()
            room = QRectF(GRID, top, self.width() - GRID, height)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), line)
            top += height
        painter.end()

    def _line_font(self, number: int) -> QFont:
        font = QFont(self.font())
        font.setBold(number == 0)
        if number:
            font.setPixelSize(CAPTION_SIZE)
        return font

    def _metrics(self, number: int) -> QFontMetricsF:
        return QFontMetricsF(self._line_font(number))
