"""Live in the window: every change at once, better and better while nobody touches it, and out of the way of Finish."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import ColorRequest, LiveRequest, StyleRequest
from studio.core.errors import EngineError
from studio.core.recipe import QUICK_NETWORK, StyleRecipe
from studio.ui.app import Studio
from studio.ui.session import live_preview
from studio.ui.session.settings import Settings
from tests.support.fakes import FakeEngine, Gate
from tests.ui.conftest import card_named


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.set("preferences/is_live", True)
    settings.set("preferences/auto_refine", "never")
    return settings


@pytest.fixture
def live(qtbot: QtBot, loaded: Studio) -> Studio:
    """With a photo, a style and its Live picture."""
    qtbot.waitUntil(lambda: loaded.session.on_canvas.picture is not None)
    loaded.session.estimate.learn(512, 384, StyleRecipe(), 1.0)  # the pace is known: no draft changes the size
    return loaded


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resting begins at once."""
    monkeypatch.setattr(live_preview, "REST", 0)
    monkeypatch.setattr(live_preview, "FINE_REST", 0)


def live_requests(engine: FakeEngine) -> list[LiveRequest]:
    return [request for request in engine.requests if isinstance(request, LiveRequest)]


def test_choosing_a_style_shows_it_on_the_photo_at_once(live: Studio, engine: FakeEngine) -> None:
    assert live.window.canvas.badge.text() == "Live"
    assert isinstance(engine.requests[-1], LiveRequest)
    assert live.session.artwork.result is None


@pytest.mark.parametrize(
    "fields",
    [{"strength": 0.9}, {"stroke_size": 2.0}, {"keep_color": 0.5}, {"detail": 0.9}, {"smoothness": 0.8}],
    ids=str,
)
def test_every_slider_shows_at_once_what_it_does(
    qtbot: QtBot, live: Studio, engine: FakeEngine, fields: dict[str, float]
) -> None:
    before = live.session.on_canvas.picture
    with qtbot.waitSignal(live.session.frame_arrived):
        live.session.change(**fields)
    request = live_requests(engine)[-1]
    assert {name: getattr(request.recipe, name) for name in fields} == fields
    assert live.session.on_canvas.picture is not before


def test_two_hundred_ticks_of_a_slider_are_one_request_with_the_last_value(
    qtbot: QtBot, live: Studio, engine: FakeEngine
) -> None:
    engine.gate = Gate()
    live.preferences.auto_refine = "always"
    engine.gate.wait_until_reached()  # in the middle of a step
    count = len(live_requests(engine))
    for tick in range(200):
        live.session.change(strength=tick / 200)
    live.preferences.auto_refine = "never"
    engine.gate.open()
    qtbot.waitUntil(lambda: len(live_requests(engine)) > count)
    assert [request.recipe.strength for request in live_requests(engine)[count:]] == [199 / 200]


def test_the_same_settings_are_not_asked_for_again(live: Studio, engine: FakeEngine) -> None:
    count = len(engine.requests)
    live.session.change(strength=live.session.artwork.recipe.strength)
    live.session.commit()
    assert len(engine.requests) == count


def test_a_mix_is_shown_with_its_shares(qtbot: QtBot, live: Studio, engine: FakeEngine) -> None:
    live.importer.mix_in(card_named(live, "Lion"))
    qtbot.waitUntil(lambda: len(live_requests(engine)[-1].styles) == 2)
    live.session.change_share(0, 80)
    qtbot.waitUntil(lambda: live_requests(engine)[-1].recipe.style_shares == (80.0, 20.0))


def test_another_photo_never_shows_the_picture_of_the_old_one(
    qtbot: QtBot, live: Studio, save_photo: Callable[..., Path]
) -> None:
    shown = []
    live.session.content_changed.connect(lambda: shown.append(live.session.on_canvas.picture))
    with qtbot.waitSignal(live.session.content_changed):
        live.importer.open_picture(save_photo("other.png", seed=3))
    assert shown == [None]
    qtbot.waitUntil(lambda: live.session.on_canvas.picture is not None)


