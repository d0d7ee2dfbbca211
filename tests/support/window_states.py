"""Brings the window into each of its states, on a screen of its own; tells what is cut, off the screen or unspoken.

    python -m tests.support.window_states FOLDER [--screenshots] [--theme light] [--size WIDTH HEIGHT] [--real]

Prints a line of JSON for each state: its name, the size of the window in logical px, and what is wrong with it.
--size: of the main window, instead of the one it opens with. --screenshots: also saves each as FOLDER/STATE.png.
--real: with bundled photos and the engine that paints them. Set QT_QPA_PLATFORM and QT_SCALE_FACTOR for the screen;
`on_a_screen` does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QEventLoop, QThreadPool
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from studio.core.image_io import save_picture
from studio.core.resources import resource_folder
from studio.ui.app import Studio
from studio.ui.dialogs.file_dialogs import make_open_dialog
from studio.ui.export.export_dialog import ExportDialog
from studio.ui.session.message import Message
from studio.ui.session.preferences import Preferences
from studio.ui.session.settings import Settings
from tests.support.accessible_tree import unspoken_controls
from tests.support.clipped_widgets import clipped_widgets
from tests.support.fakes import FakeEngine, Gate, make_picture

_CHECKOUT = Path(__file__).parents[2]
_PATIENCE = 60.0  # s
STYLES = ("The Great Wave off Kanagawa", "Poppies", "Lion")
PROBLEM = "harbour at dusk, seen from the old lighthouse.jpg is damaged: 12 of its 40 lines are missing."


def on_a_screen(folder: Path, width: int, height: int, scale: float, *options: str) -> list[dict[str, Any]]:
    """Run this program on a screen of so many device px, scaled so; what it prints."""
    folder.mkdir(parents=True, exist_ok=True)
    screen = {"name": "screen", "x": 0, "y": 0, "width": width, "height": height, "logicalDpi": 96, "dpr": 1}
    config = folder / "screen.json"
    config.write_text(json.dumps({"windowFrameMargins": True, "screens": [screen]}))
    variables = os.environ | {
        "PYTHONPATH": str(_CHECKOUT),
        "QT_QPA_PLATFORM": f"offscreen:configfile={config}",
        "QT_SCALE_FACTOR": str(scale),
        "STYLE_STUDIO_DATA": str(folder / "data"),
        "STYLE_STUDIO_CACHE": str(folder / "cache"),
        "STYLE_STUDIO_CONFIG": str(folder / "config"),
    }
    command = [sys.executable, "-m", "tests.support.window_states", str(folder), *options]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise AssertionError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _shown_over(window: QWidget) -> list[QWidget]:
    """The windows of a window."""
    return [child for child in window.findChildren(QWidget) if child.isWindow() and child.isVisible()]


class Tour:
    """Leads a studio through its states."""

    def __init__(self, studio: Studio, folder: Path, gate: Gate | None) -> None:
        self.studio = studio
        self._folder = folder
        self._gate = gate  # of a fake engine; None for the real one, on real pictures

    def states(self) -> Iterator[tuple[str, QWidget]]:
        """Each state as (name, the window that is new in it), in the order of an evening."""
        studio, session, window = self.studio, self.studio.session, self.studio.window
        self.wait(lambda: session.engine.info is not None)
        yield "start page", window
        studio.importer.open_picture(self._photo("neuschwanstein", 0))
        self.wait(lambda: session.artwork.content is not None)
        yield "photo", window
        self._use(STYLES[0])
        yield "style", window
        for title in STYLES[1:]:
            self._mix_in(title)
        yield "mix", window
        studio.importer.blend_files([self._photo("kingfisher", 1)])
        self.wait(lambda: session.artwork.blend is not None and session.artwork.awaited_blend is None)
        yield "blend", window
        window.panel.advanced_button.setChecked(True)
        yield "advanced open", window
        session.post_message(Message(PROBLEM, "Open another one.", is_problem=True, action="open"))
        yield "message", window
        window.canvas.zones.has_photo = True
        window.canvas.zones.show_for("files")
        self.wait(lambda: window.canvas.zones.fade.opacity == 1)
        yield "dragging", window
        window.canvas.zones.hide()
        window.messages.clear()
        studio.actions["variations"].trigger()
        self.wait(lambda: bool(studio.variations.tiles) and all(tile.picture for tile in studio.variations.tiles))
        yield "variations", window
        studio.variations.close()
        if self._gate is not None:
            self._gate.let_pass(1)  # the step of a draft under way
        studio.actions["finish"].trigger()
        self._let_paint(lambda: session.finishing.run is not None and session.finishing.run.step > 0)
        yield "finishing", window
        self._let_paint(lambda: session.finishing.run is None)
        yield "history", window
        yield from self._library()
        yield from self._dialogs()

    def _library(self) -> Iterator[tuple[str, QWidget]]:
        library, window, show = self.studio.library, self.studio.window, self.studio.actions["library"]
        show.trigger()
        yield "library, empty", window
        works = self._folder / "works"
        works.mkdir()
        for seed in range(6):
            save_picture(make_picture(96, 64, seed=seed), works / f"work {seed}.png")
        library.add([works])
        self.wait(lambda: len(library.room.model.rows) == 6)
        yield "library", window
        library.room.grid.setCurrentIndex(library.room.model.index(0))
        library.room.similarity.slider.setValue(0)
        library.selection.actions["like"].trigger()
        self.wait(lambda: bool(library.browser.found.hits))
        yield "library, alike", window
        library.browser.show_all()
        library.room.head.map.click()
        self.wait(lambda: library.room.map.map.count == 6)
        yield "library, map", window
        show.trigger()

    def _dialogs(self) -> Iterator[tuple[str, QWidget]]:
        studio, window = self.studio, self.studio.window
        studio.actions["export"].trigger()
        self.wait(lambda: window.findChild(ExportDialog) is not None)
        dialog = window.findChild(ExportDialog)
        self.wait(lambda: not dialog.format.size_label.text().startswith("measuring"))
        yield "export dialog", dialog
        dialog.reject()
        studio.tune_window.open_beside()
        studio.tune_controller.references.add([self._photo("giraffe", n) for n in (2, 3, 4)])
        self.wait(lambda: bool(studio.tune_controller.references.pictures))
        yield "teach", studio.tune_window
        studio.tune_window.knobs.fold.setChecked(True)
        studio.tune_window.messages.show_message(Message(PROBLEM, is_problem=True))
        yield "teach, advanced open", studio.tune_window
        studio.tune_window.hide()
        studio.actions["render_many"].trigger()
        studio.batch_window.add_places([self._photo("meidum-pyramid", n) for n in (5, 6, 7)])
        self.wait(lambda: not studio.batch.is_scanning)
        yield "batch", studio.batch_window
        studio.batch_window.messages.show_message(Message(PROBLEM, is_problem=True))
        yield "batch, message", studio.batch_window
        studio.batch_window.hide()
        for name, action in (("about", "about"), ("keys", "shortcuts")):
            shown = self._opened_by(action)
            yield name, shown
            shown.close()
        yield "details of a style", window.gallery.show_details(studio.importer.cards[0])
        asked = make_open_dialog(
            window, self._folder, "Open a picture", QFileDialog.FileMode.ExistingFile, studio.opener
        )
        asked.open()
        yield "file dialog", asked
        asked.close()

    def _opened_by(self, action: str) -> QWidget:
        before = _shown_over(self.studio.window)  # a tool tip among them may go meanwhile
        self.studio.actions[action].trigger()

        def new() -> list[QWidget]:
            return [shown for shown in _shown_over(self.studio.window) if shown not in before]

        self.wait(lambda: bool(new()))
        return new()[-1]

    def wait(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError("The studio did not come that far.")
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 100)

    def settle(self) -> None:
        """Let everything be laid out and painted, thumbnails included."""
        for _ in range(3):
            QApplication.processEvents()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            QThreadPool.globalInstance().waitForDone()
        QApplication.processEvents()

    def _let_paint(self, condition: Callable[[], bool]) -> None:
        if self._gate is not None:
            self._gate.let_pass(1)
            if self.studio.session.finishing.run is not None and self.studio.session.finishing.run.step > 0:
                self._gate.open()
        self.wait(condition)

    def _use(self, title: str) -> None:
        self.studio.importer.use_style(self._card(title))
        self.wait(lambda: [style.card.title for style in self.studio.session.artwork.styles] == [title])

    def _mix_in(self, title: str) -> None:
        count = len(self.studio.session.artwork.styles)
        self.studio.importer.mix_in(self._card(title))
        self.wait(lambda: len(self.studio.session.artwork.styles) > count)

    def _card(self, title: str) -> Any:
        return next(card for card in self.studio.importer.cards if card.title == title)

    def _photo(self, name: str, seed: int) -> Path:
        if self._gate is None and seed < 5:
            return resource_folder("demo") / f"{name}.jpg"
        path = self._folder / f"{name} {seed}.png"
        save_picture(make_picture(640, 480, seed=seed), path)
        return path


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--screenshots", action="store_true")
    parser.add_argument("--theme", default="dark")
    parser.add_argument("--size", type=int, nargs=2)
    parser.add_argument("--real", action="store_true")
    options = parser.parse_args()
    application = QApplication(["style-studio"])
    settings = Settings(options.folder / "settings.json")
    preferences = Preferences(settings)
    preferences.theme = options.theme
    preferences.auto_refine = "never"
    gate = None if options.real else Gate()
    studio = Studio(_maker(gate), settings, options.folder / "thumbnails")
    if options.size:
        studio.window.resize(*options.size)
    studio.window.show()
    tour = Tour(studio, options.folder, gate)
    try:
        for name, window in tour.states():
            tour.settle()
            seen = studio.window
            size = window.frameGeometry().size()
            problems = clipped_widgets(window)
            state = {"state": name, "size": [size.width(), size.height()], "problems": problems}
            state["unspoken"] = unspoken_controls(window)
            sys.stdout.write(f"{json.dumps(state)}\n")
            sys.stdout.flush()
            if options.screenshots:
                shot = seen.grab() if window is seen else window.grab()
                shot.save(str(options.folder / f"{name}.png"))
    finally:
        if gate is not None:
            gate.open()
        studio.close()
        settings.close()
        application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QThreadPool.globalInstance().waitForDone()
    return 0


def _maker(gate: Gate | None) -> Callable[[], Any]:
    if gate is not None:
        return lambda: FakeEngine(gate=gate)
    from studio.__main__ import make_torch_engine
    from studio.core.engine_api.contract import EngineSettings
    from studio.jobs.engine_process.proxy import EngineProcess

    return lambda: EngineProcess(make_torch_engine, EngineSettings())


if __name__ == "__main__":
    sys.exit(main())
