"""Size: by itself the photo's as far as the machine is quick, as large as the photo, for a print, or in pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.core.artwork.artwork_state import ArtworkState
from studio.core.engine_api.contract import EngineInfo, Ready, StyleRequest
from studio.core.print_size import PrintSize
from studio.core.recipe import StyleRecipe
from studio.ui.app import Studio
from studio.ui.recipe_panel.size_knob import SizeKnob
from studio.ui.session import live_preview
from studio.ui.session.finish.painting_size import LEAST_EDGE, QUICK, size_in_words, sized
from studio.ui.session.finish.time_estimate import TimeEstimate
from tests.support.fakes import FakeEngine, Gate, make_picture
from tests.ui.conftest import card_named


def quick(seconds: float) -> TimeEstimate:
    """Of a machine that needs so long for 512 x 384 px."""
    estimate = TimeEstimate()
    estimate.learn(512, 384, StyleRecipe(), seconds)
    return estimate


def knob_of(studio: Studio) -> SizeKnob:
    knob = studio.window.panel.knobs["long_edge"]
    assert isinstance(knob, SizeKnob)
    return knob


def choose(knob: SizeKnob, words: str) -> None:
    knob.rules.setCurrentIndex(next(i for i in range(knob.rules.count()) if knob.rules.itemText(i).startswith(words)))


@pytest.fixture
def opened(qtbot: QtBot, studio: Studio, save_photo: Callable[..., Path]) -> Studio:
    studio.importer.open_picture(save_photo(width=1500, height=1000))
    qtbot.waitUntil(lambda: studio.session.artwork.content is not None)
    return studio


@pytest.fixture
def resting(opened: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Resting begins at once, and ends in a draft."""
    monkeypatch.setattr(live_preview, "REST", 0)
    monkeypatch.setattr(live_preview, "FINE_REST", 0)
    opened.preferences.auto_refine = "always"


@pytest.mark.parametrize(
    ("photo", "seconds", "least", "most", "words"),
    [
        ((1500, 1125), 1.0, 1500, 1500, "1500 × 1125 px, as large as the photo, about 7 s"),
        ((4000, 3000), 20.0, 830, 1050, "more would take over a minute; the photo has 4000 px, about"),
        (
            (300, 225),
            1.0,
            LEAST_EDGE,
            LEAST_EDGE,
            "768 × 576 px, enlarged to give strokes room; the photo has 300 px, about",
        ),
        ((4000, 3000), 1000.0, 512, 512, "512 × 384 px, smaller, to be quicker; the photo has 4000 px, about 17 min"),
        ((9000, 600), 0.001, 8192, 8192, "the most there is; the photo has 9000 px"),
    ],
)
def test_by_itself_it_is_the_photos_as_far_as_a_minute_goes_and_says_so(
    photo: tuple[int, int], seconds: float, least: int, most: int, words: str
) -> None:
    state = ArtworkState(make_picture(*photo), recipe=StyleRecipe(size_rule="auto"))
    recipe = sized(state, quick(seconds))
    assert least <= recipe.long_edge <= most and recipe.size_rule == "auto"
    assert words in size_in_words(ArtworkState(state.content, recipe=recipe), quick(seconds))


def test_no_other_time_is_named_than_the_one_it_takes(opened: Studio) -> None:
    session, knob = opened.session, knob_of(opened)
    session.estimate.learn(512, 341, session.artwork.recipe, 170.0)  # the machine is busy with something else
    session.change(long_edge=512, size_rule="auto")
    session.measured.emit()
    assert "minute" not in knob.rules.currentText() + knob.note.text()
    assert "about 3 min" in knob.note.text() and knob.rule == "auto"


def test_where_nobody_knows_the_pace_it_is_careful() -> None:
    state = ArtworkState(make_picture(4000, 3000), recipe=StyleRecipe(size_rule="auto"))
    assert sized(state, TimeEstimate()).long_edge == 1024


def test_a_photo_sets_the_size_and_undo_brings_the_old_one_back(opened: Studio) -> None:
    recipe = opened.session.artwork.recipe
    assert (recipe.size_rule, recipe.long_edge) == ("auto", 1024)
    assert "until the pace of this machine is known; the photo has 1500 px" in knob_of(opened).note.text()
    choose(knob_of(opened), "As large as the photo")
    assert opened.session.artwork.recipe.long_edge == 1500 and knob_of(opened).value == 1500
    assert "as large as the photo" in knob_of(opened).note.text()
    opened.session.change(content=make_picture(2000, 500))
    opened.session.commit()
    assert opened.session.artwork.recipe.long_edge == 2000
    opened.session.undo()
    assert (opened.session.artwork.recipe.long_edge, knob_of(opened).rule) == (1500, "photo")
    opened.session.undo()
    assert (opened.session.artwork.recipe.long_edge, knob_of(opened).rule) == (1024, "auto")


