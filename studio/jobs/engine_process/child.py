"""EngineChild: one life of the child process, as its parent sees it: started, asked, waited for, terminated."""

from __future__ import annotations

import multiprocessing
import sys
from collections import deque
from dataclasses import dataclass
from itertools import count
from time import monotonic

from studio.core.engine_api.contract import EngineSettings, MakeEngine
from studio.core.errors import EngineDied, EngineError, StudioError
from studio.jobs.channel import Channel
from studio.jobs.child_process import cause_of_death, environment, signs_of, wait_for_end
from studio.jobs.engine_process.picture_pipe import PicturePipe
from studio.jobs.engine_process.service import KEPT_PICTURES, Advance, Answer, Begin, Cancel, Describe, Quit, serve
from studio.jobs.engine_process.watchdog import LOOK_SECONDS, Patience, Watchdog, Work
from studio.jobs.interruption import Wakeup

QUIT_SECONDS = 0.5  # to end by itself before it is killed: nothing in it is worth a longer wait
KILL_SECONDS = 3.0  # for the system to free what a killed process holds: gigabytes, and graphics memory

# glibc hands large tensors back to the system at every step unless told not to: a third of a step's time.
# It reads these only when a process starts.
CHILD_ENVIRONMENT = (
    {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "4294967296"} if sys.platform == "linux" else {}
)


class EngineChild:
    """A running child process that answers messages in their order.

    For one thread. Nothing waits but `answer` and `end`. Once the child is dead (`is_alive` tells), every call but
    `end` raises EngineDied; a new life is a new EngineChild. Waiting is cut short by `wakeup`, and a child that is
    stuck is ended, see Watchdog. died_at: what it was at work on when it died; None if on nothing.
    """

    def __init__(self, make_engine: MakeEngine, settings: EngineSettings, wakeup: Wakeup, patience: Patience) -> None:
        context = multiprocessing.get_context("spawn")
        connection, theirs = context.Pipe()
        # A daemon: ended with this process; should this one be killed, the child sees its end of the pipe close.
        self._process = context.Process(
            target=serve, args=(theirs, make_engine, settings), name="studio-engine", daemon=True
        )
        try:
            with environment(CHILD_ENVIRONMENT):
                self._process.start()
        except OSError as error:
            connection.close()
            raise EngineError(
                f"The painting engine could not be started ({error}).", "Close other programs and try again."
            ) from error
        finally:
            theirs.close()  # else we would never see the child's end close
        assert self._process.pid is not None
        self.died_at: Work | None = None
        self._watchdog = Watchdog(signs_of(self._process.pid), patience)
        self._wakeup = wakeup
        self._tickets = count(1)
        self._last_error: EngineDied | None = None
        # From here on shared with the channel's receiving thread.
        self._next_answered = count(1)
        self._asked: deque[_Question] = deque()  # not yet answered; the child is at work on the first
        self._answered_at = monotonic()
        self._has_engine = False
        self._answers: dict[int, Answer] = {}  # by ticket, those that nobody has collected yet
        self._is_cut_off = False
        self._channel = Channel(connection, PicturePipe(connection, sent=KEPT_PICTURES), self._take, self._cut_off)

    @property
    def is_alive(self) -> bool:
        """Whether it can still be asked, as far as is known."""
        return self._last_error is None and not self._is_cut_off and self._process.is_alive()

    def tell(self, message: Begin) -> None:
        """Send a message that has no answer."""
        self._check()
        self._channel.send(message)

    def ask(self, message: Describe | Advance | Cancel, work: Work) -> int:
        """Send a message; returns the ticket for its answer."""
        self._check()
        self._asked.append(_Question(work, monotonic(), not isinstance(message, Cancel)))
        self._channel.send(message)
        return next(self._tickets)

    def answer(self, ticket: int) -> Answer:
        """Wait for an answer.

        Raises EngineDied if the child dies meanwhile, by itself or because it is stuck; and Interrupted if it is
        interrupted: call it again to continue waiting.
        """
        while not self._wakeup.wait_for(lambda: ticket in self._answers or self._is_cut_off, LOOK_SECONDS):
            self._look()
        if ticket not in self._answers:  # a dead child's last answers still count
            self._check()
        return self._answers.pop(ticket)

    def end(self) -> None:
        """Let it end by itself, for a moment, or kill it; idempotent."""
        if self.is_alive:
            self._channel.send(Quit())
            self._terminate(EngineDied("The painting engine was closed."))
        elif self._last_error is None:
            self._terminate()

    def _take(self, answer: Answer) -> None:
        question, now = self._asked[0], monotonic()
        if self._has_engine:
            seconds = now - max(question.asked_at, self._answered_at)
            question.work.longest_step = max(question.work.longest_step, seconds)
        if question.needs_engine and not isinstance(answer, StudioError):
            self._has_engine = True
        self._answered_at = now
        self._answers[next(self._next_answered)] = answer
        self._asked.popleft()
        self._wakeup.notify()

    def _cut_off(self) -> None:
        self._is_cut_off = True
        self._wakeup.notify()

    def _look(self) -> None:
        if not self._process.is_alive():  # its end of the connection is still open if another process has inherited it
            self._terminate()
            return
        try:
            question = self._asked[0]
        except IndexError:  # it has just been answered
            return
        error = self._watchdog.look(question, question.work, is_starting=not self._has_engine)
        if error is not None:
            self._terminate(error, patience=0.0)

    def _check(self) -> None:
        if self._last_error is None and not self.is_alive:
            self._terminate()
        if self._last_error is not None:
            raise EngineDied(self._last_error.message, self._last_error.remedy)

    def _terminate(self, error: EngineDied | None = None, patience: float = QUIT_SECONDS) -> None:
        """Without an error the child has died by itself."""
        try:
            wait_for_end(self._process, patience)
        finally:  # whatever comes between, such as a second Ctrl+C: a stopped child would keep this process from ending
            self._last_error = error or EngineDied(
                f"The painting engine stopped unexpectedly ({cause_of_death(self._process.exitcode)}).",
                "The next try starts it again; if it happens again, choose a smaller size.",
            )
            if self._process.is_alive():
                self._process.kill()
                wait_for_end(self._process, KILL_SECONDS)
            self._channel.close()
            self._is_cut_off = True  # even if the channel is stuck
            self.died_at = self._asked[0].work if self._asked else None
            if not self._process.is_alive():
                self._process.close()


@dataclass(frozen=True, eq=False)
class _Question:
    """What was asked. needs_engine: it cannot be answered before the engine is made."""

    work: Work
    asked_at: float
    needs_engine: bool
