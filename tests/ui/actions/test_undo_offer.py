"""A message that offers to take a step back goes with the step: its button never takes back another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.artwork.artwork_state import removal_key
from studio.ui.app import Studio


@pytest.fixture
def thrown_away(qtbot: QtBot, loaded: Studio) -> Studio:
    """With a picture that was thrown away a moment ago, and the message that says so."""
    loaded.actions["finish"].trigger()
    qtbot.waitUntil(lambda: loaded.session.finishing.run is None and bool(loaded.shelf.entries))
    loaded.shelf.remove(loaded.shelf.entries[-1])
    message = loaded.window.messages.message
    assert message is not None and message.action == "undo"
    return loaded


def test_the_message_goes_once_undo_has_brought_the_picture_back(thrown_away: Studio) -> None:
    thrown_away.actions["undo"].trigger()
    assert thrown_away.shelf.shown and thrown_away.window.messages.message is None


def test_the_message_goes_when_undo_would_take_back_another_step(thrown_away: Studio) -> None:
    thrown_away.session.change(strength=0.9)
    assert thrown_away.window.messages.message is None


def test_the_message_stays_as_long_as_nothing_else_is_done(thrown_away: Studio) -> None:
    thrown_away.session.state_changed.emit()
    thrown_away.window.messages.button.click()
    assert thrown_away.shelf.shown and thrown_away.session.artwork.recipe.strength != 0.9


def test_a_removed_style_can_be_brought_back_after_other_steps_until_undo_has_done_so(
    qtbot: QtBot, loaded: Studio, save_photo: Callable[..., Path]
) -> None:
    loaded.importer.add_styles([save_photo("wall.png", seed=3), save_photo("door.png", seed=4)])
    bar = loaded.window.messages
    qtbot.waitUntil(lambda: bar.message is not None and bar.message.action == "remove_added")
    card = loaded.importer.cards[-1]
    loaded.style_removals.remove(card)
    loaded.session.change(strength=0.9)
    loaded.session.commit()
    assert bar.message is not None and bar.message.action == "restore_style"
    loaded.session.undo()
    assert bar.message is not None, "the style is still gone"
    loaded.session.undo()
    assert removal_key("style", card.id) not in loaded.session.artwork.state.removed and bar.message is None
