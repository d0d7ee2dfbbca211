"""The larger Live network takes over where nobody moves anything, says so, and is in nobody's way."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from studio.core.artwork.artwork_state import Result
from studio.core.artwork.credits import credits_of
from studio.core.engine_api.contract import LiveRequest, StyleRequest
from studio.core.errors import EngineError
from studio.core.recipe import AUTO_NETWORK, FINE_NETWORK, NETWORKS, QUICK_NETWORK
from studio.ui.app import Studio
from studio.ui.session import live_preview
from studio.ui.session.settings import Settings
from tests.support.fakes import FakeEngine, Gate


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.set("preferences/is_live", True)
    settings.set("preferences/auto_refine", "never")
    return settings


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.is_quick = True
    return engine


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resting begins at once."""
    monkeypatch.setattr(live_preview, "REST", 0)
    monkeypatch.setattr(live_preview, "FINE_REST", 0)


@pytest.fixture
def fine(qtbot: QtBot, hasty: None, loaded: Studio) -> Studio:
    """With what the larger network has painted."""
    qtbot.waitUntil(lambda: badge(loaded) == "Live, fine")
    return loaded


def badge(studio: Studio) -> str:
    return studio.window.canvas.badge.text()


def shown(studio: Studio) -> Result:
    result = studio.session.live.shown
    assert result is not None
    return result


def at_rest(engine: FakeEngine) -> list[LiveRequest]:
    return [request for request in engine.requests if isinstance(request, LiveRequest) and request.is_at_rest]


