"""DiskUsage: how much of the disk the history takes, and the menu that says how much it may."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QDateTime, QLocale, Signal, Slot
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QToolButton, QWidget

from studio.core.project.waiting_sessions import WaitingSession, waiting_sessions
from studio.ui.history.shelf import Shelf
from studio.ui.menus.menu import Menu
from studio.ui.session.preferences import CAPS, Preferences
from studio.ui.theme.theme import set_role
from studio.ui.threads.task_pool import TaskPool
from studio.ui.widgets.plain_text import tool_tip
from studio.ui.widgets.section_heading import add_heading

_GB = 2**30


class DiskUsage(QToolButton):
    """Says "uses 1.2 of 4 GB" once it knows, sessions before included; its menu has other caps, and to start empty.

    It also offers the sessions that were left for another project. Signals: session_chosen(Path), its folder.
    """

    session_chosen = Signal(object)

    def __init__(self, shelf: Shelf, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._preferences = preferences
        set_role(self, "link")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        tip = self.tr(
            "The oldest pictures go when the history is full. Those you pin stay, and so does what is on the canvas."
        )
        self.setToolTip(tool_tip(tip))
        menu = Menu(self, self.tr("History and start"))  # also in the main menu, where one looks for preferences
        add_heading(menu, self.tr("The history may take"))
        self._caps = QActionGroup(menu)
        for cap in sorted(CAPS, key=int):
            action = menu.addAction(self.tr("{} GB").format(cap))
            action.setCheckable(True)
            action.setData(cap)
            action.triggered.connect(partial(setattr, preferences, "history_gb", cap))
            self._caps.addAction(action)
        menu.addSeparator()
        self.start_empty = menu.addAction(self.tr("Start empty"))
        self.start_empty.setCheckable(True)
        self.start_empty.toggled.connect(partial(setattr, preferences, "starts_empty"))
        self.earlier = menu.add_menu(self.tr("Go on with an earlier session"))
        self._tasks = TaskPool(1, self)
        self._tasks.finished.connect(self._show_earlier)
        menu.aboutToShow.connect(self._look_for_earlier)
        self.earlier.addAction(self.tr("There is none")).setEnabled(False)
        self.setMenu(menu)
        shelf.usage_changed.connect(self._show_usage)
        preferences.changed.connect(self._show_usage)
        self._show_usage()

    @Slot()
    def _look_for_earlier(self) -> None:
        self._tasks.submit("sessions", waiting_sessions)

    @Slot(object, object)
    def _show_earlier(self, key: str, sessions: Sequence[WaitingSession]) -> None:
        """The newest first; what is kept on disk of each is all there was."""
        store = self._shelf.store
        self.earlier.clear()
        for session in sessions:
            if store is None or session.folder != store.folder:
                when = QDateTime.fromSecsSinceEpoch(int(session.modified))
                day = QLocale().toString(when, QLocale.FormatType.ShortFormat)
                text = self.tr("{}, {} MB").format(day, math.ceil(session.size / 2**20))
                self.earlier.addAction(text).triggered.connect(partial(self.session_chosen.emit, session.folder))
        if self.earlier.isEmpty():
            self.earlier.addAction(self.tr("There is none")).setEnabled(False)

    @Slot()
    def _show_usage(self) -> None:
        recorded, cap = self._shelf.recorded, self._preferences.history_gb
        used = recorded.size + recorded.others if recorded is not None else 0
        if recorded is None:  # not counted yet: what was there at the last start is nevertheless there
            text = self.tr("up to {} GB").format(cap)
        elif used < _GB / 10:
            text = self.tr("uses {} MB of {} GB").format(math.ceil(used / 2**20), cap)
        else:
            text = self.tr("uses {:.1f} of {} GB").format(used / _GB, cap)
        self.setText(text)
        self.setAccessibleName(self.tr("History on the disk: {}").format(text))
        for action in self._caps.actions():
            action.setChecked(action.data() == cap)
        self.start_empty.setChecked(self._preferences.starts_empty)
