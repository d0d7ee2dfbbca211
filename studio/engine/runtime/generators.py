"""Work that is written as a generator: told of in events, timed, or computed on another thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError, Future, wait
from contextlib import closing
from threading import Event as Flag
from threading import Thread
from typing import TypeVar

from studio.core.engine_api.contract import Event, Progress

Result = TypeVar("Result")
Step = TypeVar("Step")

SIGN_OF_LIFE = 0.03  # s between events at least, so that a pipe is not busy with nothing


def signs_of_life(
    request_id: int, work: Generator[float | Progress | None, None, Result], progress: float = 0.0
) -> Generator[Event, None, Result]:
    """What the work returns. It yields the share that is done, or None; of that come events, not too many.

    What it yields as Progress is passed on at once.
    """
    last = time.perf_counter()
    with closing(work):
        while True:
            try:
                done = next(work)
            except StopIteration as stop:
                result: Result = stop.value
                return result
            if isinstance(done, Progress):
                progress, last = done.progress, time.perf_counter()
                yield done
                continue
            progress = progress if done is None else done
            if time.perf_counter() - last >= SIGN_OF_LIFE:
                last = time.perf_counter()
                yield Progress(request_id, progress)


def timed(
    work: Generator[Step, None, Result], clock: Callable[[], float] = time.perf_counter
) -> Generator[Step, None, tuple[Result, float]]:
    """What the work returns, and the seconds it took; what others do between its steps is not counted."""
    seconds = 0.0
    with closing(work):
        while True:
            started = clock()
            try:
                step = next(work)
            except StopIteration as stop:
                return stop.value, seconds + clock() - started
            seconds += clock() - started
            yield step


def in_thread(work: Callable[[Callable[[], None]], Result]) -> Generator[None, None, Result]:
    """What the work returns, computed on another thread; yields while it is under way.

    Closing waits for nothing. So the work is given a function to call between its steps, which raises CancelledError
    once nobody waits for it; a step that is under way is left behind, on a thread that keeps no process from ending.
    """
    is_left, future = Flag(), Future[Result]()

    def go_on() -> None:
        if is_left.is_set():
            raise CancelledError

    def compute() -> None:
        try:
            future.set_result(work(go_on))
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            future.set_exception(error)

    Thread(target=compute, name="studio-aside", daemon=True).start()
    try:
        while not wait([future], timeout=SIGN_OF_LIFE).done:
            yield None
        return future.result()
    finally:
        is_left.set()
