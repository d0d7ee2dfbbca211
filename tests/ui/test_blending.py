"""Two photos in the window: from the drop to the canvas and the engine, and back by undo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.blend import Blend, blend_pictures
from studio.core.contract import StyleRequest
from studio.core.files import ExportOptions
from studio.core.picture import Picture
from studio.ui.app import Studio
from tests.fakes import FakeEngine, Gate, make_picture


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
    assert loaded.session.run is None and engine.requests == []
    assert loaded.window.tool_bar.finish.caption == "Blending the pictures"


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


def test_another_blend_during_a_run_keeps_what_was_painted_in_the_history(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine, blend: Blend
) -> None:
    engine.gate = gate = Gate()
    loaded.actions["finish"].trigger()
    gate.let_pass()
    qtbot.waitUntil(lambda: loaded.session.picture is not None)
    gate.wait_until_reached()
    shown = loaded.session.picture
    loaded.session.change(blend=replace(blend, opacity=0.9))
    loaded.session.commit()
    assert loaded.session.run is None and loaded.session.picture is None
    assert [result.picture for result in loaded.session.artwork.history] == [shown]
    assert loaded.session.artwork.history[0].blend == blend


def test_blending_that_fails_is_told_and_leaves_the_photo(
    qtbot: QtBot, loaded: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr("studio.ui.blender.cover", fail)
    photo = loaded.session.artwork.content
    assert photo is not None
    loaded.session.change(blend=Blend(photo, make_picture(name="sky.jpg")))
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
    assert loaded.exporter.title == "harbour and sky, The Great Wave off Kanagawa"
    loaded.exporter.export(tmp_path / "art.png", ExportOptions(), "Art")
    qtbot.waitUntil(lambda: not loaded.session.artwork.has_unsaved_result)
    assert b"harbour.png blended with sky.jpg" in (tmp_path / "art.png").read_bytes()
