"""Watchdog: tells a slow step of the engine from a stuck one, by what the system says of its process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from studio.core.errors import EngineDied
from studio.jobs.child_process import Signs

LOOK_SECONDS = 0.5  # between two looks
_AS_SLOW = 10.0  # times the longest step so far, before a step is a stuck one
_AS_SLOW_UNWANTED = 3.0  # the same where its run has been closed: what it costs is the start of another process


@dataclass(frozen=True)
class Patience:
    """How many seconds an answer may take, by what the process does meanwhile.

    start: until the engine is made; torch from a cold disk takes a minute. stopped: held by the system, as by SIGSTOP.
    quick_idle, long_idle: without using a processor; quick is a step that a hand on a slider waits for. quick, long: in
    all. Those of a long step are more where its run has taken long for a step before. grace: for a step under way when
    its run is closed, more for the same reason, but not more than longest_grace.
    """

    start: float = 180.0
    stopped: float = 3.0
    quick_idle: float = 3.0
    quick: float = 60.0
    long_idle: float = 120.0  # a graphics card may be at work, or a slow network
    long: float = 900.0
    grace: float = 3.0
    longest_grace: float = 60.0


@dataclass(eq=False)
class Work:
    """What is known of a run, or of another thing that the engine is asked for. longest_step: s, of its answers."""

    is_quick: bool = False
    is_unwanted: bool = False
    longest_step: float = 0.0


class Watchdog:
    """Says when to wait no longer for an answer of the engine.

    No time limit alone can do that: an honest step of a large picture takes minutes on a slow machine, and nobody
    waits minutes for a slider. Nor can a sign of life from a thread of the process: it is missing while torch is
    loaded or weights are read, when no other thread gets to run Python, and it continues while torch waits for a lock
    that is never released. But the system knows: a process at work uses processor time, waits for a disk, or, as it is
    niced, for a processor that busier programs do not leave it for seconds; one that was stopped, or waits for what
    never comes, does not. So each second is counted as one of these kinds, with a limit
    of its own. That of work is there for a loop without an end; long before, the user can press Stop.

    Only seconds in which somebody looks are counted: a computer that slept, or a user who debugs, ends nothing.
    """

    def __init__(
        self, signs: Callable[[], Signs | None], patience: Patience, clock: Callable[[], float] = monotonic
    ) -> None:
        """signs: of the process; None where it has gone, which is told elsewhere."""
        self._signs = signs
        self._patience = patience
        self._clock = clock
        self._looked_at = clock()
        self._step: object = None
        self._cpu_seconds = 0.0
        self._stopped = self._idle = self._unwanted = self._all = 0.0

    def look(self, step: object, work: Work, *, is_starting: bool) -> EngineDied | None:
        """Why the process is to be ended, if it is. To be called every LOOK_SECONDS while an answer is awaited.

        step: what tells this answer from the next. is_starting: the engine is still to be made.
        """
        now = self._clock()
        passed, self._looked_at = min(now - self._looked_at, 2 * LOOK_SECONDS), now
        signs = self._signs()
        if signs is None:
            return None
        if step is self._step:
            self._count(passed, signs, work)
        else:
            self._step = step
            self._stopped = self._idle = self._unwanted = self._all = 0.0
        self._cpu_seconds = signs.cpu_seconds
        return self._starting_verdict() if is_starting else self._verdict(work)

    def _count(self, passed: float, signs: Signs, work: Work) -> None:
        self._all += passed
        if work.is_unwanted:
            self._unwanted += passed
        if signs.cpu_seconds > self._cpu_seconds or signs.is_at_disk or signs.is_runnable:
            return
        if signs.is_stopped:
            self._stopped += passed
        else:
            self._idle += passed

    def _starting_verdict(self) -> EngineDied | None:
        if self._stopped >= self._patience.stopped:
            return _silence()
        if self._all >= self._patience.start:
            return EngineDied(
                f"The painting engine was not ready after {self._patience.start:.0f} s and was ended.",
                "Close other programs and try again.",
            )
        return None

    def _verdict(self, work: Work) -> EngineDied | None:
        limits, longest = self._patience, work.longest_step
        idle = limits.quick_idle if work.is_quick else max(limits.long_idle, _AS_SLOW * longest)
        whole = max(limits.quick if work.is_quick else limits.long, _AS_SLOW * longest)
        grace = min(max(limits.grace, _AS_SLOW_UNWANTED * longest), limits.longest_grace)
        if self._stopped >= limits.stopped or self._idle >= idle:
            return _silence()
        if self._unwanted >= grace:
            return EngineDied("The painting engine did not stop in time and was ended.", _REMEDY)
        if self._all >= whole:
            return EngineDied(f"The painting engine took {whole:.0f} s for one step and was ended.", _REMEDY)
        return None


_REMEDY = "The next try starts it again; if it happens again, choose a smaller size."


def _silence() -> EngineDied:
    return EngineDied("The painting engine no longer answered and was ended.", _REMEDY)
