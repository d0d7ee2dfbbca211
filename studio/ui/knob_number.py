"""One whole number of the recipe that is no amount (the seed): a field, and a button that takes another number."""

from __future__ import annotations

from PySide6.QtCore import QRandomGenerator, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from studio.core.recipe import Knob
from studio.ui.knob_slider import KnobLabel
from studio.ui.theme import icon
from studio.ui.value_field import ValueField


class KnobNumber(QWidget):
    """Shows and edits a knob on the scale "integer"."""

    value_edited = Signal(object)
    edit_finished = Signal()

    def __init__(self, knob: Knob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.knob = knob
        self.label = KnobLabel(knob.label)
        self.field = ValueField(knob)
        self.field.setFixedWidth(76)
        self.field.setAccessibleName(knob.label)
        self.field.setAccessibleDescription(knob.help)
        self.another = QToolButton()
        self.another.setIcon(icon("reset"))
        self.another.setToolTip(self.tr("Another {}").format(knob.label.lower()))
        self.another.setAccessibleName(self.another.toolTip())
        self.label.setBuddy(self.field)
        self.label.reset_requested.connect(self.reset)
        self.setToolTip(knob.help)
        self.setFocusProxy(self.field)

        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.label, 1)
        row.addWidget(self.another)
        row.addWidget(self.field)
        QWidget.setTabOrder(self.field, self.another)

        self.field.value_edited.connect(self._emit_edit)
        self.another.clicked.connect(self._take_another)
        self.set_value(knob.default)

    @property
    def value(self) -> float:
        """The number."""
        return self.field.knob_value

    def set_value(self, value: float) -> None:
        """Show a value; emits nothing."""
        self.field.set_knob_value(value)
        self.label.set_changed(value != self.knob.default)

    @Slot()
    def reset(self) -> None:
        """Back to the default, as an edit."""
        self.field.setValue(self.knob.default)

    @Slot()
    def _take_another(self) -> None:
        self.field.setValue(QRandomGenerator.global_().bounded(int(self.knob.low), int(self.knob.high) + 1))

    @Slot(object)
    def _emit_edit(self, value: float) -> None:
        self.label.set_changed(value != self.knob.default)
        self.value_edited.emit(value)
        self.edit_finished.emit()
