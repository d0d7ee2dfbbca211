"""How quickly the library looks at pictures, and how the window feels meanwhile.

    python tests/benchmarks/library_in_the_window.py [FOLDER] [--count 60]

The real window with the real engine in its process, in its library; FOLDER (by default the bundled styles) is added.
Prints pictures a second, and how late beats of the GUI thread came: before it begins, and while it looks at pictures,
with the longest stretch of the GUI thread's own work between two of them, which other programs do not lengthen.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication
from window_while_painting import DrivenStudio, Heart

from studio.core.resources import resource_folder
from studio.jobs.decoding.decode_process import DecodeProcess
from studio.ui.theme.theme import apply_theme

QUIET_SECONDS = 5.0


class WorkingHeart(Heart):
    """Notes in `work` how many seconds the GUI thread worked between two beats."""

    def __init__(self) -> None:
        super().__init__()
        self.work: list[float] = []
        self._worked = time.thread_time()

    def _beat(self) -> None:
        super()._beat()
        worked = time.thread_time()
        self.work.append(worked - self._worked)
        self._worked = worked


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=resource_folder("styles"))
    parser.add_argument("--count", type=int, default=60, help="pictures to be looked at (60)")
    parser.add_argument("--patience", type=float, default=600.0, help="seconds after which it gives up (600)")
    arguments = parser.parse_args()
    application = QApplication(["library in the window"])
    apply_theme(application, "dark")
    with tempfile.TemporaryDirectory() as cache:
        os.environ["STYLE_STUDIO_CACHE"] = cache
        driven = DrivenStudio(arguments.patience, opener=DecodeProcess())
        try:
            measure(driven, arguments.folder.resolve(), arguments.count)
        finally:
            driven.close()


def measure(driven: DrivenStudio, folder: Path, count: int) -> None:
    """Print what was measured."""
    studio, library = driven.studio, driven.studio.library
    studio.window.resize(1280, 800)
    studio.window.show()
    driven.until(lambda: driven.session.engine.info is not None)
    studio.actions["library"].trigger()
    quiet_until = time.monotonic() + QUIET_SECONDS
    tell("before", driven, lambda: time.monotonic() > quiet_until)
    library.add([folder])
    driven.until(lambda: library.indexer.state == "indexing")
    wanted, started = min(count, library.indexer.total), time.perf_counter()
    tell("while it looks at pictures", driven, lambda: library.indexer.done >= wanted)
    print(f"{wanted / (time.perf_counter() - started):.2f} pictures a second")


def tell(when: str, driven: DrivenStudio, is_over: Callable[[], bool]) -> None:
    """Let the window live until it is over, and print how that felt."""
    heart = WorkingHeart()
    heart.start()
    driven.until(is_over)
    heart.stop()
    late = sorted(1000 * stall for stall in heart.stalls)
    p99, work = late[int(0.99 * (len(late) - 1))], 1000 * max(heart.work)
    print(f"{when}: beats late by {late[-1]:.0f} ms at most, {p99:.0f} ms (p99), own work {work:.0f} ms")


if __name__ == "__main__":
    main()
