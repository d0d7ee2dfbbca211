"""Work that is written as a generator, for whoever has no use for its steps or needs others."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from typing import TypeVar

Result = TypeVar("Result")
Step = TypeVar("Step")
Changed = TypeVar("Changed")


def run_to_end(work: Generator[object, None, Result]) -> Result:
    """What the generator returns; what it yields is dropped."""
    while True:
        try:
            next(work)
        except StopIteration as stop:
            result: Result = stop.value
            return result


def mapped(work: Generator[Step, None, Result], change: Callable[[Step], Changed]) -> Generator[Changed, None, Result]:
    """The same work, with each of its steps changed."""
    with closing(work):
        while True:
            try:
                step = next(work)
            except StopIteration as stop:
                result: Result = stop.value
                return result
            yield change(step)
