"""UnluckyEngine: a FakeEngine whose recipes' seeds say what goes wrong, and when; in a process of its own.

A new misfortune is one line in MISFORTUNES.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from studio.core.engine_api.contract import Done, EngineSettings, Event, Frame, Progress, Request
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import EngineError
from tests.support.fakes import FakeEngine, make_picture

FIRST_SEED = 900_000  # of recipes that meet a misfortune; smaller ones are painted
EVENTS = 5  # of a request: a sign of life, three frames, the end
STUCK = "stuck"  # a file in the folder of weights, there once the engine hangs

Kind = Literal["dies", "hangs", "raises", "lies"]


class Misfortune(NamedTuple):
    """What happens instead of an event. kind: what the window is to make of it.

    dies, raises: one sentence. hangs: nothing, until it is stopped. lies: at most one sentence, or it is painted.
    """

    kind: Kind
    happen: Callable[[Request, Event], Iterator[Any]]


class Enough(Exception):  # noqa: N818 - no error: the events end here
    """Raised to end a run without its Done."""


def _act(act: Callable[[], object]) -> Callable[[Request, Event], Iterator[Any]]:
    def happen(_request: Request, _event: Event) -> Iterator[Any]:
        act()
        return iter(())

    return happen


def _fail(error: BaseException) -> Callable[[Request, Event], Iterator[Any]]:
    def happen(_request: Request, _event: Event) -> Iterator[Any]:
        raise error

    return happen


def _say(*events: Any) -> Callable[[Request, Event], Iterator[Any]]:
    """These instead; a callable is given the request and the event that was due."""
    return lambda request, event: (say(request, event) if callable(say) else say for say in events)


def _send_signal(number: signal.Signals) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


def _wait_for_ever() -> None:
    threading.Event().wait()


def _close_everything() -> None:
    os.closerange(3, 200)


def _scribble() -> None:
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b"\xff" * 64)
        except OSError:
            continue


def _shout() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.write("\x1b[2J\0 shouting \ud7ff" * 20_000)
        stream.flush()


class _Unspeakable(Exception):  # noqa: N818
    def __str__(self) -> str:
        raise ValueError("no words")


class _Unportable(Exception):  # noqa: N818
    def __init__(self, one: object, other: object) -> None:
        super().__init__("a", lambda: one)
        self.other = other


def _deep() -> None:
    _deep()


MISFORTUNES: dict[str, Misfortune] = {
    "exits": Misfortune("dies", _act(lambda: os._exit(3))),
    "exits as if all were well": Misfortune("dies", _act(lambda: os._exit(0))),
    "is killed": Misfortune("dies", _act(_send_signal(signal.SIGKILL))),
    "crashes": Misfortune("dies", _act(_send_signal(signal.SIGSEGV))),
    "aborts": Misfortune("dies", _act(os.abort)),
    "closes its files": Misfortune("dies", _act(_close_everything)),
    "is frozen": Misfortune("hangs", _act(_send_signal(signal.SIGSTOP))),
    "waits for ever": Misfortune("hangs", _act(_wait_for_ever)),
    "divides by zero": Misfortune("raises", _fail(ZeroDivisionError("brush"))),
    "lacks memory": Misfortune("raises", _fail(MemoryError())),
    "says why": Misfortune("raises", _fail(EngineError("The paint has run out.", "Buy some."))),
    "recurses": Misfortune("raises", _act(_deep)),
    "exits by an exception": Misfortune("raises", _fail(SystemExit(3))),
    "is interrupted": Misfortune("raises", _fail(KeyboardInterrupt())),
    "raises without words": Misfortune("raises", _fail(_Unspeakable())),
    "raises what cannot travel": Misfortune("raises", _fail(_Unportable(1, lambda: 2))),
    "raises pages": Misfortune("raises", _fail(RuntimeError("<b>line</b>\n\x1b[2J" * 10_000))),
    "ends without a result": Misfortune("raises", _fail(Enough())),
    "says words": Misfortune("lies", _say("garbage", 7, b"\0", ("Done",))),
    "says nothing": Misfortune("lies", _say(None)),
    "says what cannot travel": Misfortune("lies", _say(lambda: 1, lambda request, event: lambda: event)),
    "answers another": Misfortune("lies", _say(lambda request, _: Done(request.id + 999_999, make_picture()))),
    "shows no picture": Misfortune("lies", _say(lambda request, _: Frame(request.id, 1, 3, 0.5, None))),  # type: ignore[arg-type]
    "shows words": Misfortune("lies", _say(lambda request, _: Frame(request.id, 1, 3, 0.5, "picture"))),  # type: ignore[arg-type]
    "counts wrong": Misfortune("lies", _say(lambda request, _: Progress(request.id, float("nan")),
                                            lambda request, _: Progress(request.id, -1e300),
                                            lambda request, _: Progress(request.id, 1e300, "\0<h1>" * 9999))),
    "loses numbers": Misfortune("lies", _say(lambda request, _: replace(
        Frame(request.id, -1, 0, float("nan"), make_picture()), losses={"total": float("nan")}, seconds=-1e300))),
    "ends twice": Misfortune("lies", _say(*[lambda request, _: Done(request.id, make_picture())] * 2)),
    "ends with nothing": Misfortune("lies", _say(lambda request, _: Done(request.id, None))),  # type: ignore[arg-type]
    "talks on and on": Misfortune("lies", _say(*[lambda request, _: Progress(request.id, 0.5, "still here")] * 2000)),
    "paints a wall": Misfortune("lies", _say(
        lambda request, _: Frame(request.id, 1, 3, 0.5, make_picture(4000, 3000)))),
    "shouts": Misfortune("lies", _act(_shout)),
    "scribbles over its answers": Misfortune("lies", _act(_scribble)),
}  # fmt: skip


def seed_of(name: str, step: int) -> int:
    """The seed of a recipe that meets this misfortune instead of its event number `step`, from 0."""
    return FIRST_SEED + list(MISFORTUNES).index(name) * EVENTS + step


def make_unlucky_engine(settings: EngineSettings) -> FakeEngine:
    return UnluckyEngine(settings.weights_folder)


class UnluckyEngine(FakeEngine):
    """folder: where it leaves word before it hangs."""

    def __init__(self, folder: Path | None) -> None:
        super().__init__()
        self._folder = folder

    def run(self, request: Request) -> Iterator[Event]:
        recipe = None if isinstance(request, TuneRequest) else getattr(request, "recipe", None)
        number = -1 if recipe is None else recipe.seed - FIRST_SEED
        if number < 0:
            yield from super().run(request)
            return
        misfortune = list(MISFORTUNES.values())[number // EVENTS]
        events = list(super().run(request))
        fatal = min(number % EVENTS, len(events) - 1)
        yield from events[:fatal]
        if misfortune.kind == "hangs" and self._folder is not None:
            (self._folder / STUCK).touch()
        try:
            yield from misfortune.happen(request, events[fatal])
        except Enough:
            return
        yield from events[fatal:]
