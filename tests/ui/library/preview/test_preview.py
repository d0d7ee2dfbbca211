"""A picture of the library in full: Space shows it, with its facts, and bad files are a sentence."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.core.image_io.opening.opener import Cancellation
from studio.core.picture import Picture
from studio.ui.app import Studio
from studio.ui.images.picture_pyramid import PicturePyramid
from studio.ui.library.preview.picture_view import PictureView
from studio.ui.library.preview.preview import Preview
from studio.ui.library.preview.preview_panel import PreviewPanel
from tests.support.fakes import GUARD_SECONDS
from tests.ui.library.conftest import grid_of, names, select, trigger

Keys = Qt.Key


def preview_of(studio: Studio) -> Preview:
    return studio.library.preview


def look_at(qtbot: QtBot, studio: Studio, name: str) -> None:
    """Make it the current picture and press Space."""
    grid = grid_of(studio)
    grid.setCurrentIndex(grid.model().index(names(studio).index(name), 0))
    grid.setFocus()
    qtbot.keyClick(grid, Keys.Key_Space)


def is_shown(studio: Studio, title: str, size: str) -> bool:
    panel = preview_of(studio).panel
    return panel.title.text() == title and size in panel.facts.text() and panel.view.pyramid is not None


def test_space_shows_the_picture_in_full_with_its_facts_and_space_goes_back(
    qtbot: QtBot, filled: Studio, pictures: Path
) -> None:
    panel, size = preview_of(filled).panel, "64 \N{MULTIPLICATION SIGN} 48 px"
    look_at(qtbot, filled, "fire")
    qtbot.waitUntil(lambda: is_shown(filled, "The fire", size))
    assert panel.isVisible() and panel.hasFocus()
    assert panel.view.pyramid is not None and panel.view.pyramid.picture.pixels[0, 0].tolist() == [205, 50, 30]
    for fact in ("Ada, 1881", "painting", "CC0 1.0", str(pictures / "fire.png")):
        assert fact in panel.facts.text()
    assert not panel.problem.isVisible()
    qtbot.keyClick(panel, Keys.Key_Space)
    assert not panel.isVisible() and grid_of(filled).hasFocus()
    assert preview_of(filled).row is None


def test_tab_stays_on_the_picture_and_reaches_nothing_behind_it(qtbot: QtBot, filled: Studio) -> None:
    panel = preview_of(filled).panel
    look_at(qtbot, filled, "fire")
    qtbot.waitUntil(panel.hasFocus)
    for key in (Keys.Key_Tab, Keys.Key_Backtab):
        qtbot.keyClick(panel, key)
        assert panel.close_button.hasFocus()
        qtbot.keyClick(panel.close_button, key)
        assert panel.hasFocus()


def test_arrows_go_to_the_next_picture_and_enter_uses_it(qtbot: QtBot, filled: Studio) -> None:
    panel = preview_of(filled).panel
    look_at(qtbot, filled, "ember")
    qtbot.keyClick(panel, Keys.Key_Right)
    qtbot.waitUntil(lambda: is_shown(filled, "The fire", "px"))
    qtbot.keyClick(panel, Keys.Key_Return)
    qtbot.waitUntil(lambda: len(filled.session.artwork.styles) == 1)
    assert filled.session.artwork.styles[0].card.title == "The fire" and not panel.isVisible()


def test_enter_uses_what_is_shown_whatever_else_is_selected(qtbot: QtBot, filled: Studio) -> None:
    panel, grid = preview_of(filled).panel, grid_of(filled)
    look_at(qtbot, filled, "fire")
    grid.selectAll()
    qtbot.keyClick(panel, Keys.Key_Return)
    qtbot.waitUntil(lambda: len(filled.session.artwork.styles) == 1)
    assert filled.session.artwork.styles[0].card.title == "The fire" and not panel.isVisible()


def test_the_menu_and_the_map_have_it_too(qtbot: QtBot, filled: Studio) -> None:
    panel, room = preview_of(filled).panel, filled.library.room
    select(filled, "sky")
    trigger(filled, "preview")
    qtbot.waitUntil(lambda: is_shown(filled, "The sky", "px"))
    qtbot.keyClick(panel, Keys.Key_Escape)
    assert not panel.isVisible() and room.isVisible()
    qtbot.mouseClick(room.head.map, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: room.map.map.count == 6)
    number = next(n for n, one in enumerate(room.map.controller.pictures) if one.path.stem == "ocean")
    room.map.map.set_selection([number])
    qtbot.keyClick(room.map.map, Keys.Key_Space)
    qtbot.waitUntil(lambda: is_shown(filled, "The ocean", "px"))


@pytest.mark.parametrize("content", [b"", b"GIF89a" + b"\xff" * 40, b"\x89PNG\r\n\x1a\n" + b"\0" * 100])
def test_a_file_that_is_no_picture_any_more_is_a_sentence(
    qtbot: QtBot, filled: Studio, pictures: Path, content: bytes
) -> None:
    (pictures / "night.png").write_bytes(content)
    look_at(qtbot, filled, "night")
    panel = preview_of(filled).panel
    qtbot.waitUntil(panel.problem.isVisible)
    assert "night.png" in panel.problem.text() and panel.view.pyramid is None
    assert panel.title.text() == "The night" and "64" not in panel.facts.text().split("\n")[0]
    qtbot.keyClick(panel, Keys.Key_Right)  # the next one is shown all the same
    qtbot.waitUntil(lambda: is_shown(filled, "The ocean", "px"))
    assert not panel.problem.isVisible()


def test_a_file_that_is_gone_is_a_sentence(qtbot: QtBot, filled: Studio, pictures: Path) -> None:
    (pictures / "sky.png").unlink()
    look_at(qtbot, filled, "sky")
    qtbot.waitUntil(preview_of(filled).panel.problem.isVisible)
    assert "sky.png" in preview_of(filled).panel.problem.text()


def test_endless_facts_push_nothing_out_of_sight(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(640, 480)
    panel = PreviewPanel(host)
    host.show()
    panel.enter()
    panel.show_words(["W" * 100_000, "M" * 100_000, "word " * 20_000, "<b>\u202ebold</b>\n" * 3], "P" * 100_000)
    layout = panel.layout()
    assert layout is not None
    layout.activate()
    assert host.rect().contains(panel.close_button.geometry()), panel.close_button.geometry()
    assert panel.view.height() >= 200
    assert panel.title.text().startswith("WWW") and len(panel.accessibleDescription()) < 5000


def test_what_nobody_waits_for_any_more_is_given_up_and_never_shown(
    qtbot: QtBot, filled: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening "fire" takes until the next picture is wanted."""
    started, opened = threading.Event(), []
    small = filled.opener.open_small

    def open_small(path: Path, edge: int, cancellation: Cancellation | None = None) -> Picture:
        if path.stem == "fire" and cancellation is not None:
            started.set()
            assert cancellation._event.wait(GUARD_SECONDS)
            cancellation.check()
        opened.append(path.stem)
        return small(path, edge, cancellation)

    monkeypatch.setattr(filled.opener, "open_small", open_small)
    look_at(qtbot, filled, "fire")
    panel = preview_of(filled).panel
    assert panel.title.text() == "The fire"  # the window waits for nothing
    qtbot.waitUntil(started.is_set)
    qtbot.keyClick(panel, Keys.Key_Right)
    qtbot.waitUntil(lambda: is_shown(filled, "The meadow", "px"))
    assert opened == ["meadow"] and not panel.problem.isVisible()


