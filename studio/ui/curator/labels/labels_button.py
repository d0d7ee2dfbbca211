"""LabelsButton: the button in the library's bar with all that concerns labels: train, label with, show only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from studio.core.card import Card
from studio.core.displayable import displayable
from studio.core.library.arranging import Labelled
from studio.ui.menus.menu import Menu
from studio.ui.theme.theme import icon
from studio.ui.widgets.plain_text import action_text, tool_tip
from studio.ui.widgets.section_heading import add_heading

_MOST = 40  # labels of one classifier in the menu


class LabelsButton(QToolButton):
    """own: files of the user's classifiers. counts: what each classifier said of how many pictures.

    Signals: opened(), the menu is about to be shown; file_wanted(), one is to be chosen; chosen(Path), the library is
    to be labelled with it; filtered(Labelled or None).
    """

    opened = Signal()
    file_wanted = Signal()
    chosen = Signal(object)
    filtered = Signal(object)

    def __init__(self, train: QAction, bundled: Sequence[Card], parent: QWidget | None = None) -> None:
        """train: the action that opens the window for training. bundled: cards of the studio's own classifiers."""
        super().__init__(parent)
        self._train, self._bundled = train, bundled
        self.own: Sequence[Path] = ()
        self.counts: Mapping[str, Mapping[str, int]] = {}
        self.setIcon(icon("tag"))
        self.setText(self.tr("Labels"))
        self.setToolTip(tool_tip(self.tr("Train a classifier, label the library with one, show what it said")))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.entries = Menu(self)
        self.entries.setToolTipsVisible(True)
        self.setMenu(self.entries)
        self.entries.aboutToShow.connect(self._fill)

    @Slot()
    def _fill(self) -> None:
        self.opened.emit()
        menu = self.entries
        menu.clear()
        menu.addAction(self._train)
        self._fill_classifiers(menu.add_menu(self.tr("Label the library with")))
        menu.addSeparator()
        for model, labels in self.counts.items():
            part = menu.add_menu(action_text(self.tr("Show only: {}").format(displayable(model))))
            part.setToolTipsVisible(True)
            add_heading(part, self.tr("A classifier is not an attribution."))
            for label, count in list(labels.items())[:_MOST]:
                name = displayable(label) or self.tr("unknown")
                entry = part.addAction(action_text(f"{name}  ({count:,})"))
                entry.triggered.connect(partial(self._filter, (model, label)))
        everything = menu.addAction(self.tr("Show all labels"))
        everything.setEnabled(bool(self.counts))
        everything.triggered.connect(partial(self._filter, None))

    def _fill_classifiers(self, menu: QMenu) -> None:
        menu.setToolTipsVisible(True)
        for card in self._bundled:
            entry = menu.addAction(action_text(card.title))
            entry.setToolTip(tool_tip(card.limits))
            entry.triggered.connect(partial(self._choose, card.file))
        menu.addSeparator()
        for path in self.own:
            entry = menu.addAction(action_text(path.stem))
            entry.setToolTip(tool_tip(str(path)))
            entry.triggered.connect(partial(self._choose, path))
        if self.own:
            menu.addSeparator()
        menu.addAction(self.tr("Choose a file…")).triggered.connect(self.file_wanted)

    def _choose(self, path: Path) -> None:
        self.chosen.emit(path)

    def _filter(self, labelled: Labelled | None) -> None:
        self.filtered.emit(labelled)
