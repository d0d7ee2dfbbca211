"""Takes the screenshots from the real program at work: python packaging/screenshots.py [NAME ...] [--width 1280].

Run it with the Python of the studio's environment (.venv). It needs no screen; where there is one, it shows the window
while it works. The names are those of the steps below; without any, all are taken, into packaging/screenshots/.
`window` is the one in the README.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

from PIL import Image
from PySide6.QtCore import QEventLoop, Qt, QThreadPool
from PySide6.QtGui import QCursor, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QDialog

from studio.__main__ import make_torch_engine
from studio.core.engine_api.contract import EngineSettings
from studio.core.resources import resource_folder
from studio.jobs.engine_process.proxy import EngineProcess
from studio.ui.app import Studio
from studio.ui.export.export_dialog import ExportDialog
from studio.ui.session.preferences import Preferences, ThemeChoice
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import theme_name

_CENTRE = QAbstractItemView.ScrollHint.PositionAtCenter
FOLDER = Path(__file__).parent / "screenshots"
PATIENCE = 600.0  # s for one picture to be painted
USUAL_WIDTH = 1280  # px; others, and the light theme, stand in the file's name
LARGEST_FILE = 700_000  # bytes; beyond, colours are given up


class AllTaken(Exception):  # noqa: N818 - no error: the rest is not needed
    """Everything that was asked for has been taken."""


class Photographer:
    """Drives the studio and takes its picture."""

    def __init__(self, studio: Studio, wanted: set[str]) -> None:
        self.studio = studio
        self._wanted = wanted
        self._is_choosy = bool(wanted)

    def open(self, name: str) -> None:
        """Load a demo photo."""
        self.studio.importer.open_picture(resource_folder("demo") / f"{name}.jpg")
        self.wait(lambda: getattr(self.studio.session.artwork.content, "name", "") == f"{name}.jpg")

    def blend(self, name: str, **settings: object) -> None:
        """Lay another demo photo over the one that is loaded."""
        artwork = self.studio.session.artwork
        self.studio.importer.blend_files([resource_folder("demo") / f"{name}.jpg"])
        self.wait(lambda: artwork.blend is not None)
        self.set(blend=replace(artwork.blend, **settings))
        self.wait(lambda: artwork.awaited_blend is None)

    def use(self, card_id: str) -> None:
        """Paint in this style alone."""
        gallery = self.studio.window.gallery
        gallery.grid.scrollTo(gallery.grid.model().index(gallery.model.row_of(card_id)), _CENTRE)
        self.studio.importer.use_style(self._card(card_id))
        self.wait(lambda: [style.card.id for style in self.studio.session.artwork.styles] == [card_id])

    def mix_in(self, card_id: str) -> None:
        """Paint in this style too."""
        count = len(self.studio.session.artwork.styles)
        self.studio.importer.mix_in(self._card(card_id))
        self.wait(lambda: len(self.studio.session.artwork.styles) > count)

    def set(self, **fields: object) -> None:
        """Move knobs."""
        self.studio.session.change(**fields)
        self.studio.session.commit()

    def finish(self, until: float = math.inf) -> None:
        """Paint, to the end or until a share of the work is done."""
        finishing = self.studio.session.finishing
        if finishing.run is None:
            self.studio.actions["finish"].trigger()
        self.wait(lambda: finishing.run is None or (finishing.run.step > 0 and finishing.run.progress >= until))

    def stop(self) -> None:
        """Stop painting."""
        self.studio.actions["stop"].trigger()
        self.wait(lambda: self.studio.session.finishing.run is None)

    def take(self, name: str, dialog: QDialog | None = None) -> None:
        """Save what the window shows now, `dialog` over it."""
        if self._is_choosy and name not in self._wanted:
            return
        window = self.studio.window
        QCursor.setPos(window.mapToGlobal(window.rect().center()))
        for button in window.tool_bar.findChildren(QAbstractButton):
            button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)  # wherever the mouse has been put
        self.settle()
        shot = window.grab()
        if dialog is not None:
            _lay_over(shot, dialog.grab())
        width = "" if window.width() == USUAL_WIDTH else f"-{window.width()}"
        theme = "" if theme_name() == "dark" else f"-{theme_name()}"
        path = FOLDER / f"{name}{width}{theme}.png"
        shot.save(str(path))
        _make_small(path)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB", flush=True)
        self._wanted.discard(name)
        if self._is_choosy and not self._wanted:
            raise AllTaken

    def wants(self, name: str) -> bool:
        """Whether this picture was asked for; what is slow is only done then."""
        return not self._is_choosy or name in self._wanted

    def settle(self) -> None:
        """Let thumbnails arrive and everything be painted."""
        for _ in range(3):
            self._process()
            QThreadPool.globalInstance().waitForDone()
        self._process()

    def wait(self, condition: Callable[[], bool]) -> None:
        """Let the program work until something holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError("The studio did not come that far.")
            self._process()

    def _process(self) -> None:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        QApplication.sendPostedEvents()
        time.sleep(0.005)  # the engine wants the processor too

    def _card(self, card_id: str) -> object:
        return next(card for card in self.studio.importer.cards if card.id == card_id)


