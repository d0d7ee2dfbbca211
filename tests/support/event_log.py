"""What tests of the worker share: an EventLog that listens to it, and a worker that is closed at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from studio.core.engine_api.contract import Compared, Done, Engine, Event, Failed, Ready, Seen, Stopped
from studio.jobs.worker import Worker
from tests.support.fakes import GUARD_SECONDS


class EventLog:
    """Called with events from any thread; `events` has them in order, `threads` the names of the calling threads."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.threads: set[str] = set()
        self._arrival = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._arrival:
            self.events.append(event)
            self.threads.add(threading.current_thread().name)
            self._arrival.notify_all()

    def wait_for(self, is_it: Callable[[Event], bool]) -> Event:
        """The first event, past or to come, that `is_it`."""
        with self._arrival:
            if not self._arrival.wait_for(lambda: any(map(is_it, self.events)), GUARD_SECONDS):
                raise AssertionError(f"It never came; what came: {self.names()}")
            return next(filter(is_it, self.events))

    def wait_for_ready(self) -> Event:
        return self.wait_for(lambda event: isinstance(event, Ready))

    def wait_for_end(self, request_id: int) -> Event:
        """The Done, Seen, Compared, Stopped or Failed of a request."""
        return self.wait_for(
            lambda event: _id(event) == request_id and isinstance(event, Done | Seen | Compared | Stopped | Failed)
        )

    def of(self, request_id: int) -> list[Event]:
        return [event for event in self.events if _id(event) == request_id]

    def names(self, request_id: int | None = None) -> list[str]:
        """The kinds of all events, or of those of one request, in their order."""
        return [type(event).__name__ for event in (self.events if request_id is None else self.of(request_id))]


@contextmanager
def running_worker(make_engine: Callable[[], Engine], log: EventLog) -> Iterator[Worker]:
    worker = Worker(make_engine, log)
    worker.start()
    try:
        yield worker
    finally:
        worker.close(GUARD_SECONDS)


def _id(event: Event) -> int | None:
    return None if isinstance(event, Ready) else event.request_id
