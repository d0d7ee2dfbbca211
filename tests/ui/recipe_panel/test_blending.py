"""Two photos in the window: from the drop to the canvas and the engine, and back by undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from studio.core.artwork.blend import Blend, blend_pictures
from studio.core.engine_api.contract import StyleRequest
from studio.core.image_io import ExportOptions
from studio.core.picture import Picture
from studio.ui.app import Studio
from studio.ui.importing.drop_zones import Drop
from studio.ui.importing.mime_payload import Payload
from studio.ui.recipe_panel.blend_panel import BlendPanel
from tests.support.fakes import FakeEngine, Gate, make_picture


def blend_in(qtbot: QtBot, studio: Studio, over: Picture) -> Blend:
    """Lay a picture over the photo, and wait until it shows."""
    photo = studio.session.artwork.state.photo
    assert photo is not None
    blend = Blend(photo, over)
    studio.session.change(blend=blend)
    studio.session.commit()
    wait_until_shown(qtbot, studio)
    return blend


def wait_until_shown(qtbot: QtBot, studio: Studio) -> None:
    qtbot.waitUntil(lambda: studio.session.artwork.awaited_blend is None)


@pytest.fixture
def blend(qtbot: QtBot, loaded: Studio) -> Blend:
    """Two photos and a style, ready to finish."""
    return blend_in(qtbot, loaded, make_picture(50, 50, "sky.jpg", seed=3))


def test_a_second_photo_dropped_on_its_zone_is_blended_and_shown(
    qtbot: QtBot, loaded: Studio, save_photo: Callable[..., Path]
) -> None:
    path = save_photo("sky.png", seed=6)
    before = loaded.window.canvas.grab().toImage()
    loaded.window.canvas.dropped.emit(Drop("blend", Payload("files", paths=(path,))))
    qtbot.waitUntil(lambda: loaded.session.artwork.blend is not None)
    wait_until_shown(qtbot, loaded)
    blend = loaded.session.artwork.blend
    assert blend is not None and [picture.name for picture in blend.pictures] == ["harbour.png", "sky.png"]
    assert loaded.window.canvas.grab().toImage() != before
    panel = loaded.window.panel.pictures
    assert panel.isVisible() and panel.knobs["opacity"].value == 0.5
    assert loaded.window.windowTitle().startswith("harbour.png and sky.png")
    assert loaded.window.tool_bar.title.text() == "harbour.png and sky.png"
    loaded.actions["undo"].trigger()
    assert not panel.isVisible()
    assert loaded.window.tool_bar.title.text() == "harbour.png"
    assert loaded.window.canvas.grab().toImage() == before


def test_an_image_from_a_browser_is_blended_too_and_a_third_replaces_the_second(
    qtbot: QtBot, loaded: Studio, save_photo: Callable[..., Path], blend: Blend
) -> None:
    loaded.session.change(blend=replace(blend, mode="multiply"))
    data = save_photo("web.png", seed=8).read_bytes()
    loaded.window.canvas.dropped.emit(Drop("blend", Payload("image", image_bytes=data)))
    qtbot.waitUntil(lambda: loaded.session.artwork.blend.over is not blend.over)
    now = loaded.session.artwork.blend
    assert now is not None
    assert (now.base, now.mode, now.over.name) == (blend.base, "multiply", "Pasted picture")


def test_where_there_is_no_photo_yet_the_first_to_blend_is_the_photo(
    qtbot: QtBot, studio: Studio, save_photo: Callable[..., Path]
) -> None:
    studio.importer.blend_files([save_photo()])
    qtbot.waitUntil(lambda: studio.session.artwork.content is not None)
    assert studio.session.artwork.blend is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda panel: panel.swap.click(), lambda blend: blend.swapped()),
        (lambda panel: panel.over.remove.click(), lambda blend: None),
        (lambda panel: panel.base.remove.click(), lambda blend: None),
        (lambda panel: panel.knobs["mode"].box.setCurrentIndex(2), lambda blend: replace(blend, mode="screen")),
        (lambda panel: panel.knobs["opacity"].field.setValue(0.8), lambda blend: replace(blend, opacity=0.8)),
    ],
    ids=["swap", "remove the upper", "remove the lower", "mode", "opacity"],
)
def test_every_control_of_the_panel_is_one_step_that_undo_takes_back(
    qtbot: QtBot, loaded: Studio, blend: Blend, change: Callable[[BlendPanel], None], expected: Callable[[Blend], Any]
) -> None:
    first = loaded.session.artwork.content
    assert first is not None
    change(loaded.window.panel.pictures)
    wait_until_shown(qtbot, loaded)
    second = loaded.session.artwork.content
    assert second is not None
    assert loaded.session.artwork.blend == expected(blend)
    for action, content, state in (("undo", first, blend), ("redo", second, expected(blend))):
        loaded.actions[action].trigger()
        wait_until_shown(qtbot, loaded)
        assert loaded.session.artwork.content.fingerprint == content.fingerprint
        assert loaded.session.artwork.blend == state


def test_undo_names_what_it_takes_back(qtbot: QtBot, loaded: Studio, blend: Blend) -> None:
    undo = loaded.actions["undo"]
    assert undo.text() == "Undo Blend"
    states = (
        {"blend": replace(blend, opacity=0.8)},
        {"blend": replace(blend, opacity=0.8, mode="screen")},
        {"blend": replace(blend, opacity=0.8, mode="screen").swapped()},
        {"strength": 0.9},
        {"blend": None},
        {"content": make_picture(seed=9)},
    )
    names = []
    for fields in states:
        loaded.session.change(**fields)
        loaded.session.commit()
        names.append(undo.text())
    assert names == ["Undo Opacity", "Undo Blend", "Undo Swap", "Undo Strength", "Undo Blend", "Undo Picture"]


def test_removing_the_lower_photo_leaves_the_upper(qtbot: QtBot, loaded: Studio, blend: Blend) -> None:
    loaded.window.panel.pictures.base.remove.click()
    assert loaded.session.artwork.content is blend.over


def test_a_drag_of_the_opacity_in_the_window_is_one_step(qtbot: QtBot, loaded: Studio, blend: Blend) -> None:
    track = loaded.window.panel.pictures.knobs["opacity"].track
    loaded.window.panel.ensureWidgetVisible(track)
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=track.rect().center())
    for x in range(track.width() // 2, track.width(), 5):
        qtbot.mouseMove(track, QPoint(x, 9))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton)
    assert loaded.session.artwork.blend.opacity > 0.9
    loaded.actions["undo"].trigger()
    assert loaded.session.artwork.blend == blend


def test_the_view_stays_while_the_same_photos_are_blended_otherwise(qtbot: QtBot, loaded: Studio, blend: Blend) -> None:
    canvas = loaded.window.canvas
    canvas.zoom_to(7.0)
    loaded.session.change(blend=replace(blend, opacity=0.9))
    wait_until_shown(qtbot, loaded)
    assert canvas.zoom == 7.0
    loaded.session.change(blend=blend.swapped())
    assert canvas.zoom != 7.0  # another frame


def test_the_engine_paints_the_blended_picture(qtbot: QtBot, loaded: Studio, engine: FakeEngine, blend: Blend) -> None:
    loaded.actions["finish"].trigger()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    (request,) = engine.requests
    assert isinstance(request, StyleRequest) and request.content is not None
    assert request.content.fingerprint == blend_pictures(blend).fingerprint
    result = loaded.session.artwork.result
    assert result is not None and result.blend == blend


def test_nothing_is_painted_from_a_picture_that_is_still_being_blended(loaded: Studio, engine: FakeEngine) -> None:
    photo = loaded.session.artwork.content
    assert photo is not None
    loaded.session.change(blend=Blend(photo, make_picture(seed=3)))
    loaded.session.finish()
    assert loaded.session.finishing.run is None and engine.requests == []
    assert loaded.window.tool_bar.finish.caption == "Blending the pictures"
    loaded.session.change(method="pattern")
    assert not loaded.session.finishing.missing  # nothing of the photos is in a pattern


def test_of_a_fast_drag_the_last_opacity_is_shown(qtbot: QtBot, loaded: Studio, blend: Blend) -> None:
    for percent in range(51, 91):
        loaded.session.change(blend=replace(blend, opacity=percent / 100))
    loaded.session.commit()
    wait_until_shown(qtbot, loaded)
    content = loaded.session.artwork.content
    assert content is not None
    assert content.fingerprint == blend_pictures(replace(blend, opacity=0.9)).fingerprint
    loaded.actions["undo"].trigger()
    wait_until_shown(qtbot, loaded)
    assert loaded.session.artwork.blend == blend


def test_a_drag_that_never_rests_is_shown_on_the_way(qtbot: QtBot, loaded: Studio, blend: Blend) -> None:
    shown: list[float] = []

    def move_on() -> None:
        """From the second call on, none that is made is the newest any more."""
        if len(shown) < 3:
            loaded.session.change(blend=replace(loaded.session.artwork.blend, opacity=next(opacities) / 100))

    opacities = iter(range(1, 10))
    loaded.session._blend_renderer.made.connect(lambda made, _picture: (shown.append(made.opacity), move_on()))
    move_on()
    move_on()
    qtbot.waitUntil(lambda: len(shown) >= 3)
    assert shown[:3] == [0.01, 0.02, 0.03]
    wait_until_shown(qtbot, loaded)
    assert loaded.session.artwork.blend.opacity == 0.04


def test_another_blend_during_a_run_keeps_what_was_painted_in_the_history(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine, blend: Blend
) -> None:
    engine.gate = gate = Gate()
    loaded.actions["finish"].trigger()
    gate.let_pass()
    qtbot.waitUntil(lambda: loaded.session.on_canvas.picture is not None)
    gate.wait_until_reached()
    shown = loaded.session.on_canvas.picture
    loaded.session.change(blend=replace(blend, opacity=0.9))
    loaded.session.commit()
    assert loaded.session.finishing.run is None and loaded.session.on_canvas.picture is None
    assert [result.picture for result in loaded.session.artwork.history] == [shown]
    assert loaded.session.artwork.history[0].blend == blend


def test_blending_that_fails_is_told_and_leaves_the_photo(
    qtbot: QtBot, loaded: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr("studio.ui.session.blend_renderer.cover", fail)
    photo = loaded.session.artwork.content
    assert photo is not None
    for opacity in (0.2, 0.4, 0.6):  # also in the midst of a drag
        loaded.session.change(blend=Blend(photo, make_picture(name="sky.jpg"), opacity=opacity))
    loaded.session.commit()
    qtbot.waitUntil(lambda: loaded.window.messages.message is not None)
    assert loaded.window.messages.message is not None
    assert "sky.jpg needs more memory" in loaded.window.messages.message.text
    assert loaded.session.artwork.blend is None and loaded.session.artwork.content is photo


def test_an_exported_double_exposure_names_both_photos(
    qtbot: QtBot, loaded: Studio, tmp_path: Path, blend: Blend
) -> None:
    loaded.actions["finish"].trigger()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    assert loaded.exporter.exportable.title == "harbour and sky, The Great Wave off Kanagawa"
    loaded.exporter.export(tmp_path / "art.png", ExportOptions(), "Art")
    qtbot.waitUntil(lambda: not loaded.session.artwork.has_unsaved_result)
    assert b"harbour.png blended with sky.jpg" in (tmp_path / "art.png").read_bytes()
