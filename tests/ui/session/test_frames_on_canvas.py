"""What is on the canvas gives way to nothing coarser of the same settings, and what was refined once comes back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from studio.core.artwork.settled_edge import SMALLEST
from studio.core.engine_api.contract import LiveRequest, Request, StyleRequest
from studio.core.picture import Picture
from studio.core.project.project import Project
from studio.core.project.session_store import Recorded, SessionStore
from studio.core.recipe import StyleRecipe
from studio.ui.app import Studio
from studio.ui.session import live_preview
from studio.ui.session.finish.painting_size import LEAST_EDGE
from studio.ui.session.settings import Settings
from tests.support.fakes import FakeEngine, Gate
from tests.ui.conftest import card_named

EDGES = (LEAST_EDGE // 4, LEAST_EDGE // 2, LEAST_EDGE, LEAST_EDGE)  # px, of the frames


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of somebody who rests at once, already from the first Live picture on."""
    monkeypatch.setattr(live_preview, "REST", 0)
    monkeypatch.setattr(live_preview, "FINE_REST", 0)
    settings.set("preferences/is_live", True)
    settings.set("preferences/auto_refine", "never")
    return settings


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine(frames=len(EDGES), gate=Gate())
    engine.edges = EDGES
    return engine


@pytest.fixture
def gate(engine: FakeEngine) -> Gate:
    assert isinstance(engine.gate, Gate)
    return engine.gate


@pytest.fixture
def live(qtbot: QtBot, loaded: Studio) -> Studio:
    """With a Live picture as large as the artwork."""
    loaded.session.estimate.learn(512, 384, StyleRecipe(), 1.0)
    qtbot.waitUntil(lambda: loaded.session.live.is_settled)
    picture = loaded.session.on_canvas.picture
    assert picture is not None and picture.long_edge == LEAST_EDGE
    return loaded


def badge(studio: Studio) -> str:
    return studio.window.canvas.badge.text()


def is_draft(studio: Studio) -> bool:
    return badge(studio) == "Draft" and not studio.session.live.is_refining


def has_rested(studio: Studio, engine: FakeEngine) -> bool:
    """Whether the larger network was asked, and has said that it is too slow here."""
    is_asked = any(isinstance(request, LiveRequest) and request.is_at_rest for request in engine.requests)
    return is_asked and not studio.session.live.is_taking_over


def is_finish(request: Request) -> bool:
    return isinstance(request, StyleRequest) and request.recipe.quality != "draft"


def refined(qtbot: QtBot, studio: Studio, gate: Gate) -> Picture | None:
    """Let it be refined; the draft."""
    gate.open()
    studio.preferences.auto_refine = "always"
    qtbot.waitUntil(lambda: is_draft(studio))
    return studio.session.on_canvas.picture


def let_through(qtbot: QtBot, studio: Studio, gate: Gate, percents: str) -> None:
    """Let one frame come and be told, by the badge."""
    gate.let_pass()
    qtbot.waitUntil(lambda: percents in badge(studio))


def edge_of(studio: Studio) -> int:
    picture = studio.session.on_canvas.picture
    return picture.long_edge if picture is not None else 0


def test_a_refinement_is_told_from_its_first_frame_and_seen_once_it_is_as_large(
    qtbot: QtBot, live: Studio, gate: Gate
) -> None:
    shown = live.session.on_canvas.picture
    live.preferences.auto_refine = "always"
    for percents in ("25 %", "50 %"):
        let_through(qtbot, live, gate, percents)
        assert live.session.on_canvas.picture is shown
        assert badge(live) == f"Live, refining {percents}"
    let_through(qtbot, live, gate, "75 %")
    third = live.session.on_canvas.picture
    assert third is not shown and edge_of(live) == LEAST_EDGE
    gate.let_pass()
    qtbot.waitUntil(lambda: badge(live) == "Draft")
    assert live.session.on_canvas.picture is not third and edge_of(live) == LEAST_EDGE


def test_finish_leaves_the_live_picture_until_it_has_one_as_large_and_tells_how_far_it_is(
    qtbot: QtBot, live: Studio, gate: Gate
) -> None:
    shown = live.session.on_canvas.picture
    live.actions["finish"].trigger()
    for percents in ("25 %", "50 %"):
        let_through(qtbot, live, gate, percents)
        assert live.session.on_canvas.picture is shown
        assert badge(live) == f"Finishing {percents}"
        assert f"Finish {percents}" in live.window.status_bar.progress.text()
    exportable = live.exporter.exportable
    assert exportable is not None and exportable.picture is shown
    let_through(qtbot, live, gate, "75 %")
    third = live.session.on_canvas.picture
    assert third is not shown and edge_of(live) == LEAST_EDGE
    gate.let_pass()  # to the last frame, after which nothing holds the run: its percents may be gone unseen
    qtbot.waitUntil(lambda: live.session.artwork.is_finished)
    assert live.session.on_canvas.picture is not third and edge_of(live) == LEAST_EDGE


