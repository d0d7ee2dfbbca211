"""How a thread that waits for a slow engine is interrupted to read new commands, without losing what it waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol, runtime_checkable


class Interrupted(Exception):  # noqa: N818 - no error: the wait continues when the same call is made again
    """Raised by a waiting call after `interrupt`. Nothing is lost: make the same call again to continue waiting."""


@runtime_checkable
class Interruptible(Protocol):
    """An engine whose `describe`, whose next() and whose iterators' close() may raise Interrupted while they wait."""

    def interrupt(self) -> None:
        """Make the call that waits now, or else the next one, raise Interrupted. From any thread."""


class Wakeup:
    """What one thread waits on until another has news for it, or interrupts it. Safe from any thread."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._is_interrupted = False

    def notify(self) -> None:
        """Have the waiting thread look whether there is news."""
        with self._condition:
            self._condition.notify_all()

    def interrupt(self) -> None:
        """Make the `wait_for` under way, or else the next one, raise Interrupted; twice is as good as once."""
        with self._condition:
            self._is_interrupted = True
            self._condition.notify_all()

    def wait_for(self, has_news: Callable[[], bool], timeout: float) -> bool:
        """Whether there is news now, or within `timeout` seconds. Raises Interrupted."""
        with self._condition:
            self._condition.wait_for(lambda: self._is_interrupted or has_news(), timeout)
            if self._is_interrupted:
                self._is_interrupted = False
                raise Interrupted
            return has_news()
