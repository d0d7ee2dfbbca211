"""What is not possible says why, in the words of the artist."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from studio.ui.app import Studio
from tests.support.fakes import FakeEngine, Gate


@pytest.mark.parametrize("name", ["export", "export_again", "copy", "print", "fit", "actual_size", "compare", "blend"])
def test_what_needs_a_picture_says_so_and_what_it_would_do(studio: Studio, name: str) -> None:
    about, reason = studio.actions[name].toolTip().split("\n")
    assert not studio.actions[name].isEnabled() and reason == "Open a picture first." and about


def test_every_grey_action_says_why(studio: Studio) -> None:
    tips = {name: action.toolTip() for name, action in studio.actions.items() if not action.isEnabled()}
    assert len(tips) > 15 and not [name for name, tip in tips.items() if not tip.endswith(".") or "\n" not in tip]
    assert all(menu.toolTipsVisible() for menu in studio.window.tool_bar.menu.menus.values() if menu.actions())


def test_the_buttons_of_the_bar_say_what_their_actions_do(qtbot: QtBot, studio: Studio) -> None:
    bar = studio.window.tool_bar
    assert not bar.export.isEnabled() and bar.export.toolTip() == studio.actions["export"].toolTip()
    assert bar.export.accessibleDescription() == bar.export.toolTip()
    assert not bar.finish.isEnabled() and bar.finish.toolTip().endswith("\nOpen a picture first.")


def test_what_can_be_used_gives_no_reason_against_it(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    actions, finish = loaded.actions, loaded.window.tool_bar.finish
    assert actions["export"].isEnabled() and "\n" not in actions["export"].toolTip()
    assert finish.isEnabled() and finish.toolTip() == actions["finish"].toolTip()
    assert not actions["compare"].isEnabled() and actions["compare"].toolTip().endswith("beside the photo yet.")
    assert actions["stop"].toolTip().endswith("Nothing is being painted.")
    assert actions["keep_painting"].toolTip().endswith("Finish the picture first.")
    engine.gate = gate = Gate()
    actions["finish"].trigger()
    assert actions["stop"].toolTip() == "Stop painting and keep the picture so far (Esc)" == finish.toolTip()
    gate.open()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    assert actions["compare"].isEnabled() and "\n" not in actions["compare"].toolTip()
    assert actions["keep_painting"].toolTip() == finish.toolTip()
