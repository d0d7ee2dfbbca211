"""A heading in a menu: a line of text that says what the entries below it are about."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidgetAction

from studio.ui.widgets.section_heading import SectionHeading

_MARGIN = 8  # px, as the entries have


def add_heading(menu: QMenu, text: str) -> None:
    """Put a heading at the end of a menu; Qt's own sections are not painted with a style sheet."""
    heading = SectionHeading(text, menu)
    heading.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
    action = QWidgetAction(menu)
    action.setText(text)  # for screen readers
    action.setDefaultWidget(heading)
    action.setEnabled(False)
    menu.addAction(action)
