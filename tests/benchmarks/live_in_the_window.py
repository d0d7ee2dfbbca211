"""How quickly Live answers: from a slider's signal to the paint on the canvas, in the real window with the real engine.

    python tests/benchmarks/live_in_the_window.py [--size 512] [--moves 30] [--patience 300]

Prints one table with the targets beside. "first" is the first picture of a change, which may be a coarse one; "full" is
the last. Nothing else should run on the machine.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QThreadPool
from PySide6.QtWidgets import QApplication
from window_while_painting import PHOTO, STYLE, DrivenStudio

from studio.core.picture import Picture
from studio.core.resources import resource_folder
from studio.ui.theme.theme import apply_theme

SLIDERS = (
    ("strength", "strength, which needs the network", 0.2),
    ("keep_color", "keep colours, which does not", 0.05),
    ("detail", "detail, which does not", 0.05),
)
OTHER_STYLES = ("hokusai-poppies", "kandinsky-composition-viii", "renoir-girls-at-the-piano", "durer-lion")


class Eye(QObject):
    """Sees which pictures the canvas has painted, and when."""

    def __init__(self, driven: DrivenStudio) -> None:
        super().__init__()
        self._session = driven.session
        self.seen: list[tuple[float, Picture | None]] = []
        driven.studio.window.canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.seen.append((time.perf_counter(), self._session.on_canvas.picture))
        return super().eventFilter(watched, event)


class Timing:
    """Changes settings and waits until the canvas shows what they make."""

    def __init__(self, driven: DrivenStudio) -> None:
        self._driven = driven
        self._eye = Eye(driven)
        self.smallest = 0  # px; the longer edge of the smallest full picture so far

    def change(self, change: Callable[[], None]) -> tuple[float, float]:
        """Seconds to the first and to the full picture of a change."""
        session, seen = self._driven.session, self._eye.seen
        before = session.on_canvas.picture
        seen.clear()
        started = time.perf_counter()
        change()
        self._driven.until(
            lambda: (
                session.live.is_settled
                and session.on_canvas.picture is not before
                and any(picture is session.on_canvas.picture for _, picture in seen)
            )
        )
        full = session.on_canvas.picture
        assert full is not None
        self.smallest = min(self.smallest or full.long_edge, full.long_edge)
        first = next(at for at, picture in seen if picture is not None and picture is not before)
        return first - started, next(at for at, picture in seen if picture is full) - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=512, help="longer edge of the pictures in px (512)")
    parser.add_argument("--moves", type=int, default=30, help="of each slider (30)")
    parser.add_argument("--patience", type=float, default=300.0, help="seconds after which to give up (300)")
    arguments = parser.parse_args()
    application = QApplication([])
    apply_theme(application, "dark")
    driven = DrivenStudio(arguments.patience)
    driven.studio.preferences.auto_refine = "never"
    driven.studio.window.show()
    driven.until(lambda: driven.session.engine.info is not None)
    try:
        measure(driven, arguments.size, arguments.moves)
    finally:
        driven.close()
        QThreadPool.globalInstance().waitForDone()


def measure(driven: DrivenStudio, size: int, moves: int) -> None:
    """Print the table."""
    session, importer = driven.session, driven.studio.importer
    session.change(long_edge=size)
    importer.open_picture(resource_folder("demo") / PHOTO)
    driven.until(lambda: session.artwork.content is not None)
    timing = Timing(driven)
    cards = {card.id: card for card in importer.cards}
    timing.change(lambda: importer.use_style(cards[STYLE]))  # not counted: the first one ever
    new = [timing.change(partial(importer.use_style, cards[name])) for name in OTHER_STYLES]
    rows = [("new style to its first picture", new, 0.5)]
    for field, words, target in SLIDERS:
        values = [0.1 + 0.8 * number / moves for number in range(moves)]
        rows.append((words, [timing.change(partial(session.change, **{field: value})) for value in values], target))
    info = session.engine.info
    assert info is not None
    print(f"{size} px, {info.device} ({platform.processor() or platform.machine()}), torch {info.versions['torch']}")
    print(f"full pictures were at least {timing.smallest} px large\n")
    print("| what | first: median | p95 | full: median | p95 | target p95 |")
    print("|---|---|---|---|---|---|")
    for words, pairs, target in rows:
        figures = [figure(times) for times in zip(*pairs, strict=True) for figure in (statistics.median, _p95)]
        cells = [f"{1000 * seconds:.0f} ms" for seconds in (*figures, target)]
        print(f"| {words} | {' | '.join(cells)} |")


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[int(0.95 * (len(times) - 1))]


if __name__ == "__main__":
    main()
