"""Exported and copied is what is on the canvas: the photo, Live, a draft, a Finish under way, or any result."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from studio.core.errors import PictureError
from studio.core.image_io import ExportOptions
from studio.core.image_io.xmp import read_recipe
from studio.core.recipe import StyleRecipe
from studio.ui.app import Studio
from studio.ui.export.export_dialog import ExportDialog
from studio.ui.session import live_preview
from tests.support.fakes import FakeEngine, Gate


def exported(qtbot: QtBot, studio: Studio, path: Path, kind: str) -> tuple[np.ndarray, bytes]:
    """The pixels and the credits that the sheet writes; `kind` is a word of what it says about the picture."""
    studio.actions["export"].trigger()
    (dialog,) = [found for found in studio.window.findChildren(ExportDialog) if found.isVisible()]
    assert kind in dialog.preview.kind.text()
    dialog.file.setText(str(path))
    qtbot.waitUntil(lambda: dialog._place is not None)
    dialog.export.click()
    qtbot.waitUntil(lambda: path.exists() and "exporting" not in studio.session.activities)
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")), image.info["xmp"]


def on_canvas(studio: Studio) -> np.ndarray:
    scene = studio.window.canvas._before_after
    shown = scene.before if studio.window.canvas._is_showing_before or scene.after is None else scene.after
    assert shown is not None
    return shown.picture.pixels


def test_the_photo_alone_is_exported_as_it_is_and_called_no_ai(qtbot: QtBot, loaded: Studio, tmp_path: Path) -> None:
    pixels, xmp = exported(qtbot, loaded, tmp_path / "a.png", "photo")
    assert np.array_equal(pixels, on_canvas(loaded))
    assert b"TrainedAlgorithmicMedia" not in xmp and b"Painted" not in xmp
    with pytest.raises(PictureError):
        read_recipe(tmp_path / "a.png")


def test_the_live_picture_is_exported_with_the_recipe_that_paints_it_again(
    qtbot: QtBot, loaded: Studio, tmp_path: Path
) -> None:
    loaded.preferences.auto_refine = "never"
    loaded.preferences.is_live = True
    qtbot.waitUntil(lambda: loaded.session.on_canvas.picture is not None)
    pixels, xmp = exported(qtbot, loaded, tmp_path / "a.png", "Live")
    assert np.array_equal(pixels, on_canvas(loaded)) and b"TrainedAlgorithmicMedia" in xmp
    assert read_recipe(tmp_path / "a.png").method == "live"
    assert not loaded.session.artwork.history


def test_the_draft_is_exported_as_a_draft(
    qtbot: QtBot, loaded: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_preview, "REST", 0)
    monkeypatch.setattr(live_preview, "FINE_REST", 0)
    loaded.session.change(long_edge=300)  # else the first draft tells the pace, and the size is chosen anew
    loaded.preferences.auto_refine = "always"
    loaded.preferences.is_live = True
    qtbot.waitUntil(lambda: loaded.window.canvas.badge.text() == "Draft")
    pixels, _ = exported(qtbot, loaded, tmp_path / "a.png", "draft")
    assert np.array_equal(pixels, on_canvas(loaded))
    recipe = read_recipe(tmp_path / "a.png")
    assert (recipe.method, recipe.quality) == ("finish", "draft")


def test_a_finish_under_way_and_a_stopped_one_are_exported_as_far_as_they_are(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine, tmp_path: Path
) -> None:
    engine.gate = Gate()
    loaded.actions["finish"].trigger()
    engine.gate.let_pass(2)
    qtbot.waitUntil(lambda: loaded.session.finishing.run is not None and loaded.session.finishing.run.step == 2)
    pixels, _ = exported(qtbot, loaded, tmp_path / "a.png", "66 %")
    assert np.array_equal(pixels, on_canvas(loaded))
    loaded.actions["stop"].trigger()
    engine.gate.open()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None)
    assert loaded.session.artwork.has_unsaved_result
    progress = loaded.session.on_canvas.shown.result.progress
    pixels, _ = exported(qtbot, loaded, tmp_path / "b.png", f"stopped, at {int(100 * progress)} %.")
    assert np.array_equal(pixels, on_canvas(loaded))
    assert not loaded.session.artwork.has_unsaved_result


def test_a_result_of_other_settings_is_exported_with_the_settings_it_has(
    qtbot: QtBot, loaded: Studio, tmp_path: Path
) -> None:
    loaded.actions["finish"].trigger()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    loaded.session.change(seed=5)
    pixels, _ = exported(qtbot, loaded, tmp_path / "a.png", "other settings")
    assert np.array_equal(pixels, on_canvas(loaded))
    assert read_recipe(tmp_path / "a.png") == StyleRecipe()


def test_while_the_photo_is_held_up_it_is_what_is_exported_and_copied(
    qtbot: QtBot, loaded: Studio, tmp_path: Path
) -> None:
    loaded.actions["finish"].trigger()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    loaded.window.canvas.setFocus()
    qtbot.keyPress(loaded.window.canvas, Qt.Key.Key_Backslash)
    with qtbot.waitSignal(QGuiApplication.clipboard().dataChanged):
        loaded.actions["copy"].trigger()
    assert QGuiApplication.clipboard().image().width() == loaded.session.artwork.content.width
    loaded.actions["export"].trigger()
    assert "photo" in loaded.window.findChild(ExportDialog).preview.kind.text()
    qtbot.keyRelease(loaded.window.canvas, Qt.Key.Key_Backslash)
    assert loaded.session.on_canvas.shown.kind == "finished"


def test_an_export_again_writes_the_picture_on_the_canvas_too(qtbot: QtBot, loaded: Studio, tmp_path: Path) -> None:
    loaded.exporter.export(tmp_path / "first.png", ExportOptions(), "First")
    qtbot.waitUntil(lambda: "exporting" not in loaded.session.activities)
    loaded.actions["export_again"].trigger()
    qtbot.waitUntil(lambda: (tmp_path / "harbour.png").exists() and "exporting" not in loaded.session.activities)
    with Image.open(tmp_path / "harbour.png") as image:
        assert np.array_equal(np.asarray(image.convert("RGB")), on_canvas(loaded))


def test_where_a_better_picture_can_be_made_the_sheet_offers_it_and_comes_back_to_exporting(
    qtbot: QtBot, loaded: Studio
) -> None:
    loaded.actions["export"].trigger()
    dialog = loaded.window.findChild(ExportDialog)
    assert dialog.preview.better.isVisible() and dialog.preview.better.text() == "Finish first"
    dialog.preview.better.click()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    message = loaded.window.messages.message
    assert message is not None and message.action == "export"
    loaded.window.messages.button.click()
    (dialog,) = [found for found in loaded.window.findChildren(ExportDialog) if found.isVisible()]
    assert not dialog.preview.better.isVisible() and "finished" in dialog.preview.kind.text()


def test_a_photo_without_a_style_offers_nothing_better(qtbot: QtBot, studio: Studio, save_photo) -> None:
    studio.importer.open_picture(save_photo())
    qtbot.waitUntil(lambda: studio.session.artwork.content is not None)
    studio.actions["export"].trigger()
    assert not studio.window.findChild(ExportDialog).preview.better.isVisible()
