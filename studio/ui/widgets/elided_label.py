"""A line of text that gives way: too long for its place, it ends in dots and shows in full as a tooltip.

A tooltip that its owner has given stands instead, however the label is laid out.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QStyle, QStyleOption, QWidget

from studio.ui.widgets.plain_text import PlainLabel, tool_tip


class ElidedLabel(PlainLabel):
    """A label that may be narrower than its text. middle: cut the middle and not the end (file names)."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, middle: bool = False) -> None:
        self._own_tip = ""
        super().__init__(text, parent)
        self._mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight

    def setText(self, text: str) -> None:
        if text != self.text():  # most are set anew at each move of a slider
            super().setText(text)
            self._update_tip()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_tip()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._update_tip()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOption()
        option.initFrom(self)
        text = self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())
        painter = QPainter(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        alignment = QStyle.visualAlignment(self.layoutDirection(), self.alignment())
        self.style().drawItemText(
            painter, self.contentsRect(), alignment, self.palette(), self.isEnabled(), text, self.foregroundRole()
        )

    def _update_tip(self) -> None:
        is_cut = self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()
        if self.toolTip() in ("", self._own_tip):
            self.setToolTip(tool_tip(self.text() if is_cut else ""))
            self._own_tip = self.toolTip()