def test_at_rest_the_larger_network_repaints_what_is_shown_at_its_size(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    qtbot.waitUntil(lambda: loaded.session.live.is_settled)
    small = shown(loaded)
    assert badge(loaded) == "Live"
    assert small.recipe.network == QUICK_NETWORK
    assert not at_rest(engine)
    monkeypatch.setattr(live_preview, "FINE_REST", 0)
    loaded.session.change(strength=0.7)
    qtbot.waitUntil(lambda: badge(loaded) == "Live, fine")
    assert shown(loaded).recipe.network == FINE_NETWORK
    assert shown(loaded).picture.long_edge == small.picture.long_edge
    assert loaded.session.artwork.recipe.network == AUTO_NETWORK


def test_what_is_shown_is_what_is_exported_and_credited(fine: Studio) -> None:
    exportable = fine.exporter.exportable
    assert exportable is not None
    assert exportable.picture is fine.session.on_canvas.picture is shown(fine).picture
    recipe = exportable.credits.recipe
    assert recipe is not None
    assert (recipe.method, recipe.network) == ("live", FINE_NETWORK)
    assert [card.id for card in exportable.credits.models] == [FINE_NETWORK]


def test_a_kept_picture_comes_back_as_it_was_painted(fine: Studio) -> None:
    fine.session.belongings.keep_draft()
    kept = fine.session.artwork.history[-1]
    assert kept.recipe.network == FINE_NETWORK
    fine.session.show_result(kept)
    assert fine.session.artwork.recipe.network == FINE_NETWORK


def test_where_it_is_too_slow_the_small_one_stays_and_is_said(
    qtbot: QtBot, hasty: None, loaded: Studio, engine: FakeEngine
) -> None:
    engine.is_quick = False
    qtbot.waitUntil(lambda: loaded.session.live.shown is not None)
    loaded.session.change(strength=0.7)
    small = shown(loaded)
    qtbot.waitUntil(lambda: any(request.recipe.strength == 0.7 for request in at_rest(engine)))
    last = at_rest(engine)[-1]
    qtbot.waitUntil(lambda: last.id in engine.finished and not loaded.session.live.is_taking_over)
    assert badge(loaded) == "Live"
    assert shown(loaded).recipe.network == QUICK_NETWORK
    assert shown(loaded) is not small  # of other settings, but of nobody else


def test_a_move_of_a_slider_ends_it_and_shows_the_small_one_again(
    qtbot: QtBot, fine: Studio, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.fine_gate = Gate()
    fine.session.change(strength=0.7)
    qtbot.waitUntil(lambda: fine.session.live.is_taking_over)
    engine.fine_gate.wait_until_reached()
    taking_over = at_rest(engine)[-1]
    monkeypatch.setattr(live_preview, "FINE_REST", 3_600_000)
    fine.session.change(strength=0.2)
    assert not fine.session.live.is_taking_over
    engine.fine_gate.let_pass()
    qtbot.waitUntil(lambda: fine.session.live.is_settled)
    assert taking_over.id in engine.closed
    assert badge(fine) == "Live"
    assert (shown(fine).recipe.strength, shown(fine).recipe.network) == (0.2, QUICK_NETWORK)


def test_it_never_goes_back_to_the_small_one_by_itself(qtbot: QtBot, fine: Studio, engine: FakeEngine) -> None:
    picture, count = fine.session.on_canvas.picture, len(engine.requests)
    fine.session.commit()
    fine.session.change(strength=fine.session.artwork.recipe.strength)
    fine.preferences.has_history = not fine.preferences.has_history
    fine.window.canvas.zoom_to_fit()
    qtbot.waitUntil(lambda: not fine.session.live._rest.isActive())
    assert fine.session.on_canvas.picture is picture
    assert len(engine.requests) == count


def test_a_draft_comes_after_it(qtbot: QtBot, fine: Studio, engine: FakeEngine) -> None:
    fine.preferences.auto_refine = "always"
    fine.session.change(strength=0.7)
    qtbot.waitUntil(lambda: badge(fine) == "Draft")
    of_these = [request for request in engine.requests if not isinstance(request, LiveRequest) or request.is_at_rest]
    assert [type(request) for request in of_these[-2:]] == [LiveRequest, StyleRequest]


def test_no_more_drafts_leaves_it_alone(qtbot: QtBot, fine: Studio, engine: FakeEngine) -> None:
    engine.fine_gate = Gate()
    fine.session.change(strength=0.7)
    qtbot.waitUntil(lambda: fine.session.live.is_taking_over)
    engine.fine_gate.wait_until_reached()
    fine.preferences.auto_refine = "always"
    fine.preferences.auto_refine = "never"
    engine.fine_gate.let_pass()
    qtbot.waitUntil(lambda: badge(fine) == "Live, fine")
    assert not any(isinstance(request, StyleRequest) for request in engine.requests)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_network_that_was_chosen_paints_alone(qtbot: QtBot, fine: Studio, engine: FakeEngine, network: str) -> None:
    count = len(at_rest(engine))
    fine.session.change(network=network)
    qtbot.waitUntil(lambda: fine.session.live.is_settled and not fine.session.live._rest.isActive())
    assert len(at_rest(engine)) == count
    assert shown(fine).recipe.network == network
    assert badge(fine) == ("Live, fine" if network == FINE_NETWORK else "Live")


def test_trouble_of_the_larger_one_leaves_the_small_ones_picture(
    qtbot: QtBot, fine: Studio, engine: FakeEngine
) -> None:
    engine.fine_error = EngineError("There is not enough memory for this picture.")
    fine.session.change(strength=0.7)
    qtbot.waitUntil(lambda: at_rest(engine)[-1].recipe.strength == 0.7)
    qtbot.waitUntil(lambda: not fine.session.live.is_taking_over)
    assert badge(fine) == "Live"
    assert shown(fine).recipe.strength == 0.7


def test_finish_is_credited_with_the_network_it_began_from(qtbot: QtBot, fine: Studio) -> None:
    fine.actions["finish"].trigger()
    qtbot.waitUntil(lambda: fine.session.artwork.is_finished)
    result = fine.session.artwork.result
    assert result is not None
    made_of = credits_of(result.content, result.styles, result.recipe)
    assert made_of.recipe is not None
    assert made_of.recipe.network == AUTO_NETWORK  # who opens it goes on with what is chosen now
    assert QUICK_NETWORK in [card.id for card in made_of.models]