def test_a_live_picture_that_is_small_stays_until_finish_has_one_of_its_own_size(
    qtbot: QtBot, live: Studio, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_preview, "LARGEST", EDGES[0])
    live.session.change(strength=0.9)
    qtbot.waitUntil(lambda: live.session.live.is_settled)
    shown = live.session.on_canvas.picture
    live.actions["finish"].trigger()
    for percents in ("25 %", "50 %"):
        let_through(qtbot, live, gate, percents)
        assert live.session.on_canvas.picture is shown and edge_of(live) == EDGES[0]
    let_through(qtbot, live, gate, "75 %")
    assert edge_of(live) == LEAST_EDGE


def test_where_nothing_is_painted_yet_finish_is_seen_from_its_first_frame(
    qtbot: QtBot, live: Studio, gate: Gate
) -> None:
    live.preferences.is_live = False
    live.actions["finish"].trigger()
    for percents, edge in zip(("25 %", "50 %", "75 %"), EDGES, strict=False):
        let_through(qtbot, live, gate, percents)
        assert edge_of(live) == edge


def test_a_finish_of_a_smaller_size_is_seen_once_it_has_that(qtbot: QtBot, live: Studio, gate: Gate) -> None:
    live.session.change(long_edge=LEAST_EDGE // 2)
    live.actions["finish"].trigger()  # before Live has painted that
    let_through(qtbot, live, gate, "25 %")
    assert edge_of(live) >= LEAST_EDGE // 2
    let_through(qtbot, live, gate, "50 %")
    shown = live.session.on_canvas.shown
    assert shown is not None and (shown.kind, edge_of(live)) == ("painting", LEAST_EDGE // 2)


def test_stopped_before_it_was_as_large_finish_leaves_the_canvas_alone_and_its_picture_in_the_history(
    qtbot: QtBot, live: Studio, gate: Gate
) -> None:
    shown = live.session.on_canvas.picture
    live.actions["finish"].trigger()
    let_through(qtbot, live, gate, "25 %")
    gate.wait_until_reached()
    live.actions["stop"].trigger()
    gate.let_pass()
    qtbot.waitUntil(lambda: live.session.finishing.run is None)
    assert live.session.on_canvas.picture is shown and badge(live) == "Live"
    assert live.session.artwork.result is None
    (kept,) = live.session.artwork.history
    assert not kept.is_complete and kept.progress in (0.25, 0.5)
    message = live.window.messages.message
    assert message is not None and "history" in message.remedy
    live.session.show_result(kept)
    assert live.session.artwork.is_half_painted  # and Finish can go on from it


def test_stopped_at_its_very_beginning_finish_leaves_nothing(
    qtbot: QtBot, live: Studio, engine: FakeEngine, gate: Gate
) -> None:
    engine.frames, engine.edges = 40, EDGES[:1]
    live.actions["finish"].trigger()
    let_through(qtbot, live, gate, " 2 %")
    gate.wait_until_reached()
    live.actions["stop"].trigger()
    gate.let_pass()
    qtbot.waitUntil(lambda: live.session.finishing.run is None)
    assert not live.session.artwork.history and badge(live) == "Live"


def test_after_a_finish_of_which_nothing_was_seen_the_picture_is_refined_as_after_any_change(
    qtbot: QtBot, live: Studio, engine: FakeEngine, gate: Gate
) -> None:
    qtbot.waitUntil(lambda: has_rested(live, engine))
    live.preferences.auto_refine = "always"
    gate.wait_until_reached()
    live.actions["finish"].trigger()  # which ends the refinement
    gate.let_pass()
    qtbot.waitUntil(lambda: gate.is_reached and is_finish(engine.requests[-1]))
    live.actions["stop"].trigger()
    gate.open()
    qtbot.waitUntil(lambda: is_draft(live))


def test_settings_that_change_under_a_finish_are_seen_from_its_first_frame(
    qtbot: QtBot, live: Studio, engine: FakeEngine, gate: Gate
) -> None:
    shown = live.session.on_canvas.picture
    live.actions["finish"].trigger()
    let_through(qtbot, live, gate, "25 %")
    gate.wait_until_reached()
    live.session.change(strength=0.9)
    live.session.commit()
    assert live.session.on_canvas.picture is shown  # nothing of the new ones is there yet
    gate.let_pass()
    qtbot.waitUntil(lambda: isinstance(engine.requests[-1], StyleRequest) and engine.requests[-1].start is not None)
    let_through(qtbot, live, gate, "25 %")
    assert edge_of(live) == EDGES[0]


def test_undo_and_redo_bring_the_draft_of_their_settings_back_at_once(
    qtbot: QtBot, live: Studio, engine: FakeEngine, gate: Gate
) -> None:
    gate.open()
    live.preferences.auto_refine = "always"
    pictures = []
    for strength in (0.3, 0.9):
        live.session.change(strength=strength)
        live.session.commit()
        qtbot.waitUntil(lambda: is_draft(live))
        pictures.append(live.session.on_canvas.picture)
    count = len(engine.requests)
    live.actions["undo"].trigger()
    assert live.session.on_canvas.picture is pictures[0] and badge(live) == "Draft"
    live.actions["redo"].trigger()
    assert live.session.on_canvas.picture is pictures[1] and badge(live) == "Draft"
    live.preferences.auto_refine = "mains"
    live.preferences.auto_refine = "always"
    assert len(engine.requests) == count and not live.session.live.is_refining
    live.session.change(strength=0.5)
    live.session.commit()
    qtbot.waitUntil(lambda: is_draft(live))
    assert isinstance(engine.requests[count], LiveRequest)


def test_another_style_and_back_brings_the_draft_back(
    qtbot: QtBot, live: Studio, engine: FakeEngine, gate: Gate
) -> None:
    draft = refined(qtbot, live, gate)
    live.importer.use_style(card_named(live, "Lion"))
    qtbot.waitUntil(lambda: is_draft(live) and live.session.on_canvas.picture is not draft)
    live.actions["undo"].trigger()
    assert live.session.on_canvas.picture is draft


def test_a_session_comes_back_with_its_draft_as_it_was_whatever_size_the_pace_gives_by_now(
    qtbot: QtBot, live: Studio, engine: FakeEngine, gate: Gate
) -> None:
    draft = refined(qtbot, live, gate)
    live.session.estimate.runs.clear()
    live.session.estimate.learn(512, 384, StyleRecipe(), 100.0)  # the first run ever
    with qtbot.waitSignal(live.session.recipe_changed):
        live.session.measured.emit()
    assert live.session.artwork.recipe.long_edge < LEAST_EDGE
    project = live.autosave.recorder.project()
    live.autosave.open(Project())
    assert live.session.on_canvas.picture is None
    count = len(engine.requests)
    live.autosave.open(project)
    qtbot.waitUntil(lambda: is_draft(live))
    again = live.session.on_canvas.picture
    assert len(engine.requests) > count and draft is not None and again is not None
    assert again is not draft and again.fingerprint == draft.fingerprint
    live.session.change(strength=0.2)
    qtbot.waitUntil(lambda: is_draft(live))
    assert edge_of(live) == live.session.artwork.recipe.long_edge  # what is new is as large as the artwork


def test_a_size_of_a_draft_that_is_none_counts_for_nothing(qtbot: QtBot, live: Studio) -> None:
    for number, edge in enumerate((None, True, "768", 7, 10**9, 700.5)):
        state = live.session.artwork.state
        recipe = state.recipe.change(strength=0.1 * number)
        live.session.live.settled.expect(edge, replace(state, recipe=recipe))
        live.session.change(strength=0.1 * number)
        qtbot.waitUntil(lambda: live.session.live.is_settled)
        assert edge_of(live) == LEAST_EDGE


def test_the_size_of_a_draft_counts_for_its_own_settings_alone(qtbot: QtBot, live: Studio) -> None:
    live.session.live.settled.expect(SMALLEST, live.session.artwork.state)
    assert live.autosave.recorder.project().window["live_edge"] == SMALLEST
    live.session.change(strength=0.2)
    qtbot.waitUntil(lambda: live.session.live.is_settled)
    assert edge_of(live) == live.autosave.recorder.project().window["live_edge"] == LEAST_EDGE


def test_the_size_is_in_the_session_as_soon_as_live_has_settled(
    qtbot: QtBot, live: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    with qtbot.waitSignal(live.autosave.began):
        live.autosave.start()
    qtbot.waitUntil(lambda: live.autosave.recorder.is_up_to_date)
    monkeypatch.setattr(live_preview, "LARGEST", EDGES[1])
    recorded: list[object] = []

    def record(store: SessionStore, project: Project) -> Recorded:
        recorded.append(project.window["live_edge"])
        return Recorded(0, ())

    monkeypatch.setattr(SessionStore, "record", record)
    live.session.change(strength=0.2)
    qtbot.waitUntil(lambda: recorded[-1:] == [EDGES[1]])


def test_what_has_failed_to_be_refined_is_left_alone_when_anything_else_ends(live: Studio) -> None:
    live.preferences.auto_refine = "always"
    live.session.live.rest()
    live.session.activities.begin("exporting")
    live.session.activities.end("exporting")
    assert not live.session.live._rest.isActive()
    live.session.activities.begin("learning")
    live.session.activities.end("learning")
    assert live.session.live._rest.isActive()
