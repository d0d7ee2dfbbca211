"""NoWheelComboBox: a list that scrolling past does not change."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget


class NoWheelComboBox(QComboBox):
    """Leaves the wheel to the panel it stands in unless it has the focus, and the pointer was moved onto it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus() and self.underMouse():
            super().wheelEvent(event)
        else:
            event.ignore()
