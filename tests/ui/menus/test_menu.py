"""Every menu of the window: its entries have letters, no two the same, and only while it is shown."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, QTranslator
from PySide6.QtGui import QAction, QShortcut
from PySide6.QtWidgets import QApplication, QWidget, QWidgetAction
from pytestqt.qtbot import QtBot

import studio as studio_package
from studio.ui.actions.actions import make_actions
from studio.ui.app import Studio
from studio.ui.menus.menu import Menu
from studio.ui.menus.mnemonics import mnemonic_of
from studio.ui.window.main_menu import MENUS, MainMenu
from tests.ui.conftest import card_named

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # offscreen: to raise a menu


def entries(menu: Menu) -> list[QAction]:
    return [
        action
        for action in menu.actions()
        if action.isVisible() and not action.isSeparator() and not isinstance(action, QWidgetAction)
    ]


def check(menu: Menu) -> list[str]:
    """The texts of the entries while the menu is shown; each has a letter of its own."""
    menu.popup(QPoint())
    texts = [action.text() for action in entries(menu)]
    menu.close()
    letters = [mnemonic_of(text) for text in texts]
    assert "" not in letters and len(set(letters)) == len(letters), texts
    return texts


def test_no_two_entries_of_a_menu_have_the_same_letter_and_tool_bars_have_none(loaded: Studio) -> None:
    loaded.window.gallery.menu_for(card_named(loaded, "Poppies"))
    menus = loaded.window.findChildren(Menu)
    assert {"File", "Mask", "Paste as", "Theme", "History and start"} <= {menu.title() for menu in menus}
    before = {name: action.text() for name, action in loaded.actions.items()}
    for menu in menus:
        check(menu)
    assert {name: action.text() for name, action in loaded.actions.items()} == before


class Translated(QTranslator):
    """Texts begin with the same letter, mark one that others mark, too, or are Chinese."""

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str | None:  # type: ignore[override]
        if context:
            return None  # not of the tables of actions and menus
        return ("W " + source, "&Wort " + source, "\u6587\u4ef6")[len(source) % 3]

    def isEmpty(self) -> bool:
        return False


@pytest.fixture
def translated_menu(qapp: QApplication, loaded: Studio) -> Iterator[MainMenu]:
    translator = Translated()
    QCoreApplication.installTranslator(translator)
    owner = QWidget()
    yield MainMenu(make_actions(owner), loaded.recent, owner)
    QCoreApplication.removeTranslator(translator)
    owner.deleteLater()


def test_in_a_translation_no_two_entries_have_the_same_letter_either(translated_menu: MainMenu) -> None:
    texts = [text for menu in (translated_menu, *translated_menu.menus.values()) for text in check(menu)]
    assert any(text.startswith("&Wort ") for text in texts)
    assert any(text.startswith("\u6587\u4ef6 (&") for text in texts)
    assert len(translated_menu.by_letter()) == len(MENUS)


@pytest.mark.skipif(sys.platform == "darwin", reason="menus have no letters there")
def test_alt_and_a_letter_open_a_menu_and_there_the_letter_alone_chooses(qtbot: QtBot, loaded: Studio) -> None:
    menu = loaded.window.tool_bar.menu
    assert "".join(menu.by_letter()) == "fesprvh"
    qtbot.keyClick(loaded.window, Qt.Key.Key_V, Qt.KeyboardModifier.AltModifier)
    view = menu.menus["View"]
    assert view.activeAction() is loaded.actions["fit"]
    assert QApplication.activePopupWidget() is view and not menu.isVisible()  # no other takes the keys
    with qtbot.waitSignal(loaded.actions["panel"].toggled):
        qtbot.keyClick(view, mnemonic_of(loaded.actions["panel"].text()))
    assert not view.isVisible() and not menu.isVisible()


@pytest.mark.skipif(sys.platform == "darwin", reason="menus have no letters there")
def test_after_alt_and_a_letter_arrows_and_letters_go_to_that_menu(qtbot: QtBot, loaded: Studio) -> None:
    paint, file = (loaded.window.tool_bar.menu.menus[title] for title in ("Paint", "File"))
    qtbot.keyClick(loaded.window, Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
    first = paint.activeAction()
    qtbot.keyClick(QApplication.activePopupWidget(), Qt.Key.Key_Down)
    assert first is entries(paint)[0] and paint.activeAction() is entries(paint)[1]
    paint.close()
    qtbot.keyClick(loaded.window, Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier)
    letter = mnemonic_of(loaded.actions["export"].text())
    with qtbot.waitSignal(loaded.actions["export"].triggered):
        qtbot.keyClick(QApplication.activePopupWidget(), letter)
    assert not file.isVisible()


@pytest.mark.skipif(sys.platform == "darwin", reason="menus have no letters there")
def test_alt_and_a_letter_open_a_menu_in_the_library_too(qtbot: QtBot, loaded: Studio) -> None:
    loaded.actions["library"].trigger()
    qtbot.keyClick(loaded.library.room.head.search, Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier)
    menu = loaded.window.tool_bar.menu
    assert menu.menus["File"].isVisible()
    menu.menus["File"].close()


def test_no_other_key_of_the_window_is_that_of_a_menu(loaded: Studio) -> None:
    own = [f"Alt+{letter.upper()}" for letter in loaded.window.tool_bar.menu.by_letter()]
    found = [shortcut.key().toString() for shortcut in loaded.window.findChildren(QShortcut)]
    found += [keys.toString() for action in loaded.actions.values() for keys in action.shortcuts()]
    assert [found.count(key) for key in own] == [0 if sys.platform == "darwin" else 1] * len(own)


def test_every_menu_is_the_studios() -> None:
    made = re.compile(r"\bQMenu\((?!\))|\.addMenu\((?:self\.tr|action_text|icon|QCore)")
    modules = Path(studio_package.__file__).parent.rglob("*.py")
    assert [path.name for path in modules if made.search(path.read_text(encoding="utf-8"))] == []


def test_a_menu_that_is_filled_anew_keeps_no_menus_of_before(qtbot: QtBot) -> None:
    qtbot.addWidget(menu := Menu())
    own = Menu(menu, "Own")
    for _ in range(3):
        menu.clear()
        menu.add_menu("Inner").add_menu("Innermost")
        menu.addMenu(own)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert [inner.title() for inner in menu.findChildren(Menu)] == ["Own", "Inner", "Innermost"]
