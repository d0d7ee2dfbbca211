"""FileSizeEstimator: finds how large a file would be by encoding it, off the GUI thread, once the settings rest."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.core.errors import StudioError
from studio.ui.threads.task_pool import TaskPool

PATIENCE = 250  # ms without a change before it is worth encoding


class FileSizeEstimator(QObject):
    """Signals: measured(object), the bytes that the newest question gave, None where it cannot be encoded;
    refused(StudioError), why not.

    Answers to older questions are dropped; of those that wait for a thread, all but the newest.
    """

    measured = Signal(object)
    refused = Signal(object)

    def __init__(self, parent: QObject | None = None, *, patience: int = PATIENCE) -> None:
        super().__init__(parent)
        self._question = 0
        self._encode: Callable[[], bytes] | None = None
        self._tasks = TaskPool(1, self)
        self._tasks.finished.connect(self._take)
        self._tasks.failed.connect(self._give_up)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(patience)
        self._timer.timeout.connect(self._start)

    def ask(self, encode: Callable[[], bytes]) -> None:
        """Encode before long, on another thread, and tell the length."""
        self._question += 1
        self._encode = encode
        self._timer.start()

    @Slot()
    def _start(self) -> None:
        encode = self._encode
        if encode is not None:
            self._tasks.submit(self._question, lambda: len(encode()))

    @Slot(object, object)
    def _take(self, question: int, length: int) -> None:
        if question == self._question:
            self.measured.emit(length)

    @Slot(object, object)
    def _give_up(self, question: int, error: StudioError) -> None:
        if question == self._question:
            self.measured.emit(None)
            self.refused.emit(error)
