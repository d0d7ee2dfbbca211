"""How a thread that waits for a slow engine is called back to its mail, without losing what it waits for."""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection, Pipe
from typing import Protocol, runtime_checkable


class Interrupted(Exception):  # noqa: N818 - no error: the wait goes on when the same call is made again
    """Raised out of a waiting call after `interrupt`. Nothing is lost: make the call again to go on waiting."""


@runtime_checkable
class Interruptible(Protocol):
    """An engine whose `describe`, whose next() and whose iterators' close() may raise Interrupted while they wait."""

    def interrupt(self) -> None:
        """Make the call that waits now, or else the next one that would, raise Interrupted. From any thread."""


class Bell:
    """Rung by one thread, heard by another that waits in `multiprocessing.connection.wait` on `ear`.

    Ringing a bell that has not been answered yet changes nothing.
    """

    def __init__(self) -> None:
        self.ear: Connection
        self.ear, self._rope = Pipe(duplex=False)
        self._lock = threading.Lock()
        self._is_ringing = False
        self._is_closed = False

    def ring(self) -> None:
        """Wake who listens, now or as soon as somebody does."""
        with self._lock:
            if not self._is_ringing and not self._is_closed:
                self._is_ringing = True
                self._rope.send_bytes(b"!")

    def answer(self) -> None:
        """Silence the bell; `ear` must be ready."""
        with self._lock:
            self.ear.recv_bytes()
            self._is_ringing = False

    def close(self) -> None:
        """Ring no more; idempotent. Nobody may be listening."""
        with self._lock:
            self._is_closed = True
            self.ear.close()
            self._rope.close()