@pytest.fixture
def view(qtbot: QtBot) -> PictureView:
    view = PictureView()
    qtbot.addWidget(view)
    view.resize(424, 324)
    draw = np.random.default_rng(1)
    view.show_picture(PicturePyramid(Picture(draw.integers(0, 256, (600, 800, 3), np.uint8))))
    view.show()
    return view


def test_a_double_click_shows_every_pixel_of_that_place_and_the_next_the_whole(qtbot: QtBot, view: PictureView) -> None:
    assert view.is_whole
    place = view._place()
    assert (place.width(), place.height()) == (400, 300)  # half as large, in the room within the margin
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=place.topLeft().toPoint())
    assert not view.is_whole and view._place().width() * view.devicePixelRatioF() == 800
    shown = view.grab().toImage().convertToFormat(view.grab().toImage().Format.Format_RGB888)
    assert view.pyramid is not None
    corner = view._place().topLeft().toPoint()
    pixel = shown.pixelColor(corner.x() + 5, corner.y() + 7)
    assert [pixel.red(), pixel.green(), pixel.blue()] == view.pyramid.picture.pixels[7, 5].tolist()
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton)
    assert view.is_whole


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 1.75, 2.0])
def test_at_100_per_cent_a_pixel_is_one_of_the_screen_whatever_its_scale(
    view: PictureView, monkeypatch: pytest.MonkeyPatch, ratio: float
) -> None:
    targets: list[tuple[int, int]] = []
    monkeypatch.setattr(PictureView, "devicePixelRatioF", lambda _: ratio)
    monkeypatch.setattr(
        PicturePyramid, "draw", lambda _, painter, target, clip, is_crisp: targets.append(target.size().toTuple())
    )
    for width, height in ((1002, 999), (1003, 1001), (2001, 1501)):
        view.show_picture(PicturePyramid(Picture(np.zeros((height, width, 3), np.uint8))))
        view.toggle_zoom()
        view.grab()
        assert not view.is_whole and targets[-1] == (width, height)
        view.toggle_zoom()


def test_zooming_keeps_the_place_and_ends_at_the_whole(view: PictureView) -> None:
    at = QPointF(120.0, 90.0)

    def shown_at() -> tuple[float, float]:
        place = view._place()
        return (at.x() - place.x()) / place.width(), (at.y() - place.y()) / place.height()

    before = shown_at()
    view.zoom_by(3.0, at)
    assert np.allclose(shown_at(), before, atol=0.005)
    view.zoom_by(0.1, at)
    assert view.is_whole


def test_fingers_move_and_pinch_it_as_they_do_the_canvas(view: PictureView) -> None:
    view.zoom_by(4.0)
    before, place, still = view._place(), QPointF(200, 150), Qt.MouseButton.NoButton
    stroke = QWheelEvent(
        place, view.mapToGlobal(place), QPoint(30, -11), QPoint(60, -22), still, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.ScrollUpdate, False,
    )  # fmt: skip
    QApplication.sendEvent(view, stroke)
    moved = view._place()
    assert moved.size() == before.size()
    assert (moved.topLeft() - before.topLeft() - QPointF(30, -11)).manhattanLength() < 0.01
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2, place, place,
        view.mapToGlobal(place), 0.5, QPointF(),
    )  # fmt: skip
    QApplication.sendEvent(view, pinch)
    assert view._place().width() == pytest.approx(1.5 * moved.width())


def test_an_extreme_shape_does_no_harm(qtbot: QtBot, view: PictureView) -> None:
    for shape in ((1, 6000, 3), (6000, 1, 3), (1, 1, 3)):
        view.show_picture(PicturePyramid(Picture(np.zeros(shape, np.uint8))))
        view.toggle_zoom()
        view.zoom_by(100.0)
        view.grab()
