"""One thread for slow work (opening, exporting, blending), so that the window never waits for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from studio.core.errors import StudioError

T = TypeVar("T")


class FileThread(QObject):
    """Does work in order, one piece at a time, and reports on the thread this object lives in."""

    _piece_done = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._done: SimpleQueue[tuple[Future[Any], Callable[[Any], None], Callable[[StudioError], None]]] = (
            SimpleQueue()
        )
        self._is_closed = False
        self._piece_done.connect(self._report, Qt.ConnectionType.QueuedConnection)

    def run(
        self, work: Callable[[], T], on_done: Callable[[T], None], on_failed: Callable[[StudioError], None]
    ) -> None:
        """Do `work` in the thread, then call `on_done` with what it returned, or `on_failed`, in this thread.

        An error that is not a StudioError is ours and is raised in this thread.
        """

        def work_unless_closed() -> T:
            if self._is_closed:
                raise CancelledError
            return work()

        self.write(work_unless_closed, on_done, on_failed)

    def write(
        self, work: Callable[[], T], on_done: Callable[[T], None], on_failed: Callable[[StudioError], None]
    ) -> None:
        """As `run`, for work that must not be lost: closing waits for it even if it has not begun."""

        def report(future: Future[T]) -> None:
            if not self._is_closed:
                self._done.put((future, on_done, on_failed))
                self._piece_done.emit()

        self._pool.submit(work).add_done_callback(report)

    def close(self) -> None:
        """Drop what has not begun, wait for what has and for all writing, report nothing more; idempotent."""
        self._is_closed = True
        self._pool.shutdown(wait=True)

    @Slot()
    def _report(self) -> None:
        while not self._is_closed:
            try:
                future, on_done, on_failed = self._done.get_nowait()
            except Empty:
                return
            try:
                value = future.result()
            except StudioError as error:
                on_failed(error)
            else:
                on_done(value)
