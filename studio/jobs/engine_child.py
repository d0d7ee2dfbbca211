"""EngineChild: one life of the child process, as its parent sees it: started, asked, waited for, ended."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from multiprocessing.connection import wait
from time import monotonic

from studio.core.contract import EngineSettings, MakeEngine
from studio.core.errors import EngineError
from studio.jobs.engine_service import KEPT_PICTURES, Advance, Answer, Begin, Cancel, Describe, Message, serve
from studio.jobs.interruption import Bell, Interrupted
from studio.jobs.picture_pipe import PicturePipe

FAREWELL_SECONDS = 0.5  # to end by itself, before it is killed: nothing in it is worth waiting for any longer

# glibc hands large tensors back to the system at every step unless told not to: a third of a step's time.
# It reads these only when a process starts.
CHILD_ENVIRONMENT = (
    {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "4294967296"} if sys.platform == "linux" else {}
)

_environment_lock = threading.Lock()  # there is one environment per process, whoever starts children


class EngineChild:
    """A running child process that answers messages in their order.

    For one thread. Once the child is dead (`is_alive` tells), every call but `end` raises EngineError; a new life is
    a new EngineChild. Waiting is cut short by `bell`.
    """

    def __init__(self, make_engine: MakeEngine, settings: EngineSettings, bell: Bell) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        # A daemon: ended with this process; should this one be killed, the child sees its end of the pipe close.
        self._process = context.Process(
            target=serve, args=(theirs, make_engine, settings), name="studio-engine", daemon=True
        )
        try:
            with _environment(CHILD_ENVIRONMENT):
                self._process.start()
        except OSError as error:
            self._connection.close()
            raise EngineError(
                f"The painting engine could not be started ({error}).", "Close other programs and try again."
            ) from error
        finally:
            theirs.close()  # else we would never see the child's end close
        self._pipe = PicturePipe(self._connection, sent=KEPT_PICTURES)
        self._bell = bell
        self._tickets = count(1)
        self._next_answered = count(1)
        self._answers: dict[int, Answer] = {}  # by ticket, those that nobody has collected yet
        self._obituary: EngineError | None = None

    @property
    def is_alive(self) -> bool:
        """Whether it can still be asked, as far as is known."""
        return self._obituary is None and self._process.is_alive()

    def tell(self, message: Begin) -> None:
        """Send a message that has no answer."""
        self._send(message)

    def ask(self, message: Describe | Advance | Cancel) -> int:
        """Send a message; returns the ticket for its answer."""
        self._send(message)
        return next(self._tickets)

    def answer(self, ticket: int, deadline: float | None = None) -> Answer:
        """Wait for an answer; a child that has not given it by `deadline` (of `time.monotonic`) is killed.

        Raises EngineError if it died meanwhile, and Interrupted if the bell rings: call it again to go on waiting.
        """
        while ticket not in self._answers:
            self._check()
            self._receive(deadline)
        return self._answers.pop(ticket)

    def end(self) -> None:
        """Let it end by itself, for a moment, or kill it; idempotent."""
        if self._obituary is None:
            self._bury("was closed")

    def _send(self, message: Message) -> None:
        self._check()
        try:
            self._pipe.send(message)
        except OSError:
            self._bury()
            self._check()

    def _receive(self, deadline: float | None) -> None:
        patience = None if deadline is None else max(0.0, deadline - monotonic())
        ready = wait([self._bell.ear, self._connection, self._process.sentinel], patience)
        if self._bell.ear in ready:
            self._bell.answer()
            raise Interrupted
        if self._connection in ready:  # before the sentinel: a dead child's last answers still count
            try:
                answer = self._pipe.receive()
            except (EOFError, OSError, MemoryError, pickle.UnpicklingError):  # died, or is of no more use
                self._bury()
            else:
                self._answers[next(self._next_answered)] = answer
        elif ready:
            self._bury()
        else:
            self._bury("did not stop in time and was ended", patience=0.0)

    def _check(self) -> None:
        if self._obituary is not None:
            raise EngineError(self._obituary.message, self._obituary.remedy)

    def _bury(self, reason: str = "", patience: float = FAREWELL_SECONDS) -> None:
        self._connection.close()
        self._process.join(patience)
        reason = reason or f"stopped unexpectedly ({_cause_of_death(self._process.exitcode)})"
        if self._process.is_alive():
            self._process.kill()
            self._process.join(FAREWELL_SECONDS)
        remedy = "The next try starts it again; if it happens again, choose a smaller size."
        self._obituary = EngineError(f"The painting engine {reason}.", remedy)
        if not self._process.is_alive():
            self._process.close()


def _cause_of_death(exit_code: int | None) -> str:
    if exit_code is None:
        return "it no longer answered"
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    # On Linux it is the kernel that kills when memory runs out.
    return f"{name}, perhaps for lack of memory" if name == "SIGKILL" else name


@contextmanager
def _environment(additions: Mapping[str, str]) -> Iterator[None]:
    """Children started inside find `additions` in their environment; a value the user has set stays.

    multiprocessing hands on the environment of this process and takes no other, so it is changed for the few
    milliseconds of a start.
    """
    with _environment_lock:
        missing = {name: value for name, value in additions.items() if name not in os.environ}
        os.environ.update(missing)
        try:
            yield
        finally:
            for name in missing:
                del os.environ[name]
