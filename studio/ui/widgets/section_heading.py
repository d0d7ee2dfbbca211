"""The title of a section of the panel."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from studio.ui.theme.theme import set_role
from studio.ui.widgets.plain_text import PlainLabel


class SectionHeading(PlainLabel):
    """A word in small caps."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setIndent(0)  # with padding in the style sheet Qt indents by itself
        set_role(self, "section")
