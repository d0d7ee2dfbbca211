"""Render many: a batch in the background of the window, beside the artist's own work."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from studio.core.batch.job import ItemState
from studio.core.batch.journal import read_journal
from studio.core.engine_api.contract import StyleRequest
from studio.core.errors import EngineError, WeightsError
from studio.core.image_io import ExportOptions
from studio.core.image_io.xmp import read_recipe, read_settings
from studio.ui.app import Studio
from studio.ui.batch.batch_delegate import ROW_HEIGHT, THUMBNAIL_EDGE
from studio.ui.batch.batch_model import STATE_TEXT_ROLE
from studio.ui.export.export_settings import ExportSettings, keep_export_settings
from studio.ui.images.thumbnails import Thumbnails
from studio.ui.importing.drop_zones import Drop, Payload
from studio.ui.menus.menu import Menu
from studio.ui.session.settings import Settings
from tests.support.fakes import FakeEngine, Gate, make_picture
from tests.ui.conftest import card_named

NAMES = ("a.png", "b.png", "c.png")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of three photos."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed, name in enumerate(NAMES):
        Image.fromarray(make_picture(64, 48, seed=seed).pixels).save(folder / name)
    return folder


@pytest.fixture
def chosen(qtbot: QtBot, loaded: Studio, photos: Path) -> Studio:
    """The studio with a photo, a style, and three photos in the open window of the batch."""
    loaded.actions["render_many"].trigger()
    choose(qtbot, loaded, photos)
    return loaded


@pytest.fixture
def gate(engine: FakeEngine) -> Gate:
    """Holds the engine at every step."""
    engine.gate = Gate()
    return engine.gate


def choose(qtbot: QtBot, studio: Studio, *places: Path) -> None:
    studio.batch_window.add_places(places)
    qtbot.waitUntil(lambda: not studio.batch.is_scanning)


def run(qtbot: QtBot, studio: Studio) -> None:
    studio.batch_window.main.click()
    qtbot.waitUntil(lambda: not studio.batch.is_running)


def start(qtbot: QtBot, studio: Studio, gate: Gate, frames: int = 1) -> None:
    """Start the batch and hold the engine after so many frames of the first picture."""
    studio.batch_window.main.click()
    gate.let_pass(frames)
    qtbot.waitUntil(lambda: studio.batch.statuses[0].progress >= frames / 3)
    gate.wait_until_reached()


def interrupt(qtbot: QtBot, studio: Studio, gate: Gate) -> None:
    """Stop the batch, and let the engine go on."""
    studio.batch_window.stop.click()
    gate.open()
    qtbot.waitUntil(lambda: studio.batch.interrupted is not None)


def states(studio: Studio) -> list[str]:
    return [report.state for report in studio.batch.statuses]


def rows(studio: Studio, role: int) -> list[object]:
    model = studio.batch_window.list.model()
    return [model.index(row, 0).data(role) for row in range(model.rowCount())]


def painted(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.*") if not path.name.startswith("."))


def names_of(engine: FakeEngine) -> list[str]:
    return [request.content.name for request in engine.requests]


def test_chosen_photos_are_listed_and_a_folder_for_the_artworks_is_proposed(chosen: Studio, photos: Path) -> None:
    window = chosen.batch_window
    assert rows(chosen, Qt.ItemDataRole.DisplayRole) == list(NAMES)
    assert rows(chosen, STATE_TEXT_ROLE) == ["Waiting"] * 3
    assert window.folder.text() == str(photos / "painted")
    assert window.count.text() == "3 pictures"
    assert window.recipe.text() == "In the style of The Great Wave off Kanagawa, 768 px, standard"
    chosen.session.change(size_rule="13x18cm@300")
    assert "Kanagawa, to print on 13 \N{MULTIPLICATION SIGN} 18 cm at 300 dpi, standard" in window.recipe.text()
    assert window.main.text() == "Start" and window.main.isEnabled()
    assert not photos.joinpath("painted").exists()


def test_a_click_on_start_right_after_the_folder_was_typed_starts(qtbot: QtBot, chosen: Studio, tmp_path: Path) -> None:
    window = chosen.batch_window
    window.folder.setFocus()
    qtbot.waitUntil(window.folder.hasFocus)
    window.folder.selectAll()
    qtbot.keyClicks(window.folder, str(tmp_path / "other"))
    qtbot.mouseClick(window.main, Qt.MouseButton.LeftButton)
    assert chosen.batch.is_running
    qtbot.waitUntil(lambda: not chosen.batch.is_running)
    assert painted(tmp_path / "other") == list(NAMES)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # offscreen: to raise a menu
def test_the_list_keeps_one_menu_however_often_it_is_asked_for(chosen: Studio) -> None:
    view = chosen.batch_window.list
    place = view.visualRect(view.model().index(0, 0)).center()
    for _ in range(3):
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, view.viewport().mapToGlobal(place))
        QApplication.sendEvent(view.viewport(), event)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    (menu,) = view.findChildren(Menu)
    menu.close()


def test_another_screen_has_thumbnails_of_its_own(
    qtbot: QtBot, chosen: Studio, monkeypatch: pytest.MonkeyPatch, photos: Path
) -> None:
    view = chosen.batch_window.list
    (thumbnails,) = view.findChildren(Thumbnails)
    qtbot.waitUntil(lambda: thumbnails.pixmap(photos / "a.png") is not None)
    monkeypatch.setattr(view, "devicePixelRatioF", lambda: 2.0)
    QApplication.sendEvent(view, QEvent(QEvent.Type.DevicePixelRatioChange))
    assert thumbnails.pixmap(photos / "a.png") is None
    qtbot.waitUntil(lambda: thumbnails.pixmap(photos / "a.png") is not None)
    pixmap = thumbnails.pixmap(photos / "a.png")
    assert pixmap is not None and pixmap.devicePixelRatio() == 2.0 and pixmap.width() == 2 * THUMBNAIL_EDGE


def test_a_folder_is_proposed_once_and_beside_the_first_photo(qtbot: QtBot, loaded: Studio, photos: Path) -> None:
    window = loaded.batch_window
    window.add_places([photos / "a.png"])
    window.format.setCurrentIndex(window.format.findData("webp"))  # while the disk is still asked
    window.format.activated.emit(window.format.currentIndex())
    window.add_places([photos.parent / "harbour.png"])
    qtbot.waitUntil(lambda: not loaded.batch.is_scanning)
    assert window.folder.text() == str(photos / "painted")
    assert [report.item.output for report in loaded.batch.statuses] == ["a.webp", "harbour.webp"]
    window.folder.clear()
    window.folder.editingFinished.emit()
    qtbot.waitUntil(lambda: not loaded.batch.is_scanning)
    assert window.folder.text() == "" and not window.main.isEnabled()
    choose(qtbot, loaded, photos / "b.png")
    assert window.folder.text() == str(photos / "painted") and window.main.isEnabled()


def test_every_picture_is_painted_with_the_present_settings_and_the_artwork_stays_as_it_is(
    qtbot: QtBot, chosen: Studio, engine: FakeEngine, photos: Path
) -> None:
    chosen.session.change(strength=0.9)
    chosen.session.commit()
    before = chosen.session.artwork.state
    window = chosen.batch_window
    window.format.setCurrentIndex(window.format.findData("webp"))
    run(qtbot, chosen)
    assert states(chosen) == ["done"] * 3
    assert painted(photos / "painted") == ["a.webp", "b.webp", "c.webp"]
    assert read_recipe(photos / "painted" / "a.webp").strength == 0.9
    assert b"Katsushika Hokusai" in (photos / "painted" / "a.webp").read_bytes()
    assert chosen.session.artwork.state == before and chosen.session.finishing.run is None
    assert window.messages.message.text == "All 3 pictures are painted."
    assert chosen.window.messages.message.text == "All 3 pictures are painted."
    assert window.progress.text().startswith("3 of 3")
    assert rows(chosen, STATE_TEXT_ROLE)[0] == "Painted as .webp"
    assert read_journal(photos / "painted").has_ended


def test_what_cannot_be_painted_is_left_out_with_its_reason(
    qtbot: QtBot, chosen: Studio, engine: FakeEngine, photos: Path
) -> None:
    class Forgetful(FakeEngine):
        def before_frame(self, request: StyleRequest, step: int) -> None:
            if request.content.name == "b.png":
                raise EngineError("There is not enough memory.")

    engine.before_frame = Forgetful().before_frame
    (photos / "a.png").write_text("no picture")
    run(qtbot, chosen)
    assert states(chosen) == ["skipped", "failed", "done"]
    assert chosen.window.messages.message.text == "1 of 3 pictures are painted; 2 could not be."
    first, second, _ = rows(chosen, Qt.ItemDataRole.ToolTipRole)
    assert "a.png is not a picture" in first and "There is not enough memory." in second
    assert rows(chosen, Qt.ItemDataRole.AccessibleTextRole)[1] == "b.png, There is not enough memory."
    assert chosen.batch_window.progress.text() == "3 of 3   2 left out"


def test_progress_is_shown_where_the_artist_looks(qtbot: QtBot, chosen: Studio, gate: Gate) -> None:
    assert not chosen.window.status_bar.batch.isVisible()
    start(qtbot, chosen, gate, frames=2)
    assert rows(chosen, STATE_TEXT_ROLE)[0] == "Painting 66 %"
    assert chosen.batch_window.bar.value() == pytest.approx(1000 * 2 / 9, abs=1)
    assert chosen.window.status_bar.batch.isVisible()
    assert chosen.window.status_bar.batch.text() == "Batch: 0 of 3"
    chosen.batch_window.close()
    assert chosen.batch.is_running
    chosen.window.status_bar.batch.click()
    assert chosen.batch_window.isVisible()
    chosen.batch_window.grab()  # the row under way can be painted


def test_a_picture_taken_off_the_list_is_put_back_by_ctrl_z(qtbot: QtBot, chosen: Studio) -> None:
    window, queue = chosen.batch_window, chosen.batch
    qtbot.waitUntil(lambda: len(queue.statuses) == 3 and not queue.is_scanning)
    before = [report.item.photo for report in queue.statuses]
    window.show()
    window.list.setFocus()
    window.list.setCurrentIndex(window.list.model().index(1, 0))
    qtbot.keyClick(window.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: [report.item.photo for report in queue.statuses] == [before[0], before[2]])
    window.clear.click()
    qtbot.waitUntil(lambda: len(queue.statuses) == 0)
    for count in (2, 3):
        qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda count=count: len(queue.statuses) == count)
    assert [report.item.photo for report in queue.statuses] == before


def batch_question(studio: Studio) -> QMessageBox:
    (question,) = studio.window.findChildren(QMessageBox)
    assert question.text() == "Many pictures are being painted."
    return question


def test_the_studio_asks_before_it_stops_a_batch_in_front_of_the_batchs_own_window(
    qtbot: QtBot, chosen: Studio, gate: Gate
) -> None:
    start(qtbot, chosen, gate)
    chosen.batch_window.open_beside()
    assert not chosen.window.close()
    assert batch_question(chosen).parentWidget() is chosen.batch_window
    batch_question(chosen).reject()
    qtbot.waitUntil(lambda: not chosen.window.findChildren(QMessageBox))
    assert chosen.batch.is_running and chosen.window.isVisible()
    chosen.batch_window.close()
    assert not chosen.window.close()
    question = batch_question(chosen)
    assert question.parentWidget() is chosen.window
    next(button for button in question.buttons() if button.text() == "Stop and close").click()
    assert not chosen.window.isVisible()


def test_a_pause_rests_in_the_middle_of_a_picture(
    qtbot: QtBot, chosen: Studio, engine: FakeEngine, gate: Gate, photos: Path
) -> None:
    start(qtbot, chosen, gate)
    button = chosen.batch_window.main
    assert button.text() == "Pause"
    button.click()
    assert button.text() == "Resume" and "paused" in chosen.batch_window.progress.text()
    gate.open()
    chosen.actions["finish"].trigger()
    qtbot.waitUntil(lambda: chosen.session.artwork.is_finished)
    assert states(chosen) == ["painting", "waiting", "waiting"]
    button.click()
    qtbot.waitUntil(lambda: not chosen.batch.is_running)
    assert states(chosen) == ["done"] * 3
    assert engine.closed == []


def test_a_finish_goes_first_and_the_picture_under_way_goes_on_where_it_was(
    qtbot: QtBot, chosen: Studio, engine: FakeEngine, gate: Gate
) -> None:
    start(qtbot, chosen, gate)
    chosen.actions["finish"].trigger()
    assert "your own artwork goes first" in chosen.batch_window.progress.text()
    gate.open()
    qtbot.waitUntil(lambda: not chosen.batch.is_running)
    assert states(chosen) == ["done"] * 3
    assert names_of(engine) == ["a.png", "harbour.png", "b.png", "c.png"]
    first, finish, *_ = engine.requests
    painted_ones = {request.id for request in engine.requests}  # the look at the open photo ended before
    assert [one for one in engine.finished if one in painted_ones][:2] == [finish.id, first.id]
    assert engine.closed == []


def test_stopping_the_finish_leaves_the_batch_alone(qtbot: QtBot, chosen: Studio, gate: Gate) -> None:
    start(qtbot, chosen, gate)
    chosen.actions["finish"].trigger()
    chosen.actions["stop"].trigger()
    gate.open()
    qtbot.waitUntil(lambda: not chosen.batch.is_running)
    assert states(chosen) == ["done"] * 3 and chosen.session.finishing.run is None


def test_a_picture_that_another_part_of_the_studio_stopped_is_begun_again(
    qtbot: QtBot, chosen: Studio, engine: FakeEngine, gate: Gate
) -> None:
    start(qtbot, chosen, gate)
    chosen.batch._worker.stop_background()
    gate.open()
    qtbot.waitUntil(lambda: not chosen.batch.is_running)
    assert states(chosen) == ["done"] * 3
    assert names_of(engine) == ["a.png", "a.png", "b.png", "c.png"]


def test_a_stopped_batch_is_gone_on_with_as_it_began(
    qtbot: QtBot, chosen: Studio, engine: FakeEngine, gate: Gate, photos: Path
) -> None:
    chosen.batch_window.main.click()
    gate.let_pass(3)
    qtbot.waitUntil(lambda: states(chosen)[0] == "done" and len(engine.requests) == 2)
    interrupt(qtbot, chosen, gate)
    banner = chosen.batch_window.resume_banner
    assert (
        banner.isVisible()
        and banner.text.text() == "A batch was interrupted in this folder: 1 of 3 pictures are painted."
    )
    assert states(chosen) == ["done", "waiting", "waiting"]
    began_with = chosen.session.artwork.recipe
    chosen.session.change(strength=0.1)
    chosen.batch_window.main.click()
    qtbot.waitUntil(lambda: not chosen.batch.is_running)
    assert "other settings was interrupted" in chosen.batch_window.messages.message.text
    banner.resume.click()
    qtbot.waitUntil(lambda: not chosen.batch.is_running)
    assert states(chosen) == ["done"] * 3
    assert names_of(engine) == ["a.png", "b.png", "b.png", "c.png"]
    assert {read_recipe(photos / "painted" / name) for name in NAMES} == {began_with}
    assert not banner.isVisible()


def test_a_batch_that_is_gone_on_with_credits_its_styles_as_their_cards_say_by_now(
    qtbot: QtBot, chosen: Studio, gate: Gate, photos: Path
) -> None:
    start(qtbot, chosen, gate)
    interrupt(qtbot, chosen, gate)
    (style,) = chosen.session.artwork.styles
    chosen.session.correct_card(replace(style.card, title="The wave, corrected"))
    chosen.batch_window.resume_banner.resume.click()
    qtbot.waitUntil(lambda: not chosen.batch.is_running)
    assert [credited.title for credited in read_settings(photos / "painted" / "c.png").styles] == [
        "The wave, corrected"
    ]


def test_a_batch_that_the_end_of_the_studio_broke_off_is_told_at_the_next_start(
    qtbot: QtBot, chosen: Studio, gate: Gate, photos: Path, settings: Settings, thumbnail_folder: Path
) -> None:
    chosen.batch_window.main.click()
    gate.let_pass(3)
    qtbot.waitUntil(lambda: states(chosen)[0] == "done")
    gate.open()
    chosen.close()
    again = Studio(FakeEngine, settings, thumbnail_folder)
    again.window.show()
    qtbot.waitUntil(lambda: again.batch.interrupted is not None and again.session.engine.info is not None)
    done = painted(photos / "painted")
    message = again.window.messages.message
    assert message is not None and message.action == "render_many"
    assert message.text == f"{len(done)} of 3 pictures were painted when the studio ended."
    again.window.messages.button.click()
    assert again.batch_window.isVisible() and again.batch_window.folder.text() == str(photos / "painted")
    again.batch_window.resume_banner.resume.click()
    qtbot.waitUntil(lambda: not again.batch.is_running)
    assert painted(photos / "painted") == list(NAMES)
    again.close()
    third = Studio(FakeEngine, settings, thumbnail_folder)
    assert settings.get("batch/unfinished", str) is None and third.batch.options.folder is None
    third.close()


def test_a_batch_of_another_day_is_offered_where_its_folder_is_chosen(
    qtbot: QtBot, chosen: Studio, gate: Gate, photos: Path
) -> None:
    start(qtbot, chosen, gate)
    interrupt(qtbot, chosen, gate)
    chosen.batch_window.clear.click()
    chosen.batch_window.folder.setText(str(photos))
    chosen.batch_window.folder.editingFinished.emit()
    qtbot.waitUntil(lambda: chosen.batch.interrupted is None and not chosen.batch.is_scanning)
    assert not chosen.batch_window.resume_banner.isVisible() and states(chosen) == []
    chosen.batch_window.folder.setText(str(photos / "painted"))
    chosen.batch_window.folder.editingFinished.emit()
    qtbot.waitUntil(lambda: chosen.batch.interrupted is not None)
    chosen.batch_window.resume_banner.resume.click()
    qtbot.waitUntil(lambda: not chosen.batch.is_running)
    assert states(chosen) == ["done"] * 3 and painted(photos / "painted") == list(NAMES)


def test_files_are_written_as_in_the_last_export(
    qtbot: QtBot, chosen: Studio, settings: Settings, photos: Path
) -> None:
    keep_export_settings(settings, ExportSettings(photos, ExportOptions("png", label_ai=False, dpi=240), artist="Anna"))
    chosen.session.artwork.cards.note(replace(chosen.session.artwork.styles[0].card, author="K. Hokusai"))
    chosen.batch_window.format.setCurrentIndex(chosen.batch_window.format.findData("jpeg"))
    run(qtbot, chosen)
    data = (photos / "painted" / "a.jpg").read_bytes()
    assert b"Anna" in data and b"K. Hokusai" in data
    assert b"compositeWithTrainedAlgorithmicMedia" not in data
    with Image.open(photos / "painted" / "a.jpg") as image:
        assert image.info["dpi"] == (240, 240)


def test_nothing_is_replaced_unless_that_is_ticked(qtbot: QtBot, chosen: Studio, photos: Path) -> None:
    (photos / "painted").mkdir()
    (photos / "painted" / "b.png").write_text("mine")
    run(qtbot, chosen)
    assert states(chosen) == ["done", "skipped", "done"]
    assert (photos / "painted" / "b.png").read_text() == "mine"
    chosen.batch_window.overwrite.setChecked(True)
    qtbot.waitUntil(lambda: not chosen.batch.is_scanning)
    run(qtbot, chosen)
    assert states(chosen) == ["done"] * 3
    assert read_recipe(photos / "painted" / "b.png") == chosen.session.artwork.recipe


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep names in Unicode")
def test_artworks_go_into_the_folder_that_was_meant_whatever_bytes_its_name_has(
    qtbot: QtBot, loaded: Studio, photos: Path
) -> None:
    folder = Path(os.fsdecode(os.fsencode(photos) + b"/caf\xe9"))
    folder.mkdir()
    Image.fromarray(make_picture(64, 48).pixels).save(folder / "a.png")
    loaded.actions["render_many"].trigger()
    choose(qtbot, loaded, folder)
    assert Path(loaded.batch_window.folder.text()) == photos / "caf\ufffd" / "painted"
    run(qtbot, loaded)
    assert painted(folder / "painted") == ["a.png"]
    assert [entry.name for entry in photos.iterdir() if entry.is_dir()] == [folder.name]


@pytest.mark.parametrize("when", ["the engine is gone", "weights are missing"])
def test_what_would_befall_every_picture_ends_the_batch_in_a_sentence(
    qtbot: QtBot, chosen: Studio, engine: FakeEngine, photos: Path, when: str
) -> None:
    engine.error = WeightsError("vgg.safetensors is missing.")
    chosen.session.engine.has_failed = when == "the engine is gone"
    run(qtbot, chosen)
    qtbot.waitUntil(lambda: chosen.batch_window.messages.message is not None)
    assert chosen.batch_window.messages.message.text == "vgg.safetensors is missing."
    assert states(chosen) == ["waiting"] * 3
    assert len(engine.requests) == 1
    assert not read_journal(photos / "painted").has_ended


def test_a_home_that_is_nobodys_is_a_folder_like_any_other(qtbot: QtBot, chosen: Studio) -> None:
    chosen.batch_window.folder.setText("~nobody-of-this-name/painted")
    chosen.batch_window.folder.editingFinished.emit()
    qtbot.waitUntil(lambda: not chosen.batch.is_scanning)
    assert chosen.batch.options.folder == Path("~nobody-of-this-name/painted").absolute()


def test_a_folder_that_cannot_be_made_is_told(qtbot: QtBot, chosen: Studio, photos: Path) -> None:
    (photos / "painted").write_text("in the way")
    run(qtbot, chosen)
    assert "cannot be made" in chosen.batch_window.messages.message.text
    assert "batching" not in chosen.session.activities


def test_closing_the_studio_warns_once_that_a_batch_runs_and_then_stops_it(
    qtbot: QtBot, chosen: Studio, gate: Gate, photos: Path
) -> None:
    start(qtbot, chosen, gate)
    assert not chosen.window.close()
    assert batch_question(chosen).isVisible()
    chosen.window.close()
    assert not chosen.window.isVisible(), "a second try means it"
    gate.open()
    chosen.close()
    record = read_journal(photos / "painted")
    assert not record.has_ended and record.states == {}


def test_many_files_dropped_on_the_canvas_can_be_painted_all(qtbot: QtBot, studio: Studio, photos: Path) -> None:
    paths = tuple(photos / name for name in NAMES[:2])
    studio.window.canvas.dropped.emit(Drop("picture", Payload("files", paths=paths)))
    qtbot.waitUntil(lambda: studio.window.messages.message is not None)
    assert studio.session.artwork.content.name == "a.png"
    studio.window.messages.button.click()
    qtbot.waitUntil(lambda: len(studio.batch.statuses) == 2)
    assert studio.batch_window.isVisible()


def test_a_folder_dropped_on_the_canvas_is_offered_to_be_painted(qtbot: QtBot, studio: Studio, photos: Path) -> None:
    studio.window.canvas.dropped.emit(Drop("picture", Payload("files", paths=(photos,))))
    qtbot.waitUntil(lambda: studio.window.messages.message is not None)
    assert studio.window.messages.message.remedy == "All can be painted one after the other."
    studio.window.messages.button.click()
    qtbot.waitUntil(lambda: len(studio.batch.statuses) == 3)
    assert not studio.batch_window.main.isEnabled()
    assert studio.batch_window.recipe.text() == "Pick a style in the studio first."
    studio.importer.use_style(card_named(studio, "Poppies"))
    qtbot.waitUntil(studio.batch_window.main.isEnabled)


def test_files_are_dropped_on_the_list(qtbot: QtBot, chosen: Studio, photos: Path, tmp_path: Path) -> None:
    Image.fromarray(make_picture().pixels).save(tmp_path / "d.png")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in (photos, tmp_path / "d.png")])
    held = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, *held)
    QApplication.sendEvent(chosen.batch_window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(chosen.batch_window, QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, *held))
    qtbot.waitUntil(lambda: len(chosen.batch.statuses) == 4)
    assert chosen.batch_window.messages.message is None  # the folder was chosen already, and that is no news


def test_a_place_that_is_gone_is_told(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    choose(qtbot, studio, tmp_path / "gone.png")
    assert "There is no picture or folder" in studio.batch_window.messages.message.text


def test_only_the_last_choice_is_listed(qtbot: QtBot, loaded: Studio, photos: Path) -> None:
    for name in NAMES:
        loaded.batch_window.add_places([photos / name])
    loaded.batch_window.clear.click()
    qtbot.waitUntil(lambda: not loaded.batch.is_scanning)
    assert len(loaded.batch.statuses) == 0


def test_every_control_of_the_window_has_a_name_and_enter_in_the_folder_starts_nothing(
    qtbot: QtBot, chosen: Studio
) -> None:
    window = chosen.batch_window
    controls = [w for w in window.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible()]
    controls = [w for w in controls if not w.objectName().startswith("qt_") and w.focusProxy() is None]
    assert len(controls) >= 10
    assert [w for w in controls if not (w.accessibleName() or (isinstance(w, QAbstractButton) and w.text()))] == []
    window.folder.setFocus()
    qtbot.keyClick(window.folder, Qt.Key.Key_Return)
    assert not chosen.batch.is_running and window.isVisible()


def test_the_current_row_is_marked(chosen: Studio) -> None:
    chosen.batch_window.list.setCurrentIndex(chosen.batch_window.list.model().index(1, 0))
    chosen.batch_window.list.setFocus()
    image = chosen.batch_window.list.grab().toImage()
    assert image.pixelColor(1, 60) != image.pixelColor(1, 100)


def test_a_row_of_every_state_is_painted_with_its_words_and_its_mark(chosen: Studio) -> None:
    texts, marks = dict[str, object](), dict[str, bytes]()
    for state in get_args(ItemState):
        report = replace(chosen.batch.statuses[0], state=state, progress=0.5, reason="It is damaged.")
        chosen.batch._set_reports([report])
        (texts[state],) = rows(chosen, STATE_TEXT_ROLE)
        image = chosen.batch_window.list.grab().toImage()
        mark = image.copy(image.width() - ROW_HEIGHT, 0, ROW_HEIGHT, ROW_HEIGHT)  # where the row ends
        marks[state] = bytes(mark.constBits())
    assert texts == {
        "waiting": "Waiting",
        "opening": "Opening",
        "painting": "Painting 50 %",
        "learning": "Learning 50 %",
        "saving": "Saving",
        "done": "Painted",  # its name stands above
        "skipped": "It is damaged.",
        "failed": "It is damaged.",
    }
    assert marks["opening"] == marks["painting"] == marks["learning"] == marks["saving"]
    assert marks["skipped"] == marks["failed"]
    assert len(set(marks.values())) == 4  # nothing, a bar, a tick and a warning
