"""Standard output and error as they are when nobody reads them: closed, full or left; none of it ends the work."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TextIO, cast

_LEFT = (errno.EPIPE, errno.ESHUTDOWN, errno.ECONNRESET)  # its reader has seen enough, such as `head`


class StandardStreams:
    """Takes the place of sys.stdout and sys.stderr while a program runs; a context manager.

    What cannot be written there is dropped, and characters that the terminal has not are written as escapes. Bytes of a
    result, which must not be lost, go to `write_result`.
    """

    def __enter__(self) -> Self:
        _occupy_descriptors()
        self._before = sys.stdout, sys.stderr
        self._out, self._err = _Outlet(sys.stdout), _Outlet(sys.stderr)
        sys.stdout, sys.stderr = cast(TextIO, self._out), cast(TextIO, self._err)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.flush()
        self._err.flush()
        sys.stdout, sys.stderr = self._before

    def failure(self) -> str:
        """Why standard output did not take everything, such as "No space left on device"; "" if it did.

        One that was closed from the start, or whose reader has left, counts as one that took everything.
        """
        self._out.flush()
        error = self._out.failure
        if error is None or (isinstance(error, OSError) and error.errno in _LEFT):
            return ""
        return (isinstance(error, OSError) and error.strerror) or str(error)


def is_closed(stream: TextIO | None) -> bool:
    """Whether a standard stream was closed when the program started, as `>&-` in a shell does."""
    return stream is None or getattr(stream, "is_closed", False)


def write_result(data: bytes) -> None:
    """Write bytes to standard output. Raises OSError if they do not all arrive; the rest is dropped."""
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError:
        _drop(sys.stdout)
        raise


class _Outlet:
    """A text stream that writes what it can. failure: the first thing that went wrong."""

    def __init__(self, stream: TextIO | None) -> None:
        self.is_closed = stream is None
        self.failure: OSError | ValueError | None = None
        self._stream = stream or io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        reconfigure = getattr(self._stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        if not self.is_closed and self.failure is None:
            try:
                self._stream.write(text)
            except (OSError, ValueError) as error:  # ValueError: somebody has closed it
                self._give_up(error)
        return len(text)

    def flush(self) -> None:
        if not self.is_closed and self.failure is None:
            try:
                self._stream.flush()
            except (OSError, ValueError) as error:
                self._give_up(error)

    def _give_up(self, error: OSError | ValueError) -> None:
        self.failure = error
        _drop(self._stream)


def _drop(stream: TextIO) -> None:
    """Let what the stream still holds, and all that is to come, go nowhere: else its flush at exit fails again."""
    with suppress(OSError, ValueError):  # a stream in memory has no descriptor
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def _occupy_descriptors() -> None:
    """Open what was closed of the three: the next file that is opened would get its number, and what is said there."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)
            if null != descriptor:
                os.dup2(null, descriptor)
                os.close(null)
            os.set_inheritable(descriptor, True)
