"""How the gallery feels with very many styles: reading a library, opening, scrolling, searching.

    python tests/benchmarks/gallery_of_ten_thousand.py [--count 10000]

The bundled pictures are laid out under as many names as there are styles, each with a card of its own, in a library
such as an artist's; making it is not measured. The gallery is as large as in the window at 1280 x 800 and painted
offscreen unless QT_QPA_PLATFORM says otherwise. Prints one table with the targets beside. Nothing else should run on
the machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

from PySide6.QtCore import QEvent, QEventLoop, QObject, QThreadPool, QTimer, qVersion
from PySide6.QtWidgets import QApplication

from studio.core.card import Card, bundled_cards, card_json
from studio.core.styles.style_library import OWN_CATEGORY, StyleLibrary
from studio.ui.gallery.gallery import Gallery
from studio.ui.theme.theme import apply_theme

WIDTH, HEIGHT = 260, 730  # px, of the gallery in the usual window
SCROLL_SECONDS = 5.0
SCROLL_STEP = 60  # px a frame: a screenful in a fifth of a second
FRAME = 0.016  # s
WORDS = "harvest 99"  # what is typed, letter by letter


class Painting(QObject):
    """Notes when a widget has been painted."""

    def __init__(self, watched: QObject) -> None:
        super().__init__(watched)
        self.times: list[float] = []
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self._note)  # once it is done
        return False

    def _note(self) -> None:
        self.times.append(time.perf_counter())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="of styles (10000)")
    arguments = parser.parse_args()
    application = QApplication(["style-studio"])
    apply_theme(application, "dark")
    with tempfile.TemporaryDirectory() as folder:
        library = StyleLibrary(Path(folder, "styles"))
        fill(library, arguments.count)
        print("| what | measured | target |\n|---|---|---|")
        for what, measured, target in measure(library, Path(folder, "thumbnails")):
            print(f"| {what} | {measured} | {target} |", flush=True)
        print(f"\n{arguments.count:,} styles on {WIDTH} x {HEIGHT} px; {_machine()}")
        QThreadPool.globalInstance().clear()
        QThreadPool.globalInstance().waitForDone()


def fill(library: StyleLibrary, count: int) -> None:
    """Write a library of that many styles; each picture is a file of its own, with the same bytes as others."""
    library.folder.mkdir(parents=True)
    bundled = bundled_cards("styles")
    for number in range(count):
        card = bundled[number % len(bundled)]
        file = library.folder / f"{card.id}-{number}{card.file.suffix}"
        first = library.folder / f"{card.id}-{number % len(bundled)}{card.file.suffix}"
        try:
            os.link(first if number >= len(bundled) else card.file, file)
        except OSError:  # another disk, or one without links
            shutil.copyfile(card.file, file)
        own = replace(card, id=file.stem, title=f"{card.title} {number}", file=file, category=OWN_CATEGORY)
        (library.folder / f"{own.id}.json").write_text(card_json(own), encoding="utf-8")


def measure(library: StyleLibrary, thumbnails: Path) -> Iterator[tuple[str, str, str]]:
    """Rows of the table: what, measured, target."""
    started = time.perf_counter()
    cards, problems = library.read()
    assert not problems
    yield "reading the library from the disk, off the GUI thread", f"{time.perf_counter() - started:.2f} s", "-"

    started = time.perf_counter()
    gallery, painting = _open(cards, thumbnails)
    yield "opening, until it is painted", f"{1000 * (painting.times[0] - started):.0f} ms", "1000 ms"
    started = time.perf_counter()
    gallery.set_cards((*bundled_cards("styles"), *cards))
    _live_until(lambda: painting.times[-1] > started)
    yield "bundled styles coming before them", f"{1000 * (painting.times[-1] - started):.0f} ms", "100 ms"
    for state in ("thumbnails made on the way", "thumbnails from the disk"):
        gallery.grid.scrollToTop()
        frames = _scroll(gallery, painting)
        gaps = [after - before for before, after in pairwise(frames)]
        measured = f"{len(frames) / SCROLL_SECONDS:.0f} frames/s, longest gap {1000 * max(gaps):.0f} ms"
        yield f"scrolling, {state}", measured, "50 frames/s, 50 ms"
        QThreadPool.globalInstance().waitForDone()
        gallery._thumbnails.forget()
    waits = list(_type(gallery, painting))
    worst, median = 1000 * max(waits), 1000 * statistics.median(waits)
    yield (
        f"searching, a letter of {WORDS!r} until it is painted",
        f"worst {worst:.0f} ms (median {median:.0f})",
        "50 ms",
    )
    gallery.close()


def _open(cards: Sequence[Card], thumbnails: Path) -> tuple[Gallery, Painting]:
    gallery = Gallery(cards, thumbnail_folder=thumbnails)
    gallery.resize(WIDTH, HEIGHT)
    painting = Painting(gallery.grid.viewport())
    gallery.show()
    _live_until(lambda: bool(painting.times))
    return gallery, painting


def _scroll(gallery: Gallery, painting: Painting) -> list[float]:
    """The times of the frames painted while the gallery is scrolled down at an even pace."""
    bar, timer = gallery.grid.verticalScrollBar(), QTimer()
    timer.timeout.connect(lambda: bar.setValue(bar.value() + SCROLL_STEP))
    painting.times.clear()
    end = time.perf_counter() + SCROLL_SECONDS
    timer.start(round(1000 * FRAME))
    _live_until(lambda: time.perf_counter() > end)
    timer.stop()
    return list(painting.times)


def _type(gallery: Gallery, painting: Painting) -> Iterator[float]:
    """Seconds from each letter to what it finds."""
    for length in range(1, len(WORDS) + 1):
        _live_until(lambda: QThreadPool.globalInstance().activeThreadCount() == 0)
        started = time.perf_counter()
        painting.times.clear()
        gallery.search.setText(WORDS[:length])
        _live_until(lambda: bool(painting.times))
        yield painting.times[0] - started


def _live_until(condition: Callable[[], bool]) -> None:
    pulse = QTimer()  # wakes the loop where nothing happens
    pulse.start(5)
    while not condition():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def _machine() -> str:
    load = f", load before {os.getloadavg()[1]:.1f}" if hasattr(os, "getloadavg") else ""
    cores, python = os.cpu_count(), platform.python_version()
    return f"{platform.machine()}, {cores} cores, Python {python}, Qt {qVersion()}{load}"


if __name__ == "__main__":
    main()
