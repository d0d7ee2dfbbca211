"""Work that is written as a generator, done in one go by those who have no use for its steps."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")


def run_to_end(work: Generator[object, None, Result]) -> Result:
    """What the generator returns; what it yields is dropped."""
    while True:
        try:
            next(work)
        except StopIteration as stop:
            result: Result = stop.value
            return result
