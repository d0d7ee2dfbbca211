"""SplitHandle: the line between before and after, to be dragged or moved by the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QWidget

from studio.ui.theme.theme import color, icon

STEPS = 1000
_WIDTH = 28  # px; as wide as its grip


class SplitHandle(QAbstractSlider):
    """A slider whose handle spans its parent's height. Value: per mille of the parent's width from the left.

    Arrow keys move it by 1 %, PageUp/Down by 10 %, Home and End to the edges; a double click back to the middle.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = parent
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setRange(0, STEPS)
        self.setSingleStep(STEPS // 100)
        self.setPageStep(STEPS // 10)
        self.setValue(STEPS // 2)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setAccessibleName(self.tr("Line between before and after"))
        self.setToolTip(self.tr("Drag to compare before and after"))
        self.valueChanged.connect(self.place)
        self.hide()

    def place(self) -> None:
        """Move to where the value says, in the parent as it is now."""
        middle = round(self._canvas.width() * self.value() / STEPS)
        self.setGeometry(middle - _WIDTH // 2, 0, _WIDTH, self._canvas.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setValue(round(STEPS * self.mapToParent(event.position()).x() / max(self._canvas.width(), 1)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setValue(STEPS // 2)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the canvas zooms

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(_WIDTH / 2, self.height() / 2)
        for shade, width in ((QColor(0, 0, 0, 110), 3.0), (QColor(255, 255, 255, 235), 1.0)):
            painter.setPen(QPen(shade, width))
            painter.drawLine(QPointF(middle.x(), 0), QPointF(middle.x(), self.height()))
        grip = QRectF(0, 0, 24, 24)
        grip.moveCenter(middle)
        is_held = self.hasFocus() or self.isSliderDown()
        painter.setPen(QPen(color("accent"), 2) if is_held else QPen(QColor(255, 255, 255, 235), 1))
        painter.setBrush(color("raised"))
        painter.drawEllipse(grip)
        half = QRectF(grip.left() + 2, grip.top() + 6, 12, 12)
        icon("chevron-left").paint(painter, half.toRect())
        icon("chevron-right").paint(painter, half.translated(8, 0).toRect())
