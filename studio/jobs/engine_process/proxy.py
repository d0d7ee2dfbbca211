"""EngineProcess: the Engine protocol over a pipe; the engine itself runs in a child process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count

from studio.core.engine_api.contract import (
    ColorRequest,
    EngineInfo,
    EngineSettings,
    Event,
    LiveRequest,
    MakeEngine,
    Progress,
    Request,
    SeeRequest,
)
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import EngineDied, EngineError, StudioError
from studio.jobs.engine_process.child import EngineChild
from studio.jobs.engine_process.service import Advance, Answer, Begin, Cancel, Describe
from studio.jobs.engine_process.watchdog import Patience, Work
from studio.jobs.event_check import check_info
from studio.jobs.interruption import Wakeup


class EngineProcess:
    """An Engine whose work happens in a child process, at lower priority, started at the first use.

    Events are pulled: the child works on nothing between two next() calls, so a suspended run costs nothing. No call
    waits for ever: a child that is stuck is killed, as is one whose step takes too long after its run was closed;
    `patience` tells how long that is.

    When a child dies, the run it was at work on raises EngineDied. The others are not to blame: each begins once more
    in a new child at its next next(), so events that were given may come again; learning a style continues from what
    it has saved. A run that loses a second child raises EngineDied, too.

    For one thread, but for `interrupt`. It is Interruptible: after `interrupt` the waiting call raises Interrupted.
    """

    def __init__(self, make_engine: MakeEngine, settings: EngineSettings, patience: Patience | None = None) -> None:
        self._make_engine = make_engine
        self._settings = settings
        self._patience = patience or Patience()
        self._wakeup = Wakeup()
        self._child: EngineChild | None = None
        self._description: tuple[EngineChild, int] | None = None  # asked for, not yet answered
        self._numbers = count(1)
        self._is_closed = False

    def describe(self) -> EngineInfo:
        """What the engine in the child says of itself; makes it there if need be."""
        child = self._living_child()
        if self._description is None or self._description[0] is not child:
            self._description = (child, child.ask(Describe(), Work()))
        answer = child.answer(self._description[1])
        self._description = None
        if isinstance(answer, StudioError):
            raise answer
        return check_info(answer)

    def run(self, request: Request) -> Iterator[Event]:
        """Events of the request, as Engine.run; nothing happens before the first next().

        Close the iterator if you leave it before its end. Several may be alive at once.
        """
        return _Run(self._living_child, next(self._numbers), request)

    def interrupt(self) -> None:
        """Make the call that waits for the child, or else the next one, raise Interrupted. From any thread."""
        self._wakeup.interrupt()

    def close(self) -> None:
        """End the child, in the middle of a step if it must be; idempotent."""
        self._is_closed = True
        if self._child is not None:
            self._child.end()

    def _living_child(self) -> EngineChild:
        if self._is_closed:
            raise EngineError("The painting engine has been closed.")
        if self._child is None or not self._child.is_alive:
            if self._child is not None:
                self._child.end()
            self._child = EngineChild(self._make_engine, self._settings, self._wakeup, self._patience)
        return self._child


class _Run:
    """The iterator of one request; a class, because a generator cannot continue after raising Interrupted."""

    def __init__(self, living_child: Callable[[], EngineChild], number: int, request: Request) -> None:
        self._living_child = living_child
        self._number = number
        self._request = request
        self._work = Work(is_quick=isinstance(request, LiveRequest | ColorRequest | SeeRequest))
        self._child: EngineChild | None = None  # the one it began in; a run does not outlive its child
        self._step: int | None = None  # tickets of what was asked and is not yet answered
        self._cancel: int | None = None
        self._has_saved = False  # a run that learns
        self._has_begun_again = False
        self._is_over = False

    def __iter__(self) -> _Run:
        return self

    def __next__(self) -> Event:
        if self._is_over:
            raise StopIteration
        try:
            answer = self._next_answer()
        except EngineError:
            self._is_over = True
            raise
        self._is_over = answer is None or isinstance(answer, StudioError)
        if answer is None:
            raise StopIteration
        if isinstance(answer, StudioError):
            raise answer
        if isinstance(answer, EngineInfo):
            raise EngineError("The painting engine sent an answer that nobody asked for.", "Try again.")
        if isinstance(answer, Progress) and answer.training_step is not None:
            self._has_saved = True  # it saves before it tells of its first step
        return answer

    def close(self) -> None:
        """Close the run in the child, or end the child if its step takes too long."""
        if self._child is None:
            self._is_over = True
        if self._child is None or self._is_over:
            return
        with suppress(EngineDied):  # the child is dead, and so is the run
            if self._cancel is None:
                self._work.is_unwanted = True
                self._cancel = self._child.ask(Cancel(self._number), self._work)
            if self._step is not None:  # answers come in order; this one is of no more use
                self._child.answer(self._step)
                self._step = None  # collected for good, should the next wait be interrupted
            self._child.answer(self._cancel)
        self._is_over = True

    def _next_answer(self) -> Answer:
        while True:
            try:
                if self._child is None:
                    self._child = self._living_child()
                    self._child.tell(Begin(self._number, self._request))
                if self._step is None:
                    self._step = self._child.ask(Advance(self._number), self._work)
                answer = self._child.answer(self._step)
            except EngineDied:
                if self._child is None or self._child.died_at is self._work or self._has_begun_again:
                    raise
                self._child = self._step = None
                self._has_begun_again = True
                if isinstance(self._request, TuneRequest) and self._has_saved:
                    self._request = replace(self._request, is_resumed=True)
            else:
                self._step = None
                return answer
