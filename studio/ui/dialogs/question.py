"""Questions with a few answers, that block no code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

KEEPS = QMessageBox.ButtonRole.AcceptRole  # what loses nothing
LOSES = QMessageBox.ButtonRole.DestructiveRole


@dataclass(frozen=True)
class Answer:
    """A button, and what it does. role: KEEPS or LOSES."""

    text: str
    do: Callable[[], None]
    role: QMessageBox.ButtonRole = KEEPS


def ask(
    text: str,
    details: str,
    answers: Sequence[Answer],
    window: QWidget,
    *,
    stay: str = "",
    cancelled: Callable[[], None] | None = None,
) -> QMessageBox:
    """Ask in front of a window, and be gone after the answer. The first answer that loses nothing is the default.

    stay: what the button is called that changes nothing; "" for Cancel. cancelled: called after it, or after Escape.
    """
    title = QCoreApplication.translate("Question", "Style Studio")
    question = QMessageBox(QMessageBox.Icon.NoIcon, title, text, parent=window)
    question.setTextFormat(Qt.TextFormat.PlainText)
    question.setInformativeText(details)
    keeping = []
    for answer in answers:
        button = question.addButton(answer.text, answer.role)
        button.clicked.connect(answer.do)
        if answer.role == KEEPS:
            keeping.append(button)
    if stay:
        rejecting = question.addButton(stay, QMessageBox.ButtonRole.RejectRole)
    else:
        rejecting = question.addButton(QMessageBox.StandardButton.Cancel)
    question.setDefaultButton(keeping[0] if keeping else rejecting)
    question.setEscapeButton(rejecting)
    if cancelled is not None:
        question.rejected.connect(cancelled)
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    question.open()
    return question
