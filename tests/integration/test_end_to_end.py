"""The whole path with nothing faked: the real window, the real engine in its process, real files; small and quick."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QThreadPool, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.__main__ import make_torch_engine
from studio.core.artwork.artwork_state import Result
from studio.core.engine_api.contract import EngineSettings
from studio.core.image_io import open_picture
from studio.core.image_io.xmp import read_recipe
from studio.core.resources import resource_folder
from studio.jobs.engine_process.proxy import EngineProcess
from studio.ui.app import Studio
from studio.ui.export.export_dialog import ExportDialog
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import apply_theme

PATIENCE = 300_000  # ms, for what always comes: of an engine that loads torch, and steps back behind all else that runs
PHOTO = resource_folder("demo") / "kingfisher.jpg"
PAINTER, STYLE_ID = "Hokusai", "hokusai-the-great-wave-off-kanagawa"

pytestmark = pytest.mark.slow


@pytest.fixture
def studio(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Studio]:
    """The program as it is started, at the smallest and quickest setting."""
    apply_theme(qapp, "dark")
    settings = Settings(tmp_path / "settings.json")
    studio = Studio(
        lambda: EngineProcess(make_torch_engine, EngineSettings(device="cpu")), settings, tmp_path / "thumbnails"
    )
    with qtbot.waitActive(studio.window):
        studio.window.show()
        studio.window.activateWindow()
    until(qtbot, lambda: studio.session.engine.info is not None)
    studio.session.change(long_edge=128, quality="draft")
    studio.session.commit()
    yield studio
    studio.close()
    settings.close()
    QThreadPool.globalInstance().waitForDone()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def until(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE)


def drop_photo(studio: Studio) -> None:
    """As a file manager does it, on the zone at the left."""
    canvas, mime = studio.window.canvas, QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(PHOTO))])
    place, held = QPoint(40, canvas.height() // 2), (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, QDragEnterEvent(place, Qt.DropAction.CopyAction, mime, *held))
    QApplication.sendEvent(canvas, QDropEvent(QPointF(place), Qt.DropAction.CopyAction, mime, *held))


def click_tile(qtbot: QtBot, studio: Studio, card_id: str) -> None:
    gallery = studio.window.gallery
    index = gallery.grid.model().index(gallery.model.row_of(card_id))
    gallery.grid.scrollTo(index)
    place = gallery.grid.visualRect(index).center()
    qtbot.mouseClick(gallery.grid.viewport(), Qt.MouseButton.LeftButton, pos=place)


def load(qtbot: QtBot, studio: Studio) -> None:
    drop_photo(studio)
    until(qtbot, lambda: studio.session.artwork.content is not None)
    click_tile(qtbot, studio, STYLE_ID)
    until(qtbot, lambda: studio.session.finishing.missing == "")


def press_finish(qtbot: QtBot, studio: Studio) -> None:
    qtbot.mouseClick(studio.window.tool_bar.finish, Qt.MouseButton.LeftButton)


def canvas_pixels(studio: Studio) -> bytes:
    image = studio.window.canvas.grab().toImage()
    return bytes(image.constBits())


def engine_child() -> int:
    """The process id of the one engine that runs."""
    (child,) = multiprocessing.active_children()
    assert child.pid is not None
    return child.pid


def test_from_a_dropped_photo_to_an_exported_artwork_and_back(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    session, window = studio.session, studio.window
    load(qtbot, studio)
    assert window.windowTitle().startswith("kingfisher.jpg")
    strength = window.panel.knobs["strength"]
    strength.track.setFocus()
    qtbot.keyClick(strength.track, Qt.Key.Key_PageUp)
    chosen = session.artwork.recipe
    assert chosen.strength > 0.6

    seen: list[bytes] = []
    session.frame_arrived.connect(lambda: seen.append(canvas_pixels(studio)))
    press_finish(qtbot, studio)
    until(qtbot, lambda: session.finishing.run is None)
    assert session.artwork.is_finished
    assert session.engine.info is not None and type(session.engine.info.versions["torch"]) is str  # no "import torch"
    assert len(set(seen)) >= 4, "the artwork forms before the artist's eyes"
    painted = session.on_canvas.picture
    assert painted is not None and painted.long_edge == 128

    window.panel.knobs["keep_color"].track.setFocus()
    qtbot.keyClick(window.panel.knobs["keep_color"].track, Qt.Key.Key_End)
    until(qtbot, lambda: session.artwork.is_finished)
    assert session.artwork.recipe.keep_color == 1.0
    recolored = session.on_canvas.picture
    assert recolored is not None and (recolored.pixels != painted.pixels).any()
    assert session.artwork.result is not None and session.artwork.result.painted is painted

    alone = canvas_pixels(studio)
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_C)
    assert canvas_pixels(studio) != alone
    qtbot.keyClick(window.canvas, Qt.Key.Key_C)
    assert canvas_pixels(studio) == alone

    path = tmp_path / "artwork.png"
    export(studio, path)
    until(qtbot, lambda: not session.artwork.has_unsaved_result)
    assert (open_picture(path).pixels == recolored.pixels).all()
    assert read_recipe(path) == session.artwork.recipe
    with Image.open(path) as file:
        assert file.size == (recolored.width, recolored.height)
        assert PAINTER.encode() in file.info["xmp"] and b"Simonyan" in file.info["xmp"]

    studio.actions["undo"].trigger()  # keep colours
    studio.actions["undo"].trigger()  # strength
    assert session.artwork.recipe == chosen.change(strength=0.6)
    assert session.artwork.result is None and session.on_canvas.picture is None
    studio.actions["redo"].trigger()
    assert session.artwork.recipe == chosen

    child = engine_child()
    studio.close()
    assert not window.isVisible()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert [thread for thread in threading.enumerate() if thread.name.startswith(("studio", "opening", "saving"))] == []


def test_a_killed_engine_is_told_the_picture_is_kept_and_the_next_finish_works(qtbot: QtBot, studio: Studio) -> None:
    session, messages = studio.session, studio.window.messages
    load(qtbot, studio)
    session.change(quality="high", long_edge=1024)  # nobody waits for its end: it is killed in the middle
    session.commit()
    press_finish(qtbot, studio)
    until(qtbot, lambda: session.finishing.run is not None and session.finishing.run.step > 5)
    os.kill(engine_child(), signal.SIGKILL)
    until(qtbot, lambda: session.finishing.run is None)
    assert messages.message is not None and messages.message.is_problem
    assert "stopped unexpectedly" in messages.text.text()
    kept = session.artwork.result
    assert isinstance(kept, Result) and not kept.is_complete
    assert session.on_canvas.picture is kept.picture
    session.change(quality="draft", long_edge=128)
    session.commit()
    messages.button.click()
    until(qtbot, lambda: session.artwork.is_finished)
    assert messages.message is None


def export(studio: Studio, path: Path) -> None:
    studio.actions["export"].trigger()
    dialog = studio.window.findChild(ExportDialog)
    dialog.file.setText(str(path))
    dialog.export.click()


def studio_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QT_")}
    return subprocess.run(
        [sys.executable, "-m", "studio", *arguments], capture_output=True, text=True, env=environment, timeout=60
    )


def test_the_command_line_paints_a_file_that_carries_its_recipe(tmp_path: Path) -> None:
    path = tmp_path / "artwork.jpg"
    small = ("--size", "128", "--quality", "draft", "--device", "cpu")
    done = studio_command("render", str(PHOTO), "--style", STYLE_ID, *small, "--strength", "0.7", "-o", str(path))
    assert done.returncode == 0, done.stderr
    picture, photo = open_picture(path), open_picture(PHOTO)
    assert picture.long_edge == 128
    assert picture.width / picture.height == pytest.approx(photo.width / photo.height, rel=0.02)
    assert read_recipe(path).strength == 0.7
    again = studio_command("render", str(PHOTO), "--style", STYLE_ID, *small, "-o", str(path))
    assert again.returncode == 2 and "artwork.jpg" in again.stderr
