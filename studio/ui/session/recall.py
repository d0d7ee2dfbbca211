"""Recall: pictures that rest on the disk are brought back, off the GUI thread, before a step shows them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from studio.core.artwork.artwork_state import ArtworkState, Result, pictures_of
from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.ui.threads.serial_executor import SerialExecutor

_Parts = Callable[[], Sequence[ArtworkState | Result]]
_Turn = tuple[_Parts, Callable[[], object]]


class Recall(QObject):
    """Does steps in the order they are asked for: at once where their pictures are in memory, else when they are.

    Signals: failed(StudioError), a picture cannot be read, or its step failed; that step is left out.
    """

    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[_Turn] = deque()
        self._thread = SerialExecutor("recall", self)

    def run(self, parts: _Parts, step: Callable[[], object]) -> None:
        """Do a step. parts: asked when its turn has come, what it will show."""
        self._waiting.append((parts, step))
        if len(self._waiting) == 1:
            self._go_on()

    def close(self) -> None:
        """Do nothing any more. Idempotent."""
        self._waiting.clear()
        self._thread.close()

    def _go_on(self) -> None:
        while self._waiting:
            turn = self._waiting[0]
            resting = [picture for part in turn[0]() for picture in pictures_of(part) if not picture.is_in_memory]
            if resting:
                failed = partial(self._leave_out, turn)
                self._thread.submit(partial(_load, resting), lambda _: self._step_and_go_on(), failed)
                return
            self._step()

    def _step(self) -> None:
        step = self._waiting[0][1]
        try:
            step()
        finally:
            if self._waiting:  # it may have closed everything
                self._waiting.popleft()

    def _step_and_go_on(self) -> None:
        if self._waiting:
            self._step()
            self._go_on()

    def _leave_out(self, turn: _Turn, error: StudioError) -> None:
        if self._waiting and self._waiting[0] is turn:  # else it was the step itself that failed
            self._waiting.popleft()
        self.failed.emit(error)
        self._go_on()


def _load(pictures: Sequence[Picture]) -> None:
    for picture in pictures:
        picture.load()
