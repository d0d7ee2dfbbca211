"""The session with the whole window around it and a fake engine behind it: from the widget to the request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import studio.ui
from studio.core.engine_api.contract import ColorRequest, Event, Frame, Progress, Request, StyleRequest
from studio.core.errors import EngineError
from studio.core.recipe import KNOBS, Knob
from studio.ui.app import Studio
from studio.ui.history.shelf_model import STATE_ROLE
from studio.ui.recipe_panel.knob_combo import KnobCombo
from studio.ui.session.message import Message
from tests.support.fakes import FakeEngine, Gate, make_picture
from tests.ui.conftest import card_named


@pytest.fixture
def gate(engine: FakeEngine) -> Gate:
    """Holds the engine at every step."""
    engine.gate = Gate()
    return engine.gate


def finish(qtbot: QtBot, studio: Studio) -> None:
    studio.actions["finish"].trigger()
    qtbot.waitUntil(lambda: studio.session.finishing.run is None)


def start(qtbot: QtBot, studio: Studio, gate: Gate, frames: int) -> None:
    """Finish until so many frames are on the screen, and the engine is held in the next step."""
    studio.actions["finish"].trigger()
    if frames:
        gate.let_pass(frames)
        qtbot.waitUntil(
            lambda: studio.session.finishing.run is not None and studio.session.finishing.run.step == frames
        )
    gate.wait_until_reached()


def other_value(knob: Knob) -> Any:
    """Neither the default nor an end, and on the knob's grid."""
    if knob.scale == "choice":
        return next(choice for choice in knob.choices if choice != knob.default)
    return {"long_edge": 512, "seed": 77, "stroke_size": 2.0}.get(knob.field, 0.25)


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.field)
def test_every_knob_goes_from_its_widget_to_the_engine(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine, knob: Knob
) -> None:
    widget, value = loaded.window.panel.knobs[knob.field], other_value(knob)
    if isinstance(widget, KnobCombo):
        widget.box.setCurrentIndex(widget.box.findData(value))
    else:
        widget.field.selectAll()
        qtbot.keyClicks(widget.field, str(value))
        qtbot.keyClick(widget.field, Qt.Key.Key_Return)
    finish(qtbot, loaded)
    (request,) = engine.requests
    assert isinstance(request, StyleRequest)
    assert getattr(request.recipe, knob.field) == value
    assert widget.value == value
    assert loaded.session.artwork.is_finished


def test_the_request_holds_photo_styles_and_shares(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    loaded.importer.mix_in(card_named(loaded, "Poppies"))
    qtbot.waitUntil(lambda: len(loaded.session.artwork.styles) == 2)
    row = loaded.window.panel.styles.rows[0]
    row.field.selectAll()
    qtbot.keyClicks(row.field, "80")
    qtbot.keyClick(row.field, Qt.Key.Key_Return)
    finish(qtbot, loaded)
    (request,) = engine.requests
    assert isinstance(request, StyleRequest)
    assert request.content is loaded.session.artwork.content
    assert request.styles == tuple(style.picture for style in loaded.session.artwork.styles)
    assert request.recipe.style_shares == pytest.approx((80.0, 20.0))
    assert request.start is None


def test_a_pattern_needs_no_photo(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    studio.importer.use_style(card_named(studio, "Poppies"))
    qtbot.waitUntil(lambda: bool(studio.session.artwork.styles))
    assert studio.session.finishing.missing
    studio.session.change(method="pattern")
    assert not studio.session.finishing.missing
    finish(qtbot, studio)
    (request,) = engine.requests
    assert isinstance(request, StyleRequest) and request.content is None
    assert studio.session.on_canvas.picture is not None


def test_a_pattern_is_not_compared_with_the_photo(qtbot: QtBot, loaded: Studio) -> None:
    loaded.session.change(method="pattern")
    finish(qtbot, loaded)
    assert loaded.session.on_canvas.photo is None
    loaded.session.undo()
    assert loaded.session.on_canvas.photo is loaded.session.artwork.content


def test_knobs_without_effect_are_disabled(studio: Studio) -> None:
    studio.session.change(method="pattern")
    disabled = {field for field, widget in studio.window.panel.knobs.items() if not widget.isEnabled()}
    assert disabled == {knob.field for knob in KNOBS if "pattern" not in knob.methods}


def test_frames_stream_to_the_canvas(qtbot: QtBot, loaded: Studio, gate: Gate) -> None:
    seen: list[object] = []
    loaded.session.frame_arrived.connect(lambda: seen.append(loaded.session.on_canvas.picture))
    start(qtbot, loaded, gate, frames=1)
    first = loaded.session.on_canvas.picture
    assert first is seen[-1] is not None
    gate.let_pass()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is not None and loaded.session.finishing.run.step == 2)
    assert loaded.session.on_canvas.picture is not first
    assert "step 2/3" in loaded.window.status_bar.progress.text()
    assert "66 %" in loaded.window.canvas.badge.text()


def test_a_frame_of_another_request_is_dropped(qtbot: QtBot, loaded: Studio, gate: Gate) -> None:
    start(qtbot, loaded, gate, frames=1)
    shown = loaded.session.on_canvas.picture
    loaded.bridge.post(Frame(10**9, 1, 1, 1.0, make_picture()))
    gate.let_pass()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is not None and loaded.session.finishing.run.step == 2)
    assert loaded.session.finishing.run.frame.request_id == loaded.session.finishing.run.request.id
    assert loaded.session.on_canvas.picture is not shown


