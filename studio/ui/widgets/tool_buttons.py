"""Flat buttons for bars: of an action, or with a sign, words and a tip of their own. A click leaves the focus alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton

from studio.ui.theme.theme import icon
from studio.ui.widgets.plain_text import tool_tip


def action_button(action: QAction, *, has_text: bool = True) -> QToolButton:
    """A button that looks, says and does as the action."""
    button = _button(has_text)
    button.setDefaultAction(action)
    return button


def tool_button(icon_name: str, text: str, tip: str) -> QToolButton:
    """A button with a sign; text: beside it, or ""."""
    button = _button(bool(text))
    button.setIcon(icon(icon_name))
    button.setText(text)
    button.setToolTip(tool_tip(tip))
    button.setAccessibleName(text or tip)
    return button


def _button(has_text: bool) -> QToolButton:
    button = QToolButton()
    style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if has_text else Qt.ToolButtonStyle.ToolButtonIconOnly
    button.setToolButtonStyle(style)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
