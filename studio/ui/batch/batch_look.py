"""BatchLook: has the engine look at the photos of a batch, for the thread that opens them."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Lock

from PySide6.QtCore import QCoreApplication

from studio.core.engine_api.contract import Event, Failed, Seen, SeeRequest, Stopped
from studio.core.errors import EngineError
from studio.core.picture import Picture
from studio.jobs.worker import Worker


class BatchLook:
    """One photo at a time: called on the files' thread, which waits; answered and ended on the GUI thread."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._lock = Lock()
        self._is_closed = False
        self._request: SeeRequest | None = None
        self._answer: Future[Seen] = Future()

    def __call__(self, photo: Picture) -> Seen:
        """What there is in a photo. Raises what the engine could not do, and EngineError after `close`."""
        request, answer = SeeRequest(photo), Future[Seen]()
        with self._lock:
            if self._is_closed:
                raise _ended()
            self._request, self._answer = request, answer
        self._worker.look(request)
        return answer.result()

    def take_event(self, event: Event) -> bool:
        """Take an event if it belongs to the photo that is looked at; False if it does not."""
        with self._lock:
            request = self._request
            if request is None or getattr(event, "request_id", 0) != request.id:
                return False
            if isinstance(event, Seen | Failed | Stopped):
                self._request = None
                if isinstance(event, Seen):
                    self._answer.set_result(event)
                else:
                    self._answer.set_exception(event.error if isinstance(event, Failed) else _ended())
        return True

    def close(self) -> None:
        """Look at nothing more, and let go of whoever waits; idempotent."""
        with self._lock:
            self._is_closed = True
            if self._request is not None:
                self._request = None
                self._answer.set_exception(_ended())


def _ended() -> EngineError:
    text = QCoreApplication.translate("BatchLook", "The batch was stopped before this photo was looked at.")
    return EngineError(text, QCoreApplication.translate("BatchLook", "Resume it."))
