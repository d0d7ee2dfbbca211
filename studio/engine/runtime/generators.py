"""Work that is written as a generator: done in one go by who has no use for its steps, or told of in events."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from typing import TypeVar

from studio.core.engine_api.contract import Event, Progress

Result = TypeVar("Result")

SIGN_OF_LIFE = 0.03  # s between events at least, so that a pipe is not busy with nothing


def run_to_end(work: Generator[object, None, Result]) -> Result:
    """What the generator returns; what it yields is dropped."""
    while True:
        try:
            next(work)
        except StopIteration as stop:
            result: Result = stop.value
            return result


def signs_of_life(
    request_id: int, work: Generator[float | None, None, Result], progress: float = 0.0
) -> Generator[Event, None, Result]:
    """What the work returns. It yields the share that is done, or None; of that come events, not too many."""
    last = time.perf_counter()
    with closing(work):
        while True:
            try:
                done = next(work)
            except StopIteration as stop:
                result: Result = stop.value
                return result
            progress = progress if done is None else done
            if time.perf_counter() - last >= SIGN_OF_LIFE:
                last = time.perf_counter()
                yield Progress(request_id, progress)
