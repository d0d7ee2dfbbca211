"""Menu: a menu whose entries can be chosen by letters, while it is shown."""

from __future__ import annotations

from PySide6.QtGui import QAction, QHideEvent, QIcon, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget, QWidgetAction

from studio.ui.menus.mnemonics import with_mnemonics, without_mnemonic


class Menu(QMenu):
    """The letters are given when it is shown, whatever it holds by then, and taken back when it is hidden.

    So they are in no tool bar, tool tip or list that shows the same actions.
    """

    def __init__(self, parent: QWidget | None = None, title: str = "") -> None:
        super().__init__(title, parent)
        self._inner: list[Menu] = []

    def add_menu(self, title: str, icon: QIcon | None = None) -> Menu:
        """Put a menu of its own at the end."""
        menu = Menu(self, title)
        if icon is not None:
            menu.setIcon(icon)
        self.addMenu(menu)
        self._inner.append(menu)
        return menu

    def clear(self) -> None:
        """Take everything out, and delete what `add_menu` has put in: filled anew, it would pile up."""
        super().clear()
        for menu in self._inner:
            menu.deleteLater()
        self._inner = []

    def showEvent(self, event: QShowEvent) -> None:
        entries = [action for action in self.actions() if action.isVisible() and not _is_ornament(action)]
        for action, text in zip(entries, with_mnemonics([action.text() for action in entries]), strict=True):
            action.setText(text)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        for action in self.actions():
            action.setText(without_mnemonic(action.text()))


def _is_ornament(action: QAction) -> bool:
    """Whether it is a line or a heading."""
    return action.isSeparator() or isinstance(action, QWidgetAction)