def test_a_print_is_chosen_from_the_list_or_typed(qtbot: QtBot, opened: Studio) -> None:
    knob = knob_of(opened)
    assert knob.print_row.isHidden()
    choose(knob, "Print: A5")
    assert knob.rule == "14.8x21cm@300" and not knob.print_row.isHidden()
    assert opened.session.artwork.recipe.long_edge == PrintSize(14.8, 21, 300).long_edge(1500, 1000) == 2480
    assert "for 21.0 cm at 300 dpi" in knob.note.text()
    panel = opened.window.panel
    assert panel.widget().minimumSizeHint().width() <= panel.viewport().width()  # nothing is cut off
    knob.dpi.setValue(150)
    assert opened.session.artwork.recipe.long_edge == 1240
    assert knob.rules.currentText() == "Print: A5"
    knob.print_width.setValue(20.0)
    knob.print_height.setValue(30.0)
    assert knob.rule == "20x30cm@150" and knob.rules.currentText() == "Print: another size"
    knob.dpi.setValue(1200)
    assert opened.session.artwork.recipe.long_edge == 8192 and "the most there is, for 694 dpi" in knob.note.text()
    assert opened.session.artwork.recipe.dpi == 1200


def test_the_slider_sets_pixels_and_a_double_click_the_rule(qtbot: QtBot, opened: Studio) -> None:
    knob = knob_of(opened)
    assert not knob.label.is_changed
    qtbot.keyClick(knob.track, Qt.Key.Key_Home)
    assert (opened.session.artwork.recipe.long_edge, knob.rule) == (128, "pixels")
    assert knob.rules.currentText() == "In pixels" and knob.label.is_changed
    qtbot.keyClick(knob.track, Qt.Key.Key_Delete)
    assert (opened.session.artwork.recipe.long_edge, knob.rule) == (1024, "auto") and not knob.label.is_changed
    choose(knob, "In pixels")
    assert opened.session.artwork.recipe.long_edge == 1024
    qtbot.mouseDClick(knob.label, Qt.MouseButton.LeftButton)
    assert knob.rule == "auto"


def test_the_list_is_reached_and_moved_by_keyboard(qtbot: QtBot, opened: Studio) -> None:
    knob = knob_of(opened)
    knob.field.setFocus()
    qtbot.keyClick(knob.field, Qt.Key.Key_Tab)
    assert knob.rules.hasFocus()
    qtbot.keyClick(knob.rules, Qt.Key.Key_Down)
    assert knob.rule == "photo"


def test_another_word_for_the_same_pixels_leaves_a_finished_picture_finished(qtbot: QtBot, loaded: Studio) -> None:
    loaded.actions["finish"].trigger()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    choose(knob_of(loaded), "In pixels")
    assert knob_of(loaded).rule == "pixels" and loaded.session.artwork.is_finished


def test_painting_larger_is_a_size_in_pixels(qtbot: QtBot, loaded: Studio) -> None:
    loaded.actions["finish"].trigger()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    loaded.actions["larger_twice"].trigger()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None)
    assert (loaded.session.artwork.recipe.long_edge, knob_of(loaded).rule) == (2 * LEAST_EDGE, "pixels")


def test_a_reset_of_all_sliders_follows_the_photo_again(opened: Studio) -> None:
    opened.session.change(long_edge=300)
    opened.session.commit()
    opened.actions["reset_sliders"].trigger()
    assert (opened.session.artwork.recipe.long_edge, knob_of(opened).rule) == (1024, "auto")


