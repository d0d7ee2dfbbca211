"""A number field with its unit and arrows, as the dialogs use it."""

from __future__ import annotations

from PySide6.QtWidgets import QDoubleSpinBox, QWidget


class UnitSpinBox(QDoubleSpinBox):
    """Reports its value when the entry is complete, not at every digit."""

    def __init__(self, low: float, high: float, suffix: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDecimals(0)
        self.setRange(low, high)
        self.setSuffix(suffix)
        self.setKeyboardTracking(False)
        self.lineEdit().setTextMargins(5, 0, 0, 0)  # Qt's style sheets pad a spin box on the right only
