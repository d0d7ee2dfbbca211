"""UnfinishedBatch: tells at the next start of a batch that had not come to its end when the studio did."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from studio.core.storage.folder_lock import FolderLock
from studio.ui.batch.batch_options import BatchOptions, InterruptedBatch, scan
from studio.ui.batch.batch_queue import BatchQueue
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.session.settings import Settings
from studio.ui.threads.serial_executor import SerialExecutor

_FOLDER = "batch/unfinished"


class UnfinishedBatch(QObject):
    """Remembers where a batch paints for as long as it runs: a batch that is stopped or over was told of already."""

    def __init__(
        self,
        queue: BatchQueue,
        session: Session,
        settings: Settings,
        files: SerialExecutor,
        shown: Callable[[], Message | None],
        parent: QObject,
    ) -> None:
        """files: the thread of batches. shown: the message above the canvas."""
        super().__init__(parent)
        self._queue, self._session, self._settings, self._files = queue, session, settings, files
        self._shown = shown
        self._offer: Message | None = None
        self._is_noted = False
        queue.state_changed.connect(self._note)

    def look_for_unfinished(self) -> None:
        """Look whether the last batch was broken off by the end of the studio."""
        text = self._settings.get(_FOLDER, str)
        if text:
            folder = Path(text)
            self._files.submit(lambda: _find(folder), partial(self._take, folder), lambda _: None)

    def _take(self, folder: Path, found: InterruptedBatch | None) -> None:
        if found is None or self._queue.options != BatchOptions():  # the artist has chosen something else meanwhile
            return
        self._queue.choose(BatchOptions(folder=folder))
        text = self.tr("{} of {} pictures were painted when the studio ended.").format(found.done, found.items)
        remedy = self.tr("The others can be painted now.")
        once = f"{text} {folder}"
        self._offer = Message(text, remedy, action="render_many", once=once, stays=True)
        self._session.post_message(self._offer)

    @Slot()
    def _note(self) -> None:
        folder = self._queue.options.folder
        if self._queue.is_running and folder is not None:
            self._settings.set(_FOLDER, str(folder))
            self._is_noted = True
            if self._offer is not None and self._shown() is self._offer:
                self._session.post_message(None)  # it is being painted
            self._offer = None
        elif self._is_noted:
            self._settings.remove(_FOLDER)
            self._is_noted = False


def _find(folder: Path) -> InterruptedBatch | None:
    """The batch that was broken off in a folder; None if there is none, or if another studio is at it."""
    found = scan(BatchOptions(folder=folder)).interrupted
    if found is None:
        return None
    lock = FolderLock(folder)
    if not lock.take_if_free():
        return None
    lock.release()
    return found
