"""A question that is answered with a line of text."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from studio.ui.widgets.plain_text import PlainLabel, window_title

_WIDTH = 420  # px


def ask_for_line(
    window: QWidget, title: str, question: str, text: str, longest: int, take: Callable[[str], object]
) -> None:
    """Ask over the window, and hand on what was typed. text: what the field begins with. longest: characters.

    Qt's own dialog for it takes what looks like HTML for HTML.
    """
    dialog = QDialog(window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(window_title(title))
    field = QLineEdit(text)
    field.setMaxLength(longest)
    field.selectAll()
    label = PlainLabel(question)
    label.setBuddy(field)
    field.setAccessibleName(question)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    dialog.accepted.connect(lambda: take(field.text()))
    box = QVBoxLayout(dialog)
    for part in (label, field, buttons):
        box.addWidget(part)
    dialog.resize(_WIDTH, dialog.sizeHint().height())
    dialog.open()
