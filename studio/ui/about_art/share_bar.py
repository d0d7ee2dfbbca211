"""ShareBar: a share of a whole as a quiet bar; the number stands beside it in words."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui.theme.theme import color

_SIZE = QSize(120, 10)  # px at least
_RADIUS = 3.0


class ShareBar(QWidget):
    """share: from 0 to 1. is_known: what nobody knows is drawn paler."""

    def __init__(self, share: float, *, is_known: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.share = share
        self._is_known = is_known
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return _SIZE

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(color("hairline"))
        whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(whole, _RADIUS, _RADIUS)
        if self.share > 0:
            filled = QRectF(whole)
            filled.setWidth(max(2 * _RADIUS, whole.width() * self.share))
            painter.setBrush(color("muted" if self._is_known else "raised"))
            painter.drawRoundedRect(filled, _RADIUS, _RADIUS)
