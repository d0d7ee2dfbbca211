"""What goes on besides painting."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from studio.ui.session.activities import Activities


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
