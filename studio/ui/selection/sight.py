"""Sight: what there is in a photo, asked of the engine once and remembered as long as the photo."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal

from studio.core.engine_api.contract import Event, Failed, Seen, SeeRequest
from studio.core.picture import Picture
from studio.jobs.worker import Worker

TRIES = 3  # an engine that died for another reason deserves another one


class Sight(QObject):
    """Signals: changed(), it is known what another photo shows; failed(StudioError), that will not be known."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._asked: dict[int, Picture] = {}  # by request
        self._seen: WeakKeyDictionary[Picture, Seen] = WeakKeyDictionary()
        self._failures: WeakKeyDictionary[Picture, int] = WeakKeyDictionary()

    def look_at(self, photo: Picture | None) -> None:
        """Have a photo looked at, unless it was or will be already; what has failed is tried again, TRIES times."""
        is_wanted = photo is not None and (photo not in self._seen or 0 < self._failures.get(photo, 0) < TRIES)
        if photo is not None and is_wanted and photo not in self._asked.values():
            request = SeeRequest(photo)
            self._asked[request.id] = photo
            self._worker.look(request)

    def seen(self, photo: Picture | None) -> Seen | None:
        """What there is in a photo; None while that is not known."""
        return self._seen.get(photo) if photo is not None else None

    def take_event(self, event: Event) -> bool:
        """Take an event if it belongs to a photo that was asked about; False if it does not."""
        photo = self._asked.get(getattr(event, "request_id", 0))
        if photo is None:
            return False
        if isinstance(event, Seen):
            self._failures.pop(photo, None)
            self._end(event.request_id, event)
        elif isinstance(event, Failed):
            self._failures[photo] = self._failures.get(photo, 0) + 1
            self._end(event.request_id, Seen(event.request_id, None))  # else what waits for it would wait for ever
            if self._failures[photo] == TRIES:
                self.failed.emit(event.error)
        return True

    def _end(self, request_id: int, seen: Seen) -> None:
        self._seen[self._asked.pop(request_id)] = seen
        self.changed.emit()