def test_when_the_first_draft_has_told_the_pace_the_size_follows_once_and_the_draft_stays(
    qtbot: QtBot, opened: Studio, engine: FakeEngine, resting: None
) -> None:
    opened.preferences.is_live = True
    opened.importer.use_style(card_named(opened, "Poppies"))
    session, artwork, estimate = opened.session, opened.session.artwork, opened.session.estimate
    qtbot.waitUntil(lambda: artwork.recipe.long_edge != 1024)
    new = estimate.largest_edge(1500, 1000, artwork.recipe, QUICK, 1024)
    assert artwork.recipe.long_edge == new < 1500
    assert "more would take over a minute" in knob_of(opened).note.text() and knob_of(opened).rule == "auto"
    assert (opened.window.canvas.badge.text(), session.live.progress) == ("Draft", 1.0)
    drafts = [request for request in engine.requests if isinstance(request, StyleRequest)]
    assert len(drafts) == 1 and not engine.closed
    steps, draft = len(artwork.undo_stack), session.on_canvas.picture
    session.change(strength=0.2)
    session.commit()
    assert len(artwork.undo_stack) == steps + 1
    qtbot.waitUntil(lambda: engine.requests[-1].recipe.strength == 0.2)
    assert engine.requests[-1].recipe.long_edge == new
    session.undo()
    assert session.on_canvas.picture is draft
    while artwork.content is not None:  # no step leads back to the size that was a guess
        assert artwork.recipe.long_edge == new
        session.undo()


def test_a_size_that_follows_the_pace_leaves_a_refinement_to_its_end(
    qtbot: QtBot, opened: Studio, engine: FakeEngine, resting: None
) -> None:
    engine.gate = Gate()
    opened.preferences.is_live = True
    opened.importer.use_style(card_named(opened, "Poppies"))
    qtbot.waitUntil(lambda: engine.gate is not None and engine.gate.is_reached)
    session = opened.session
    shown, steps = session.on_canvas.picture, len(session.artwork.undo_stack)
    session.estimate.learn(512, 384, StyleRecipe(), 20.0)
    with qtbot.waitSignal(session.recipe_changed):
        session.measured.emit()
    assert session.artwork.recipe.long_edge < 1024
    assert session.live.is_refining and session.on_canvas.picture is shown
    assert len(session.artwork.undo_stack) == steps
    engine.gate.open()
    qtbot.waitUntil(lambda: opened.window.canvas.badge.text() == "Draft")
    assert not engine.closed and sum(isinstance(request, StyleRequest) for request in engine.requests) == 1


def test_a_size_that_follows_the_pace_before_anything_is_painted_is_painted_at_once(
    qtbot: QtBot, opened: Studio, engine: FakeEngine
) -> None:
    engine.gate = Gate()
    session = opened.session
    opened.importer.use_style(card_named(opened, "Poppies"))
    qtbot.waitUntil(lambda: session.artwork.missing is None)
    opened.preferences.is_live = True  # asked for, and not answered yet
    session.estimate.learn(512, 384, StyleRecipe(), 20.0)
    session._follow_pace()
    assert session.live.is_waiting
    qtbot.waitUntil(lambda: session.live.is_settled)
    assert engine.requests[-1].recipe.long_edge == session.artwork.recipe.long_edge < 1024


def test_a_size_that_follows_the_pace_while_a_slider_is_dragged_is_part_of_that_step(opened: Studio) -> None:
    session = opened.session
    steps = len(session.artwork.undo_stack)
    session.change(strength=0.2)
    session.estimate.learn(512, 384, StyleRecipe(), 20.0)
    session._follow_pace()
    session.commit()
    edge = session.artwork.recipe.long_edge
    assert edge < 1024 and len(session.artwork.undo_stack) == steps + 1
    session.undo()
    assert (session.artwork.recipe.strength, session.artwork.recipe.long_edge) == (StyleRecipe().strength, edge)


def test_a_size_chosen_before_the_device_was_known_is_chosen_anew_once_it_is(qtbot: QtBot, opened: Studio) -> None:
    session = opened.session
    assert session.artwork.recipe.long_edge == 1024 and session.finishing.seconds_expected is None
    session.engine.take_event(Ready(EngineInfo(device="CPU, 2 cores", dtype="float32", memory=None, versions={})))
    qtbot.waitUntil(lambda: session.artwork.recipe.long_edge < 1024)
    assert session.artwork.recipe.size_rule == "auto"
    assert session.artwork.state.size is not None
    seconds = session.estimate.seconds(*session.artwork.state.size, session.artwork.recipe)
    assert seconds is not None and seconds <= QUICK


def test_the_size_of_a_pattern_is_not_explained_by_the_photo() -> None:
    recipe = StyleRecipe(method="pattern", long_edge=1024, size_rule="auto")
    state = ArtworkState(make_picture(1024, 768), recipe=recipe)
    assert "photo" not in size_in_words(state, quick(1.0))
    painted = replace(state, recipe=recipe.change(method="finish"))
    assert "as large as the photo" in size_in_words(painted, quick(1.0))
