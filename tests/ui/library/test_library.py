"""The library in the window: folders are indexed behind everything else, pictures found by what they are like, used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import LiveRequest, SeeRequest
from studio.core.errors import PictureError
from studio.core.library.library_index import LibraryIndex, library_folder
from studio.core.regions.shapes import Found as FoundShape
from studio.core.regions.shapes import Mask
from studio.ui.app import Studio
from studio.ui.compare.compare_works import CompareWorks
from studio.ui.importing.mime_payload import read_payload
from studio.ui.library.picture_describer import cut_out
from studio.ui.library.questions import Found
from studio.ui.session.message import Message
from studio.ui.session.settings import Settings
from tests.support.fakes import Gate, make_picture, see
from tests.support.network_share import NEEDS_SHARES, connect_share
from tests.ui.library.conftest import COLOURS, WatchedEngine, grid_of, is_done, names, save, select, trigger


def shown_message(studio: Studio) -> str:
    return studio.library.room.messages.text.text()


def test_an_empty_library_says_what_it_is_for_and_has_one_button(studio: Studio) -> None:
    studio.actions["library"].trigger()
    room = studio.library.room
    assert room.isVisible() and not studio.window.canvas.isVisible()
    assert room.empty.isVisible() and "alike in strokes, subject or colour" in room.empty.text.text()
    assert room.empty.button.hasFocus() and not room.head.add.isVisible()


def test_escape_goes_back_from_what_was_found_and_typed_before_it_leaves(qtbot: QtBot, filled: Studio) -> None:
    filled.actions["library"].setChecked(True)
    room, grid = filled.library.room, grid_of(filled)
    grid.setCurrentIndex(grid.model().index(0, 0))
    room.head.search.setText("a")
    filled.library.selection.actions["like"].trigger()
    qtbot.waitUntil(room.similarity.isVisible)
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    assert room.isVisible() and not room.similarity.isVisible()
    for _ in range(2):
        qtbot.keyClick(room.head.search, Qt.Key.Key_Escape)
    assert room.head.search.text() == "" and filled.window.canvas.isVisible()


def test_the_key_and_escape_go_back_to_the_canvas(qtbot: QtBot, filled: Studio) -> None:
    for back in (lambda: qtbot.keyClick(grid_of(filled), Qt.Key.Key_Escape), filled.actions["library"].trigger):
        filled.actions["library"].setChecked(True)
        assert grid_of(filled).isVisible() and grid_of(filled).hasFocus()
        back()
        assert filled.window.canvas.isVisible() and filled.window.tool_bar.isVisible()
        assert not filled.library.room.isVisible() and not filled.actions["library"].isChecked()


def test_the_line_at_the_bottom_tells_size_and_zoom_only_while_the_canvas_is_shown(loaded: Studio) -> None:
    bar = loaded.window.status_bar
    for is_shown in (True, False, True):
        assert (bar.size_label.isVisible(), bar.zoom_label.isVisible()) == (is_shown, is_shown)
        loaded.actions["library"].trigger()


def test_a_page_of_text_is_no_search(studio: Studio) -> None:
    for search in (studio.window.gallery.search, studio.library.room.head.search):
        search.insert("some words " * 10_000)
        assert search.text() == ("some words " * 10)[:100]


def test_a_question_that_was_answered_on_the_canvas_is_not_asked_again_in_the_library(studio: Studio) -> None:
    here, there = studio.window.messages, studio.library.room.messages
    studio.session.post_message(Message("Two others were dropped.", action="add_offered", stays=True))
    assert here.message is there.message is not None
    here.button.click()
    assert there.message is None
    studio.session.post_message(Message("Something is wrong.", is_problem=True))
    studio.session.post_message(Message("Something else is."))
    there.show_message(other := Message("A folder is gone.", is_problem=True))  # of the library alone
    here.close_button.click()
    assert there.message is other


def test_no_word_is_cut_off_in_the_bar_of_a_small_window(qtbot: QtBot, filled: Studio) -> None:
    head, room = filled.library.room.head, filled.library.room
    buttons = [button for button in head.findChildren(QAbstractButton) if button.parent() is head]
    for width, has_words in ((1024, False), (1700, True), (1024, False)):
        filled.window.resize(width, 640)
        qtbot.waitUntil(lambda width=width: room.width() == width and not head.layout().minimumSize().isEmpty())
        QApplication.sendPostedEvents(head)
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if has_words else Qt.ToolButtonStyle.ToolButtonIconOnly
        assert head.duplicates.toolButtonStyle() == style
        head.layout().activate()
        assert all(button.width() >= button.sizeHint().width() for button in buttons), width
        assert head.search.width() >= 150


def test_keys_of_the_canvas_do_nothing_behind_the_library(qtbot: QtBot, filled: Studio) -> None:
    for key in (Qt.Key.Key_L, Qt.Key.Key_C, Qt.Key.Key_V):
        qtbot.keyClick(grid_of(filled), key)
    assert not any(filled.actions[name].isChecked() for name in ("live", "compare", "variations"))


def test_a_folder_is_indexed_and_an_unreadable_file_is_a_sentence(
    qtbot: QtBot, filled: Studio, engine: WatchedEngine
) -> None:
    assert names(filled) == sorted(COLOURS)
    assert sorted(engine.described) == sorted(f"{name}.png" for name in COLOURS)
    bar = filled.library.room.indexing
    qtbot.waitUntil(lambda: bool(bar.problems.text()))  # the pictures are there before it
    assert bar.isVisible() and bar.problems.text() == "One file could not be opened."
    assert "broken.png" in bar.problems.toolTip()
    (folder,) = filled.library.indexer.folders
    assert (folder.count, folder.is_there) == (len(COLOURS), True)


def test_what_is_indexed_can_be_read_by_others(filled: Studio) -> None:
    with LibraryIndex(is_writer=True) as index:
        assert index.count == len(COLOURS)


def test_live_goes_before_pictures_of_the_library(
    qtbot: QtBot, loaded: Studio, engine: WatchedEngine, pictures: Path
) -> None:
    engine.describing = Gate()
    loaded.library.add([pictures])
    qtbot.waitUntil(lambda: engine.is_held, timeout=60000)
    loaded.actions["live"].setChecked(True)
    loaded.session.change(strength=0.3)
    engine.describing.let_pass()

    def is_live_painted() -> bool:
        return any(isinstance(request, LiveRequest) and request.id in engine.finished for request in engine.started)

    qtbot.waitUntil(is_live_painted)
    assert len(engine.described) < len(COLOURS)
    assert loaded.library.indexer.state == "indexing"
    engine.describing.open()


def test_pause_keeps_what_was_done_and_resume_does_the_rest(
    qtbot: QtBot, studio: Studio, engine: WatchedEngine, pictures: Path
) -> None:
    engine.describing = Gate()
    studio.actions["library"].trigger()
    studio.library.add([pictures])
    qtbot.waitUntil(lambda: engine.is_held, timeout=60000)
    bar = studio.library.room.indexing
    qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    assert studio.library.indexer.is_paused and bar.button.text() == "Resume"
    engine.describing.open()
    qtbot.waitUntil(lambda: studio.library.indexer._in_flight == 0, timeout=60000)
    done = set(engine.described)
    assert done < {f"{name}.png" for name in COLOURS} and studio.library.indexer.state == "paused"
    qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: is_done(studio) and len(names(studio)) == len(COLOURS), timeout=60000)
    assert len(engine.described) == len(COLOURS)  # none of them twice


def test_the_next_start_goes_on_by_itself_with_what_is_left(
    qtbot: QtBot, qapp: QApplication, studio: Studio, engine: WatchedEngine, settings: Settings, pictures: Path,
    thumbnail_folder: Path,
) -> None:  # fmt: skip
    engine.describing = Gate()
    studio.library.add([pictures])
    for number in range(1, 3):
        qtbot.waitUntil(lambda: engine.is_held, timeout=60000)
        engine.describing.let_pass()
        qtbot.waitUntil(lambda wanted=number: len(engine.finished) == wanted, timeout=60000)
    studio.library.indexer._settings.save()
    engine.describing.open()
    studio.close()  # as a kill would: what the last second brought is lost
    before = len(LibraryIndex().rows())
    second = WatchedEngine()
    again = Studio(lambda: second, settings, thumbnail_folder)
    again.window.show()
    try:
        qtbot.waitUntil(lambda: len(again.library.room.model.rows) == len(COLOURS) and is_done(again), timeout=60000)
        assert len(second.described) == len(COLOURS) - before
    finally:
        again.close()


def test_words_and_order_choose_what_is_shown(qtbot: QtBot, filled: Studio) -> None:
    head = filled.library.room.head
    head.search.setText("ada 1883")
    qtbot.waitUntil(lambda: names(filled) == ["night"])
    head.search.setText("NIGHT.png")
    qtbot.waitUntil(lambda: names(filled) == ["night"] and not filled.library.browser.is_busy)
    head.search.setText("nothing of the sort")
    qtbot.waitUntil(filled.library.room.empty.isVisible)
    assert "Nothing matches" in filled.library.room.empty.title.text()
    qtbot.mouseClick(filled.library.room.empty.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(filled) == sorted(COLOURS))
    head.sort.setCurrentIndex(head.sort.findData("author"))
    qtbot.waitUntil(lambda: names(filled) == ["fire", "night", "sky", "ember", "meadow", "ocean"])


def test_what_is_selected_stays_selected_in_another_order(qtbot: QtBot, filled: Studio) -> None:
    select(filled, "night", "sky")
    kept = set(grid_of(filled).selected_rows.tolist())
    head = filled.library.room.head
    head.sort.setCurrentIndex(head.sort.findData("author"))
    qtbot.waitUntil(lambda: names(filled)[:1] == ["fire"])
    assert set(grid_of(filled).selected_rows.tolist()) == kept
    assert "2 of 6 selected" in filled.library.room.bar.count.text()


def test_tool_tips_and_screen_readers_tell_the_facts(filled: Studio) -> None:
    model = filled.library.room.model
    index = model.index(names(filled).index("night"))
    assert "The night" in model.data(index, Qt.ItemDataRole.ToolTipRole)
    assert "CC0 1.0" in model.data(index, Qt.ItemDataRole.ToolTipRole)
    assert model.data(index, Qt.ItemDataRole.AccessibleTextRole) == "The night, Ada, 1883"


def look_for_more(qtbot: QtBot, studio: Studio, name: str) -> None:
    bar = studio.library.room.similarity
    bar.slider.setValue(0)
    select(studio, name)
    trigger(studio, "like")
    qtbot.waitUntil(lambda: bar.isVisible() and bool(studio.library.browser.found.hits) and names(studio) != [])


def test_more_like_this_shows_the_nearest_first_and_why(qtbot: QtBot, filled: Studio) -> None:
    look_for_more(qtbot, filled, "ember")
    assert names(filled)[0] == "fire" and "ember" not in names(filled)
    bar, model = filled.library.room.similarity, filled.library.room.model
    assert "The ember" in bar.title.text() and "Similar does not mean influenced." in bar.note.text()
    why = model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert "style 0.9" in why or "style 1.0" in why
    qtbot.mouseClick(bar.close_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(filled) == sorted(COLOURS))
    assert not bar.isVisible()


def test_the_threshold_leaves_out_what_is_less_alike(qtbot: QtBot, filled: Studio) -> None:
    look_for_more(qtbot, filled, "ember")
    hits = filled.library.browser.found.hits
    second = sorted((hit.similarity for hit in hits.values()), reverse=True)[1]
    filled.library.room.similarity.slider.setValue(int(100 * second) + 1)
    qtbot.waitUntil(lambda: names(filled) == ["fire"] and not filled.library.browser.is_busy)
    filled.library.room.similarity.slider.setValue(100)
    qtbot.waitUntil(filled.library.room.empty.isVisible)
    assert "Nothing is that much alike." in filled.library.room.empty.title.text()


def test_the_nearest_are_shown_until_more_is_asked_for(
    qtbot: QtBot, filled: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.ui.library.questions.MUCH_ALIKE", {"style": 0.999})
    bar, browser = filled.library.room.similarity, filled.library.browser
    select(filled, "ember")
    trigger(filled, "like")
    qtbot.waitUntil(lambda: bool(browser.found.hits) and not browser.is_busy)
    assert len(browser.found.rows) == len(COLOURS) - 1
    assert bar.slider.value() == int(100 * browser.found.least) and "nearest" in bar.note.text()
    bar.slider.setValue(99)
    qtbot.waitUntil(lambda: len(browser.found.rows) < len(COLOURS) - 1 and not browser.is_busy)
    assert bar.slider.value() == 99 and "nearest of the rest" not in bar.note.text()
    qtbot.mouseClick(bar.close_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(filled) == sorted(COLOURS))
    select(filled, "ember")
    trigger(filled, "like")
    qtbot.waitUntil(lambda: len(browser.found.rows) == len(COLOURS) - 1 and not browser.is_busy)


def test_a_damaged_index_is_made_again_by_itself(qtbot: QtBot, filled: Studio) -> None:
    for name in ("library.sqlite", "library.sqlite-wal"):
        file = library_folder() / name
        if file.exists():
            file.write_bytes(b"\xff" * file.stat().st_size)
    filled.library.indexer.look()
    qtbot.waitUntil(lambda: is_done(filled) and names(filled) == sorted(COLOURS))
    assert filled.library.indexer.failure is None
    with LibraryIndex() as index:
        assert index.count == len(COLOURS)


def test_style_subject_and_palette_can_count_together_but_never_none(qtbot: QtBot, filled: Studio) -> None:
    look_for_more(qtbot, filled, "ember")
    chips = filled.library.room.similarity.chips
    qtbot.mouseClick(chips["palette"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not filled.library.browser.is_busy)
    for hit in filled.library.browser.found.hits.values():
        assert hit.similarity == pytest.approx((hit.reasons["style"] + hit.reasons["palette"]) / 2, abs=0.01)
    for kind in ("style", "palette"):
        qtbot.mouseClick(chips[kind], Qt.MouseButton.LeftButton)
    assert chips["palette"].isChecked() and not chips["style"].isChecked()


def test_what_is_on_the_canvas_can_be_searched_for(qtbot: QtBot, filled: Studio, tmp_path: Path) -> None:
    filled.library.room.similarity.slider.setValue(0)
    save(tmp_path / "flame.png", (203, 45, 30))
    filled.importer.open_picture(tmp_path / "flame.png")
    qtbot.waitUntil(lambda: filled.session.artwork.content is not None)
    filled.library.room.left.emit()
    filled.actions["more_like_this"].trigger()
    qtbot.waitUntil(lambda: bool(filled.library.browser.found.hits) and names(filled) != [])
    assert set(names(filled)[:2]) == {"ember", "fire"} and filled.library.room.isVisible()


def test_a_dropped_picture_is_searched_for_and_a_dropped_folder_added(
    qtbot: QtBot, filled: Studio, tmp_path: Path
) -> None:
    filled.library.room.similarity.slider.setValue(0)
    save(tmp_path / "wave.png", (30, 92, 168))
    filled.library.take_drop(dropped(tmp_path / "wave.png"))
    qtbot.waitUntil(lambda: names(filled)[:1] == ["ocean"])
    more = tmp_path / "more"
    more.mkdir()
    save(more / "sand.png", (220, 200, 150))
    filled.library.take_drop(dropped(more))
    filled.library.browser.show_all()
    qtbot.waitUntil(lambda: "sand" in names(filled), timeout=60000)


def dropped(path: Path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    return read_payload(mime)


def test_duplicates_are_found_with_a_number_for_each(qtbot: QtBot, filled: Studio, pictures: Path) -> None:
    save(pictures / "zenith.png", COLOURS["sky"], (48, 36))
    filled.library.room.head.look_requested.emit()
    qtbot.waitUntil(lambda: "zenith" in names(filled) and is_done(filled), timeout=60000)
    qtbot.mouseClick(filled.library.room.head.duplicates, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: filled.library.browser.found.question.kind == "twice" and names(filled) != [])
    assert {"sky", "zenith"} <= set(names(filled)) and "night" not in names(filled)


def test_use_as_style_credits_who_made_it(qtbot: QtBot, filled: Studio) -> None:
    select(filled, "ocean")
    qtbot.keyClick(grid_of(filled), Qt.Key.Key_Return)
    qtbot.waitUntil(filled.window.canvas.isVisible)
    qtbot.waitUntil(lambda: [card.author for card in filled.importer.user_styles.cards] == ["Bo"])
    assert [style.card.title for style in filled.session.selection.styles] == ["The ocean"]
    assert filled.importer.user_styles.cards[0].licence == "CC0 1.0"
    shown = filled.window.messages.message
    assert shown is None or "Whose work" not in shown.text  # it is known


def test_mix_in_adds_several_and_no_more_than_make_sense(qtbot: QtBot, filled: Studio) -> None:
    select(filled, *COLOURS)
    use = filled.library.selection.actions["mix"]
    assert not use.isEnabled() and "only give grey" in use.toolTip()
    select(filled, "ocean", "sky")
    trigger(filled, "mix")
    qtbot.waitUntil(lambda: len(filled.session.artwork.styles) == 2)


def test_paint_my_photo_like_this_finishes_the_photo(
    qtbot: QtBot, filled: Studio, save_photo: Callable[..., Path]
) -> None:
    select(filled, "night")
    assert "Open a photo first." in filled.library.selection.actions["paint"].toolTip()
    filled.importer.open_picture(save_photo())
    qtbot.waitUntil(lambda: filled.session.artwork.content is not None)
    trigger(filled, "paint")
    qtbot.waitUntil(lambda: filled.session.artwork.is_finished)
    assert [style.picture.name for style in filled.session.artwork.styles] == ["night.png"]


def test_teach_leaves_out_what_may_not_be_learnt_from(qtbot: QtBot, filled: Studio, pictures: Path) -> None:
    with (pictures / "sky.png").open("ab") as file:
        file.write(b"plus:DataMining http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED")
    select(filled, "night", "ocean", "sky")
    trigger(filled, "teach")
    references = filled.tune_controller.references
    qtbot.waitUntil(lambda: [one.name for one in references.pictures] == ["night.png", "ocean.png"])
    assert filled.tune_window.isVisible() and "does not allow learning" in shown_message(filled)


def test_teach_knows_whose_works_they_are_if_all_are_by_one_artist(qtbot: QtBot, filled: Studio) -> None:
    author, asked = filled.tune_window.author, filled.library.selection.teach_asked

    def teach(*wanted: str) -> str:
        select(filled, *wanted)
        with qtbot.waitSignal(asked):
            trigger(filled, "teach")
        return author.text()

    assert teach("night", "ocean") == ""
    assert teach("fire", "night", "sky") == "Ada"
    author.setText("Ada Lovelace")
    assert teach("fire", "night", "sky") == "Ada Lovelace"  # what the artist wrote stays


def test_what_a_changed_manifest_says_is_shown_at_the_next_look(
    qtbot: QtBot, filled: Studio, pictures: Path, engine: WatchedEngine
) -> None:
    room, manifest, looked_at = filled.library.room, pictures / "MANIFEST.tsv", len(engine.described)
    qtbot.mouseClick(room.head.map, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: room.map.map.count == len(COLOURS))
    manifest.write_text(manifest.read_text().replace("Ada", "Ada Lovelace"))
    room.head.look_requested.emit()
    qtbot.waitUntil(lambda: sum("Ada Lovelace" in one.facts.author for one in room.map.controller.pictures) == 3)
    qtbot.mouseClick(room.head.grid, Qt.MouseButton.LeftButton)
    fire = room.model.index(names(filled).index("fire"), 0)
    qtbot.waitUntil(lambda: "Ada Lovelace, 1881" in str(fire.data(Qt.ItemDataRole.AccessibleTextRole)))
    room.head.search.setText("lovelace")
    qtbot.waitUntil(lambda: len(room.model.rows) == 3)
    assert len(engine.described) == looked_at  # no picture was looked at again


def test_render_these_makes_them_photos_of_the_batch(qtbot: QtBot, filled: Studio, pictures: Path) -> None:
    select(filled, "meadow", "sky")
    trigger(filled, "render")
    qtbot.waitUntil(lambda: filled.batch_window.isVisible())
    assert filled.batch.options.places == (pictures / "meadow.png", pictures / "sky.png")
    qtbot.waitUntil(lambda: not filled.batch.is_scanning)
    assert Path(filled.batch_window.folder.text()) == pictures.with_name("works painted")  # not indexed as a picture


def test_compare_takes_exactly_two(qtbot: QtBot, filled: Studio, pictures: Path) -> None:
    compare = filled.library.selection.actions["compare"]
    select(filled, "ember")
    assert not compare.isEnabled() and "exactly two" in compare.toolTip()
    select(filled, "ember", "sky")
    with qtbot.waitSignal(filled.library.selection.compare_asked) as asked:
        compare.trigger()
    assert asked.args == [pictures / "ember.png", pictures / "sky.png"]


def test_copy_puts_the_paths_into_the_clipboard(qtbot: QtBot, filled: Studio, pictures: Path) -> None:
    select(filled, "ember", "sky")
    qtbot.keyClick(grid_of(filled), Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    wanted = f"{pictures / 'ember.png'}\n{pictures / 'sky.png'}"
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == wanted)


def test_labels_are_never_shown_without_their_certainty(qtbot: QtBot, filled: Studio) -> None:
    with LibraryIndex(is_writer=True) as index:
        for row in index.rows():
            index.labels.put(int(row), "painters", "Hokusai", 0.81)
        index.commit()
    filled.library.entries.forget_labels()
    grid_of(filled).viewport().update()
    qtbot.waitUntil(lambda: grid_of(filled).delegate.has_labels)
    model = filled.library.room.model
    role = Qt.ItemDataRole.AccessibleTextRole
    qtbot.waitUntil(lambda: "Hokusai: 0.81; not an attribution" in str(model.data(model.index(0), role)))
    assert "A classifier is not an attribution." in model.data(model.index(0), Qt.ItemDataRole.ToolTipRole)


@NEEDS_SHARES
def test_a_folder_on_a_network_place_is_added_where_it_is_connected(
    qtbot: QtBot, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = connect_share(tmp_path, monkeypatch) / "works"
    works.mkdir()
    studio.library.add([Path("smb:/nas/art/works")])
    qtbot.waitUntil(lambda: [folder.path for folder in studio.library.indexer.folders] == [works])


def test_a_folder_that_is_gone_loses_nothing_and_is_told(qtbot: QtBot, filled: Studio, pictures: Path) -> None:
    pictures.rename(pictures.with_name("away"))
    filled.library.indexer.look()
    qtbot.waitUntil(lambda: "works is not there" in shown_message(filled))
    qtbot.waitUntil(lambda: is_done(filled))
    assert len(filled.library.room.model.rows) == len(COLOURS)
    assert [folder.is_there for folder in filled.library.indexer.folders] == [False]


def test_a_folder_that_goes_while_it_is_looked_at_is_looked_at_when_it_is_back(
    qtbot: QtBot, studio: Studio, engine: WatchedEngine, pictures: Path
) -> None:
    engine.describing = Gate()
    studio.actions["library"].trigger()
    studio.library.add([pictures])
    qtbot.waitUntil(lambda: engine.is_held)
    away = pictures.rename(pictures.with_name("away"))
    engine.describing.open()
    qtbot.waitUntil(lambda: is_done(studio), timeout=60000)
    assert any("not there" in text for text in studio.library.indexer.problems.values())
    away.rename(pictures)
    studio.library.indexer.look()
    qtbot.waitUntil(lambda: names(studio) == sorted(COLOURS) and is_done(studio), timeout=60000)
    assert [path.name for path in studio.library.indexer.problems] == ["broken.png"]


def test_a_folder_is_taken_out_and_its_files_stay(
    qtbot: QtBot, filled: Studio, pictures: Path, settings: Settings
) -> None:
    filled.library.room.head.removed.emit(pictures)
    qtbot.waitUntil(filled.library.room.empty.isVisible)
    assert sorted(path.stem for path in pictures.glob("*.png")) == sorted([*COLOURS, "broken"])
    assert settings.get("library/folders", list) == []
    qtbot.waitUntil(lambda: LibraryIndex().count == 0)


def test_a_folder_that_is_there_already_is_told(qtbot: QtBot, filled: Studio, pictures: Path) -> None:
    below = pictures / "below"
    below.mkdir()
    filled.library.add([below])
    qtbot.waitUntil(lambda: "below is in the library already." in shown_message(filled))
    assert [folder.path for folder in filled.library.indexer.folders] == [pictures]


def test_only_what_has_changed_is_looked_at_again(
    qtbot: QtBot, filled: Studio, engine: WatchedEngine, pictures: Path
) -> None:
    seen = len(engine.described)
    (pictures / "sky.png").unlink()
    save(pictures / "night.png", (5, 5, 10), (70, 50))
    filled.library.indexer.look()
    qtbot.waitUntil(lambda: len(engine.described) == seen + 1 and is_done(filled), timeout=60000)
    qtbot.waitUntil(lambda: names(filled) == sorted(set(COLOURS) - {"sky"}))
    assert engine.described[-1] == "night.png"


def test_an_engine_that_fails_again_and_again_stops_it_with_a_sentence(
    qtbot: QtBot, studio: Studio, engine: WatchedEngine, pictures: Path
) -> None:
    engine.refuses = True
    studio.actions["library"].trigger()
    studio.library.add([pictures])
    qtbot.waitUntil(lambda: studio.library.indexer.state == "failed", timeout=60000)
    assert "no memory left" in shown_message(studio)
    assert not set(studio.library.indexer.problems) - {pictures / "broken.png"}  # no picture is blamed for it
    engine.refuses = False
    qtbot.waitUntil(lambda: studio.library.indexer._in_flight == 0)
    qtbot.mouseClick(studio.library.room.indexing.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(studio.library.room.model.rows) == len(COLOURS), timeout=60000)


def test_another_program_that_writes_to_the_index_is_told_of(qtbot: QtBot, studio: Studio, pictures: Path) -> None:
    with LibraryIndex(is_writer=True):
        studio.actions["library"].trigger()
        studio.library.add([pictures])
        qtbot.waitUntil(lambda: studio.library.indexer.state == "failed", timeout=60000)
    assert "is writing to" in shown_message(studio)
    empty = studio.library.room.empty  # it says nothing of the pictures, at which nobody has looked
    assert empty.title.text() == "The library rests." and "is writing to" in empty.text.text()
    qtbot.mouseClick(studio.library.room.indexing.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(studio.library.room.model.rows) == len(COLOURS), timeout=60000)


def test_compare_opens_the_two_works(qtbot: QtBot, filled: Studio) -> None:
    select(filled, "ember", "sky")
    trigger(filled, "compare")
    qtbot.waitUntil(lambda: bool(filled.window.findChildren(CompareWorks)))


def test_the_map_shows_the_same_pictures_and_its_selection_is_acted_on(
    qtbot: QtBot, filled: Studio, pictures: Path
) -> None:
    room = filled.library.room
    qtbot.mouseClick(room.head.map, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: room.map.map.count == len(COLOURS))
    assert room.map.isVisible() and not grid_of(filled).isVisible() and room.map.map.hasFocus()
    room.map.map.select_all()
    assert "6 of 6 selected" in room.bar.count.text()
    trigger(filled, "render")
    qtbot.waitUntil(lambda: len(filled.batch.options.places) == len(COLOURS))
    filled.library.room.head.search.setText("ada")
    qtbot.waitUntil(lambda: room.map.map.count == 3)
    qtbot.mouseClick(room.head.grid, Qt.MouseButton.LeftButton)
    assert grid_of(filled).isVisible() and len(grid_of(filled).selected_rows) == 0


def test_the_keys_walk_through_lines_and_columns(qtbot: QtBot, filled: Studio) -> None:
    grid, keys = grid_of(filled), Qt.Key
    columns = grid._columns
    assert 1 < columns < len(COLOURS)
    grid.setCurrentIndex(grid.model().index(0, 0))
    for key, place in (
        (keys.Key_Right, 1),
        (keys.Key_Down, min(1 + columns, len(COLOURS) - 1) if 1 + columns < len(COLOURS) else 1),
        (keys.Key_End, len(COLOURS) - 1),
        (keys.Key_Home, 0),
        (keys.Key_Up, 0),
    ):
        qtbot.keyClick(grid, key)
        assert grid.currentIndex().row() == place, key
    qtbot.keyClick(grid, keys.Key_End, Qt.KeyboardModifier.ShiftModifier)
    assert len(grid.selected_rows) == len(COLOURS)
    qtbot.keyClick(grid, keys.Key_Home)
    qtbot.keyClick(grid, keys.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(grid.selected_rows) == len(COLOURS)


def test_the_mouse_selects_one_a_range_and_single_ones(qtbot: QtBot, filled: Studio) -> None:
    grid, left = grid_of(filled), Qt.MouseButton.LeftButton

    def click(place: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        qtbot.mouseClick(grid.viewport(), left, modifier, grid.visualRect(grid.model().index(place, 0)).center())

    click(1)
    assert grid.selected_rows.tolist() == grid.model().rows[[1]].tolist()
    click(3, Qt.KeyboardModifier.ShiftModifier)
    assert grid.selected_rows.tolist() == grid.model().rows[1:4].tolist()
    click(2, Qt.KeyboardModifier.ControlModifier)
    assert grid.selected_rows.tolist() == grid.model().rows[[1, 3]].tolist()


def test_a_hundred_thousand_pictures_need_no_layout_and_scroll_to_the_end(filled: Studio) -> None:
    grid = grid_of(filled)
    count = 100_000
    grid.show_found(Found(filled.library.browser.question, np.arange(count)))
    grid.setCurrentIndex(grid.model().index(count - 1, 0))
    assert grid.viewport().rect().contains(grid.visualRect(grid.currentIndex()).center())
    assert grid.indexAt(grid.visualRect(grid.currentIndex()).center()).row() == count - 1


def test_the_styles_that_a_picture_is_like_are_shown_and_no_others(
    qtbot: QtBot, filled: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    styles = tmp_path / "styles"
    styles.mkdir()
    for name, colour in (("lava", (198, 42, 28)), ("ice", (210, 235, 250))):
        save(styles / f"{name}.png", colour)
    monkeypatch.setattr(type(filled.library), "_style_files", lambda self: tuple(sorted(styles.glob("*.png"))))
    filled.library.indexer._style_files = filled.library.browser._style_files = filled.library._style_files
    filled.library.indexer.look()
    qtbot.waitUntil(lambda: filled.library.indexer.total == 2 and is_done(filled), timeout=60000)
    assert names(filled) == sorted(COLOURS)  # styles are no pictures of the library
    select(filled, "ember")
    trigger(filled, "styles")
    qtbot.waitUntil(lambda: names(filled)[:1] == ["lava"])
    assert (
        set(names(filled)) <= {"lava", "ice"} and "Styles like The ember" in filled.library.room.similarity.title.text()
    )


def test_a_selected_region_of_the_photo_is_searched_for(qtbot: QtBot, filled: Studio, tmp_path: Path) -> None:
    """FakeEngine sees a subject in the middle third of every photo, three quarters high."""
    filled.library.room.similarity.slider.setValue(0)
    pixels = np.full((240, 240, 3), COLOURS["meadow"], np.uint8)
    pixels[60:, 80:160] = COLOURS["night"]
    Image.fromarray(pixels).save(tmp_path / "figure.png")
    filled.importer.open_picture(tmp_path / "figure.png")
    qtbot.waitUntil(lambda: bool(filled.session.selection.choices))
    filled.session.selection.select("Subject")
    filled.actions["more_like_this"].trigger()
    qtbot.waitUntil(lambda: names(filled)[:1] == ["night"])
    filled.session.selection.select("")
    filled.actions["more_like_this"].trigger()
    qtbot.waitUntil(lambda: names(filled)[:1] not in ([], ["night"]))


def test_a_region_too_small_to_see_anything_in_is_refused(filled: Studio) -> None:
    with pytest.raises(PictureError, match="too small"):
        cut_out(make_picture(24, 24), Mask.of(FoundShape("subject")), see(SeeRequest(make_picture(24, 24))), "Subject")


def test_the_styles_are_listed_once_for_a_look_and_for_a_removal(
    qtbot: QtBot, studio: Studio, engine: WatchedEngine, pictures: Path
) -> None:
    lists: list[int] = []
    indexer = studio.library.indexer
    indexer._style_files = lambda: lists.append(1) or ()  # type: ignore[func-returns-value]
    studio.library.add([pictures])
    qtbot.waitUntil(lambda: len(engine.finished) == len(COLOURS) and is_done(studio), timeout=60000)
    assert len(lists) == 1
    engine.describing = Gate()
    for path in pictures.glob("*.png"):
        save(path, (9, 9, 9), (40, 50))
    indexer.look()
    qtbot.waitUntil(lambda: engine.is_held and bool(indexer._queue), timeout=60000)
    lists.clear()
    indexer.remove(pictures)
    assert len(lists) == 1 and not indexer._queue
    engine.describing.open()


@pytest.mark.parametrize("refuses", [False, True])
def test_what_comes_of_an_earlier_look_does_not_count(
    qtbot: QtBot, studio: Studio, engine: WatchedEngine, pictures: Path, refuses: bool
) -> None:
    engine.describing, engine.refuses = Gate(), refuses
    indexer = studio.library.indexer
    counts: list[tuple[int, int]] = []
    studio.library.add([pictures])
    qtbot.waitUntil(lambda: engine.is_held, timeout=60000)
    indexer.look()
    qtbot.waitUntil(lambda: indexer.state == "indexing", timeout=60000)
    indexer.changed.connect(lambda: counts.append((indexer.done, indexer.total)))
    engine.describing.let_pass()
    qtbot.waitUntil(lambda: bool(engine.finished) or indexer._failures == 1, timeout=60000)
    engine.refuses = False
    engine.describing.open()
    qtbot.waitUntil(lambda: indexer.state == "idle", timeout=60000)
    assert all(done <= total for done, total in counts) and indexer.done == indexer.total > 0
