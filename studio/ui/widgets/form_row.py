"""Several widgets as one row of a form, labels that are heard and not seen, and where Tab meets new widgets."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from studio.ui.theme.theme import GRID
from studio.ui.widgets.plain_text import PlainLabel


def form_row(*widgets: QWidget | None, spacing: int = 2 * GRID) -> QWidget:
    """Widgets side by side; None is a gap that stretches. Fields, and text that wraps, take the room there is."""
    part = QWidget()
    row = QHBoxLayout(part)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            is_wide = isinstance(widget, QLineEdit) or (isinstance(widget, PlainLabel) and widget.wordWrap())
            row.addWidget(widget, 1 if is_wide else 0)
    return part


def label_for_screen_readers(combo: QComboBox, text: str) -> None:
    """Name a list that has no label of its own beside it; call it when the list is where it stays.

    On Linux, screen readers are told the label beside a list and not its name.
    """
    combo.setAccessibleName(text)
    label = PlainLabel(text, combo.parentWidget())
    label.setBuddy(combo)
    label.hide()


def put_in_tab_order(place: QWidget, widgets: Iterable[QWidget]) -> None:
    """Have Tab meet these widgets in this order and where `place`, which takes no focus itself, stands in the window.

    New ones would come last of the whole window.
    """
    before = place.previousInFocusChain() or place
    while before is not place and before.focusPolicy() == Qt.FocusPolicy.NoFocus:
        before = before.previousInFocusChain() or place
    for widget in widgets:
        QWidget.setTabOrder(before, widget)
        before = widget
