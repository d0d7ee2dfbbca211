"""How the window feels while the engine works: start, first frame, stop, stalls of the window, frames received.

    python tests/benchmarks/window_while_painting.py [--size 512] [--patience 300]

The real window (offscreen unless QT_QPA_PLATFORM says otherwise) with the real engine in its process, and with what it
keeps on disk as it goes. It starts with a session of 20 results, each 1024 px. Prints one table
with the targets beside. Nothing else should run on the machine; it takes about a minute on two cores and ends with an
error after `--patience` seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

import numpy as np
from PySide6.QtCore import QEventLoop, QObject, Qt, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication

from studio.__main__ import make_torch_engine
from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.engine_api.contract import EngineSettings, Event, Request
from studio.core.image_io import open_picture
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.project.project import HistoryEntry, Project
from studio.core.project.session_store import open_session
from studio.core.recipe import StyleRecipe
from studio.core.resampling import reduced
from studio.core.resources import resource_folder
from studio.jobs.engine_process.proxy import EngineProcess
from studio.ui.app import Studio
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import apply_theme

HEARTBEAT = 0.01  # s
STARTS = 3  # of the program, to see its window
STOPS = 3
RESULTS = 20  # in the session that is there at the start
PHOTO, STYLE = "neuschwanstein.jpg", "van-gogh-cafe-terrace-at-night"


class Heart(QObject):
    """Beats in the GUI thread; `stalls` are the seconds by which beats came late."""

    def __init__(self) -> None:
        super().__init__()
        self.stalls: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(round(1000 * HEARTBEAT))
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to count."""
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """Rest."""
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.stalls.append(max(0.0, now - self._last - HEARTBEAT))
        self._last = now


class TimedEngine(EngineProcess):
    """Notes when a run that was left early has been closed, that is when the engine has nothing to do any more."""

    def __init__(self) -> None:
        super().__init__(make_torch_engine, EngineSettings())
        self.idle_since: list[float] = []

    def run(self, request: Request) -> Iterator[Event]:
        """As EngineProcess."""
        return _TimedRun(super().run(request), self.idle_since)


class _TimedRun:
    def __init__(self, run: Any, idle_since: list[float]) -> None:
        self._run, self._idle_since, self._is_over = run, idle_since, False

    def __iter__(self) -> _TimedRun:
        return self

    def __next__(self) -> Event:
        event: Event = next(self._run)
        return event

    def close(self) -> None:
        self._run.close()  # may raise Interrupted; then it is called again
        self._idle_since.append(time.perf_counter())