def test_stop_is_acknowledged_at_once_and_keeps_the_picture(qtbot: QtBot, loaded: Studio, gate: Gate) -> None:
    start(qtbot, loaded, gate, frames=2)
    loaded.actions["stop"].trigger()
    assert loaded.window.tool_bar.finish.text().startswith("Stopping")
    gate.open()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None)
    result = loaded.session.artwork.result
    assert result is not None and not result.is_complete
    assert loaded.session.on_canvas.picture is result.picture
    assert loaded.window.tool_bar.finish.text() == "Continue"
    assert loaded.window.canvas.badge.text() == f"Stopped at {int(100 * result.progress)} %" and 0 < result.progress < 1
    model = loaded.window.history.view.model()
    assert model.index(0).data(STATE_ROLE) == f"stopped at {int(100 * result.progress)} %"
    assert loaded.actions["export"].isEnabled()


def test_a_hasty_double_click_on_stop_stops_and_the_button_keeps_the_focus(
    qtbot: QtBot, loaded: Studio, gate: Gate
) -> None:
    start(qtbot, loaded, gate, frames=2)
    button = loaded.window.tool_bar.finish
    button.setFocus()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    gate.open()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None)
    qtbot.mouseDClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert loaded.session.finishing.run is None
    assert button.hasFocus() and button.text() == "Continue"


def test_after_a_stop_one_goes_on_from_the_picture_so_far(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine, gate: Gate
) -> None:
    start(qtbot, loaded, gate, frames=2)
    loaded.actions["stop"].trigger()
    gate.open()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None)
    half = loaded.session.artwork.result
    assert half is not None
    finish(qtbot, loaded)
    assert engine.requests[-1].start is half.painted
    assert loaded.session.artwork.is_finished
    assert half in loaded.session.artwork.history


def test_after_a_stop_other_settings_start_afresh(qtbot: QtBot, loaded: Studio, engine: FakeEngine, gate: Gate) -> None:
    start(qtbot, loaded, gate, frames=2)
    loaded.actions["stop"].trigger()
    gate.open()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None)
    loaded.session.change(seed=5)
    loaded.session.commit()
    assert loaded.window.tool_bar.finish.text() == "Finish"
    finish(qtbot, loaded)
    assert engine.requests[-1].start is None


