"""Promises of the artist's own styles in the window: they stay, can be put right, and come back when missed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.core.card import Card
from studio.core.image_io import ExportOptions
from studio.core.styles.style import Style
from studio.core.styles.style_library import StyleLibrary
from studio.jobs.decoding.answering import OpensHere
from studio.ui.app import Studio
from studio.ui.importing.drop_zones import Drop
from studio.ui.importing.mime_payload import Payload
from studio.ui.importing.opening import Opening
from studio.ui.importing.user_styles import MANY, UserStyles
from studio.ui.session.message import Message
from studio.ui.session.settings import Settings
from studio.ui.threads.serial_executor import SerialExecutor
from tests.support.fakes import FakeEngine, make_picture

SavePhoto = Callable[..., Path]


def own(studio: Studio) -> list[str]:
    return [card.title for card in studio.importer.user_styles.cards]


def mix(studio: Studio) -> list[str]:
    artwork = studio.session.artwork
    return [artwork.cards.card_of(style).title for style in artwork.styles]


def told(studio: Studio) -> str:
    message = studio.window.messages.message
    return message.text if message else ""


@pytest.fixture
def wall(qtbot: QtBot, studio: Studio, save_photo: SavePhoto) -> Card:
    """A style of the artist's own, in use."""
    with qtbot.waitSignal(studio.importer.user_styles.added) as told:
        studio.importer.add_styles([save_photo("wall.png", seed=3)])
    (card,) = told.args
    return card


def test_one_added_picture_is_used_and_stays_after_a_restart(
    qtbot: QtBot, studio: Studio, wall: Card, settings: Settings, thumbnail_folder: Path
) -> None:
    assert mix(studio) == ["wall"]
    gallery = studio.window.gallery
    index = gallery.model.index(gallery.model.row_of(wall.id))
    assert gallery.grid.viewport().rect().contains(gallery.grid.visualRect(index))  # at the end, and scrolled to
    studio.close()
    again = Studio(FakeEngine, settings, thumbnail_folder)
    qtbot.waitUntil(lambda: own(again) == ["wall"])
    again.importer.use_style(again.importer.user_styles.cards[0])
    qtbot.waitUntil(lambda: mix(again) == ["wall"])
    again.close()


