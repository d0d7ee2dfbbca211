"""How much time and memory a picture may take, and who watches that it is no more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from studio.jobs.child_process import Signs

LOOK_SECONDS = 0.05  # between two looks


@dataclass(frozen=True)
class Bounds:
    """start: s until the process is ready. begin: s of processor until the size of a picture is known; begin_per_byte:
    more of it for each byte of its file.

    seconds, per_megapixel: s of processor for the picture then. idle: s without any work, as of a disk that does not
    answer. memory: bytes of a picture of 100 megapixels or less; larger ones may use more in proportion.
    """

    start: float = 60.0
    begin: float = 1.5
    begin_per_byte: float = 1e-8
    seconds: float = 5.0
    per_megapixel: float = 0.5
    idle: float = 30.0
    memory: int = 1_600_000_000  # a PNG of 16 bits with alpha needs 15 bytes per pixel, and some more

    def memory_for(self, pixels: int) -> int:
        """Bytes for a picture of so many pixels."""
        return int(self.memory * max(1.0, pixels / 100e6))


class Watch:
    """Watches over one picture, from when it is asked for.

    Only seconds in which somebody looks are counted: a computer that slept, or a user who debugs, ends nothing.
    """

    def __init__(
        self,
        bounds: Bounds,
        signs: Callable[[], Signs | None],
        clock: Callable[[], float] = monotonic,
        *,
        is_starting: bool = True,
    ) -> None:
        """is_starting: whether the process is still to be ready."""
        self._is_starting = is_starting
        self._bounds = bounds
        self._signs = signs
        self._clock = clock
        self._limit = bounds.start
        self._what = "the decoder took more than {:.0f} s to start"
        self._memory = bounds.memory
        self._at_rest: int | None = None
        self._looked_at = self._cpu = self._worked = self._idle = 0.0
        self._start_again()

    def begin(self, file_size: int) -> None:
        """From now on a file of so many bytes is read."""
        self._limit = self._bounds.begin + self._bounds.begin_per_byte * file_size
        self._what = "its beginning took more than {:.0f} s to read"
        signs = self._signs()
        self._at_rest = signs.memory if signs else None
        self._is_starting = False
        self._start_again()

    def size_is_known(self, width: int, height: int) -> None:
        """From now on it is decoded."""
        pixels = width * height
        self._limit = self._bounds.seconds + self._bounds.per_megapixel * pixels / 1e6
        self._what = "it took more than {:.0f} s to decode"
        self._memory = self._bounds.memory_for(pixels)
        self._start_again()

    def look(self) -> str:
        """What was exceeded, "" for nothing. To be called every LOOK_SECONDS."""
        now = self._clock()
        passed, self._looked_at = min(now - self._looked_at, 4 * LOOK_SECONDS), now
        signs = self._signs()
        if signs is None:
            return ""
        used, self._cpu = signs.cpu_seconds - self._cpu, signs.cpu_seconds
        if self._is_starting:
            self._worked += passed
        elif used > 0:
            self._idle = 0.0
            self._worked += min(used, passed)  # a busy computer is no fault of the file
        else:
            self._idle += passed
        if self._at_rest is not None and signs.memory - self._at_rest > self._memory:
            return f"it took more than {self._memory / 1e9:.1f} GB of memory"
        if self._idle >= self._bounds.idle:
            return f"it made no progress for {self._idle:.0f} s"
        return self._what.format(self._limit) if self._worked >= self._limit else ""

    def _start_again(self) -> None:
        signs = self._signs()
        self._cpu = signs.cpu_seconds if signs else 0.0
        self._looked_at = self._clock()
        self._worked = self._idle = 0.0
