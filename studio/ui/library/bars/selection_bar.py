"""SelectionBar: the bar below the pictures of the library: how many there are, and what can be done with some."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QWidget

from studio.ui.library.questions import Found
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.folding_row import FoldingRow
from studio.ui.widgets.plain_text import PlainLabel
from studio.ui.widgets.tool_buttons import action_button

_AFTER_A_LINE = ("like", "compare", "folder")


class SelectionBar(QFrame):
    """actions: by name, as of SelectionActions."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "bar")
        self.count = PlainLabel()
        set_role(self.count, "caption")
        buttons = FoldingRow()
        for name, action in actions.items():
            if name in _AFTER_A_LINE:
                buttons.add_line()
            buttons.add_button(action_button(action))
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID + 4, 4, GRID, 4)
        row.setSpacing(2 * GRID)
        row.addWidget(self.count)
        row.addWidget(buttons, 1)

    def show_count(self, found: Found, selected: int) -> None:
        """Say how many pictures are shown, and how many of them are selected."""
        shown = len(found.rows)
        words = self.tr("One picture") if shown == 1 else self.tr("{} pictures").format(f"{shown:,}")
        if shown < found.total and found.question.kind == "all":
            words = self.tr("{} of {} pictures").format(f"{shown:,}", f"{found.total:,}")
        if selected:
            words = self.tr("{} of {} selected").format(f"{selected:,}", f"{shown:,}")
        self.count.setText(words)


def fill_selection_menu(menu: QMenu, actions: Mapping[str, QAction]) -> None:
    """The same actions as the menu of a picture."""
    menu.setToolTipsVisible(True)
    for name, action in actions.items():
        if name in _AFTER_A_LINE:
            menu.addSeparator()
        menu.addAction(action)
    menu.setDefaultAction(actions["use"])