def test_a_failure_is_told_and_keeps_the_picture(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    engine.error, engine.error_at = EngineError("Out of memory.", "Try a smaller size."), 3
    finish(qtbot, loaded)
    message = loaded.window.messages.message
    assert message == Message("Out of memory.", "Try a smaller size.", is_problem=True, action="finish")
    assert loaded.session.artwork.result is not None
    assert not loaded.session.artwork.is_finished
    engine.error = None
    loaded.window.messages.button.click()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    assert loaded.window.messages.message is None


def test_finished_hands_the_accent_to_export(qtbot: QtBot, loaded: Studio) -> None:
    finish(qtbot, loaded)
    bar = loaded.window.tool_bar
    assert bar.finish.text() == "Finished"
    assert bar.export.property("role") == "primary"
    loaded.session.change(detail=0.9)
    assert bar.finish.text() == "Finish"
    assert bar.export.property("role") != "primary"


def test_keep_colours_acts_on_the_finished_picture_at_once(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    finish(qtbot, loaded)
    painted = loaded.session.on_canvas.picture
    loaded.session.change(keep_color=0.5)
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    request = engine.requests[-1]
    assert isinstance(request, ColorRequest)
    assert request.painted is painted and request.keep_color == 0.5
    assert loaded.session.on_canvas.picture is not painted
    loaded.session.change(keep_color=0.8)
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    assert engine.requests[-1].painted is painted
    assert len(loaded.session.artwork.history) == 1


def test_a_sign_of_life_is_not_the_end_of_keeping_colours(
    qtbot: QtBot, loaded: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = FakeEngine.run

    def run_slowly(engine: FakeEngine, request: Request) -> Iterator[Event]:
        yield Progress(request.id, 0.5)
        yield from run(engine, request)

    finish(qtbot, loaded)
    painted = loaded.session.on_canvas.picture
    monkeypatch.setattr(FakeEngine, "run", run_slowly)
    loaded.session.change(keep_color=0.5)
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    assert loaded.session.on_canvas.picture is not painted


def test_undo_brings_the_picture_with_the_old_colours_back(qtbot: QtBot, loaded: Studio) -> None:
    finish(qtbot, loaded)
    painted = loaded.session.on_canvas.picture
    loaded.session.change(keep_color=0.5)
    loaded.session.commit()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    loaded.actions["undo"].trigger()
    assert loaded.session.on_canvas.picture is painted
    loaded.actions["redo"].trigger()
    assert loaded.session.on_canvas.picture is not painted


def test_a_change_during_a_run_goes_on_from_the_present_picture(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine, gate: Gate
) -> None:
    start(qtbot, loaded, gate, frames=1)
    shown = loaded.session.on_canvas.picture
    for strength in (0.7, 0.8, 0.9):
        loaded.session.change(strength=strength)
    loaded.session.commit()
    assert loaded.session.on_canvas.picture is shown
    gate.open()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    first, second = engine.requests
    assert second.start is shown
    assert second.recipe.strength == 0.9
    assert engine.closed == [first.id]


def test_a_change_during_a_run_is_told_to_start_over_from_the_picture_so_far(
    qtbot: QtBot, loaded: Studio, gate: Gate
) -> None:
    start(qtbot, loaded, gate, frames=1)
    loaded.session.change(strength=0.9)
    assert loaded.window.messages.message is None  # the slider is still being dragged
    loaded.session.commit()
    message = loaded.window.messages.message
    assert message is not None and not message.is_problem
    assert message.text == "Finish starts over with the new settings, from the picture so far."
    assert "history" in message.remedy
    assert loaded.session.finishing.run is not None and loaded.session.finishing.run.progress == 0.0


def test_a_pattern_does_not_begin_with_the_picture_of_a_photo(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine, gate: Gate
) -> None:
    start(qtbot, loaded, gate, frames=1)
    loaded.session.change(method="pattern")
    loaded.session.commit()
    assert loaded.session.finishing.run is not None and loaded.session.finishing.run.request.start is None
    message = loaded.window.messages.message
    assert message is not None and message.text == "Finish starts over with the new settings."


def test_a_change_before_the_first_frame_keeps_what_the_run_went_on_from(
    qtbot: QtBot, loaded: Studio, gate: Gate
) -> None:
    start(qtbot, loaded, gate, frames=1)
    loaded.actions["stop"].trigger()
    gate.let_pass()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None)
    half = loaded.session.artwork.result
    assert half is not None
    loaded.actions["finish"].trigger()
    loaded.session.change(strength=0.9)
    loaded.session.commit()
    assert loaded.session.finishing.run is not None and loaded.session.finishing.run.request.start is half.painted


def test_another_photo_during_a_run_ends_it_and_keeps_what_was_painted(
    qtbot: QtBot, loaded: Studio, gate: Gate
) -> None:
    start(qtbot, loaded, gate, frames=1)
    shown = loaded.session.on_canvas.picture
    loaded.session.change(content=make_picture(seed=4))
    loaded.session.commit()
    assert loaded.session.finishing.run is None and loaded.session.on_canvas.picture is None
    assert [result.picture for result in loaded.session.artwork.history] == [shown]


def test_removing_the_last_style_during_a_run_stops_it(qtbot: QtBot, loaded: Studio, gate: Gate) -> None:
    start(qtbot, loaded, gate, frames=1)
    gate.open()
    loaded.window.panel.styles.rows[0].remove.click()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None)
    assert loaded.session.on_canvas.picture is not None
    assert loaded.session.finishing.missing


def test_what_is_missing_is_said_and_nothing_is_started(studio: Studio, engine: FakeEngine) -> None:
    studio.session.finish()
    assert studio.session.finishing.run is None
    assert studio.window.messages.message == Message("Open a picture first.")
    assert studio.window.tool_bar.finish.caption == "Open a picture first"
    assert engine.requests == []


def test_an_artwork_finished_as_it_is_set_is_not_painted_again(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine
) -> None:
    finish(qtbot, loaded)
    loaded.actions["finish"].trigger()
    assert loaded.session.finishing.run is None
    assert len(engine.requests) == 1


def test_a_drag_in_the_window_is_one_undo_step(qtbot: QtBot, loaded: Studio) -> None:
    track = loaded.window.panel.knobs["detail"].track
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=track.rect().center())
    for x in range(track.width() // 2, track.width(), 5):
        qtbot.mouseMove(track, QPoint(x, 9))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton)
    assert loaded.session.artwork.recipe.detail > 0.9
    loaded.actions["undo"].trigger()
    assert loaded.session.artwork.recipe.detail == 0.5
    assert loaded.window.panel.knobs["detail"].value == 0.5