class DrivenStudio:
    """One studio, driven from here."""

    def __init__(self, patience: float, data: Path | None = None, opener: PictureOpener | None = None) -> None:
        """data: the user's data folder; None for one of its own. opener: of pictures; None for this process itself."""
        self.engine = TimedEngine()
        self.heart = Heart()
        self._deadline = time.monotonic() + patience
        self._pulse = QTimer()  # wakes `until`, which would wait for ever where nothing happens
        self._pulse.start(5)
        self._folder = tempfile.TemporaryDirectory()
        os.environ["STYLE_STUDIO_DATA"] = str(data or self._folder.name)
        self._settings = Settings(Path(self._folder.name, "settings.json"))
        self.studio = Studio(lambda: self.engine, self._settings, Path(self._folder.name, "thumbnails"), opener)
        self.session = self.studio.session

    def until(self, condition: Callable[[], bool]) -> float:
        """Let the window live until something holds; the time when it does."""
        while not condition():
            if time.monotonic() > self._deadline:
                raise TimeoutError("This machine is too slow or too busy for a measurement.")
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        return time.perf_counter()

    def load(self, size: int) -> None:
        """A photo and a style, and one small run, so that the engine is warm."""
        self.studio.importer.open_picture(resource_folder("demo") / PHOTO)
        self.studio.importer.use_style(next(card for card in self.studio.importer.cards if card.id == STYLE))
        self.until(lambda: self.session.finishing.missing == "")
        self.set(long_edge=128, quality="draft")
        self.session.finish()
        self.until(lambda: self.session.artwork.is_finished)
        self.set(long_edge=size, quality="standard")

    def set(self, **fields: object) -> None:
        """Move knobs."""
        self.session.change(**fields)
        self.session.commit()

    def close(self) -> None:
        """End everything."""
        self.studio.close()
        self._settings.close()
        QThreadPool.globalInstance().clear()
        QThreadPool.globalInstance().waitForDone()
        self._folder.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=512, help="longer edge of the artwork, px (512)")
    parser.add_argument("--patience", type=float, default=300.0, help="seconds after which it gives up (300)")
    parser.add_argument("--starts", action="store_true", help="measure no more than how it starts")
    parser.add_argument("--started", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.started is not None:
        print(json.dumps(show_window(arguments.started, arguments.data)))
        return
    with tempfile.TemporaryDirectory() as folder:
        make_session(Path(folder))
        starts = [_start_afresh(Path(folder)) for _ in range(STARTS)]
    if arguments.starts:
        for what, measured, target in _start_rows(starts):
            print(f"| {what} | {measured} | {target} |")
        return
    with _application():
        driven = DrivenStudio(arguments.patience)
        try:
            print("| what | measured | target |\n|---|---|---|")
            for what, measured, target in chain(_start_rows(starts), measure(driven, arguments.size)):
                print(f"| {what} | {measured} | {target} |", flush=True)
            print(f"\n{arguments.size} px, standard; {_machine(driven)}")
        finally:
            driven.close()


def make_session(data: Path) -> None:
    """An evening in a user's data folder: a photo, and results that were painted of it."""
    photo = open_picture(resource_folder("demo") / PHOTO)
    base = reduced(photo, 1024)
    recipes = [StyleRecipe(seed=number) for number in range(RESULTS)]
    results = [Result(base.with_pixels(np.roll(base.pixels, 40 * n, 1)), photo, (), recipes[n]) for n in range(RESULTS)]
    states = [ArtworkState(photo, (), result.recipe, result) for result in results]
    history = tuple(HistoryEntry(result, 1.7e9 + n, group=photo.name) for n, result in enumerate(results))
    with closing(open_session(data / "sittings")) as store:
        store.record(Project(states[-1], tuple(states[:-1]), (), history, RESULTS - 1))


def show_window(started: float, data: Path) -> dict[str, Any]:
    """In a fresh process: when the window is on the screen, in seconds since `started` (of time.time()).

    Also how long the imports took, and when the session of `data` is on the canvas.
    """
    imported = time.time()
    with _application():
        driven = DrivenStudio(patience=60.0, data=data)
        painted: list[float] = []
        driven.studio.window.first_painted.disconnect()  # the engine's start is no part of this
        driven.studio.window.first_painted.connect(lambda: painted.append(time.time()))
        driven.studio.window.first_painted.connect(lambda: painted.append(time.process_time()))
        driven.studio.window.show()
        driven.studio.autosave.start()
        driven.until(lambda: bool(painted))
        has_torch = "torch" in sys.modules
        driven.until(lambda: driven.session.on_canvas.picture is not None)
        there = time.time()
        driven.session.engine.start()
        driven.close()
    return {
        "seconds": painted[0] - started,
        "imports": imported - started,
        "processor": painted[1],
        "there": there - started,
        "has_torch": has_torch,
    }


def measure(driven: DrivenStudio, size: int) -> Iterator[tuple[str, str, str]]:
    """Rows of the table: what, measured, target."""
    session = driven.session
    shown = time.perf_counter()
    driven.studio.window.show()
    driven.studio.autosave.start()
    ready = driven.until(lambda: session.engine.info is not None) - shown
    yield "engine ready after the window", f"{ready:.1f} s", "-"
    driven.load(size)

    frames: list[float] = []
    session.frame_arrived.connect(lambda: frames.append(time.perf_counter()))
    driven.heart.start()
    started = time.perf_counter()
    session.finish()
    end = _let_play(driven, lambda: session.finishing.run is None)
    driven.heart.stop()
    yield "first frame after Finish, warm", f"{frames[0] - started:.2f} s", "1 s"
    yield "the whole run", f"{end - started:.1f} s, {len(frames) / (end - started):.1f} frames/s", "20 s, 2 frames/s"
    stalls = sorted(driven.heart.stalls)
    p99 = stalls[int(0.99 * (len(stalls) - 1))]
    what = "stall of the window meanwhile, longest (p99), sliders moving and gallery scrolling"
    yield what, f"{1000 * stalls[-1]:.0f} ms ({1000 * p99:.0f} ms)", "50 ms"

    told, idle = [], []
    while len(told) < STOPS:
        if not session.artwork.is_half_painted:  # else it goes on where it was stopped
            session.change(seed=session.artwork.recipe.seed + 1)
        session.finish()
        driven.until(lambda: session.finishing.run is None or _is_at_full_size(session.finishing.run, size))
        if session.finishing.run is None:
            continue
        driven.engine.idle_since.clear()
        asked = time.perf_counter()
        driven.studio.actions["stop"].trigger()
        told.append(driven.until(lambda: session.finishing.run is None) - asked)
        driven.until(lambda: bool(driven.engine.idle_since))
        idle.append(driven.engine.idle_since[0] - asked)
    yield "Stop acknowledged, worst", f"{1000 * max(told):.0f} ms of {STOPS}", "100 ms"
    yield (
        "engine idle after Stop, worst (median)",
        f"{1000 * max(idle):.0f} ms ({1000 * statistics.median(idle):.0f} ms)",
        "500 ms",
    )


def _let_play(driven: DrivenStudio, is_over: Callable[[], bool]) -> float:
    """What an artist does while it paints: drags a slider to and fro, scrolls the gallery, compares."""
    studio, turn = driven.studio, 0
    bar, strength = studio.window.gallery.grid.verticalScrollBar(), driven.session.artwork.recipe.strength
    playing = QTimer()

    def play() -> None:
        nonlocal turn
        turn += 1
        driven.session.change(strength=strength + 0.01 * (turn % 20))
        bar.setValue((bar.value() + 40) % max(1, bar.maximum()))
        if turn % 60 == 0:
            studio.actions["compare"].trigger()

    playing.timeout.connect(play)
    playing.start(33)
    # The hand stays on the slider: only when it is lifted the run would begin again with the new value.
    end = driven.until(is_over)
    playing.stop()
    driven.session.change(strength=strength)
    return end


def _is_at_full_size(run: Any, size: int) -> bool:
    return run is not None and run.step > 0 and run.frame is not None and run.frame.picture.long_edge == size


def _start_afresh(data: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--data", str(data), "--started", repr(time.time())]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=120)
    values: dict[str, Any] = json.loads(answer.stdout)
    return values


def _start_rows(starts: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    names = ("seconds", "imports", "processor", "there")
    seconds, imports, processor, there = (statistics.median(start[name] for start in starts) for name in names)
    torch = "torch loaded!" if any(start["has_torch"] for start in starts) else "without torch"
    what = f"{seconds:.2f} s, of which imports {imports:.2f} s; {processor:.2f} s of a processor; {torch}"
    yield f"start to window, median of {STARTS}", what, "1 s"
    yield f"start to what there was, a session of {RESULTS} results", f"{there:.2f} s", "-"


@contextmanager
def _application() -> Iterator[None]:
    application = QApplication.instance() or QApplication(["style-studio"])
    apply_theme(application, "dark")
    yield


def _machine(driven: DrivenStudio) -> str:
    info = driven.session.engine.info
    device = f"{info.device}, {info.dtype}, torch {info.versions['torch']}" if info else "no engine"
    load = f", load before {os.getloadavg()[1]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{device}; {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}{load}"


if __name__ == "__main__":
    main()
