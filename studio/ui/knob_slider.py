"""One number of the recipe as a slider: label, changed-dot, editable value with its unit, and the track below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from studio.core.recipe import Knob
from studio.ui.knob_track import KnobTrack
from studio.ui.theme import color
from studio.ui.value_field import ValueField


class KnobSlider(QWidget):
    """Shows and edits one knob. `value_edited` comes with every new value, `edit_finished` once per drag or entry."""

    value_edited = Signal(object)
    edit_finished = Signal()

    def __init__(self, knob: Knob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.knob = knob
        self.label = KnobLabel(knob.label)
        self.field = ValueField(knob)
        self.track = KnobTrack(knob, knob.default)
        self.label.setBuddy(self.track)
        self.label.reset_requested.connect(self.track.reset)
        self.field.setFixedWidth(76)

        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.track, 1, 0, 1, 2)  # first: Tab comes to the track before the number
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.field, 0, 1)
        grid.setColumnStretch(0, 1)
        self.setFocusProxy(self.track)

        for widget, name in ((self.track, knob.label), (self.field, self.tr("{}, value").format(knob.label))):
            widget.setAccessibleName(name)
            widget.setAccessibleDescription(knob.help)
        self.setToolTip(
            self.tr("{}\nDouble click: back to {}").format(knob.help, self.field.textFromValue(knob.default))
        )

        self.track.value_edited.connect(self._follow_track)
        self.track.edit_finished.connect(self.edit_finished)
        self.field.value_edited.connect(self._follow_field)
        self.set_value(knob.default)

    @property
    def value(self) -> float:
        """The value in the knob's own unit."""
        return self.track.knob_value

    def set_value(self, value: float) -> None:
        """Show a value; emits nothing."""
        self.track.set_knob_value(value)
        self.field.set_knob_value(value)
        self.label.set_changed(value != self.knob.default)

    @Slot(object)
    def _follow_track(self, value: float) -> None:
        self.set_value(value)
        self.value_edited.emit(value)

    @Slot(object)
    def _follow_field(self, value: float) -> None:
        self.set_value(value)
        self.value_edited.emit(value)
        self.edit_finished.emit()


class KnobLabel(QLabel):
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
