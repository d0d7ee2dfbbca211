"""EngineQuestion: somebody waits for one answer of the engine, and for the newest only."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, SignalInstance, Slot

from studio.core.engine_api.contract import Event, Failed, Look, Progress, Stopped
from studio.jobs.worker import Worker


class EngineQuestion(QObject):
    """Asks one thing at a time; another question replaces the one before, which is stopped.

    request: what is asked, None while nothing is. Signals: progressed(float), 0 to 1; answered(Event);
    failed(StudioError).
    """

    progressed = Signal(float)
    answered = Signal(object)
    failed = Signal(object)

    def __init__(self, worker: Worker, events: SignalInstance, parent: QObject | None = None) -> None:
        """events: brings the events of the worker, also those of others."""
        super().__init__(parent)
        self.request: Look | None = None
        self._worker = worker
        events.connect(self._take_event)

    def ask(self, request: Look) -> None:
        """Ask before all work that takes longer."""
        self.cancel()
        self.request = request
        self._worker.look(request)

    @Slot()
    def cancel(self) -> None:
        """Do not wait for the answer any more."""
        if self.request is not None:
            self._worker.stop_look(self.request)
            self.request = None

    @Slot(object)
    def _take_event(self, event: Event) -> None:
        if self.request is None or getattr(event, "request_id", 0) != self.request.id:
            return
        if isinstance(event, Progress):
            self.progressed.emit(event.progress)
            return
        self.request = None
        if isinstance(event, Failed):
            self.failed.emit(event.error)
        elif not isinstance(event, Stopped):
            self.answered.emit(event)
