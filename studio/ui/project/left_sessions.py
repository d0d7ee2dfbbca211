"""LeftSessions: the work that was left unsaved for another project, so that *Open recent* can bring it back."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.project.waiting_sessions import LeftWork, left_work
from studio.ui.history.shelf import Shelf
from studio.ui.threads.task_pool import TaskPool

MOST = 8  # that are offered; the others are under *Go on with an earlier session*


class LeftSessions(QObject):
    """Looks for them off the GUI thread. Signals: changed(), `works` has news; chosen(Path), a session's folder."""

    changed = Signal()
    chosen = Signal(object)

    def __init__(self, shelf: Shelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._found: tuple[LeftWork, ...] = ()
        self._tasks = TaskPool(1, self)
        self._tasks.finished.connect(self._take)

    @property
    def works(self) -> tuple[LeftWork, ...]:
        """The newest first, as last looked for; what is on the canvas is none of them."""
        store = self._shelf.store
        return tuple(work for work in self._found if store is None or work.folder != store.folder)[:MOST]

    @Slot()
    def look(self) -> None:
        """Look what there is now."""
        self._tasks.submit("works", partial(left_work, MOST + 1))

    def choose(self, folder: Path) -> None:
        """Ask for one of them to be brought back."""
        self.chosen.emit(folder)

    @Slot(object, object)
    def _take(self, key: str, found: tuple[LeftWork, ...]) -> None:
        if found != self._found:
            self._found = found
            self.changed.emit()