def test_the_run_before_tells_how_long_the_next_takes(qtbot: QtBot, loaded: Studio) -> None:
    assert loaded.session.finishing.seconds_expected is None
    finish(qtbot, loaded)
    loaded.session.change(seed=1)
    expected = loaded.session.finishing.seconds_expected
    assert expected is not None
    loaded.session.change(quality="high")
    assert loaded.session.finishing.seconds_expected > expected
    assert loaded.window.tool_bar.finish.caption.startswith("about ")


def test_an_earlier_result_comes_back_as_one_step(qtbot: QtBot, loaded: Studio) -> None:
    finish(qtbot, loaded)
    first = loaded.session.artwork.history[0]
    loaded.session.change(strength=0.9)
    finish(qtbot, loaded)
    loaded.session.show_result(first)
    assert loaded.session.on_canvas.picture is first.picture
    assert loaded.window.panel.knobs["strength"].value == 0.6
    loaded.session.undo()
    assert loaded.window.panel.knobs["strength"].value == 0.9


def test_no_result_makes_the_canvas_smaller(qtbot: QtBot, studio: Studio, save_photo: Callable[..., Path]) -> None:
    strip, canvas = studio.window.history, studio.window.canvas
    assert strip.isHidden()
    studio.importer.open_picture(save_photo())
    studio.importer.use_style(card_named(studio, "Poppies"))
    qtbot.waitUntil(lambda: studio.session.finishing.missing == "" and strip.isVisible())
    QApplication.processEvents()
    size, width = canvas.size(), canvas.zoom * studio.session.on_canvas.size[0]  # on the screen
    for strength in (0.9, 0.8):
        studio.session.change(strength=strength)
        finish(qtbot, studio)
        QApplication.processEvents()
        assert canvas.size() == size and canvas.zoom * studio.session.on_canvas.size[0] == pytest.approx(width)


def test_a_run_stopped_right_after_a_change_keeps_the_picture_with_the_settings_it_was_painted_from(
    qtbot: QtBot, loaded: Studio, gate: Gate
) -> None:
    start(qtbot, loaded, gate, frames=1)
    loaded.session.change(strength=0.9, keep_color=0.5)
    loaded.session.commit()
    loaded.session.finishing.stop()
    gate.open()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None)
    result = loaded.session.artwork.result
    assert result is not None and result.recipe.strength == 0.6
    qtbot.waitUntil(lambda: loaded.session.artwork.result.recipe.keep_color == 0.5)


def test_a_style_in_the_mix_is_not_added_again_and_that_is_said(qtbot: QtBot, loaded: Studio) -> None:
    loaded.importer.mix_in(card_named(loaded, "The Great Wave off Kanagawa"))
    qtbot.waitUntil(lambda: loaded.window.messages.message is not None)
    assert len(loaded.session.artwork.styles) == 1
    assert "already" in loaded.window.messages.message.text


def test_nobody_but_the_session_emits_its_signals() -> None:
    modules = [path for path in Path(studio.ui.__path__[0]).rglob("*.py") if path.name != "session.py"]
    emitting = re.compile(r"session\.\w+\.emit\(")
    assert [path.name for path in modules if emitting.search(path.read_text(encoding="utf-8"))] == []
    assert len(modules) > 50
