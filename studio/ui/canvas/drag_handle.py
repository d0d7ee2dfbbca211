"""DragHandle: the sign in the corner of the canvas that the picture is dragged out of the window by."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from studio.ui.widgets.plain_text import tool_tip

_EDGE = 28  # px; as large as a click needs
_DOTS = 3  # in each direction
_GAP = 5.0  # px between dots


class DragHandle(QWidget):
    """Signals: drag_wanted(), when it is dragged far enough."""

    drag_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pressed_at: QPointF | None = None
        self.setFixedSize(QSize(_EDGE, _EDGE))
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setAccessibleName(self.tr("Handle to drag the picture by"))
        text = self.tr(
            "Drag the picture from here into another program or a folder: as a file, written like the last export.\n"
            "Ctrl and a drag on the canvas do the same."
        )
        self.setToolTip(tool_tip(text))
        self.setAccessibleDescription(text)
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is not None and is_dragged(self._pressed_at, event.position()):
            self._pressed_at = None
            self.drag_wanted.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is not None:
            QToolTip.showText(event.globalPosition().toPoint(), self.toolTip(), self)
        self._pressed_at = None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, reach = QRectF(self.rect()).center(), _GAP * (_DOTS - 1) / 2
        # Light dots in dark ones are seen on every shade.
        for shade, width in ((QColor(0, 0, 0, 140), 4.0), (QColor(255, 255, 255, 235), 2.0)):
            painter.setPen(QPen(shade, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            for number in range(_DOTS * _DOTS):
                row, column = divmod(number, _DOTS)
                painter.drawPoint(middle + QPointF(column * _GAP - reach, row * _GAP - reach))


def is_dragged(start: QPointF, now: QPointF) -> bool:
    """Whether the pointer has gone as far as the system takes for a drag."""
    return (now - start).manhattanLength() >= QApplication.startDragDistance()