def take_all(camera: Photographer, size: int, quality: str) -> None:
    """One visit, from the empty window on."""
    studio = camera.studio
    camera.wait(lambda: studio.session.engine.info is not None)
    camera.take("empty")
    if camera.wants("library"):
        visit_library(camera)
    studio.window.gallery.search.setText("hokusai")
    camera.take("gallery")
    studio.window.gallery.search.clear()
    camera.set(long_edge=size, quality=quality)
    camera.open("neuschwanstein")
    camera.take("photo")
    camera.use("hokusai-the-great-wave-off-kanagawa")
    camera.wait(lambda: studio.session.live.is_settled)
    camera.take("live")
    camera.finish(until=0.4)
    camera.take("painting")
    camera.finish()
    camera.take("window")
    studio.actions["compare"].trigger()
    camera.take("comparing")
    studio.actions["compare"].trigger()
    studio.actions["export"].trigger()
    export_dialog = studio.window.findChild(ExportDialog)
    camera.wait(lambda: not export_dialog.format.size_label.text().startswith("measuring"))
    camera.take("export", export_dialog)
    export_dialog.reject()
    studio.importer.open_picture(resource_folder("models") / "vgg16_features_relu4_3.json")
    camera.wait(lambda: studio.window.messages.message is not None)
    camera.take("error")
    studio.window.messages.clear()
    camera.mix_in("van-gogh-the-harvest")
    camera.set(quality="draft")
    camera.finish(until=0.6)
    camera.stop()
    camera.take("mixed")
    studio.window.canvas.zones.show_for("files")
    studio.window.canvas.zones.light(studio.window.canvas.rect().center())
    camera.wait(lambda: studio.window.canvas.zones.fade.opacity == 1)
    camera.take("dragging")
    studio.window.canvas.zones.hide()
    camera.use("hokusai-poppies")
    camera.set(method="pattern")
    camera.finish()
    camera.take("pattern")
    camera.set(method="finish")
    camera.open("grace-hopper")
    camera.blend("neuschwanstein", mode="screen", opacity=0.7)
    camera.take("blending")


def visit_library(camera: Photographer) -> None:
    """The map of all bundled pictures, with the Japanese prints selected."""
    library, show = camera.studio.library, camera.studio.actions["library"]
    show.setChecked(True)
    library.add([resource_folder(name) for name in ("styles", "photos", "demo")])
    camera.wait(lambda: library.indexer.is_open and library.indexer.state == "idle" and not library.browser.is_busy)
    library.room.head.map.click()
    controller, art_map = library.room.map.controller, library.room.map.map
    camera.wait(lambda: controller.state == "idle" and len(controller.pictures) == len(library.browser.found.rows))
    camera.settle()
    prints = ("Katsushika Hokusai", "Utagawa Hiroshige")
    chosen = [number for number, one in enumerate(controller.pictures) if one.facts.author in prints]
    art_map.set_selection(chosen)
    art_map.selection_changed.emit(chosen)  # as by hand
    camera.take("library")
    show.setChecked(False)


@contextmanager
def running_studio(width: int, height: int, theme: ThemeChoice) -> Iterator[Studio]:
    """The real program with the real engine, forgetting everything afterwards."""
    application = QApplication(["style-studio"])
    application.setApplicationName("Style Studio")
    with tempfile.TemporaryDirectory() as folder:
        for purpose in ("DATA", "CACHE"):  # the styles and folders of whoever takes them are nobody's business
            os.environ[f"STYLE_STUDIO_{purpose}"] = folder
        settings = Settings(Path(folder, "settings.json"))
        Preferences(settings).theme = theme
        studio = Studio(
            lambda: EngineProcess(make_torch_engine, EngineSettings()), settings, Path(folder, "thumbnails")
        )
        studio.window.resize(width, height)
        studio.window.show()
        try:
            yield studio
        finally:
            studio.close()
            settings.close()
            QThreadPool.globalInstance().clear()
            QThreadPool.globalInstance().waitForDone()


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="the screenshots to take (all)")
    parser.add_argument("--width", type=int, default=USUAL_WIDTH, help="of the window, px (1280)")
    parser.add_argument("--height", type=int, default=800, help="of the window, px (800)")
    parser.add_argument("--size", type=int, default=768, help="longer edge of the artworks, px (768)")
    parser.add_argument("--quality", default="standard", help="of the artworks (standard)")
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    arguments = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with running_studio(arguments.width, arguments.height, arguments.theme) as studio, suppress(AllTaken):
        take_all(Photographer(studio, set(arguments.names)), arguments.size, arguments.quality)
    return 0


def _lay_over(shot: QPixmap, dialog: QPixmap) -> None:
    painter = QPainter(shot)
    painter.drawPixmap((shot.width() - dialog.width()) // 2, (shot.height() - dialog.height()) // 2, dialog)
    painter.end()


def _make_small(path: Path) -> None:
    with Image.open(path) as image:
        shot = image.convert("RGB")
    shot.save(path, optimize=True)
    if path.stat().st_size > LARGEST_FILE:
        shot.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
