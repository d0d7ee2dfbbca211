"""What is not possible says why, in the words of the artist."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from studio.ui.app import Studio
from tests.support.fakes import FakeEngine, Gate


def test_export_says_what_is_missing_at_each_stage(qtbot: QtBot, studio: Studio) -> None:
    button = studio.window.tool_bar.export
    assert not button.isEnabled() and button.toolTip() == "There is no artwork yet. Open a picture first."
    assert button.accessibleDescription() == button.toolTip()
    assert studio.window.tool_bar.finish.toolTip() == "Open a picture first."


def test_export_says_what_it_waits_for_and_what_it_does(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    button, tip = loaded.window.tool_bar.export, loaded.actions["export"].toolTip
    assert tip() == "There is no artwork yet. Press Finish to paint it."
    engine.gate = gate = Gate()
    loaded.actions["finish"].trigger()
    assert loaded.actions["export"].isEnabled() or tip().startswith("The picture is being painted.")
    assert loaded.actions["stop"].toolTip() == "Stop painting and keep the picture so far (Esc)"
    gate.open()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    assert button.isEnabled() and button.toolTip() == "Save the artwork as a file (Ctrl+E)"
    assert loaded.actions["stop"].toolTip() == "Nothing is being painted."


def test_every_grey_entry_of_the_menu_says_why(studio: Studio) -> None:
    tips = {name: action.toolTip() for name, action in studio.actions.items() if not action.isEnabled()}
    plain = {name for name in tips if not tips[name].endswith(".")}
    assert len(tips) > 8 and plain <= {"clear_recent", "show_before"}
    assert all(menu.toolTipsVisible() for menu in studio.window.tool_bar.menu.menus.values() if menu.actions())
