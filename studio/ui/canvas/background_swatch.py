"""BackgroundSwatch: the dot in the corner of the canvas that changes what lies around the picture."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from studio.ui.canvas.background import CanvasBackground, background_color, background_name, next_background
from studio.ui.theme.theme import color
from studio.ui.widgets.plain_text import tool_tip

_EDGE = 28  # px; as large as a click needs
_DOT = 14  # px


class BackgroundSwatch(QAbstractButton):
    """Shows the present shade on its left half and the next on its right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._background: CanvasBackground = "studio"
        self.setFixedSize(QSize(_EDGE, _EDGE))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus on the canvas
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_background("studio")
        self.hide()

    def show_background(self, background: CanvasBackground) -> None:
        """Say what is around the picture now."""
        self._background = background
        self.setAccessibleName(self.tr("Around the picture: {}").format(background_name(background)))
        about = self.tr("Around the picture: {}. A click makes it {}.").format(
            background_name(background).lower(), background_name(next_background(background)).lower()
        )
        self.setToolTip(tool_tip(about))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dot = QRectF(0, 0, _DOT, _DOT)
        dot.moveCenter(QRectF(self.rect()).center())
        painter.setPen(Qt.PenStyle.NoPen)
        for background, start in ((self._background, 90), (next_background(self._background), -90)):
            painter.setBrush(background_color(background))
            painter.drawPie(dot, start * 16, 180 * 16)
        # A light ring in a dark one is seen on every shade.
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for shade, width in ((QColor(0, 0, 0, 140), 3.0), (QColor(255, 255, 255, 235), 1.0)):
            painter.setPen(QPen(shade, width))
            painter.drawEllipse(dot)
        if self.hasFocus():
            painter.setPen(QPen(color("accent"), 2))
            painter.drawEllipse(dot.adjusted(-4, -4, 4, 4))
