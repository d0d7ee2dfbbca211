"""How the canvas feels with a very large photo: from the file to the screen, then zooming, panning and comparing.

    python tests/benchmarks/canvas_of_a_hundred_megapixels.py [--megapixels 100] [--width 1280] [--height 800]

A JPEG of that size is made first, which takes a while and is not measured. The canvas is painted by Qt's raster engine
(offscreen unless QT_QPA_PLATFORM says otherwise), as it is in the window. Prints one table with the targets beside.
Nothing else should run on the machine.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

import numpy as np
from PIL import Image
from PySide6.QtCore import QEventLoop, QPoint, QPointF, QSize, Qt, QThreadPool, qVersion
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.ui.canvas.canvas import Canvas
from studio.ui.theme.theme import apply_theme

FRAME = "16 ms"  # for 60 frames a second
STEPS = 120  # frames of each measurement
SHAPE = 3 / 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megapixels", type=float, default=100.0, help="of the photo (100)")
    parser.add_argument("--width", type=int, default=1280, help="of the canvas, px (1280)")
    parser.add_argument("--height", type=int, default=800, help="of the canvas, px (800)")
    arguments = parser.parse_args()
    application = QApplication(["style-studio"])
    apply_theme(application, "dark")
    with tempfile.TemporaryDirectory() as folder:
        path = make_photo(Path(folder), arguments.megapixels * 1e6)
        canvas = Canvas((), thumbnail_folder=Path(folder))
        canvas.resize(QSize(arguments.width, arguments.height))
        canvas.show()
        application.processEvents()
        print("| what | measured | target |\n|---|---|---|")
        for what, measured, target in measure(canvas, path):
            print(f"| {what} | {measured} | {target} |", flush=True)
        print(f"\n{arguments.megapixels:g} megapixels on {arguments.width} x {arguments.height} px; {_machine()}")
        QThreadPool.globalInstance().waitForDone()
        canvas.close()


def make_photo(folder: Path, pixels: float) -> Path:
    """A JPEG with something to see at every scale: smooth light with grain."""
    height = round(math.sqrt(pixels / SHAPE))
    width = round(height * SHAPE)
    random = np.random.default_rng(0)
    light = Image.fromarray(random.integers(40, 216, (12, 18, 3), np.uint8)).resize((width, height))
    grain = random.integers(-16, 16, (512, 512, 1), np.int8)
    path = folder / "large.jpg"
    photo = np.asarray(light).copy()
    for top in range(0, height, 512):
        strip = photo[top : top + 512]
        rows = np.tile(grain, (1, -(-width // 512), 1))[: len(strip), :width]
        strip += rows.view(np.uint8)  # wraps like the signed sum: light keeps away from both ends
    Image.fromarray(photo).save(path, quality=90)
    return path


def measure(canvas: Canvas, path: Path) -> Iterator[tuple[str, str, str]]:
    """Rows of the table: what, measured, target."""
    started = time.perf_counter()
    photo = open_picture(path)
    opened = time.perf_counter()
    yield "file decoded, off the GUI thread", f"{opened - started:.2f} s", "-"
    canvas.set_before(photo)
    canvas.repaint()
    shown = time.perf_counter()
    yield "first paint after that", f"{1000 * (shown - opened):.0f} ms", "100 ms"
    yield "from the file to the screen", f"{shown - started:.2f} s", "1.5 s"
    rough = _frames(canvas, _zooming(canvas))
    _wait_for_levels(canvas)
    yield "all levels made, in the background", f"{time.perf_counter() - opened:.2f} s", "-"
    yield "zooming at the cursor, before the levels are there", _told(rough), FRAME
    canvas.zoom_to_fit()
    yield "zooming at the cursor, fit to 800 %", _told(_frames(canvas, _zooming(canvas))), FRAME
    for zoom, name in ((1.0, "100 %"), (0.26, "26 %"), (0.13, "13 %")):
        canvas.zoom_to(zoom)
        yield f"panning at {name}", _told(_frames(canvas, _panning(canvas))), FRAME
    canvas.set_after(Picture(photo.pixels[::8, ::8].copy()))
    canvas.set_comparing(True)
    canvas.zoom_to_fit()
    yield "dragging the line between before and after", _told(_frames(canvas, _comparing(canvas))), FRAME


def _frames(canvas: Canvas, moves: Iterator[Callable[[], None]]) -> list[float]:
    """Seconds of each move with the painting it causes."""
    seconds = []
    for move in moves:
        started = time.perf_counter()
        move()
        canvas.repaint()
        seconds.append(time.perf_counter() - started)
    return seconds


def _zooming(canvas: Canvas) -> Iterator[Callable[[], None]]:
    """In with the wheel at a place off the middle until 800 %, and out again."""
    place = QPointF(canvas.width() / 3, canvas.height() / 3)

    def turn(amount: int) -> None:
        QApplication.sendEvent(canvas, _wheel(canvas, place, amount))

    for step in range(STEPS):
        inwards = canvas.zoom < 8 if step < STEPS / 2 else False
        yield partial(turn, 60 if inwards else -60)


def _panning(canvas: Canvas) -> Iterator[Callable[[], None]]:
    """Arrow keys' worth of a steady drag, in a slow curve."""
    for step in range(STEPS):
        angle = 2 * math.pi * step / STEPS
        yield partial(canvas._viewport.pan, QPointF(24 * math.cos(angle), 24 * math.sin(angle)))


def _comparing(canvas: Canvas) -> Iterator[Callable[[], None]]:
    for step in range(STEPS):
        yield partial(canvas.split.setValue, round(500 + 400 * math.sin(2 * math.pi * step / STEPS)))


def _wheel(canvas: Canvas, place: QPointF, amount: int) -> QWheelEvent:
    nothing = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    return QWheelEvent(place, canvas.mapToGlobal(place), QPoint(), QPoint(0, amount), *nothing, False)


def _wait_for_levels(canvas: Canvas) -> None:
    while canvas._before_after.before is None or canvas._before_after.before.needs_levels:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)


def _told(seconds: list[float]) -> str:
    ordered = sorted(1000 * one for one in seconds)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    return f"{statistics.median(ordered):.1f} ms (p95 {p95:.1f}, longest {ordered[-1]:.1f})"


def _machine() -> str:
    load = f", load before {os.getloadavg()[1]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, Qt {qVersion()}{load}"


if __name__ == "__main__":
    main()
