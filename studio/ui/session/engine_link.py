"""EngineLink: the engine as the window knows it: whether it runs, what it says, and whom that concerns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.engine_api.contract import EngineInfo, Event, Failed, Ready
from studio.jobs.worker import Worker
from studio.ui.session.message import Message
from studio.ui.threads.event_bridge import EventBridge
from studio.ui.threads.task_error import task_error

WORKER_PATIENCE = 5.0  # s that closing waits for the worker; it ends the engine's process itself by then


class EventTaker(Protocol):
    """Somebody who asks the engine for things."""

    def take_event(self, event: Event) -> bool:
        """Take an event if it belongs to what was asked for; False if it does not."""
        ...


class EngineLink(QObject):
    """Starts and ends the worker and through it the engine, and hands out its events.

    info: of an engine that is ready, else None. has_failed: it died or would not start, and was not ready since.
    takers: asked in turn whether an event is theirs; what nobody takes is `unclaimed`. Signals: ready(EngineInfo);
    failed(StudioError), it died; message_posted(Message), of a fault while an event was taken.
    """

    ready = Signal(object)
    failed = Signal(object)
    unclaimed = Signal(object)
    message_posted = Signal(object)

    def __init__(self, worker: Worker, bridge: EventBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.info: EngineInfo | None = None
        self.has_failed = False
        self.takers: Sequence[EventTaker] = ()
        self._worker = worker
        self._bridge = bridge

    @Slot()
    def start(self) -> None:
        """Start the worker and through it the engine, which says `ready` later."""
        self._worker.start()

    def close(self) -> None:
        """End the worker and the engine. Idempotent."""
        self._worker.close(WORKER_PATIENCE)

    def take_events(self) -> None:
        """Hand out all events that have come."""
        for event in self._bridge.take_events():
            try:
                self.take_event(event)
            except Exception as error:  # noqa: BLE001 - the events after it must not be lost, least of all an end
                self.message_posted.emit(Message.about(task_error(error)))

    def take_event(self, event: Event) -> None:
        """Hand out one event."""
        match event:
            case Ready(info):
                self.info, self.has_failed = info, False
                self.ready.emit(info)
            case Failed(0, error):
                self.info, self.has_failed = None, True
                self.failed.emit(error)
            case _:
                if not any(taker.take_event(event) for taker in self.takers):
                    self.unclaimed.emit(event)
