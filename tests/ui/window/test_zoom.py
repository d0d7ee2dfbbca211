"""Zoom is in pixels of the picture on the canvas, or of what it will be; Live, Draft and Finish share one figure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import StyleRequest
from studio.core.picture import Picture
from studio.ui.app import Studio
from studio.ui.session import live_preview
from tests.support.fakes import FakeEngine, Gate, paint
from tests.ui.conftest import card_named


@pytest.fixture
def large(qtbot: QtBot, studio: Studio, save_photo: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Studio:
    """With a photo larger than the artwork is to be."""
    monkeypatch.setattr(live_preview, "REST", 0)
    monkeypatch.setattr(live_preview, "FINE_REST", 0)
    studio.importer.open_picture(save_photo(width=1200, height=800))
    qtbot.waitUntil(lambda: studio.session.artwork.content is not None)
    studio.session.change(long_edge=600)
    studio.session.commit()
    return studio


def test_the_figure_and_the_place_are_those_of_the_finished_picture_all_the_way(
    qtbot: QtBot, large: Studio, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def paint_whole(request: StyleRequest, progress: float, edge: int) -> tuple[Picture, Picture | None]:
        return paint(request, progress, 600 if progress == 1 and request.recipe.quality == "standard" else edge)

    canvas, sizes = large.window.canvas, large.window.status_bar.size_label
    canvas.zoom_to(1.0)
    assert large.session.on_canvas.size == (1200, 800) and sizes.text() == "1200 × 800 px"
    place = canvas._viewport.view.left
    large.preferences.auto_refine = "always"
    large.preferences.is_live = True
    large.importer.use_style(card_named(large, "Poppies"))
    qtbot.waitUntil(lambda: canvas.badge.text() == "Draft")
    assert canvas.zoom == 2.0 and canvas._viewport.view.left == place  # the artwork has half as many pixels
    assert sizes.text() == "preview of 600 × 400 px"
    canvas.zoom_to(1.0)
    place, told = canvas._viewport.view, []
    canvas.zoom_changed.connect(told.append)
    monkeypatch.setattr("tests.support.fakes.paint", paint_whole)
    engine.gate = Gate()
    large.actions["finish"].trigger()
    engine.gate.let_pass(1)
    qtbot.waitUntil(lambda: large.session.finishing.run is not None and large.session.finishing.run.step == 1)
    assert canvas.badge.text().startswith("Finishing")
    engine.gate.open()
    qtbot.waitUntil(lambda: large.session.finishing.run is None)
    assert large.session.on_canvas.picture.width == 600 and sizes.text() == "600 × 400 px"
    assert canvas._viewport.view == place and told == []


def test_a_larger_size_for_the_artwork_moves_nothing_while_live_shows_it(qtbot: QtBot, large: Studio) -> None:
    large.preferences.auto_refine = "never"
    large.preferences.is_live = True
    large.importer.use_style(card_named(large, "Poppies"))
    qtbot.waitUntil(lambda: large.session.on_canvas.picture is not None)
    canvas = large.window.canvas
    canvas.zoom_to(1.0)
    left, top = canvas._viewport.view.left, canvas._viewport.view.top
    large.session.change(long_edge=1200)
    assert canvas.zoom == 0.5 and (canvas._viewport.view.left, canvas._viewport.view.top) == (left, top)


def test_ctrl_1_shows_every_pixel_and_ctrl_0_everything(qtbot: QtBot, large: Studio) -> None:
    canvas = large.window.canvas
    qtbot.keyClick(canvas, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert canvas.zoom == 1.0 and large.window.gallery.isVisible()
    qtbot.keyClick(canvas, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert canvas.zoom != 1.0
    qtbot.keyClick(canvas, Qt.Key.Key_F7)
    assert not large.window.gallery.isVisible()
