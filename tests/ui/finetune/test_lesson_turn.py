"""When it is a lesson's turn: before a draft that nobody asked for, after what the artist does. How it ends early."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import LiveRequest, StyleRequest
from studio.core.engine_api.learning import TuneRequest
from studio.core.recipe import StyleRecipe
from studio.ui.app import Studio
from studio.ui.session import live_preview
from studio.ui.session.settings import Settings
from tests.support.fakes import FakeEngine, Gate

SavePhoto = Callable[..., Path]


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(gate=Gate())


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a studio with Live, which refines at once."""
    for name in ("REST", "FINE_REST"):
        monkeypatch.setattr(live_preview, name, 0)
    settings.set("preferences/is_live", True)
    settings.set("preferences/auto_refine", "never")
    return settings


@pytest.fixture
def teaching(qtbot: QtBot, loaded: Studio, save_photo: SavePhoto) -> Studio:
    """With a Live picture that is being refined, and three works to learn from."""
    qtbot.waitUntil(lambda: loaded.session.live.is_settled)
    loaded.session.estimate.learn(512, 384, StyleRecipe(), 1.0)  # the pace is known: no draft changes the size
    works = [save_photo(f"work {number}.png", 300, 280, seed=number) for number in range(3)]
    with qtbot.waitSignal(loaded.tune_controller.references.changed):
        loaded.tune_controller.references.add(works)
    qtbot.waitUntil(lambda: not loaded.tune_controller.is_looking)
    loaded.preferences.auto_refine = "always"
    qtbot.waitUntil(lambda: loaded.session.live.is_refining)
    return loaded


def kinds(engine: FakeEngine) -> list[str]:
    return [type(each).__name__ for each in engine.requests if isinstance(each, StyleRequest | TuneRequest)]


def test_a_lesson_does_not_wait_for_the_draft_and_the_draft_is_painted_after_it(
    qtbot: QtBot, teaching: Studio, engine: FakeEngine
) -> None:
    gate, controller = engine.gate, teaching.tune_controller
    assert isinstance(gate, Gate)
    gate.wait_until_reached()
    (draft,) = (each for each in engine.requests if isinstance(each, StyleRequest))
    teaching.tune_window.main.click()
    assert not teaching.session.live.is_refining and controller.waits_for == ""
    gate.let_pass()  # the step under way ends
    qtbot.waitUntil(lambda: draft.id in engine.closed and kinds(engine) == ["StyleRequest", "TuneRequest"])
    gate.wait_until_reached()
    teaching.session.change(strength=0.3)  # Live goes on beside the lesson, and rests
    lives = [each for each in engine.requests if isinstance(each, LiveRequest)]
    gate.let_pass()
    qtbot.waitUntil(lambda: len([each for each in engine.requests if isinstance(each, LiveRequest)]) > len(lives))
    qtbot.waitUntil(lambda: teaching.session.live.is_settled)
    gate.open()
    qtbot.waitUntil(lambda: controller.is_over)
    assert kinds(engine)[:2] == ["StyleRequest", "TuneRequest"]
    qtbot.waitUntil(lambda: teaching.session.live.progress == 1.0)
    assert kinds(engine) == ["StyleRequest", "TuneRequest", "StyleRequest"]


def test_a_draft_that_is_done_is_not_painted_again_after_a_lesson(
    qtbot: QtBot, teaching: Studio, engine: FakeEngine
) -> None:
    assert isinstance(engine.gate, Gate)
    engine.gate.open()
    qtbot.waitUntil(lambda: teaching.session.live.progress == 1.0)
    teaching.tune_window.main.click()
    qtbot.waitUntil(lambda: teaching.tune_controller.is_over)
    assert kinds(engine) == ["StyleRequest", "TuneRequest"] and not teaching.session.live.is_refining


def test_a_lesson_stopped_before_it_has_learnt_anything_leaves_nothing_behind(
    qtbot: QtBot, teaching: Studio, engine: FakeEngine
) -> None:
    controller, gate = teaching.tune_controller, engine.gate
    assert isinstance(gate, Gate)
    teaching.tune_window.main.click()
    teaching.tune_window.main.click()  # Stop, while its files are prepared
    gate.open()
    qtbot.waitUntil(lambda: not controller.is_learning and not list(controller.output.parent.iterdir()))
    assert not controller.has_style and len(controller.references.pictures) == 3
    assert "TuneRequest" not in kinds(engine)
