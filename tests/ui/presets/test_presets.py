"""Presets in the panel: taken as one step, saved, renamed, removed and brought back; settings as files."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from studio.core.project.presets import Presets
from studio.core.project.recipe_file import load_recipe
from studio.core.recipe import StyleRecipe
from studio.ui.app import Studio
from studio.ui.session.settings import Settings


def told(studio: Studio) -> str:
    message = studio.window.messages.message
    return "" if message is None else message.text


def entries(studio: Studio) -> list[str]:
    box = studio.preset_bar.box
    return [box.itemText(place) for place in range(box.count()) if box.itemText(place)]


def choose(studio: Studio, name: str) -> None:
    box = studio.preset_bar.box
    box.setCurrentIndex(box.findText(name))
    box.activated.emit(box.currentIndex())


def type_name(qtbot: QtBot, studio: Studio, name: str) -> None:
    field = studio.preset_bar.name
    assert field.hasFocus()
    field.clear()
    qtbot.keyClicks(field, name)
    qtbot.keyClick(field, Qt.Key.Key_Return)


@pytest.fixture
def saved(qtbot: QtBot, loaded: Studio) -> Studio:
    """The studio with a preset of its own, chosen."""
    loaded.session.change(strength=0.9, seed=3)
    loaded.session.commit()
    loaded.preset_bar.save_as.trigger()
    type_name(qtbot, loaded, "For grandma")
    qtbot.waitUntil(lambda: loaded.preset_bar.box.currentText() == "For grandma")
    return loaded


def test_a_fresh_artwork_is_balanced_and_other_settings_are_no_preset(loaded: Studio) -> None:
    assert loaded.preset_bar.box.currentText() == "Balanced"
    loaded.session.change(strength=0.61)
    assert loaded.preset_bar.box.currentIndex() == -1
    loaded.session.change(strength=0.6)
    assert loaded.preset_bar.box.currentText() == "Balanced"


def test_a_preset_is_taken_as_one_step_and_leaves_size_and_styles(loaded: Studio) -> None:
    loaded.session.change(long_edge=1000)
    loaded.session.commit()
    before = loaded.session.artwork.state
    choose(loaded, "Soft wash")
    recipe = loaded.session.artwork.recipe
    assert (recipe.smoothness, recipe.long_edge) == (0.6, 1000)
    assert loaded.session.artwork.styles == before.styles
    loaded.actions["undo"].trigger()
    assert loaded.session.artwork.state == before
    assert loaded.preset_bar.box.currentText() == "Balanced"


def test_the_studio_s_own_are_neither_renamed_nor_removed(loaded: Studio) -> None:
    choose(loaded, "Bold brush")
    assert not loaded.preset_bar.rename.isEnabled() and not loaded.preset_bar.remove.isEnabled()


def test_settings_are_saved_under_a_name_and_there_at_the_next_start(saved: Studio, settings: Settings) -> None:
    assert told(saved) == "The settings are saved as For grandma."
    assert entries(saved)[-1] == "For grandma"
    assert Presets(settings.folder).read()[0]["For grandma"].recipe.seed == 3
    choose(saved, "Balanced")
    choose(saved, "For grandma")
    assert (saved.session.artwork.recipe.strength, saved.session.artwork.recipe.seed) == (0.9, 3)


def test_a_preset_is_renamed(qtbot: QtBot, saved: Studio) -> None:
    saved.preset_bar.rename.trigger()
    assert saved.preset_bar.name.text() == "For grandma"
    type_name(qtbot, saved, "For grandpa")
    qtbot.waitUntil(lambda: saved.preset_bar.box.currentText() == "For grandpa")
    assert "For grandma" not in entries(saved)


def test_a_removed_preset_comes_back_by_a_click(qtbot: QtBot, saved: Studio) -> None:
    recipe = saved.session.artwork.recipe
    saved.preset_bar.remove.trigger()
    qtbot.waitUntil(lambda: told(saved) == "Removed the preset For grandma.")
    assert "For grandma" not in entries(saved) and saved.session.artwork.recipe == recipe
    saved.window.messages.button.click()
    qtbot.waitUntil(lambda: "For grandma" in entries(saved))


def test_a_preset_that_was_written_over_comes_back_by_a_click(qtbot: QtBot, saved: Studio, settings: Settings) -> None:
    saved.session.change(strength=0.1)
    saved.preset_bar.save_as.trigger()
    type_name(qtbot, saved, "For grandma")
    qtbot.waitUntil(lambda: told(saved) == "For grandma stands for these settings now.")
    saved.window.messages.button.click()
    qtbot.waitUntil(lambda: Presets(settings.folder).read()[0]["For grandma"].recipe.strength == 0.9)


def test_saving_renaming_and_removing_a_preset_are_steps_of_undo(
    qtbot: QtBot, saved: Studio, settings: Settings
) -> None:
    def kept() -> dict[str, float]:
        return {name: kept.recipe.strength for name, kept in Presets(settings.folder).read()[0].items()}

    undo, redo = saved.actions["undo"], saved.actions["redo"]
    saved.session.change(strength=0.1)
    saved.session.commit()
    saved.preset_bar.save_as.trigger()
    type_name(qtbot, saved, "For grandma")
    qtbot.waitUntil(lambda: undo.text() == "Undo Preset")
    saved.preset_bar.rename.trigger()
    type_name(qtbot, saved, "For grandpa")
    qtbot.waitUntil(lambda: kept() == {"For grandpa": 0.1} and saved.preset_bar.box.currentText() == "For grandpa")
    saved.preset_bar.remove.trigger()
    qtbot.waitUntil(lambda: kept() == {} and undo.text() == "Undo Removal of a preset")
    undo.trigger()
    qtbot.waitUntil(lambda: kept() == {"For grandpa": 0.1})
    undo.trigger()
    qtbot.waitUntil(lambda: kept() == {"For grandma": 0.1})
    undo.trigger()
    qtbot.waitUntil(lambda: kept() == {"For grandma": 0.9})
    redo.trigger()
    qtbot.waitUntil(lambda: kept() == {"For grandma": 0.1})
    for _ in range(3):
        undo.trigger()
    qtbot.waitUntil(lambda: kept() == {} and "For grandma" not in entries(saved))


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Tab])
def test_a_name_is_given_up_by_escape_and_by_going_elsewhere(qtbot: QtBot, loaded: Studio, key: Qt.Key) -> None:
    loaded.preset_bar.save_as.trigger()
    qtbot.keyClicks(loaded.preset_bar.name, "Never mind")
    qtbot.keyClick(loaded.preset_bar.name, key)
    assert not loaded.preset_bar.is_naming and "Never mind" not in entries(loaded)


def test_a_name_of_the_studio_s_own_is_refused_in_a_sentence(qtbot: QtBot, loaded: Studio) -> None:
    loaded.preset_bar.save_as.trigger()
    type_name(qtbot, loaded, "balanced")
    qtbot.waitUntil(lambda: told(loaded) == "balanced is one of the studio's own presets.")


def test_settings_are_saved_as_a_file_and_loaded_from_it(qtbot: QtBot, loaded: Studio, tmp_path: Path) -> None:
    loaded.session.change(strength=0.33, detail=0.9)
    wanted = loaded.session.artwork.recipe
    path = tmp_path / "mine.recipe.json"
    loaded.actions["save_settings"].trigger()
    qtbot.waitUntil(lambda: loaded.window.findChild(QFileDialog) is not None)
    dialog = loaded.window.findChild(QFileDialog)
    assert dialog.selectedFiles()[0].endswith("harbour.recipe.json")
    dialog.fileSelected.emit(str(path))
    dialog.close()
    qtbot.waitUntil(lambda: told(loaded) == "The settings are in mine.recipe.json.")
    assert load_recipe(path) == wanted
    loaded.session.reset_settings()
    assert loaded.session.artwork.recipe == StyleRecipe()
    qtbot.waitUntil(lambda: loaded.window.findChild(QFileDialog) is None)
    loaded.actions["load_settings"].trigger()
    qtbot.waitUntil(lambda: loaded.window.findChild(QFileDialog) is not None)
    dialog = loaded.window.findChild(QFileDialog)
    assert "*.json" in dialog.nameFilters()[0] and "*.png" in dialog.nameFilters()[0]
    dialog.fileSelected.emit(str(path))
    dialog.close()
    qtbot.waitUntil(lambda: loaded.session.artwork.recipe == wanted)
