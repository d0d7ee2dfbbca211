"""How long a frame of the map takes with 1,000 and with 10,000 pictures, from afar, near, and on the way between.

    python tests/benchmarks/map_of_ten_thousand.py [--counts 1000 10000]

The map is 1600 x 1000 px and painted offscreen into a picture, unless QT_QPA_PLATFORM says otherwise. The pictures lie
in clouds, as those of a library do, and are made of noise; making them is not measured, loading them is. The slowest
frame in 20 counts too: it is what is felt. Times are those of the processor, so that what else runs on the machine
counts less. Prints one table with the target beside.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEventLoop, QPointF, QThreadPool, QTimer, qVersion
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication

from studio.ui.art_map.art_map import ArtMap
from studio.ui.theme.theme import apply_theme

WIDTH, HEIGHT = 1600, 1000  # px
FRAMES = 40
ZOOMS = (1.0, 2.0, 4.0, 10.0, 40.0)
TARGET = 1000 / 60  # ms
CLOUDS = 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=int, nargs="+", default=[1000, 10_000], help="of pictures (1000 10000)")
    arguments = parser.parse_args()
    application = QApplication(["style-studio"])
    apply_theme(application, "dark")
    print("| pictures | zoom | px of a thumbnail | a frame, median | 19 of 20 frames | target |")
    print("|---|---|---|---|---|---|")
    for count in arguments.counts:
        for zoom, edge, times in measure(count):
            worst = sorted(times)[int(0.95 * len(times))]
            print(
                f"| {count:,} | {zoom} | {edge or 'dots'} | {statistics.median(times):.1f} ms | {worst:.1f} ms"
                f" | {TARGET:.0f} ms |",
                flush=True,
            )
    print(f"\n{WIDTH} x {HEIGHT} px; {_machine()}")


def measure(count: int) -> Iterator[tuple[str, int, list[float]]]:
    """Rows of the table: zoom, px of thumbnails, ms of frames."""
    points, groups = clouds(count)
    map_ = ArtMap()
    map_.resize(WIDTH, HEIGHT)
    screen = QPixmap(map_.size())
    names = [f"Group {number + 1}" for number in range(CLOUDS)]
    pictures = [noise(number) for number in range(64)]
    map_.show_works(points, lambda index: pictures[index % 64], [f"Work {n}" for n in range(count)], groups, names)
    dense = points[groups == 0].mean(0)
    for zoom in ZOOMS:
        map_.camera.fit()
        x, y = map_.camera.view.places(dense[None])[0]
        map_.camera.zoom_by(zoom, QPointF(x, y))
        middle = map_.camera.view.places(dense[None])[0]
        map_.camera.pan_by(QPointF(WIDTH / 2 - middle[0], HEIGHT / 2 - middle[1]))
        started = time.perf_counter()
        map_.render(screen)
        _live_until(lambda: map_._store.is_idle)
        map_.render(screen)
        loading = time.perf_counter() - started
        yield (
            f"{zoom:g}",
            map_.camera.view.edge(count),
            list(frames(map_, screen, lambda: map_.camera.pan_by(QPointF(-3, 2)))),
        )
        print(f"loaded in {loading:.1f} s", file=sys.stderr)
    map_.camera.fit()
    yield "from 1 to 40", 0, list(frames(map_, screen, lambda: map_.camera.zoom_by(40 ** (1 / FRAMES))))
    map_.camera.fit()
    way = np.linspace(0, 1, FRAMES)
    map_._way = (points, np.ascontiguousarray(points[:, ::-1]))
    steps = iter(way)
    yield "gliding", 0, list(frames(map_, screen, lambda: map_._move_on(float(next(steps)))))
    map_.close()
    QThreadPool.globalInstance().waitForDone()


def frames(map_: ArtMap, screen: QPixmap, step: Callable[[], None]) -> Iterator[float]:
    """Ms of each frame: what a step does and the whole painting."""
    for _ in range(FRAMES):
        started = time.thread_time()
        step()
        map_.render(screen)
        yield 1000 * (time.thread_time() - started)


def clouds(count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Places and groups, some of them dense and some not."""
    draw = np.random.default_rng(0)
    groups = np.sort(draw.integers(0, CLOUDS, count))
    middles = draw.uniform(-0.8, 0.8, (CLOUDS, 2))
    spread = draw.uniform(0.04, 0.2, CLOUDS)
    points = middles[groups] + spread[groups, None] * draw.standard_normal((count, 2))
    return points.clip(-1, 1).astype(np.float32), groups


def noise(seed: int) -> QImage:
    """A picture of 128 x 96 px."""
    pixels = np.random.default_rng(seed).integers(0, 255, (96, 128, 3), np.uint8)
    return QImage(pixels.data, 128, 96, 3 * 128, QImage.Format.Format_RGB888).copy()


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