@pytest.mark.usefixtures("hasty")
def test_while_nobody_touches_it_the_picture_is_refined_to_a_draft(
    qtbot: QtBot, settings: Settings, loaded: Studio, engine: FakeEngine
) -> None:
    loaded.preferences.auto_refine = "always"
    loaded.session.change(strength=0.7)
    qtbot.waitUntil(lambda: loaded.window.canvas.badge.text() == "Draft")
    request = engine.requests[-1]
    assert isinstance(request, StyleRequest)
    assert (request.recipe.quality, request.recipe.strength) == ("draft", 0.7)
    assert loaded.session.artwork.result is None
    assert not loaded.session.artwork.history


def test_a_change_ends_the_refinement_and_shows_the_new_settings(
    qtbot: QtBot, live: Studio, engine: FakeEngine
) -> None:
    engine.gate = Gate()
    live.preferences.auto_refine = "always"  # also refines what is there
    engine.gate.wait_until_reached()
    refined = engine.requests[-1]
    assert live.window.canvas.badge.text().startswith("Live, refining")
    live.session.change(strength=0.2)
    engine.gate.let_pass()
    qtbot.waitUntil(lambda: refined.id in engine.closed)
    qtbot.waitUntil(lambda: live_requests(engine)[-1].recipe.strength == 0.2)
    assert live.window.canvas.badge.text() == "Live"


def test_never_refining_ends_a_refinement_at_once_and_the_badge_says_what_is_shown(
    qtbot: QtBot, live: Studio, engine: FakeEngine
) -> None:
    engine.gate = Gate()
    live.preferences.auto_refine = "always"
    engine.gate.wait_until_reached()
    refined, badge = engine.requests[-1], live.window.canvas.badge
    assert "more detail while you rest" in badge.toolTip()
    live.preferences.auto_refine = "never"
    assert badge.text() == "Live" and badge.toolTip().startswith("Painted at once")
    engine.gate.let_pass()
    qtbot.waitUntil(lambda: refined.id in engine.closed)
    assert badge.text() == "Live"


