"""Results, styles and presets come and go as steps that undo takes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from pytestqt.qtbot import QtBot

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import ArtworkState, Result, removal_key
from studio.core.recipe import StyleRecipe
from studio.ui.session.belongings import Belongings
from tests.support.fakes import make_picture

PHOTO = make_picture(40, 30)
SHOWN = Result(make_picture(20, 15, "live", seed=1), PHOTO, (), StyleRecipe())
WAVE, TERRACE = removal_key("style", "wave"), removal_key("style", "terrace")


@dataclass
class StillLive:
    """Shows one picture."""

    shown: Result | None = SHOWN
    is_waiting: bool = False


@dataclass
class Desk:
    """An artwork and what belongs to it."""

    artwork: Artwork = field(default_factory=lambda: Artwork(ArtworkState(PHOTO)))
    live: StillLive = field(default_factory=StillLive)

    def step(self, change: Callable[[], bool]) -> bool:
        is_changed = change()
        self.artwork.commit()
        return is_changed

    def __post_init__(self) -> None:
        self.belongings = Belongings(self.artwork, self.live, self.commit, self.step)  # type: ignore[arg-type]

    def commit(self) -> None:
        self.artwork.commit()


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk()


def test_a_kept_draft_is_in_the_history_and_known_as_one(qtbot: QtBot, desk: Desk) -> None:
    with qtbot.waitSignal(desk.belongings.changed):
        desk.belongings.keep_draft()
    (kept,) = desk.artwork.history
    assert kept.picture is SHOWN.picture and kept.is_draft and not kept.is_complete
    assert desk.artwork.result is None, "the canvas stays as it is"


@pytest.mark.parametrize("live", [StillLive(shown=None), StillLive(is_waiting=True)], ids=["nothing", "waiting"])
def test_no_draft_is_kept_of_what_is_not_shown_yet(qtbot: QtBot, live: StillLive) -> None:
    desk = Desk(live=live)
    desk.belongings.keep_draft()
    assert desk.artwork.history == ()


def test_what_is_thrown_away_comes_back_by_undo_or_by_hand(desk: Desk) -> None:
    desk.belongings.remove(WAVE, TERRACE)
    assert desk.artwork.state.removed == {WAVE, TERRACE}
    desk.belongings.bring_back(WAVE)
    assert desk.artwork.state.removed == {TERRACE}
    assert desk.artwork.undo() and desk.artwork.state.removed == {WAVE, TERRACE}
    assert desk.artwork.undo() and desk.artwork.state.removed == frozenset()
    assert not desk.artwork.can_undo


def test_an_exchange_is_one_step(desk: Desk) -> None:
    desk.belongings.remove(WAVE)
    desk.belongings.exchange([TERRACE], [WAVE])
    assert desk.artwork.state.removed == {TERRACE}
    assert desk.artwork.undo() and desk.artwork.state.removed == {WAVE}


def test_a_thing_that_has_come_is_a_step_after_the_edit_before_it(qtbot: QtBot, desk: Desk) -> None:
    desk.artwork.change(strength=0.9)
    with qtbot.waitSignal(desk.belongings.changed):
        desk.belongings.note_added(WAVE, gone=[TERRACE])
    assert desk.artwork.state.removed == {TERRACE}
    assert desk.artwork.undo() and desk.artwork.state.removed == {WAVE} and desk.artwork.recipe.strength == 0.9
    assert desk.artwork.undo() and desk.artwork.recipe.strength == 0.6


def test_an_exported_result_is_no_unsaved_one(qtbot: QtBot, desk: Desk) -> None:
    desk.artwork.add_result(SHOWN)
    assert desk.artwork.has_unsaved_result
    with qtbot.waitSignal(desk.belongings.changed):
        desk.belongings.mark_exported(SHOWN)
    assert not desk.artwork.has_unsaved_result
