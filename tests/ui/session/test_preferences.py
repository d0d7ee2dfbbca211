"""What the artist settles once: kept between starts, in the menu, and in force at once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.app import Studio
from studio.ui.session.message import Message
from studio.ui.session.preferences import Preferences
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import PALETTES, theme_name
from tests.support.fakes import FakeEngine


def test_a_preference_is_told_once_and_kept(qtbot: QtBot, settings: Settings, tmp_path: Path) -> None:
    preferences = Preferences(settings)
    assert preferences.theme == "dark" and preferences.has_history is True
    with qtbot.waitSignal(preferences.changed, check_params_cb=lambda name: name == "theme"):
        preferences.theme = "light"
    with qtbot.assertNotEmitted(preferences.changed):
        preferences.theme = "light"
    preferences.has_history = False
    settings.close()
    again = Preferences(Settings(tmp_path / "settings.json"))
    assert again.theme == "light" and again.has_history is False
    assert again.as_words() | {"theme": "light", "has_history": "False"} == again.as_words()


def test_what_a_preference_cannot_be_is_refused_and_a_spoilt_settings_file_is_shrugged_off(settings: Settings) -> None:
    settings.set("preferences/theme", "sepia")
    settings.set("preferences/has_panel", "False")
    preferences = Preferences(settings)
    assert preferences.theme == "dark" and preferences.has_panel is True
    with pytest.raises(ValueError, match="sepia"):
        preferences.theme = "sepia"  # type: ignore[assignment]


def colors_of(widget: QWidget) -> Counter[str]:
    image = widget.grab().toImage()
    return Counter(image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height()))


def test_another_theme_is_in_force_at_once_everywhere(qtbot: QtBot, loaded: Studio) -> None:
    window = loaded.window
    window.messages.show_message(Message("No disk.", is_problem=True))
    for name, other in (("light", "dark"), ("dark", "light")):
        loaded.actions[f"theme_{name}"].trigger()
        assert theme_name() == name and loaded.preferences.theme == name
        assert loaded.actions[f"theme_{name}"].isChecked() and not loaded.actions[f"theme_{other}"].isChecked()
        QApplication.processEvents()
        grounds = {window.tool_bar: "panel", window.messages: "panel", window.gallery.search: "raised"}
        for part, role in grounds.items():
            assert colors_of(part).most_common(1)[0][0] == PALETTES[name][role]
        signs = colors_of(window.messages.sign)
        assert PALETTES[name]["error"] in signs and PALETTES[other]["error"] not in signs


def test_the_theme_of_the_system_is_followed(loaded: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    hints = QApplication.styleHints()
    monkeypatch.setattr(type(hints), "colorScheme", lambda _: Qt.ColorScheme.Light)
    loaded.actions["theme_system"].trigger()
    assert theme_name() == "light"
    monkeypatch.setattr(type(hints), "colorScheme", lambda _: Qt.ColorScheme.Dark)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme_name() == "dark"


@pytest.mark.parametrize(("name", "place"), [("gallery", 0), ("panel", 2)])
def test_a_side_is_hidden_from_the_menu_and_that_is_remembered(
    qtbot: QtBot, studio: Studio, settings: Settings, thumbnail_folder: Path, name: str, place: int
) -> None:
    splitter, part = studio.window.splitter, getattr(studio.window, name)
    width = splitter.sizes()[place]
    studio.actions[name].trigger()
    assert part.isHidden()
    studio.actions["hide_panels"].trigger()
    studio.actions["hide_panels"].trigger()
    assert part.isHidden()
    studio.close()
    again = Studio(FakeEngine, settings, thumbnail_folder)
    again.window.show()
    qtbot.waitUntil(lambda: again.session.engine.info is not None)
    part = getattr(again.window, name)
    assert part.isHidden() and not again.actions[name].isChecked()
    again.actions[name].trigger()
    assert part.isVisible() and again.window.splitter.sizes()[place] == pytest.approx(width, abs=2)
    again.close()


def test_a_side_dragged_shut_is_opened_by_the_menu(studio: Studio) -> None:
    splitter = studio.window.splitter
    splitter.setSizes([0, 980, 300])
    splitter.splitterMoved.emit(0, 1)
    assert not studio.actions["gallery"].isChecked() and studio.window.gallery.isHidden()
    studio.actions["gallery"].trigger()
    assert studio.window.gallery.isVisible() and splitter.sizes()[0] > 200


def test_tiles_on_my_picture_stay_so(qtbot: QtBot, loaded: Studio, settings: Settings, thumbnail_folder: Path) -> None:
    assert not loaded.window.gallery.on_my_picture.isChecked()
    qtbot.waitUntil(loaded.window.gallery.on_my_picture.isEnabled)
    loaded.window.gallery.on_my_picture.click()
    loaded.close()
    again = Studio(FakeEngine, settings, thumbnail_folder)
    assert again.window.gallery.on_my_picture.isChecked()
    assert again.window.gallery.grid.delegate.shows_previews
    again.close()


def test_a_folded_history_stays_folded(
    qtbot: QtBot, studio: Studio, settings: Settings, thumbnail_folder: Path
) -> None:
    studio.window.history.fold.click()
    assert not studio.actions["history"].isChecked() and studio.window.history.body.isHidden()
    studio.close()
    again = Studio(FakeEngine, settings, thumbnail_folder)
    assert again.window.history.body.isHidden()
    again.actions["history"].trigger()
    assert not again.window.history.body.isHidden() and again.window.history.fold.isChecked()
    again.close()
