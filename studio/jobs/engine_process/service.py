"""What runs in the child process: reads messages, makes the engine when it is first needed, answers."""

from __future__ import annotations

import gc
import pickle
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from studio.core.engine_api.contract import Engine, EngineInfo, EngineSettings, Event, MakeEngine, Request
from studio.core.errors import EngineError, StudioError
from studio.jobs.as_studio_error import as_studio_error
from studio.jobs.child_process import end_with_parent, lower_priority
from studio.jobs.engine_process.picture_pipe import PicturePipe

KEPT_PICTURES = 1 << 30  # bytes of pixels the child keeps; a content of 200 megapixels and some styles


@dataclass(frozen=True)
class Describe:
    """Asks for the engine's EngineInfo."""


@dataclass(frozen=True)
class Begin:
    """Hands over a request under a number; there is no answer."""

    run: int
    request: Request


@dataclass(frozen=True)
class Advance:
    """Asks for the next event of a run; None when there is none."""

    run: int


@dataclass(frozen=True)
class Cancel:
    """Closes a run; answered by None when that is done."""

    run: int


@dataclass(frozen=True)
class Quit:
    """Ends the process; there is no answer."""


Message = Describe | Begin | Advance | Cancel | Quit
Answer = EngineInfo | Event | StudioError | None


def serve(connection: Connection, make_engine: MakeEngine, settings: EngineSettings) -> None:
    """Answer messages in their order until the other end closes or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the parent decides what ends
    lower_priority()
    threading.Thread(target=end_with_parent, name="studio-parent-watch", daemon=True).start()
    pipe = PicturePipe(connection, kept=KEPT_PICTURES)
    service = _Service(make_engine, settings)
    # EOFError: the parent closed its end, or died; OSError: it did so while we answered.
    with suppress(EOFError, OSError):
        while not isinstance(message := pipe.receive(), Quit):
            if isinstance(message, Begin):
                service.begin(message)
            else:
                pipe.send(service.answer(message))
    service.close()


class _Service:
    def __init__(self, make_engine: MakeEngine, settings: EngineSettings) -> None:
        self._make_engine = make_engine
        self._settings = settings
        self._engine: Engine | None = None
        self._requests: dict[int, Request] = {}  # of runs that nobody has advanced yet
        self._runs: dict[int, Iterator[Event]] = {}

    def begin(self, message: Begin) -> None:
        """Only noted: reading must not wait for an engine that takes seconds to make."""
        self._requests[message.run] = message.request

    def answer(self, message: Describe | Advance | Cancel) -> Answer:
        try:
            match message:
                case Describe():
                    return self._ready_engine().describe()
                case Advance(run):
                    return self._advance(run)
                case Cancel(run):
                    self._cancel(run)
                    return None
        except Exception as error:  # noqa: BLE001 - crosses the pipe and is raised there
            if isinstance(message, Advance):
                self._runs.pop(message.run, None)
            return _portable(as_studio_error(error))

    def close(self) -> None:
        for run in list(self._runs):
            self._cancel(run)
        if self._engine is not None:
            self._engine.close()

    def _advance(self, run: int) -> Event | None:
        if run in self._requests:
            request = self._requests.pop(run)  # first: it is forgotten where there can be no engine
            self._runs[run] = iter(self._ready_engine().run(request))
        event = next(self._runs[run], None)
        if event is None:
            del self._runs[run]
        return event

    def _cancel(self, run: int) -> None:
        self._requests.pop(run, None)
        close = getattr(self._runs.pop(run, None), "close", None)
        if close is not None:
            close()

    def _ready_engine(self) -> Engine:
        if self._engine is None:
            self._engine = self._make_engine(self._settings)
            # The engine collects at the end of a run, and whoever moves a slider waits for that. Torch alone brings
            # some 300,000 objects, which all stay: collections skip what there is by now.
            gc.freeze()
        return self._engine


def _portable(error: StudioError) -> StudioError:
    try:
        pickle.loads(pickle.dumps(error))  # our own, from a moment ago
    except Exception:  # noqa: BLE001 - a kind of error that was never meant to travel
        plain = EngineError(error.message, error.remedy)
        plain.__notes__ = error.__notes__
        return plain
    return error
