"""The rights in the menu of an own style: what the card says, and what it is to say."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from studio.core.card import OWN_CATEGORY, RIGHTS, Card
from studio.ui.gallery.rights_menu import RightsMenu

NAMES = {"mine": "Mine", "permitted": "Permitted", "public-domain": "Public domain", "unknown": "Unknown"}


def menu_of(qtbot: QtBot, licence: str) -> tuple[RightsMenu, dict[str, QAction]]:
    card = Card("wall", "style", "Wall", "", "", licence, "", Path("wall.webp"), category=OWN_CATEGORY)
    menu = RightsMenu(card)
    qtbot.addWidget(menu)
    return menu, {action.text(): action for action in menu.actions() if action.text()}


@pytest.mark.parametrize("rights", RIGHTS)
def test_the_menu_shows_what_the_card_says_and_changes_it(qtbot: QtBot, rights: str) -> None:
    menu, actions = menu_of(qtbot, RIGHTS[rights])  # type: ignore[index]
    assert [name for name, action in actions.items() if action.isChecked()] == [NAMES[rights]]
    for other, name in NAMES.items():
        if other != rights:
            with qtbot.waitSignal(menu.edited) as told:
                actions[name].trigger()
            assert told.args[0].licence == RIGHTS[other]  # type: ignore[index]


def test_a_licence_in_other_words_is_not_lost_to_its_short_one(qtbot: QtBot) -> None:
    menu, actions = menu_of(qtbot, "CC BY 4.0")
    assert actions["Permitted"].isChecked()
    with qtbot.assertNotEmitted(menu.edited):
        actions["Permitted"].trigger()


def test_a_style_is_marked_as_not_to_be_learnt_from(qtbot: QtBot) -> None:
    menu, actions = menu_of(qtbot, "unknown")
    with qtbot.waitSignal(menu.edited) as told:
        actions["Not to be learnt from"].trigger()
    assert told.args[0].no_learn and told.args[0].licence == "unknown"
