"""What every widget for one value of the recipe has: the knob, its name with a dot, and how edits are told."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.core.recipe import Knob
from studio.ui.theme.theme import color
from studio.ui.widgets.plain_text import PlainLabel, tool_tip


class KnobWidget(QWidget):
    """Shows and edits one knob; how is up to the subclasses, which also show the value in `set_value`.

    Signals: value_edited(object), with every new value; edit_finished(), once per drag or entry.
    """

    value_edited = Signal(object)
    edit_finished = Signal()

    def __init__(self, knob: Knob, handle: QWidget, parent: QWidget | None = None) -> None:
        """handle: what the user moves; it takes the focus and is named for screen readers."""
        super().__init__(parent)
        self.knob = knob
        self.label = KnobLabel(knob.label)
        self.label.setBuddy(handle)
        self.label.reset_requested.connect(self.reset)
        self._value: Any = knob.default
        self._base: Any = knob.default  # what a reset goes back to
        handle.setAccessibleName(knob.label)
        handle.setAccessibleDescription(knob.help)
        self.setToolTip(tool_tip(knob.help))
        self.setFocusProxy(handle)

    @property
    def value(self) -> Any:
        """The value, in the knob's own unit and as in the recipe."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show a value; emits nothing."""
        self._value = value
        self.label.set_changed(value != self._base)

    def set_base(self, value: Any) -> None:
        """Have a reset go back to this value, which is marked as no change."""
        self._base = value
        self.label.set_changed(self._value != value)

    @Slot()
    def reset(self) -> None:
        """Back to the default, or to what `set_base` says, as an edit."""
        self._edit_once(self._base)

    @Slot(object)
    def _edit(self, value: Any) -> None:
        """Take a value of an edit that may not be complete yet."""
        self.set_value(value)
        self.value_edited.emit(value)

    @Slot(object)
    def _edit_once(self, value: Any) -> None:
        """Take a value as an edit that is complete."""
        self._edit(value)
        self.edit_finished.emit()


class KnobLabel(PlainLabel):
    """A knob's name, with a dot behind it when the value is not the default.

    Signals: reset_requested(), by a double click.
    """

    reset_requested = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._is_changed = False
        self.setContentsMargins(0, 0, 14, 0)

    @property
    def is_changed(self) -> bool:
        """Whether the dot is shown."""
        return self._is_changed

    def set_changed(self, is_changed: bool) -> None:
        """Show or hide the dot."""
        if is_changed != self._is_changed:
            self._is_changed = is_changed
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_requested.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_changed or not self.isEnabled():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent"))
        x = self.fontMetrics().horizontalAdvance(self.text()) + 6
        painter.drawEllipse(x, self.height() // 2 - 2, 5, 5)
