"""The menu, and what its entries do that have no button of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from studio.core.recipe import StyleRecipe
from studio.ui.actions.actions import ACTIONS
from studio.ui.app import Studio
from studio.ui.importing.recent_files import MOST
from studio.ui.session.settings import Settings
from tests.support.fakes import make_picture
from tests.ui.conftest import card_named

SavePhoto = Callable[..., Path]
# What acts in one place only: a held key, the button itself, a button of a message.
NOT_IN_THE_MENU = {
    "show_before",
    "menu",
    "bring_back",
    "cancel_opening",
    "leave_out_outlines",
    "take_strokes_along",
    "show_export",
    "restore_style",
    "use_settings",
    "add_offered",
    "remove_added",
    "use_taught",
    "restore_preset",
    "rights_mine",  # in the bar that asks, and in the menu of a style
    "rights_permitted",
    "rights_public_domain",
}


def entries(menu: QMenu) -> list[QAction]:
    """All actions in a menu and the menus in it."""
    return [
        found
        for action in menu.actions()
        for found in (entries(action.menu()) if isinstance(action.menu(), QMenu) else [action])
    ]


def recent_menu(studio: Studio) -> QMenu:
    menu = studio.window.tool_bar.menu.menus["Open recent"]
    menu.aboutToShow.emit()
    return menu


def recent_names(studio: Studio) -> list[str]:
    own = studio.actions["clear_recent"]
    return [a.text() for a in recent_menu(studio).actions() if a is not own and a.isEnabled() and a.text()]


def open_photo(qtbot: QtBot, studio: Studio, path: Path) -> None:
    with qtbot.waitSignal(studio.session.content_changed):
        studio.importer.open_picture(path)


def test_every_action_is_in_the_menu(studio: Studio) -> None:
    found = [action.objectName() for action in entries(studio.window.tool_bar.menu) if action.objectName()]
    assert len(found) == len(set(found))
    assert {spec.name for spec in ACTIONS} - NOT_IN_THE_MENU == set(found)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # offscreen: to raise a menu, to grab keys
def test_the_menu_opens_by_keyboard(qtbot: QtBot, studio: Studio) -> None:
    menu = studio.window.tool_bar.menu
    qtbot.keyClick(studio.window, Qt.Key.Key_F10)
    assert menu.isVisible()
    qtbot.keyClick(menu, Qt.Key.Key_Right)
    file_menu = menu.menus["File"]
    assert file_menu.isVisible() and file_menu.activeAction() is studio.actions["open"]
    for opened in (file_menu, menu):
        opened.close()


def test_opened_pictures_are_offered_again_newest_first_also_after_a_restart(
    qtbot: QtBot, studio: Studio, save_photo: SavePhoto, settings: Settings
) -> None:
    for number in range(MOST + 2):
        open_photo(qtbot, studio, save_photo(f"{number}.png", seed=number))
    open_photo(qtbot, studio, save_photo("5.png", seed=5))
    assert recent_names(studio)[:3] == ["5.png", "11.png", "10.png"] and len(recent_names(studio)) == MOST
    again = type(studio.recent)(studio.session, studio._opening, settings, studio)
    assert [path.name for path in again.paths] == recent_names(studio)
    with qtbot.waitSignal(studio.session.content_changed):
        recent_menu(studio).actions()[2].trigger()
    assert studio.session.artwork.content.name == "10.png"
    studio.actions["clear_recent"].trigger()
    assert recent_names(studio) == []
    assert recent_menu(studio).actions()[0].text() == "No pictures yet"


def test_a_recent_picture_that_is_gone_leaves_the_list_with_a_sentence(
    qtbot: QtBot, studio: Studio, save_photo: SavePhoto
) -> None:
    path = save_photo("lost & found.png")
    open_photo(qtbot, studio, path)
    path.unlink()
    (entry,) = [action for action in recent_menu(studio).actions() if action.toolTip() == str(path)]
    assert entry.text() == "lost && found.png"
    entry.trigger()
    qtbot.waitUntil(lambda: studio.window.messages.message is not None)
    assert studio.window.messages.message.text.startswith("lost & found.png is no longer where it was")
    assert recent_names(studio) == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Strength", {"strength": 0.9}),
        ("Quality", {"quality": "draft"}),
        ("Settings", {"strength": 0.9, "seed": 3}),
        ("Picture", {"content": make_picture(seed=9)}),
    ],
)
def test_undo_and_redo_say_what_they_change(loaded: Studio, name: str, change: dict[str, Any]) -> None:
    loaded.session.change(**change)
    assert loaded.actions["undo"].text() == f"Undo {name}"
    loaded.session.commit()
    assert loaded.actions["undo"].text() == f"Undo {name}"
    loaded.actions["undo"].trigger()
    assert loaded.actions["redo"].text() == f"Redo {name}"
    assert name not in loaded.actions["undo"].text()


def test_undo_says_what_happened_to_the_styles(qtbot: QtBot, loaded: Studio) -> None:
    assert loaded.actions["undo"].text() == "Undo Style"
    loaded.importer.mix_in(card_named(loaded, "Poppies"))
    qtbot.waitUntil(lambda: len(loaded.session.artwork.styles) == 2)
    assert loaded.actions["undo"].text() == "Undo Mix of styles"
    loaded.session.change_share(0, 80.0)
    loaded.session.commit()
    assert loaded.actions["undo"].text() == "Undo Share"
    loaded.session.undo()
    loaded.session.undo()
    loaded.importer.use_style(card_named(loaded, "Lion"))
    qtbot.waitUntil(lambda: loaded.actions["undo"].text() == "Undo Style")


def test_all_sliders_are_reset_as_one_step(loaded: Studio) -> None:
    changed = loaded.session.artwork.recipe.change(strength=0.9, stroke_size=2.0, long_edge=512, quality="high")
    loaded.session.change(strength=0.9, stroke_size=2.0, long_edge=512, quality="high")
    loaded.session.commit()
    loaded.actions["reset_sliders"].trigger()
    assert loaded.session.artwork.recipe == StyleRecipe()
    assert not any(widget.label.is_changed for widget in loaded.window.panel.knobs.values())
    loaded.actions["undo"].trigger()
    assert loaded.session.artwork.recipe == changed


def test_the_artwork_is_copied_to_the_clipboard(qtbot: QtBot, loaded: Studio) -> None:
    loaded.session.finish()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    loaded.window.canvas.setFocus()
    with qtbot.waitSignal(QGuiApplication.clipboard().dataChanged):
        qtbot.keyClick(loaded.window.canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    image, picture = QGuiApplication.clipboard().image(), loaded.session.on_canvas.picture
    assert (image.width(), image.height()) == (picture.width, picture.height)
    assert image.pixelColor(3, 2).getRgb()[:3] == tuple(picture.pixels[2, 3])
    assert not loaded.actions["compare"].isChecked()


def test_diagnostics_name_versions_device_and_settings_but_nothing_of_the_artists(
    qtbot: QtBot, studio: Studio, save_photo: SavePhoto
) -> None:
    open_photo(qtbot, studio, save_photo("secret-client.png"))
    studio.importer.add_styles([save_photo("private-style.png", seed=3)])
    qtbot.waitUntil(lambda: bool(studio.session.artwork.styles))
    with qtbot.waitSignal(QGuiApplication.clipboard().dataChanged):
        studio.actions["diagnostics"].trigger()
    text = QApplication.clipboard().text()
    for part in (
        "Style Studio: ",
        "PySide6 ",
        "Device: Fake brush",
        "Screen: ",
        '"strength": 0.6',
        "theme dark",
        "64 x 48",
    ):
        assert part in text
    assert "secret" not in text and "private" not in text and str(Path.home()) not in text
