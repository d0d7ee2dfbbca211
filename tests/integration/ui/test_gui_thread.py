"""On the GUI thread no file is touched and no picture decoded, on the ways that artists go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QThreadPool, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from studio.core.battery import is_on_battery
from studio.core.styles.style_library import StyleLibrary
from studio.ui.app import Studio
from studio.ui.export.export_dialog import ExportDialog
from studio.ui.export.export_settings import ExportSettings, keep_export_settings
from studio.ui.importing.drop_zones import Drop
from studio.ui.importing.mime_payload import read_payload
from studio.ui.session import live_preview
from studio.ui.session.settings import Settings
from tests.support.fakes import FakeEngine, make_picture
from tests.support.gui_thread import watching
from tests.ui.conftest import card_named


@pytest.fixture(autouse=True)
def touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was touched; nothing, in the end."""
    with watching(tmp_path, monkeypatch) as touched:
        yield touched
        assert sorted(set(touched)) == []


def drop(studio: Studio, zone: str, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    payload = read_payload(mime)
    assert payload is not None
    studio.window.canvas.dropped.emit(Drop(zone, payload))


def has_photo(studio: Studio, name: str) -> Callable[[], bool]:
    return lambda: getattr(studio.session.artwork.content, "name", "") == name


def finish(qtbot: QtBot, studio: Studio) -> None:
    studio.session.finish()
    qtbot.waitUntil(lambda: studio.session.artwork.is_finished)


def test_the_watch_sees_what_is_done_here(touched: list[str], save_photo: Callable[..., Path]) -> None:
    StyleLibrary().add(make_picture(32, 32))
    assert any("open" in line and "atomic_write.py" in line for line in touched)
    touched.clear()


def test_starting(qtbot: QtBot, touched: list[str], settings: Settings, tmp_path: Path) -> None:
    StyleLibrary().add(make_picture(32, 32, "wall.png"))
    touched.clear()
    studio = Studio(FakeEngine, settings, tmp_path / "thumbnails")
    studio.window.show()
    qtbot.waitUntil(lambda: studio.session.engine.info is not None and len(studio.importer.user_styles.cards) == 1)
    studio.window.grab()
    QThreadPool.globalInstance().waitForDone()
    studio.close()


def test_dropping_photos_and_styles(qtbot: QtBot, studio: Studio, save_photo: Callable[..., Path]) -> None:
    drop(studio, "picture", save_photo("a.png"))
    qtbot.waitUntil(has_photo(studio, "a.png"))
    drop(studio, "blend", save_photo("b.png", seed=1))
    qtbot.waitUntil(lambda: studio.session.artwork.blend is not None)
    drop(studio, "style", save_photo("c.png", seed=2))
    qtbot.waitUntil(lambda: len(studio.session.artwork.styles) == 1)
    drop(studio, "mix", save_photo("d.png", seed=3))
    qtbot.waitUntil(lambda: len(studio.session.artwork.styles) == 2)
    drop(studio, "gallery", save_photo("e.png", seed=4))
    qtbot.waitUntil(lambda: len(studio.importer.user_styles.cards) == 3)
    drop(studio, "gallery", save_photo("f.png", seed=5).parent)
    qtbot.waitUntil(lambda: len(studio.importer.user_styles.cards) >= 5)
    studio.recent.choose(studio.recent.paths[-1])
    qtbot.waitUntil(has_photo(studio, "a.png"))
    studio.window.grab()


def test_pasting_and_copying(qtbot: QtBot, studio: Studio) -> None:
    image = QImage(64, 48, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    QGuiApplication.clipboard().setImage(image)
    studio.actions["paste"].trigger()
    qtbot.waitUntil(has_photo(studio, "Pasted picture"))
    studio.importer.use_style(card_named(studio, "Poppies"))
    qtbot.waitUntil(lambda: studio.session.finishing.missing == "")
    finish(qtbot, studio)
    studio.actions["copy"].trigger()
    qtbot.waitUntil(lambda: studio.window.messages.text.text() == "The artwork is in the clipboard.")
    studio.actions["diagnostics"].trigger()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text().startswith("Style Studio"))


def test_exporting_and_again(qtbot: QtBot, loaded: Studio, settings: Settings, tmp_path: Path) -> None:
    keep_export_settings(settings, ExportSettings(tmp_path / "exports"))
    (tmp_path / "exports").mkdir()
    finish(qtbot, loaded)
    loaded.actions["export"].trigger()
    export_dialog = loaded.window.findChild(ExportDialog)
    export_dialog.format.choose("jpeg")
    qtbot.waitUntil(export_dialog.export.isEnabled)
    qtbot.waitUntil(lambda: not export_dialog.format.size_label.text().startswith("measuring"))
    export_dialog.export.click()
    qtbot.waitUntil(lambda: "exporting" not in loaded.session.activities)
    loaded.actions["export_again"].trigger()
    qtbot.waitUntil(lambda: "exporting" not in loaded.session.activities)
    assert len(list((tmp_path / "exports").glob("*.jpg"))) == 2


def test_painting_a_batch(
    qtbot: QtBot, loaded: Studio, settings: Settings, tmp_path: Path, save_photo: Callable[..., Path]
) -> None:
    keep_export_settings(settings, ExportSettings(tmp_path))
    folder = save_photo("photo.png", seed=7).parent / "photos"
    folder.mkdir()
    save_photo("photos/a.png", seed=8)
    loaded.actions["render_many"].trigger()
    loaded.batch_window.add_places([folder])
    qtbot.waitUntil(lambda: len(loaded.batch.statuses) == 1)
    loaded.batch_window.grab()
    loaded.batch_window.main.click()
    qtbot.waitUntil(lambda: not loaded.batch.is_running)
    assert loaded.batch.statuses[0].state == "done"


def test_teaching(qtbot: QtBot, loaded: Studio, save_photo: Callable[..., Path]) -> None:
    works = [save_photo(f"work {number}.png", 300, 280, number) for number in range(3)]
    loaded.tune_window.open_beside()
    loaded.tune_window.picker.chosen.emit(works)
    qtbot.waitUntil(lambda: len(loaded.tune_controller.references.pictures) == 3)
    loaded.tune_window.grab()
    loaded.tune_window.main.click()
    qtbot.waitUntil(lambda: loaded.tune_controller.is_over)
    loaded.tune_window.keep.click()
    qtbot.waitUntil(lambda: len(loaded.importer.user_styles.cards) == 1 and not loaded.tune_controller.has_style)
    loaded.tune_window.hide()


def test_picking_styles_with_previews(
    qtbot: QtBot, loaded: Studio, save_photo: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Asked as ever, and on mains power whatever machine this is.
    monkeypatch.setattr(live_preview, "is_on_battery", lambda: is_on_battery() and False)
    loaded.preferences.is_live = loaded.preferences.has_tile_previews = True
    loaded.preferences.auto_refine = "mains"
    loaded.session.change(strength=0.9)
    qtbot.waitUntil(lambda: loaded.session.live.picture is not None)
    loaded.session.live.refine()
    qtbot.waitUntil(lambda: loaded.session.live.progress == 1.0)
    loaded.importer.mix_in(card_named(loaded, "Poppies"))
    qtbot.waitUntil(lambda: len(loaded.session.artwork.styles) == 2)
    previews = loaded.window.gallery.grid.delegate.previews
    qtbot.waitUntil(lambda: previews.pixmap(loaded.importer.cards[0]) is not None)
    loaded.window.gallery.show_details(loaded.importer.cards[0]).close()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # offscreen: to raise a dialog
def test_asking_for_files(qtbot: QtBot, loaded: Studio, settings: Settings, tmp_path: Path) -> None:
    for purpose in ("open", "style_files", "batch"):
        settings.set(f"folders/{purpose}", str(tmp_path))
    card = loaded.importer.cards[0]
    ask_for_style_file = partial(loaded.action_handlers.ask_for_style_file, card)
    for ask in (loaded.actions["open"].trigger, loaded.action_handlers.ask_for_styles, ask_for_style_file):
        ask()
        qtbot.waitUntil(lambda: loaded.window.findChild(QFileDialog) is not None)
        loaded.window.findChild(QFileDialog).close()
        qtbot.waitUntil(lambda: loaded.window.findChild(QFileDialog) is None)