@pytest.mark.parametrize("is_on_battery", [False, True])
def test_on_mains_power_means_not_on_battery(
    qtbot: QtBot, live: Studio, engine: FakeEngine, is_on_battery: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_on = []
    answer = lambda: asked_on.append(threading.current_thread()) or is_on_battery  # noqa: E731
    monkeypatch.setattr(live_preview, "is_on_battery", answer)
    with qtbot.waitSignal(live.session.live._power.finished):
        live.preferences.auto_refine = "mains"
    if not is_on_battery:
        qtbot.waitUntil(lambda: live.window.canvas.badge.text() == "Draft")
    assert len(asked_on) == 1 and threading.current_thread() not in asked_on
    assert any(isinstance(request, StyleRequest) for request in engine.requests) is not is_on_battery


@pytest.mark.usefixtures("hasty")
def test_a_change_while_the_battery_is_asked_has_it_asked_again(
    qtbot: QtBot, live: Studio, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, gate = threading.Event(), threading.Event()

    def ask() -> bool:
        reached.set()
        return gate.wait(60)

    monkeypatch.setattr(live_preview, "is_on_battery", ask)
    live.preferences.auto_refine = "mains"
    qtbot.waitUntil(reached.is_set)
    monkeypatch.setattr(live_preview, "is_on_battery", lambda: False)
    live.session.change(strength=0.2)
    qtbot.waitUntil(lambda: live.window.canvas.badge.text() == "Draft")
    gate.set()
    (draft,) = (request for request in engine.requests if isinstance(request, StyleRequest))
    assert draft.recipe.strength == 0.2


def test_finish_takes_over_and_its_result_stays_until_something_changes(
    qtbot: QtBot, live: Studio, engine: FakeEngine
) -> None:
    live.actions["finish"].trigger()
    qtbot.waitUntil(lambda: live.session.artwork.is_finished)
    assert live.window.canvas.badge.text() == "Finished"
    result = live.session.artwork.result
    assert result is not None
    assert live.session.on_canvas.picture is result.picture
    live.session.change(strength=0.1)
    qtbot.waitUntil(lambda: live.window.canvas.badge.text() == "Live")
    assert live.session.on_canvas.picture is not result.picture
    live.actions["undo"].trigger()
    assert live.session.on_canvas.picture is result.picture
    assert live.window.canvas.badge.text() == "Finished"


def test_keeping_colors_of_a_finished_picture_needs_no_live_picture(
    qtbot: QtBot, live: Studio, engine: FakeEngine
) -> None:
    live.actions["finish"].trigger()
    qtbot.waitUntil(lambda: live.session.artwork.is_finished)
    with qtbot.waitSignal(live.session.frame_arrived):
        live.session.change(keep_color=0.6)
    live.session.commit()
    qtbot.waitUntil(lambda: live.session.artwork.is_finished)
    assert isinstance(engine.requests[-1], ColorRequest)


def test_the_live_picture_stays_until_the_first_frame_of_finish(qtbot: QtBot, live: Studio, engine: FakeEngine) -> None:
    engine.gate = Gate()
    shown = live.session.on_canvas.picture
    live.actions["finish"].trigger()
    engine.gate.wait_until_reached()
    assert live.session.on_canvas.picture is shown
    engine.gate.open()
    qtbot.waitUntil(lambda: live.session.artwork.is_finished)


def test_switched_off_it_shows_nothing_and_asks_for_nothing(qtbot: QtBot, live: Studio, engine: FakeEngine) -> None:
    live.actions["live"].trigger()
    assert not live.preferences.is_live
    assert live.session.on_canvas.picture is None
    count = len(engine.requests)
    live.session.change(strength=0.3)
    live.session.commit()
    assert len(engine.requests) == count
    live.actions["live"].trigger()
    qtbot.waitUntil(lambda: live.session.on_canvas.picture is not None)


def test_a_pattern_has_no_live_picture(live: Studio, engine: FakeEngine) -> None:
    count = len(engine.requests)
    live.session.change(method="pattern")
    assert live.session.on_canvas.picture is None
    assert len(engine.requests) == count


def test_trouble_is_a_sentence_and_the_next_change_is_shown(
    qtbot: QtBot, live: Studio, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = EngineError("The picture fell apart.", "Try another style.")
    with monkeypatch.context() as trouble, qtbot.waitSignal(live.session.message_posted) as posted:
        trouble.setattr("tests.support.fakes.paint", lambda *arguments: (_ for _ in ()).throw(error))
        live.session.change(strength=0.1)
    assert posted.args is not None
    assert posted.args[0].text == error.message
    assert live.session.on_canvas.picture is None
    live.session.change(strength=0.4)
    qtbot.waitUntil(lambda: live.session.on_canvas.picture is not None)


def test_keeping_colors_of_other_settings_than_the_finished_ones_is_shown_live(
    qtbot: QtBot, live: Studio, engine: FakeEngine
) -> None:
    live.actions["finish"].trigger()
    qtbot.waitUntil(lambda: live.session.artwork.is_finished)
    live.session.change(strength=0.2)
    qtbot.waitUntil(lambda: live.session.live.is_settled)
    live.session.change(keep_color=0.6)
    qtbot.waitUntil(lambda: live_requests(engine)[-1].recipe.keep_color == 0.6)
    assert not any(isinstance(request, ColorRequest) for request in engine.requests)
    assert live.session.live.picture is not None


@pytest.mark.usefixtures("hasty")
def test_what_live_still_has_to_say_when_finish_begins_never_ends_it(
    qtbot: QtBot, live: Studio, engine: FakeEngine
) -> None:
    live.session.change(network=QUICK_NETWORK)
    qtbot.waitUntil(lambda: live.session.live.is_settled)
    engine.gate = Gate()
    live.preferences.auto_refine = "always"
    qtbot.waitUntil(lambda: engine.gate.is_reached)  # after the larger network was asked for
    live.session.change(strength=0.9)  # asked for, and not answered before the step is over
    live.actions["finish"].trigger()
    engine.gate.let_pass()
    engine.gate.wait_until_reached()
    qtbot.waitUntil(lambda: live.session.live.is_settled)
    live.preferences.auto_refine = "mains"  # would refine at once
    live.preferences.auto_refine = "always"
    live.session.live.refine()
    engine.gate.open()
    qtbot.waitUntil(lambda: live.session.artwork.is_finished)
    finishing = [request for request in engine.requests if isinstance(request, StyleRequest)][1:]
    assert [(request.recipe.quality, request.recipe.strength) for request in finishing] == [("standard", 0.9)]
