"""Labels that are heard and not seen: on Linux, screen readers are told the label beside a list and not its name."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox

from studio.ui.widgets.plain_text import PlainLabel


def label_for_screen_readers(combo: QComboBox, text: str) -> None:
    """Name a list that has no label of its own beside it. Call it when the list is where it stays."""
    combo.setAccessibleName(text)
    label = PlainLabel(text, combo.parentWidget())
    label.setBuddy(combo)
    label.hide()
