"""The styles in the mix, with their shares."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.core.recipe import whole_percents
from studio.core.styles.style import Style
from studio.ui.recipe_panel.style_row import StyleRow
from studio.ui.session.session import Session
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.form_row import put_in_tab_order
from studio.ui.widgets.plain_text import PlainLabel


class StylePanel(QWidget):
    """One row for each style of the session, in the order of the shares. followers: what Tab meets after them."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._styles: tuple[Style, ...] = ()
        self.rows: list[StyleRow] = []
        self.followers: tuple[QWidget, ...] = ()
        self.hint = PlainLabel()
        self.hint.setWordWrap(True)
        set_role(self.hint, "caption")
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(GRID)
        self._box.addWidget(self.hint)
        session.styles_changed.connect(self._show_styles)
        session.selection.changed.connect(self._show_styles)
        self._show_styles()

    @Slot()
    def _show_styles(self) -> None:
        selection = self._session.selection
        styles = selection.styles
        if styles != self._styles or not self.rows:
            self._make_rows(styles)
        shares = selection.shares
        for row, share, shown in zip(self.rows, shares, whole_percents(shares), strict=True):
            row.set_share(share, shown)

    def _make_rows(self, styles: tuple[Style, ...]) -> None:
        for row in self.rows:
            self._box.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._styles = styles
        self.rows = [StyleRow(style, 100 / len(styles), len(styles) > 1) for style in styles]
        for index, row in enumerate(self.rows):
            row.share_edited.connect(partial(self._session.change_share, index))
            row.edit_finished.connect(self._session.commit)
            row.removed.connect(partial(self._session.remove_style, index))
            self._box.insertWidget(index, row)
        self.order_focus()
        self.hint.setText(
            self.tr("Ctrl and a click on another one, or Shift+Enter, mixes that one in.")
            if styles
            else self.tr("Pick a style in the gallery, or drop a picture onto it.")
        )

    def order_focus(self) -> None:
        """Have Tab meet the rows, and what follows them, where they are seen."""
        rows = [widget for row in self.rows for widget in (row.track, row.field, row.remove)]
        put_in_tab_order(self, (*rows, *self.followers))