def test_a_style_in_use_is_kept_however_soon_the_window_closes(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    session = studio.session
    files, gate = SerialExecutor("files"), threading.Event()
    library, used = StyleLibrary(tmp_path / "styles"), []

    def use(style: Style) -> None:
        used.append(style)
        files.submit(lambda: gate.wait(60), lambda _: None, lambda _: None)  # the disk is busy with something else

    opening = Opening(OpensHere(), files, session)
    UserStyles(library, opening, files, files).use(lambda _: make_picture(24, 24, "wall.png"), use)
    qtbot.waitUntil(lambda: bool(used))
    gate.set()
    files.close()
    assert library.read() == ((used[0].card,), ())


def test_many_files_and_folders_are_added_and_told_in_one_sentence(
    qtbot: QtBot, studio: Studio, save_photo: SavePhoto, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    save_photo("folder/a.png", seed=1)
    save_photo("folder/b.png", seed=2)
    save_photo("folder/again.png", seed=2)
    (tmp_path / "folder" / "empty.jpg").touch()
    files = Payload("files", paths=(tmp_path / "folder", save_photo("c.png", seed=3)))
    studio.window.gallery.dropped.emit(Drop("gallery", files))
    qtbot.waitUntil(lambda: bool(told(studio)))
    assert told(studio) == (
        "3 styles added, under Mine. One is in the gallery already. "
        "One file was left out. empty.jpg is empty: it has 0 bytes. Whose work are they?"
    )
    assert own(studio) == ["a", "again", "c"]
    assert mix(studio) == []


def test_a_folder_of_many_pictures_becomes_styles_only_when_that_is_agreed_and_goes_again(
    qtbot: QtBot, studio: Studio, save_photo: SavePhoto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MANY == 25
    monkeypatch.setattr("studio.ui.importing.user_styles.MANY", 3)
    (tmp_path / "folder").mkdir()
    for number in range(3):
        save_photo(f"folder/{number}.png", 16, 16, seed=number)
    with qtbot.waitSignal(studio.importer.user_styles.message_posted):
        studio.window.gallery.dropped.emit(Drop("gallery", Payload("files", paths=(tmp_path / "folder",))))
    assert told(studio) == "3 pictures would become styles in your gallery."
    assert own(studio) == []
    studio.window.messages.button.click()
    qtbot.waitUntil(lambda: told(studio) == "3 styles added, under Mine. Whose work are they?")
    assert own(studio) == ["0", "1", "2"]
    studio.window.messages.button.click()
    qtbot.waitUntil(lambda: own(studio) == [])
    assert told(studio) == "3 styles are out of the gallery again."
    studio.actions["undo"].trigger()
    qtbot.waitUntil(lambda: own(studio) == ["0", "1", "2"])


def test_undoing_a_batch_leaves_what_was_there_before(qtbot: QtBot, studio: Studio, save_photo: SavePhoto) -> None:
    studio.importer.user_styles.add([save_photo("a.png", seed=1)])
    qtbot.waitUntil(lambda: own(studio) == ["a"])
    studio.importer.user_styles.add([save_photo("b.png", seed=1), save_photo("c.png", seed=2)])
    qtbot.waitUntil(
        lambda: told(studio) == "One style added, under Mine. One is in the gallery already. Whose work is it?"
    )
    studio.actions["remove_added"].trigger()
    qtbot.waitUntil(lambda: own(studio) == ["a"])


def test_whose_work_a_new_style_is_is_asked_once_and_kept_in_its_card(
    qtbot: QtBot, studio: Studio, save_photo: SavePhoto
) -> None:
    messages = studio.window.messages
    studio.importer.add_styles([save_photo("wall.png", seed=3)])
    qtbot.waitUntil(lambda: told(studio) == "wall is a style in your gallery now. Whose work is it?")
    assert [button.text() for button in messages.answers] == ["Mine", "Permitted", "Public domain"]
    with qtbot.waitSignal(studio.importer.user_styles.edited):
        messages.answers[0].click()
    assert [card.licence for card in StyleLibrary().read()[0]] == ["My own work"]
    assert [style.card.licence for style in studio.session.selection.styles] == ["My own work"]  # in credits
    with qtbot.waitSignal(studio.importer.user_styles.added):
        studio.importer.add_styles([save_photo("again.png", seed=3)])  # the same picture
    assert messages.message is None


def test_several_styles_dropped_together_are_asked_about_together(
    qtbot: QtBot, studio: Studio, save_photo: SavePhoto
) -> None:
    studio.importer.mix_files([save_photo(f"{name}.png", seed=n) for n, name in enumerate("ab", 1)])
    qtbot.waitUntil(lambda: told(studio) == "2 styles are new in your gallery. Whose work are they?")
    studio.actions["rights_public_domain"].trigger()
    qtbot.waitUntil(lambda: [card.licence for card in StyleLibrary().read()[0]] == ["Public domain"] * 2)


def test_an_unanswered_question_goes_with_its_style(qtbot: QtBot, studio: Studio, save_photo: SavePhoto) -> None:
    studio.importer.add_styles([save_photo("wall.png", seed=3)])
    qtbot.waitUntil(lambda: "Whose work" in told(studio))
    studio.actions["undo"].trigger()
    qtbot.waitUntil(lambda: own(studio) == [] and not told(studio))


def test_the_question_takes_the_place_of_no_other_one(qtbot: QtBot, studio: Studio, save_photo: SavePhoto) -> None:
    studio.session.post_message(Message("Something is wrong.", is_problem=True))
    with qtbot.waitSignal(studio.importer.user_styles.came):
        studio.importer.user_styles.use(lambda opener: opener.open_picture(save_photo("wall.png", seed=3)), print)
    assert told(studio) == "Something is wrong."


def test_a_folder_without_pictures_says_so(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    studio.importer.add_styles([tmp_path / "folder"])
    qtbot.waitUntil(lambda: bool(told(studio)))
    assert told(studio) == "There are no pictures in this folder."


def test_a_removed_style_comes_back_with_undo_and_stays_in_the_artwork_meanwhile(
    qtbot: QtBot, studio: Studio, wall: Card
) -> None:
    studio.window.gallery.card_removed.emit(wall)
    qtbot.waitUntil(lambda: own(studio) == [])
    assert told(studio) == "Removed wall."
    assert mix(studio) == ["wall"]
    studio.window.messages.button.click()
    qtbot.waitUntil(lambda: own(studio) == ["wall"])
    assert StyleLibrary().read()[0] == (wall,)


def test_removing_a_style_is_undone_like_everything_else_also_after_a_restart(
    qtbot: QtBot, studio: Studio, wall: Card, settings: Settings, thumbnail_folder: Path
) -> None:
    with qtbot.waitSignal(studio.autosave.began):
        studio.autosave.start()
    studio.window.gallery.card_removed.emit(wall)
    qtbot.waitUntil(lambda: own(studio) == [])
    assert studio.actions["undo"].text() == "Undo Removal of a style"
    studio.actions["undo"].trigger()
    qtbot.waitUntil(lambda: own(studio) == ["wall"])
    studio.actions["redo"].trigger()
    qtbot.waitUntil(lambda: own(studio) == [])
    studio.close()
    again = Studio(FakeEngine, settings, thumbnail_folder)
    with qtbot.waitSignal(again.autosave.began):
        again.autosave.start()
    again.actions["undo"].trigger()
    qtbot.waitUntil(lambda: own(again) == ["wall"])
    again.close()
    assert StyleLibrary().read()[0] == (wall,)


def test_what_was_said_of_a_style_in_use_is_credited_after_a_restart_too(
    qtbot: QtBot, studio: Studio, wall: Card, settings: Settings, thumbnail_folder: Path
) -> None:
    with qtbot.waitSignal(studio.autosave.began):
        studio.autosave.start()
    studio.close()
    StyleLibrary().edit(replace(wall, licence="My own work"))  # and a kill, before the session was written again
    again = Studio(FakeEngine, settings, thumbnail_folder)
    with qtbot.waitSignal(again.autosave.began):
        again.autosave.start()
    artwork = again.session.artwork
    qtbot.waitUntil(lambda: [artwork.cards.card_of(style).licence for style in artwork.styles] == ["My own work"])
    again.close()


def test_a_dropped_style_goes_with_the_step_that_used_it_and_comes_back_with_it(
    qtbot: QtBot, studio: Studio, wall: Card
) -> None:
    studio.actions["undo"].trigger()
    qtbot.waitUntil(lambda: own(studio) == [])
    assert mix(studio) == [] and not studio.actions["undo"].isEnabled()
    studio.actions["redo"].trigger()
    qtbot.waitUntil(lambda: own(studio) == ["wall"])
    assert mix(studio) == ["wall"] and StyleLibrary().read()[0] == (wall,)


def test_a_folder_of_styles_is_added_as_one_step_also_after_a_restart(
    qtbot: QtBot, studio: Studio, save_photo: SavePhoto, settings: Settings, thumbnail_folder: Path
) -> None:
    with qtbot.waitSignal(studio.autosave.began):
        studio.autosave.start()
    studio.session.change(strength=0.9)
    studio.session.commit()
    studio.importer.user_styles.add([save_photo(f"{name}.png", 16, 16, seed=n) for n, name in enumerate("abc")])
    qtbot.waitUntil(lambda: told(studio) == "3 styles added, under Mine. Whose work are they?")
    assert studio.actions["undo"].text() == "Undo Addition of styles"
    studio.close()
    again = Studio(FakeEngine, settings, thumbnail_folder)
    qtbot.waitUntil(lambda: own(again) == ["a", "b", "c"])
    with qtbot.waitSignal(again.autosave.began):
        again.autosave.start()
    again.actions["undo"].trigger()
    qtbot.waitUntil(lambda: own(again) == [])
    assert again.session.artwork.recipe.strength == 0.9
    again.actions["undo"].trigger()
    again.actions["redo"].trigger()
    again.actions["redo"].trigger()
    qtbot.waitUntil(lambda: own(again) == ["a", "b", "c"])
    again.close()


def test_a_removed_style_is_deleted_at_the_next_start_when_nothing_can_bring_it_back(
    qtbot: QtBot, studio: Studio, wall: Card, settings: Settings, thumbnail_folder: Path
) -> None:
    studio.importer.user_styles.remove(wall.id)
    qtbot.waitUntil(lambda: own(studio) == [])
    assert wall.file.exists()
    studio.close()
    again = Studio(FakeEngine, settings, thumbnail_folder)
    with qtbot.waitSignal(again.autosave.began):
        again.autosave.start()
    qtbot.waitUntil(lambda: not wall.file.exists())
    again.close()


def test_what_is_said_of_a_style_in_use_reaches_the_panel_and_the_exported_credits(
    qtbot: QtBot, studio: Studio, wall: Card, save_photo: SavePhoto, tmp_path: Path
) -> None:
    studio.importer.open_picture(save_photo())
    qtbot.waitUntil(lambda: studio.session.finishing.missing == "")
    studio.actions["finish"].trigger()
    qtbot.waitUntil(lambda: studio.session.artwork.is_finished)
    studio.window.gallery.card_edited.emit(replace(wall, title="My wall", author="Me", licence="CC BY 4.0"))
    qtbot.waitUntil(lambda: own(studio) == ["My wall"])
    assert studio.session.artwork.is_finished
    assert "My wall" in studio.window.panel.styles.rows[0].remove.toolTip()
    assert studio.batch_window.recipe.text().startswith("In the style of My wall, ")
    assert studio.window.history.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole).startswith("My wall, ")
    assert studio.exporter.exportable.title == "harbour, My wall"
    studio.exporter.export(tmp_path / "art.png", ExportOptions(), "Art")
    qtbot.waitUntil(lambda: (tmp_path / "art.png").exists())
    assert b"My wall by Me: CC BY 4.0" in (tmp_path / "art.png").read_bytes()


def test_a_damaged_entry_is_told_at_the_start(
    qtbot: QtBot, studio: Studio, wall: Card, settings: Settings, thumbnail_folder: Path
) -> None:
    wall.file.unlink()
    again = Studio(FakeEngine, settings, thumbnail_folder)
    qtbot.waitUntil(lambda: bool(told(again)))
    assert told(again).startswith("One of your styles is left out. The picture of wall-")
    assert again.window.messages.button.text() == "Show my styles"
    again.close()
    third = Studio(FakeEngine, settings, thumbnail_folder)
    with qtbot.waitSignal(third.importer.user_styles.message_posted):
        pass
    assert third.window.messages.message is None  # at one start only
    third.close()
