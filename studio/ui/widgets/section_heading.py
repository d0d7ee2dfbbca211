"""The titles of sections, of the panel and of menus."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidget, QWidgetAction

from studio.ui.theme.theme import set_role
from studio.ui.widgets.plain_text import PlainLabel

_MENU_MARGIN = 8  # px, as the entries have


class SectionHeading(PlainLabel):
    """A word in small caps."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setIndent(0)  # with padding in the style sheet Qt indents by itself
        set_role(self, "section")


def add_heading(menu: QMenu, text: str) -> None:
    """Put a heading at the end of a menu; Qt's own sections are not painted with a style sheet."""
    heading = SectionHeading(text, menu)
    heading.setContentsMargins(_MENU_MARGIN, 0, _MENU_MARGIN, 0)
    action = QWidgetAction(menu)
    action.setText(text)  # for screen readers
    action.setDefaultWidget(heading)
    action.setEnabled(False)
    menu.addAction(action)
