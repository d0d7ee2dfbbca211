"""An index that is killed at points drawn from a seed; a program of its own, for test_index_killed.

    python -m tests.support.killed_index PICTURES INDEX SEED KILLS

Each process is forked and indexes on where the one before was killed. Prints a line of JSON for each: how it ended, how
many pictures it looked at, and how many the index has, after each of them was compared with what was looked at.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.library.files import vector_file
from studio.core.library.files.vector_file import KINDS, VectorFile
from studio.core.library.indexing import update
from studio.core.library.library_index import Described, LibraryIndex

PICTURES_PER_COMMIT = 3


def described(path: Path) -> Described:
    """Other vectors for each name and content."""
    draw = np.random.default_rng(list(path.name.encode() + path.read_bytes()[-20:]))
    vectors = {kind: draw.random(length, dtype=np.float32) for kind, (length, _) in KINDS.items()}
    return Described(path.name, 10, 10, vectors, b"webp")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(function: Callable[..., Any], calls: int, *, after: bool) -> Callable[..., Any]:
    """The function, which dies before or after its work at one of its calls."""
    left = count(calls, -1)

    def counted(*arguments: Any, **named: Any) -> Any:
        is_last = next(left) == 1
        if is_last and not after:
            die()
        result = function(*arguments, **named)
        if is_last:
            die()
        return result

    return counted


def write_half(self: VectorFile, row: int, vector: Any) -> None:
    """Half a vector, and no more."""
    true_write(self, row, np.concatenate((vector[: len(vector) // 2], np.zeros(len(vector) - len(vector) // 2))))
    die()


true_write = VectorFile.write


def prepare_to_die(draw: random.Random) -> None:
    """Let this process be killed within the next few pictures."""
    after = draw.random() < 0.5
    match draw.randrange(4):
        case 0:
            VectorFile.write = dying(true_write, draw.randrange(1, 16), after=after)  # type: ignore[method-assign]
        case 1:
            calls = draw.randrange(1, 10)
            left = count(calls, -1)
            VectorFile.write = (  # type: ignore[method-assign]
                lambda self, row, vector: (write_half if next(left) == 1 else true_write)(self, row, vector)
            )
        case 2:
            vector_file.flush_to_disk = dying(vector_file.flush_to_disk, draw.randrange(1, 9), after=after)
        case 3:
            LibraryIndex.add = dying(LibraryIndex.add, draw.randrange(1, 5), after=after)  # type: ignore[method-assign]


def work(pictures: Path, folder: Path, log: int) -> None:
    """Index, noting each look where no kill can take it back."""
    ticks = count()

    def look(path: Path) -> Described:
        os.write(log, b".")
        return described(path)

    with LibraryIndex(folder, is_writer=True) as index:
        for _ in update(
            index, [pictures], lambda paths: map(look, paths), clock=lambda: next(ticks) / PICTURES_PER_COMMIT
        ):
            pass


def verified_count(folder: Path) -> int:
    """How many pictures there are; raises if one of them is not as it was looked at."""
    with LibraryIndex(folder) as index:
        rows = index.rows()
        for picture in index.pictures(rows):
            expected = described(picture.path).vectors
            for kind in KINDS:
                found = index.vectors(kind, np.array([picture.row]))[0]
                assert np.abs(found - expected[kind]).max() < 0.01, (picture.path, kind)
            assert index.thumbnail(picture.row) == b"webp"
        return len(rows)


def main(pictures: Path, folder: Path, seed: int, kills: int) -> None:
    """Kill, look, go on; now and then a picture changes."""
    draw = random.Random(seed)
    for number in range(kills + 1):
        reader, log = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(reader)
            if number < kills:
                prepare_to_die(draw)
            work(pictures, folder, log)
            os._exit(0)
        os.close(log)
        for _ in range(number % 7 + 3):
            draw.random()  # another child, another draw
        with os.fdopen(reader) as looks:
            looked = len(looks.read())
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        line = {"status": status, "looked": looked, "count": verified_count(folder)}
        sys.stdout.write(f"{json.dumps(line)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
