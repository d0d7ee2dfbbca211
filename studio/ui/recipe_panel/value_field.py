"""The editable number beside a slider, with its unit."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

from studio.core.recipe import Knob
from studio.ui.recipe_panel.slider_scale import Pace, SliderScale
from studio.ui.widgets.number_field import NumberField

# Looks like a plain number until it is pointed at or has the focus: a panel full of boxes would be restless.
# The origin of the buttons is named because Qt's style sheets leave the text no room otherwise, though there are none.
_SHEET = """
QDoubleSpinBox { min-height: 16px; padding: 1px 3px; }
QDoubleSpinBox:focus { padding: 0 2px; }
QDoubleSpinBox:!focus:!hover { border-color: transparent; background: transparent; }
QDoubleSpinBox::up-button, QDoubleSpinBox::down-button { subcontrol-origin: margin; width: 0; }
"""


class ValueField(NumberField):
    """A number field on a knob's range: type and press Enter, or use the arrows; emits `value_edited` once per edit."""

    value_edited = Signal(object)

    def __init__(self, knob: Knob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale = SliderScale(knob)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setStyleSheet(_SHEET)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setDecimals(knob.decimals)
        self.setRange(knob.low, knob.high)
        self.lineEdit().setTextMargins(0, 0, 0, 0)  # its text is at the right
        self.lineEdit().setAcceptDrops(False)  # a dropped picture is no number
        if knob.unit:
            self.setSuffix(f"\N{NO-BREAK SPACE}{knob.unit}")
        self.valueChanged.connect(self._emit_edit)

    @property
    def range_name(self) -> str:
        return self._scale.knob.label

    @property
    def knob_value(self) -> float:
        """The value as the knob's type."""
        return round(self.value()) if self._scale.knob.is_whole else round(self.value(), 6)

    def set_knob_value(self, value: float) -> None:
        """Show a value; emits nothing."""
        with QSignalBlocker(self):
            self.setValue(value)

    def stepBy(self, steps: int) -> None:
        pace: Pace = "coarse" if abs(steps) >= 10 else "step"
        self.setValue(self._scale.moved(self.knob_value, 1 if steps > 0 else -1, pace))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if is_fine and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.setValue(self._scale.moved(self.knob_value, 1 if event.key() == Qt.Key.Key_Up else -1, "fine"))
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()

    @Slot(float)
    def _emit_edit(self, _value: float) -> None:
        self.value_edited.emit(self.knob_value)
