"""A batch in processes that are killed at points drawn from a seed; a program of its own, for test_batch_killed.

    python -m tests.support.killed_batch PHOTOS STYLE OUTPUT SEED KILLS

Each process is forked, paints on where the one before was killed, and kills itself in the middle of a write or at a
call to the system. Prints a line of JSON for each: how it ended, and what it has painted. The last one is not killed.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from studio.core.batch.job import BatchJob
from studio.core.batch.journal import read_journal
from studio.core.card import Card
from studio.core.engine_api.contract import StyleRequest
from studio.core.image_io import open_picture
from studio.core.recipe import StyleRecipe
from studio.core.styles.style import Style
from studio.jobs.batch.batch import open_batch, resume_batch
from studio.jobs.batch.runner import run_batch
from tests.support.fakes import FakeEngine

CALLS = ("open", "fsync", "ftruncate", "lseek", "replace", "unlink", "mkdir", "close")
WRITES_PER_ITEM = 900  # bytes, about: two lines of the journal and a small picture
CALLS_PER_ITEM = 14


class LoggingEngine(FakeEngine):
    """Notes what it paints where no kill can take it back."""

    def __init__(self, log: int) -> None:
        super().__init__(frames=1)
        self.log = log

    def before_frame(self, request: StyleRequest, step: int) -> None:
        assert request.content is not None
        true_write(self.log, f"{request.content.name}\n".encode())


true_write = os.write
true_fdopen = os.fdopen


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Budget:
    """So many bytes or calls, and not one more."""

    def __init__(self, amount: int) -> None:
        self.left = amount

    def write(self, write: Callable[[bytes], Any], data: bytes) -> int:
        """Write, or so much of it as the budget has, and die."""
        if self.left < len(data):
            write(data[: self.left])
            die()
        self.left -= len(data)
        write(data)
        return len(data)

    def call(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, which dies before or after it does its work."""

        def counted(*arguments: Any, **named: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                die()
            result = function(*arguments, **named)
            if self.left == -1:
                die()
            return result

        return counted


class Spent:
    """An open file whose writes come out of a budget; unbuffered, so that what was written before a kill is there."""

    def __init__(self, file: Any, budget: Budget) -> None:
        self._file, self._budget = file, budget

    def __enter__(self) -> Spent:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, data: bytes) -> int:
        def write_through(part: bytes) -> None:
            self._file.write(part)
            self._file.flush()

        return self._budget.write(write_through, data)


def prepare_to_die(draw: random.Random, items: int) -> None:
    """Let this process be killed within the next few items."""
    reach = min(items, 3)
    if draw.random() < 0.5:
        budget = Budget(draw.randrange(WRITES_PER_ITEM * reach))
        os.write = lambda file, data: budget.write(lambda part: true_write(file, part), data)  # type: ignore[assignment]
        os.fdopen = lambda file, *mode: Spent(true_fdopen(file, *mode), budget)  # type: ignore[assignment, misc]
    else:
        budget = Budget(draw.randrange(1, CALLS_PER_ITEM * reach))
        for name in CALLS:
            setattr(os, name, budget.call(getattr(os, name)))


def paint(photos: Path, style: Path, output: Path, log: int, goes_on: bool) -> None:
    """What the command line does, or where the window goes on."""
    if goes_on and read_journal(output) is not None:
        opened = resume_batch(output)
    else:
        card = Card("own", "style", "Waves", "Anna", "", "unknown", "style.png", style, category="mine")
        opened = open_batch(output, BatchJob((Style(open_picture(style), card),), StyleRecipe(long_edge=128)), [photos])
    with closing(opened) as batch:
        for report in run_batch(batch, LoggingEngine(log)):
            assert report.state not in ("skipped", "failed"), report.reason


def main(photos: Path, style: Path, output: Path, seed: int, kills: int) -> None:
    """Kill, look, go on."""
    draw = random.Random(seed)
    items = len(list(photos.iterdir()))
    for number in range(kills + 1):
        reader, log = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(reader)
            if number < kills:
                prepare_to_die(draw, items)
            paint(photos, style, output, log, goes_on=number % 2 == 1)
            os._exit(0)
        os.close(log)
        draw.random()  # another child, another draw
        with os.fdopen(reader) as lines:
            painted = lines.read().split()
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        line = {"status": status, "painted": painted, "files": whole_files(output)}
        sys.stdout.write(f"{json.dumps(line)}\n")
        sys.stdout.flush()


def whole_files(output: Path) -> list[str]:
    """The artworks there are; raises if one of them is not whole."""
    return [open_picture(path).name for path in sorted(output.glob("*.png"))]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
