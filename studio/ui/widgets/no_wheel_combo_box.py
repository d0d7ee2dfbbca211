"""NoWheelComboBox: a list that scrolling past does not change; and which widgets a turn of the wheel is meant for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget


def is_meant_by_wheel(widget: QWidget) -> bool:
    """Whether a turn of the wheel may change what this shows, and does not just scroll the page it stands in.

    It has the focus, and the pointer was moved onto it: scrolling, too, brings widgets below the pointer.
    """
    return widget.hasFocus() and widget.underMouse()


class NoWheelComboBox(QComboBox):
    """Leaves the wheel to the panel it stands in unless it is meant."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if is_meant_by_wheel(self):
            super().wheelEvent(event)
        else:
            event.ignore()
