"""A number field with its unit and arrows, as the dialogs use it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from studio.ui.widgets.number_field import NumberField


class UnitSpinBox(NumberField):
    """A whole number, unless told otherwise, from `low` to `high`."""

    def __init__(self, low: float, high: float, suffix: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDecimals(0)
        self.setRange(low, high)
        self.setSuffix(suffix)
        self.lineEdit().setTextMargins(5, 0, 0, 0)  # Qt's style sheets pad a spin box on the right only
