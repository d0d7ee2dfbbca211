"""Names and other text from outside, shown as they are where Qt would see HTML, mnemonics and placeholders in them.

Qt guesses whether the text of a label, a tool tip or a message box is HTML, and a file may be called <img src=...>; &
makes a mnemonic of the next letter in menus and on buttons; [*] is where the title of a window tells of changes. So
nothing else makes a label or a file dialog, and no text but a constant becomes a tool tip or a title but through here.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from textwrap import wrap

from PySide6 import QtGui
from PySide6.QtCore import QChildEvent, QEvent, QSize, Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox, QWidget

from studio.core.displayable import displayable, shortened

LONGEST_SEARCH = 100  # characters of a search field: what is not found is repeated in a label
_LONGEST_LINE = 400  # characters of a label or a tool tip: a name is no novel
_LONGEST_TITLE = 120
_LONGEST_ACTION = 60
_TIP_LINES, _TIP_WIDTH = 20, 120  # characters; a longer line is wrapped
_KEPT_TIPS = 512  # more than actions and knobs have; all of them are asked for again at each move of a slider
_HINTED_WIDTH, _LEAST_WIDTH = 480, 160  # px that a label that wraps asks for at most, whatever is in it


class PlainLabel(QLabel):
    """A label that never takes its text for HTML.

    Long lines lose their middle, and a long word does not widen what wraps.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText("\n".join(shortened(displayable(line), _LONGEST_LINE) for line in text.split("\n")))

    def sizeHint(self) -> QSize:
        return self._bounded(super().sizeHint(), _HINTED_WIDTH)

    def minimumSizeHint(self) -> QSize:
        return self._bounded(super().minimumSizeHint(), _LEAST_WIDTH)

    def _bounded(self, hint: QSize, width: int) -> QSize:
        return QSize(min(hint.width(), width), hint.height()) if self.wordWrap() else hint


class PlainFileDialog(QFileDialog):
    """Where Qt itself asks whether a file is to be replaced or deleted, its name is no HTML either."""

    def childEvent(self, event: QChildEvent) -> None:
        super().childEvent(event)
        child = event.child()
        if event.type() == QEvent.Type.ChildPolished and isinstance(child, QMessageBox):  # before it is laid out
            child.setTextFormat(Qt.TextFormat.PlainText)


@lru_cache(_KEPT_TIPS)
def tool_tip(text: str) -> str:
    """For `setToolTip` and the role of a model: the text on its own lines, long ones wrapped, and never as HTML.

    Remembered: wrapping takes a tenth of a millisecond, and a window has a hundred tips.
    """
    lines: list[str] = []
    for line in text.split("\n"):
        lines += wrap(shortened(displayable(line), _LONGEST_LINE), _TIP_WIDTH, break_on_hyphens=False)
    if len(lines) > _TIP_LINES:
        lines[_TIP_LINES - 1 :] = ["\N{HORIZONTAL ELLIPSIS}"]
    plain = "\n".join(lines)
    return f'<p style="white-space: pre">{escape(plain)}</p>' if QtGui.Qt.mightBeRichText(plain) else plain


def action_text(text: str) -> str:
    """A name as the text of an action or a button, where & would underline the next letter."""
    return shortened(displayable(text), _LONGEST_ACTION).replace("&", "&&")


def window_title(text: str) -> str:
    """A text for `setWindowTitle`, where Qt would replace [*]."""
    return shortened(displayable(text), _LONGEST_TITLE).replace("[*]", "[*][*]")
