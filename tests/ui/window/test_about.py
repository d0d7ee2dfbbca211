"""What the studio says about itself: its sign, its credits, and its keys in groups."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtWidgets import QDialog, QTextBrowser, QWidgetAction
from pytestqt.qtbot import QtBot

from studio.core.card import Card, bundled_cards
from studio.ui.actions.actions import ACTIONS, shown_keys
from studio.ui.app import Studio
from studio.ui.theme.theme import logo
from studio.ui.widgets.plain_text import PlainLabel
from studio.ui.window import action_handlers
from studio.ui.window.about import shortcut_groups


def opened(qtbot: QtBot, studio: Studio, action: str) -> QDialog:
    studio.actions[action].trigger()
    qtbot.waitUntil(lambda: bool(dialogs(studio)))
    return dialogs(studio)[0]


def dialogs(studio: Studio) -> list[QDialog]:
    return [dialog for dialog in studio.window.findChildren(QDialog) if dialog.isVisible()]


def test_the_cards_are_not_read_on_the_gui_thread(
    qtbot: QtBot, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []

    def read(kind: str) -> tuple[Card, ...]:
        threads.append(threading.current_thread())
        return bundled_cards(kind)

    monkeypatch.setattr(action_handlers, "bundled_cards", read)
    opened(qtbot, studio, "about").close()
    assert threads and threading.main_thread() not in threads


def test_about_shows_the_sign_of_the_studio(qtbot: QtBot, studio: Studio) -> None:
    dialog = opened(qtbot, studio, "about")
    (sign,) = dialog.findChildren(PlainLabel)
    shades = sign.pixmap().toImage()
    assert len({shades.pixel(x, y) for x in range(64) for y in range(0, 64, 8)}) > 3 and sign.accessibleName()
    assert not logo().isNull()
    dialog.close()


def test_about_names_everything_that_comes_with_the_studio_by_its_kind(qtbot: QtBot, studio: Studio) -> None:
    dialog = opened(qtbot, studio, "about")
    text = dialog.findChild(QTextBrowser).toPlainText()
    networks, styles, photos = (text.index(title) for title in ("Networks", "Styles of the gallery", "Photos"))
    assert networks < text.index("VGG-16, features up to relu4_3: VGG-16 (K. Simonyan") < styles < photos
    cards = [card for kind in ("models", "styles", "demo") for card in bundled_cards(kind)]
    assert [card.title for card in cards if card.credit_line not in text] == []
    dialog.close()


def test_the_list_of_keys_has_groups_and_every_key_once(qtbot: QtBot, studio: Studio) -> None:
    groups = shortcut_groups()
    titles = [title for title, _ in groups]
    assert titles[:6] == ["File", "Edit", "Styles", "Paint", "Region", "View"] and {"Gallery", "Canvas"} <= set(titles)
    keys = [row[0] for title, rows in groups[: titles.index("Sliders and numbers")] for row in rows]
    of_actions = [key for key in keys if key != "Alt + letter"]  # the letters of menus, which macOS has none of
    assert sorted(of_actions) == sorted(shown_keys(spec) for spec in ACTIONS if spec.keys)
    dialog = opened(qtbot, studio, "shortcuts")
    text = dialog.findChild(QTextBrowser).toPlainText()
    assert all(title in text for title in titles)
    dialog.close()


def test_the_menu_beside_live_has_a_heading(studio: Studio) -> None:
    heading = studio.window.tool_bar.live.menu().actions()[0]
    assert isinstance(heading, QWidgetAction) and not heading.isEnabled()
    assert heading.text() == "Refine the Live picture while you rest"
    assert heading.defaultWidget().text() == heading.text()
