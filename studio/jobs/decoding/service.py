"""What runs in the decode process: opens one picture after the other, within a bound on memory."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO

from studio.core.errors import PictureError, StudioError
from studio.core.picture import Picture
from studio.jobs.as_studio_error import as_studio_error
from studio.jobs.child_process import end_with_parent
from studio.jobs.decoding.answering import answer
from studio.jobs.decoding.bounds import Bounds
from studio.jobs.decoding.messages import (
    Begun,
    NoRoom,
    Opened,
    Question,
    Ready,
    Sized,
    lay_down,
    receive_question,
    send_answer,
)

_SLACK = 512 * 2**20  # bytes of addresses that are never used: stacks of threads, what libraries reserve


def serve(connection: Connection, shared: Path, bounds: Bounds) -> None:
    """Answer questions until the other end closes or dies. shared: the file that pictures are handed over in."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the parent decides what ends
    threading.Thread(target=end_with_parent, name="studio-parent-watch", daemon=True).start()
    _be_the_first_to_go()
    memory = _MemoryLimit(bounds)
    with shared.open("r+b", buffering=0) as file, suppress(EOFError, OSError):
        send_answer(connection, Ready())
        while True:
            question = receive_question(connection)
            memory.set_for(0)

            def tell_size(width: int, height: int) -> None:
                memory.set_for(width * height)
                send_answer(connection, Sized(width, height))

            send_answer(connection, Begun(_size_of(question)))
            try:
                picture = answer(question, tell_size)
                opened = _laid_down(picture, file, question)
                del picture
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one file, the next may be a picture
                send_answer(connection, _sentence(error, question))
            else:
                send_answer(connection, opened)
            del question


def _laid_down(picture: Picture, file: IO[bytes], question: Question) -> Opened:
    try:
        return lay_down(picture, file)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        file.seek(0)
        file.truncate()
        raise NoRoom(
            f"{question.name} was not opened: there is no room for its pixels among the temporary files.",
            "Free some space on the disk and try again.",
        ) from None


def _sentence(error: Exception, question: Question) -> StudioError:
    """As `as_studio_error`; only a fault of ours brings its traceback along."""
    if isinstance(error, MemoryError):
        return PictureError(
            f"{question.name} needs more memory than there is.", "Close other programs or make it smaller."
        )
    told = as_studio_error(error, "The studio")
    if isinstance(error, StudioError | OSError):
        del told.__notes__
    return told


def _size_of(question: Question) -> int:
    if question.path is None:
        return len(question.data)
    try:
        return question.path.stat().st_size
    except (OSError, ValueError):  # which opening it will tell
        return 0


class _MemoryLimit:
    """Has allocations fail beyond the bound, where the system can do that; elsewhere the other process watches."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._at_rest = _addresses_used()

    def set_for(self, pixels: int) -> None:
        """Set the limit for a picture of so many pixels."""
        if self._at_rest:
            import resource

            most = self._at_rest + self._bounds.memory_for(pixels) + _SLACK
            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
            with suppress(OSError, ValueError):
                resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _addresses_used() -> int:
    """Bytes; 0 where the system does not tell, and where a limit on them is not kept."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _be_the_first_to_go() -> None:
    """Where memory runs out, let Linux end this process and not the window; and let no crash fill the disk."""
    if sys.platform == "win32":
        return
    import resource

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800")
