"""SerialExecutor: a thread for slow work (opening, exporting, blending), so that the window never waits for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from studio.core.errors import StudioError
from studio.ui.threads.emit_unless_destroyed import emit_unless_destroyed
from studio.ui.threads.task_error import logger, task_error

T = TypeVar("T")


class SerialExecutor(QObject):
    """Does work in order, one piece at a time, and reports on the thread this object lives in."""

    _piece_done = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._done: SimpleQueue[tuple[Future[Any], Callable[[Any], None], Callable[[StudioError], None]]] = (
            SimpleQueue()
        )
        self._is_closed = False
        self._piece_done.connect(self._report, Qt.ConnectionType.QueuedConnection)

    def submit(
        self, work: Callable[[], T], on_done: Callable[[T], None], on_failed: Callable[[StudioError], None]
    ) -> None:
        """Do `work` in the thread, then call `on_done` with what it returned, or `on_failed`, in this thread.

        Whatever goes wrong, also in `on_done`, ends in `on_failed`: what waits for this work waits no longer. An error
        that is no StudioError comes as one, as `task_error` says it. After `close`, nothing is done.
        """

        def work_unless_closed() -> T:
            if self._is_closed:
                raise CancelledError
            return work()

        self.submit_write(work_unless_closed, on_done, on_failed)

    def submit_write(
        self, work: Callable[[], T], on_done: Callable[[T], None], on_failed: Callable[[StudioError], None]
    ) -> None:
        """As `submit`, for work that must not be lost: closing waits for it even if it has not begun."""

        def work_to_an_end() -> T:
            try:
                return work()
            except CancelledError:
                raise
            except BaseException as error:  # noqa: BLE001 - the window waits for an end, whatever it is
                failure = task_error(error)
            raise failure  # outside: its context would keep the frames of this thread, and what Qt owns in them

        def report(future: Future[T]) -> None:
            if not self._is_closed:
                self._done.put((future, on_done, on_failed))
                emit_unless_destroyed(self._piece_done)
            elif isinstance(error := future.exception(), StudioError):
                logger.warning("A task failed after the window had closed (%s): %s", self._name, error)

        if not self._is_closed:
            self._pool.submit(work_to_an_end).add_done_callback(report)

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
                on_done(future.result())
            except Exception as error:  # noqa: BLE001 - whoever waits needs an end, even if taking it fails
                on_failed(task_error(error))
