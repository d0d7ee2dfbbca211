"""How long an exact search among many pictures takes, and what memory: python library_of_a_hundred_thousand.py.

Writes an index of pictures that do not exist, with vectors drawn by lot, into a temporary folder, and asks it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from studio.core.library.facts import Facts
from studio.core.library.files.vector_file import KINDS
from studio.core.library.library_index import Described, FileState, LibraryIndex
from studio.core.library.search import By, search


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--searches", type=int, default=15)
    arguments = parser.parse_args()
    for count in arguments.count:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), count, arguments.searches)
    return 0


def measure(folder: Path, count: int, searches: int) -> None:
    """Fill an index and search in it."""
    draw = np.random.default_rng(0)
    before = psutil.Process().memory_info().rss
    started = time.perf_counter()
    with LibraryIndex(folder, is_writer=True) as index:
        for number in range(count):
            found = {kind: draw.random(length, dtype=np.float32) for kind, (length, _) in KINDS.items()}
            vectors = {kind: vector / np.float32(np.linalg.norm(vector)) for kind, vector in found.items()}
            facts = Facts(title=f"Picture {number}", author=f"Painter {number % 97}", year="1888")
            index.add(Path(f"/pictures/{number:06}.jpg"), FileState(1, 1), facts, Described(str(number), 9, 9, vectors))
        index.commit()
    print(f"{count:,} pictures written in {time.perf_counter() - started:.1f} s")
    with LibraryIndex(folder) as index:
        rows = index.rows()
        bys: tuple[By, ...] = ("style", "subject", "palette")
        for by in bys:
            times = []
            for number in range(searches):
                query = {kind: index.vectors(kind, rows[number : number + 1])[0] for kind in KINDS}
                started = time.perf_counter()
                hits = search(index, rows, query, by)
                index.pictures([hit.row for hit in hits])
                times.append((time.perf_counter() - started) * 1000)
            print(f"by {by}: median {np.median(times):.0f} ms, at most {max(times):.0f} ms")
        used = psutil.Process().memory_info().rss - before
        print(f"memory {used / count:.0f} bytes a picture, files mapped into it included")


if __name__ == "__main__":
    sys.exit(main())
