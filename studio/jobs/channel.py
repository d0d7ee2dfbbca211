"""Channel: both directions of a pipe to another process, each on a thread, so that its owner never waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, Protocol

JOIN_SECONDS = 1.0  # for the threads to see that the other end is gone

_logger = logging.getLogger(__name__)

Parts = list[bytes | memoryview]


class Pipe(Protocol):
    """How items become bytes on a connection, and the reverse: such as PicturePipe."""

    def pack(self, item: Any) -> Parts:
        """What `write` takes, in this order."""

    def write(self, parts: Parts) -> None:
        """Send what was packed; waits for the other end to read it. OSError if that is gone."""

    def receive(self) -> Any:
        """The next item; waits for it. EOFError or OSError if the other end is gone."""


class Channel:
    """Sends without waiting and receives at once.

    A picture is larger than what the system buffers between two processes: whoever writes one waits until the other
    side reads it. Two sides that write at the same time would wait for each other for ever; and whoever reads a
    half-written item waits for the rest, which never comes from a process that was stopped. Here only the two threads
    wait, and they end when the other process does.

    on_item: called with what was received; on_end: called once when nothing more can come. Both on the receiving
    thread.
    """

    def __init__(
        self, connection: Connection, pipe: Pipe, on_item: Callable[[Any], None], on_end: Callable[[], None]
    ) -> None:
        """pipe: on this connection, which the channel closes."""
        self._connection = connection
        self._pipe = pipe
        self._on_item = on_item
        self._on_end = on_end
        self._outgoing: SimpleQueue[Parts | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=work, name=f"studio-channel-{name}", daemon=True)
            for name, work in (("sender", self._write), ("receiver", self._read))
        ]
        for thread in self._threads:
            thread.start()

    def send(self, item: object) -> None:
        """Have `item` sent after those before it. If it cannot be pickled, that is raised and nothing will be sent."""
        self._outgoing.put(self._pipe.pack(item))

    def close(self) -> None:
        """End both threads; for when the other process has ended. Idempotent."""
        self._outgoing.put(None)
        for thread in self._threads:
            thread.join(JOIN_SECONDS)
        if any(thread.is_alive() for thread in self._threads):
            # A process that even SIGKILL does not end, in the middle of a system call. Closing the connection now
            # would give its number to the next file while a thread still uses it.
            _logger.warning("A process does not end; its connection is left open.")
        else:
            self._connection.close()

    def _write(self) -> None:
        with suppress(OSError):  # the other end is gone, which the receiving thread tells
            while True:
                parts = self._outgoing.get()
                if parts is None:
                    return
                self._pipe.write(parts)
                del parts  # pictures, and the next item may be long in coming

    def _read(self) -> None:
        try:
            while True:
                self._on_item(self._pipe.receive())
        except (EOFError, OSError):  # the other end is gone, perhaps in the middle of an item
            pass
        except Exception:  # no memory for it, or not our protocol: nobody can tell where the next item begins
            _logger.exception("What the other process sent could not be received.")
        finally:
            self._on_end()
