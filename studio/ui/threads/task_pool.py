"""TaskPool: small functions run off the GUI thread, newest first, their results brought back to it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal, Slot

from studio.core.errors import StudioError
from studio.ui.threads.emit_unless_destroyed import emit_unless_destroyed
from studio.ui.threads.task_error import task_error

_Result = tuple[Hashable, object, StudioError | None]  # key, and what the function gave or why it gave nothing


class TaskPool(QObject):
    """A queue of small jobs for Qt's thread pool; the newest is done first and the oldest beyond `limit` are dropped.

    Of one key, one function runs at a time, so that its newest result comes last.

    Signals: for each function that is not dropped, finished(key, result) or, whatever it raised, failed(key,
    StudioError), emitted on the thread this object lives on. Destroying the object (or `forget`) drops what has not
    begun; the result of what has begun is dropped.
    """

    finished = Signal(object, object)
    failed = Signal(object, object)
    _woken = Signal()

    def __init__(self, limit: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        woken = self._woken
        self._queue = _TaskQueue(limit, lambda: emit_unless_destroyed(woken))
        self._woken.connect(self._collect, Qt.ConnectionType.QueuedConnection)
        queue = self._queue
        self.destroyed.connect(lambda: queue.close())  # the lambda keeps the queue alive, and not this object

    def submit(self, key: Hashable, function: Callable[[], object]) -> None:
        """Have `function` called on another thread; a key that is already waiting moves to the front."""
        if self._queue.put(key, function):
            QThreadPool.globalInstance().start(self._queue.work_once)

    def is_waiting(self, key: Hashable) -> bool:
        """Whether a result of the key is still to come: its function has not begun yet, or is running."""
        return self._queue.holds(key)

    def forget(self) -> None:
        """Drop everything that has not begun, and all results not yet delivered."""
        self._queue.clear()

    @Slot()
    def _collect(self) -> None:
        for key, result, error in self._queue.take_results():
            if error is None:
                self.finished.emit(key, result)
            else:
                self.failed.emit(key, error)


class _TaskQueue:
    """What the threads share. Holds no QObject, so that it may die on any thread.

    What was forgotten while it runs holds up nothing: a disk that does not answer may keep it for ever.
    """

    def __init__(self, limit: int, wake: Callable[[], None]) -> None:
        self._lock = threading.Lock()
        self._limit = limit
        self._wake: Callable[[], None] | None = wake
        self._waiting: dict[Hashable, Callable[[], object]] = {}  # oldest first
        self._running: set[Hashable] = set()  # but what was forgotten
        self._left_over = 0  # workers that found only keys that are running, whose work the next that ends does
        self._results: deque[_Result] = deque()
        self._generation = 0

    def put(self, key: Hashable, function: Callable[[], object]) -> bool:
        """Whether one more worker is needed for it."""
        with self._lock:
            is_new = self._waiting.pop(key, None) is None
            self._waiting[key] = function
            if len(self._waiting) > self._limit:
                del self._waiting[next(iter(self._waiting))]
                is_new = False  # the dropped one's worker takes this one
            if not is_new and self._left_over and key not in self._running:
                self._left_over -= 1  # that worker has gone
                return True
            return is_new

    def holds(self, key: Hashable) -> bool:
        with self._lock:
            return key in self._waiting or key in self._running

    def work_once(self) -> None:
        """Do the newest that waits and whose key is not running, and then what was left over meanwhile."""
        while self._work():
            pass

    def _work(self) -> bool:
        """Whether something was done, and something was left over that no worker will come for."""
        with self._lock:
            key = next((key for key in reversed(self._waiting) if key not in self._running), None)
            if key is None:
                self._left_over += bool(self._waiting)
                return False
            function = self._waiting.pop(key)
            self._running.add(key)
            generation = self._generation
        result: object = None
        failure: StudioError | None = None
        try:
            result = function()
        except BaseException as error:  # noqa: BLE001 - else the key would wait for ever
            failure = task_error(error)
        with self._lock:
            if self._wake is None or generation != self._generation:
                return False
            self._running.discard(key)
            self._results.append((key, result, failure))
            self._wake()  # under the lock, so that nothing is told after close()
            goes_on = self._left_over > 0
            self._left_over -= goes_on
            return goes_on

    def take_results(self) -> list[_Result]:
        with self._lock:
            results = list(self._results)
            self._results.clear()
            return results

    def clear(self) -> None:
        with self._lock:
            self._generation += 1
            self._waiting.clear()
            self._running.clear()
            self._left_over = 0
            self._results.clear()

    def close(self) -> None:
        self.clear()
        with self._lock:
            self._wake = None
