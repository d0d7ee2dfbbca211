"""The picture on the canvas is dragged out of the window: as a file with its credits, and as an image."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.core.errors import WriteError
from studio.core.image_io import ExportOptions, open_picture
from studio.core.image_io.xmp import read_recipe
from studio.core.picture import Picture
from studio.ui.app import Studio
from studio.ui.canvas.artwork_drag import ArtworkMime, remove_left_behind
from studio.ui.images.picture_pyramid import qimage
from studio.ui.importing.mime_payload import payload_kind
from tests.ui.conftest import card_named


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def finished(qtbot: QtBot, loaded: Studio) -> Studio:
    loaded.actions["finish"].trigger()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None and loaded.session.artwork.is_finished)
    return loaded


def dragged(studio: Studio) -> ArtworkMime:
    mime = studio.artwork_drag.make_mime()
    assert mime is not None
    return mime


def file_of(mime: ArtworkMime) -> Path:
    (url,) = mime.urls()
    return Path(url.toLocalFile())


def shown(studio: Studio) -> Picture:
    assert studio.session.on_canvas.shown is not None
    return studio.session.on_canvas.shown.picture


def is_image_of(mime: ArtworkMime, picture: Picture) -> bool:
    return QImage(mime.imageData()) == qimage(picture.pixels)


def test_the_artwork_is_a_file_like_an_export_and_an_image(finished: Studio) -> None:
    mime = dragged(finished)
    assert mime.hasUrls() and mime.hasImage()
    path = file_of(mime)
    assert path.name.endswith(", The Great Wave off Kanagawa.png")
    assert np.array_equal(open_picture(path).pixels, shown(finished).pixels)
    artwork = finished.exporter.exportable
    assert artwork is not None and read_recipe(path) == artwork.credits.recipe
    assert b"Katsushika Hokusai" in path.read_bytes()
    assert is_image_of(mime, shown(finished))
    assert finished.session.artwork.has_unsaved_result  # who knows what becomes of it


def test_what_is_dragged_is_what_is_shown(finished: Studio) -> None:
    artwork = shown(finished)
    finished.session.on_canvas.is_showing_photo = True
    photo = dragged(finished)
    finished.session.on_canvas.is_showing_photo = False
    assert is_image_of(photo, finished.session.artwork.content)
    assert not is_image_of(photo, artwork)
    assert np.array_equal(open_picture(file_of(photo)).pixels, finished.session.artwork.content.pixels)


def test_a_drag_holds_the_picture_as_it_was_when_it_began(qtbot: QtBot, finished: Studio) -> None:
    mime, before = dragged(finished), shown(finished)
    with qtbot.waitSignal(finished.session.styles_changed):
        finished.importer.use_style(card_named(finished, "Poppies"))
    assert b"Great Wave" in file_of(mime).read_bytes() and is_image_of(mime, before)


def test_it_is_written_as_the_last_export_was(qtbot: QtBot, finished: Studio, tmp_path: Path) -> None:
    artwork = finished.exporter.exportable
    assert artwork is not None
    with qtbot.waitSignal(finished.session.message_posted, check_params_cb=lambda m: m.action == "show_export"):
        finished.exporter.export(tmp_path / "a.webp", replace(ExportOptions(), format="webp"), "A", "Ann")
    path = file_of(dragged(finished))
    assert path.suffix == ".webp" and b"Ann" in path.read_bytes()
    assert finished.exporter.last_file == tmp_path / "a.webp"


def test_files_are_removed_when_the_studio_is_closed(finished: Studio, temporary_folder: Path) -> None:
    paths = [file_of(dragged(finished)) for _ in range(2)]
    assert paths[0] != paths[1] and paths[0].name == paths[1].name and all(path.is_file() for path in paths)
    if os.name == "posix":
        (folder,) = temporary_folder.iterdir()
        assert folder.stat().st_mode & 0o077 == 0  # nobody else's to read
    finished.close()
    assert list(temporary_folder.iterdir()) == []


def test_what_a_killed_studio_left_is_removed_a_day_later(temporary_folder: Path) -> None:
    left = temporary_folder / "style-studio-drag-1"
    (left / "a").mkdir(parents=True)
    now = left.stat().st_mtime
    remove_left_behind(now + 3600)
    assert left.exists()
    remove_left_behind(now + 25 * 3600)
    assert not left.exists()


def test_a_folder_that_the_system_tidied_away_is_made_again(finished: Studio, temporary_folder: Path) -> None:
    shutil.rmtree(file_of(dragged(finished)).parent.parent)
    assert file_of(dragged(finished)).is_file()
    finished.close()
    assert list(temporary_folder.iterdir()) == []


def test_a_file_that_cannot_be_written_is_told_and_the_image_is_dragged_all_the_same(
    qtbot: QtBot, finished: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise WriteError("The disk is full.", "Make room.")

    monkeypatch.setattr("studio.ui.export.exporter.save_picture", refuse)
    with qtbot.waitSignal(finished.session.message_posted) as told:
        mime = dragged(finished)
        assert mime.urls() == [] and is_image_of(mime, shown(finished))
    assert told.args[0].text == "The disk is full." and told.args[0].is_problem


def test_without_a_place_for_the_file_it_is_told(qtbot: QtBot, finished: Studio, temporary_folder: Path) -> None:
    temporary_folder.rmdir()
    with qtbot.waitSignal(finished.session.message_posted) as told:
        assert dragged(finished).urls() == []
    assert told.args[0].text.startswith("The picture could not be written for dragging: ")


def test_nothing_is_dragged_where_nothing_is_shown(studio: Studio) -> None:
    assert studio.artwork_drag.make_mime() is None
    assert not studio.window.canvas.handle.isVisible()


def test_the_canvas_does_not_take_its_own_picture_for_one_to_open(finished: Studio) -> None:
    assert payload_kind(dragged(finished)) is None


def drag(qtbot: QtBot, widget: QWidget, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    middle = widget.rect().center()
    qtbot.mousePress(widget, Qt.MouseButton.LeftButton, keys, middle)
    qtbot.mouseMove(widget, middle + QPoint(40, 30))
    qtbot.mouseRelease(widget, Qt.MouseButton.LeftButton, keys, middle + QPoint(40, 30))


def test_the_handle_and_ctrl_drag_the_picture_out_and_nothing_else_does(
    qtbot: QtBot, loaded: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas, wanted = loaded.window.canvas, []
    canvas.drag_wanted.disconnect(loaded.artwork_drag.begin)
    canvas.drag_wanted.connect(wanted.append)
    loaded.actions["actual_size"].trigger()
    drag(qtbot, canvas)
    assert wanted == []
    moved = canvas.picture_place
    drag(qtbot, canvas.handle)
    assert wanted == [canvas.handle]
    drag(qtbot, canvas, Qt.KeyboardModifier.ControlModifier)
    assert wanted == [canvas.handle, canvas] and canvas.picture_place == moved


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # offscreen: to raise a tool tip
def test_a_click_on_the_handle_drags_nothing(qtbot: QtBot, loaded: Studio) -> None:
    with qtbot.assertNotEmitted(loaded.window.canvas.drag_wanted):
        qtbot.mouseClick(loaded.window.canvas.handle, Qt.MouseButton.LeftButton)
