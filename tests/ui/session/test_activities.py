"""What goes on besides painting."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from studio.core.artwork.artwork_state import Result
from studio.ui.app import Studio
from studio.ui.session.activities import Activities
from tests.support.fakes import make_picture


def test_an_activity_goes_on_until_the_last_of_its_kind_has_ended(qtbot: QtBot) -> None:
    activities = Activities()
    with qtbot.waitSignals([activities.changed] * 3):
        activities.begin("exporting")
        activities.begin("exporting")
        activities.end("exporting")
    assert "exporting" in activities and "learning" not in activities
    activities.end("exporting")
    assert "exporting" not in activities


def test_an_end_without_a_beginning_is_none(qtbot: QtBot) -> None:
    activities = Activities()
    activities.end("batching")
    activities.begin("batching")
    assert "batching" in activities


def test_the_engine_is_shared_while_a_style_is_learnt_and_for_what_began_before_it_ended(qtbot: QtBot) -> None:
    now = [100.0]
    activities = Activities(clock=lambda: now[0])
    activities.begin("exporting")
    activities.end("exporting")
    assert not activities.shared_engine_within(60)
    activities.begin("learning")
    assert activities.shared_engine_within(1)
    activities.end("learning")
    now[0] = 110.0
    activities.end("learning")  # of none
    assert activities.shared_engine_within(11) and not activities.shared_engine_within(9)


def test_a_draft_painted_beside_a_lesson_does_not_tell_how_quick_the_machine_is(qtbot: QtBot, loaded: Studio) -> None:
    session = loaded.session
    draft = Result(make_picture(), session.artwork.content, session.artwork.styles, session.artwork.recipe)
    session.activities.begin("learning")
    session.live.refined.emit(draft, 600.0)
    assert session.estimate.runs == []
    session.activities.end("learning")
    session.live.refined.emit(draft, 600.0)  # most of it was painted meanwhile
    assert session.estimate.runs == []
