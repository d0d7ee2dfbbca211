"""EventBridge: from the worker's thread to the GUI thread; events are left here and fetched after one signal."""

from __future__ import annotations

from threading import Lock

from PySide6.QtCore import QObject, Signal

from studio.core.engine_api.contract import Event, Frame
from studio.ui.threads.emit_unless_destroyed import emit_unless_destroyed


class EventBridge(QObject):
    """Holds the events that the GUI thread has not fetched yet.

    Of a request's frames only the newest is kept: a screen that is late shows the present and not the past. All other
    events are kept, in order. `event_waiting` says only that there is something; connect it queued. It is emitted
    once until `take_events` is called, so a slow GUI thread never finds a queue of signals.
    """

    event_waiting = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = Lock()
        self._events: list[Event] = []

    def post(self, event: Event) -> None:
        """Leave an event; called in the worker's thread."""
        with self._lock:
            is_first = not self._events
            if isinstance(event, Frame):
                self._events = [e for e in self._events if not _is_frame_of(e, event.request_id)]
            self._events.append(event)
        if is_first:
            emit_unless_destroyed(self.event_waiting)

    def take_events(self) -> list[Event]:
        """All events left since the last call, oldest first."""
        with self._lock:
            events, self._events = self._events, []
        return events


def _is_frame_of(event: Event, request_id: int) -> bool:
    return isinstance(event, Frame) and event.request_id == request_id
