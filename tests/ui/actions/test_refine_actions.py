"""Finishing a finished picture further or larger, and what the bars tell while it works."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.ui.app import Studio
from studio.ui.session.finish.time_estimate import TimeEstimate
from tests.support.fakes import FakeEngine, Gate


def finish(qtbot: QtBot, studio: Studio, action: str = "finish") -> None:
    studio.actions[action].trigger()
    qtbot.waitUntil(lambda: studio.session.finishing.run is None)


def test_paint_on_goes_on_from_the_picture_in_the_next_quality_and_is_undone_as_one_step(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine
) -> None:
    assert not loaded.actions["keep_painting"].isEnabled()
    finish(qtbot, loaded)
    first = loaded.session.artwork.result
    assert loaded.actions["keep_painting"].text() == "Keep painting in high quality"
    finish(qtbot, loaded, "keep_painting")
    request = engine.requests[-1]
    assert request.start is first.painted and request.recipe == first.recipe.change(quality="high")
    assert loaded.session.artwork.is_finished
    assert loaded.window.panel.knobs["quality"].value == "high"
    second = loaded.session.artwork.result
    loaded.actions["undo"].trigger()
    assert loaded.session.artwork.result is first and loaded.window.panel.knobs["quality"].value == "standard"
    loaded.actions["redo"].trigger()
    assert loaded.session.artwork.result is second


def test_the_best_quality_is_painted_on_as_it_is(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    loaded.session.change(quality="high")
    finish(qtbot, loaded)
    first = loaded.session.artwork.result
    assert loaded.actions["keep_painting"].text() == "Keep painting"
    finish(qtbot, loaded, "keep_painting")
    assert engine.requests[-1].start is first.painted and engine.requests[-1].recipe == first.recipe
    assert loaded.session.artwork.history[-2:] == (first, loaded.session.artwork.result)


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [(768, "larger_half", 1152), (768, "larger_twice", 1536), (6000, "larger_twice", 8192)],
)
def test_larger_starts_from_the_picture_up_to_the_largest_size(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine, before: int, action: str, after: int
) -> None:
    loaded.session.change(long_edge=before)
    finish(qtbot, loaded)
    first = loaded.session.artwork.result
    assert f"{after} \N{MULTIPLICATION SIGN} " in loaded.actions[action].text()
    finish(qtbot, loaded, action)
    assert engine.requests[-1].start is first.painted
    assert engine.requests[-1].recipe == first.recipe.change(long_edge=after)
    loaded.actions["undo"].trigger()
    assert loaded.session.artwork.result is first


def test_nothing_is_larger_than_the_largest(qtbot: QtBot, loaded: Studio) -> None:
    loaded.session.change(long_edge=8192)
    finish(qtbot, loaded)
    assert loaded.actions["keep_painting"].isEnabled()
    assert not loaded.actions["larger_half"].isEnabled() and not loaded.actions["larger_twice"].isEnabled()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # offscreen: to raise a menu, to grab keys
def test_the_main_button_of_a_finished_picture_offers_to_go_on(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine
) -> None:
    finish(qtbot, loaded)
    bar = loaded.window.tool_bar
    qtbot.mouseClick(bar.finish, Qt.MouseButton.LeftButton)
    assert bar.refine_menu.isVisible()
    qtbot.keyClick(bar.refine_menu, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None and len(engine.requests) == 2)
    assert loaded.session.artwork.recipe.quality == "high"


def test_a_stop_on_the_way_keeps_the_picture_and_goes_on_from_there(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine
) -> None:
    finish(qtbot, loaded)
    engine.gate = gate = Gate()
    loaded.actions["larger_twice"].trigger()
    gate.let_pass()
    qtbot.waitUntil(lambda: loaded.session.finishing.run.step == 1)
    gate.wait_until_reached()
    loaded.actions["stop"].trigger()
    gate.open()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None)
    half = loaded.session.artwork.result
    assert not half.is_complete and not loaded.actions["keep_painting"].isEnabled()
    finish(qtbot, loaded)
    assert engine.requests[-1].start is half.painted


def test_the_estimate_knows_that_a_run_began_half_way(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    finish(qtbot, loaded)
    whole = loaded.session.estimate.runs[-1]
    finish(qtbot, loaded, "larger_twice")
    rest = loaded.session.estimate.runs[-1]
    size, recipe = loaded.session.artwork.state.size, loaded.session.artwork.recipe
    expected = TimeEstimate()
    expected.learn(*size, recipe, rest.seconds, start_edge=engine.requests[-1].start.long_edge)
    assert expected.runs == [rest] and rest.long_edge == 2 * whole.long_edge


def test_the_losses_of_a_step_are_a_tooltip_and_the_bar_does_not_jump(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine
) -> None:
    engine.gate = gate = Gate()
    loaded.actions["finish"].trigger()
    bar = loaded.window.status_bar
    places = set()
    for step, loss in ((1, "1"), (2, "0.5")):
        gate.let_pass()
        qtbot.waitUntil(lambda step=step: loaded.session.finishing.run.step == step)
        assert f"Total: {loss}" in bar.progress.toolTip()
        assert f"step {step}/3" in bar.progress.text()
        places.add((bar.progress.geometry().getRect(), bar.bar.x(), bar.stop.x()))
    assert len(places) == 1
    gate.open()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None)
