"""Projects by hand: saved, opened by menu and by drop, refused in a sentence; linked photos are asked for."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from studio.core.artwork.blend import Blend
from studio.core.errors import WriteError
from studio.core.image_io import open_picture
from studio.core.project.project_file import load_project, save_project
from studio.core.project.session_store import open_session
from studio.core.project.waiting_sessions import waiting_sessions
from studio.ui.app import Studio
from studio.ui.importing.drop_zones import Drop
from studio.ui.importing.mime_payload import Payload
from studio.ui.project.photos_choice import PhotosChoice
from studio.ui.session.message import Message
from tests.core.project.projects import assert_alike, make_evening, make_project
from tests.support.fakes import make_picture
from tests.support.picture_files import encoded, noise


@pytest.fixture
def messages(studio: Studio) -> list[Message]:
    found: list[Message] = []
    studio.session.message_posted.connect(lambda message: found.append(message) if message is not None else None)
    return found


def dialog_of(qtbot: QtBot, studio: Studio) -> QFileDialog:
    """The file dialog that is open."""

    def found() -> list[QFileDialog]:
        return [dialog for dialog in studio.window.findChildren(QFileDialog) if dialog.isVisible()]

    qtbot.waitUntil(lambda: len(found()) == 1)
    return found()[0]


def choose(qtbot: QtBot, studio: Studio, path: Path) -> None:
    dialog = dialog_of(qtbot, studio)
    dialog.fileSelected.emit(str(path))
    dialog.reject()


def test_a_project_is_saved_under_a_name_and_then_without_a_question(
    qtbot: QtBot, studio: Studio, messages: list[Message], tmp_path: Path
) -> None:
    path = tmp_path / "mine.studio"
    studio.session.take_artwork(make_evening())
    studio.actions["save_project"].trigger()
    choose(qtbot, studio, path)
    qtbot.waitUntil(lambda: bool(messages))
    assert messages[0].text.startswith("mine.studio is saved")
    assert_alike(studio.autosave.recorder.project(), load_project(path), has_undo=False)
    studio.session.change(strength=0.11)
    studio.session.commit()
    studio.actions["save_project"].trigger()
    qtbot.waitUntil(lambda: len(messages) == 2)
    assert load_project(path).state.recipe.strength == 0.11


def test_a_disk_that_is_full_leaves_the_old_project_and_another_place_is_offered(
    qtbot: QtBot, studio: Studio, evening: Path, messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = evening.read_bytes()

    def refuse(*_: object, **__: object) -> None:
        raise WriteError("The disk is full: evening.studio was not written.", "Free some space or save elsewhere.")

    monkeypatch.setattr("studio.ui.project.project_controller.save_project", refuse)
    studio.projects.save_as(evening)
    qtbot.waitUntil(lambda: any(message.is_problem for message in messages))
    (problem,) = [message for message in messages if message.is_problem]
    assert problem.text.startswith("The disk is full") and problem.action == "save_project_as"
    assert evening.read_bytes() == before


def test_a_project_that_is_opened_lies_on_the_table(qtbot: QtBot, studio: Studio, evening: Path) -> None:
    with qtbot.waitSignal(studio.session.content_changed):
        studio.actions["open_project"].trigger()
        choose(qtbot, studio, evening)
    assert_alike(load_project(evening), studio.autosave.recorder.project())
    assert studio.shelf.entries[0].is_pinned and studio.projects.path == evening
    assert studio.window.history.model.rowCount() == 3
    assert studio.session.on_canvas.picture is studio.session.artwork.state.result.picture  # type: ignore[union-attr]


@pytest.mark.parametrize("zone", ["picture", "style", "mix", "blend", "gallery"])
def test_a_project_that_is_dropped_opens_wherever_it_falls(
    qtbot: QtBot, studio: Studio, evening: Path, zone: str
) -> None:
    with qtbot.waitSignal(studio.session.content_changed):
        studio.importer.take_drop(Drop(zone, Payload("files", (evening,))))
    assert studio.projects.path == evening


def test_what_lay_there_before_stays_as_a_session_of_its_own(
    qtbot: QtBot, studio: Studio, evening: Path, tmp_path: Path
) -> None:
    with qtbot.waitSignal(studio.autosave.began):
        studio.autosave.start()
    studio.session.take_artwork(make_evening())
    studio.session.change(strength=0.77)
    studio.session.commit()
    with qtbot.waitSignal(studio.session.content_changed):
        studio.projects.open(evening)
    studio.close()
    assert len(waiting_sessions()) == 2
    texts = [(sitting.folder / "sitting.json").read_text() for sitting in waiting_sessions()]
    assert sum("0.77" in text for text in texts) == 1


def test_one_can_go_back_to_the_session_before(qtbot: QtBot, studio: Studio, evening: Path) -> None:
    with qtbot.waitSignal(studio.autosave.began):
        studio.autosave.start()
    studio.session.take_artwork(make_evening())
    studio.session.change(strength=0.77)
    studio.session.commit()
    with qtbot.waitSignal(studio.session.content_changed):
        studio.projects.open(evening)
    usage = studio.window.history.usage

    def offered() -> list[QAction]:
        usage.menu().aboutToShow.emit()
        return [action for action in usage.earlier.actions() if action.isEnabled()]

    qtbot.waitUntil(lambda: len(offered()) == 1)
    offered()[0].trigger()
    qtbot.waitUntil(lambda: studio.session.artwork.recipe.strength == 0.77)
    assert studio.session.artwork.can_undo and studio.window.history.model.rowCount() == 3
    assert studio.projects.path is None
    qtbot.waitUntil(lambda: not offered())  # the project is as it stands in its file
    assert evening in studio.recent.paths


def test_what_was_saved_before_another_was_opened_is_kept_in_its_file_alone(
    qtbot: QtBot, studio: Studio, messages: list[Message], evening: Path, tmp_path: Path
) -> None:
    with qtbot.waitSignal(studio.autosave.began):
        studio.autosave.start()
    studio.session.take_artwork(make_evening())
    studio.projects.save_as(tmp_path / "mine.studio")
    qtbot.waitUntil(lambda: bool(messages))
    with qtbot.waitSignal(studio.session.content_changed):
        studio.projects.open(evening)
    studio.close()
    (session,) = waiting_sessions()
    with closing(open_session()) as store:
        found = store.recover()
    assert store.folder == session.folder and found is not None and found.history[0].is_pinned


def test_a_project_that_is_none_is_told_and_changes_nothing(
    qtbot: QtBot, studio: Studio, messages: list[Message], tmp_path: Path
) -> None:
    path = tmp_path / "none.studio"
    path.write_bytes(b"PK nothing")
    studio.session.take_artwork(make_evening())
    before = studio.session.artwork.state
    studio.projects.open(path)
    qtbot.waitUntil(lambda: bool(messages))
    assert messages[0].is_problem and messages[0].text.startswith("none.studio is damaged")
    assert studio.session.artwork.state is before and studio.projects.path is None


def test_saving_offers_to_link_the_photos_and_says_what_either_takes(
    qtbot: QtBot, studio: Studio, messages: list[Message], tmp_path: Path
) -> None:
    place = tmp_path / "boat.jpg"
    place.write_bytes(encoded("JPEG", noise(400, 300)))
    studio.session.change(content=open_picture(place))
    studio.session.commit()
    studio.actions["save_project_as"].trigger()
    dialog = dialog_of(qtbot, studio)
    choice = dialog.findChild(PhotosChoice)
    assert choice is not None and choice.photos == "embedded"
    qtbot.waitUntil(lambda: all("MB" in choice.box.itemText(row) for row in range(2)))
    choice.box.setCurrentIndex(choice.box.findData("linked"))
    path = tmp_path / "linked.studio"
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    qtbot.waitUntil(lambda: bool(messages))
    assert "stay where they are" in messages[0].text
    assert path.stat().st_size < place.stat().st_size
    found = load_project(path)
    assert found.photos == "linked" and found.state.photo is not None and found.state.photo.source == place
    studio.actions["save_project"].trigger()
    qtbot.waitUntil(lambda: len(messages) == 2)
    assert load_project(path).photos == "linked", "the next time, too"


def test_a_linked_photo_that_is_not_shown_changes_nothing_and_that_is_said(
    qtbot: QtBot, studio: Studio, messages: list[Message], tmp_path: Path
) -> None:
    place = tmp_path / "boat.jpg"
    place.write_bytes(encoded("JPEG", noise()))
    path = tmp_path / "linked.studio"
    save_project(path, make_project(open_picture(place)), photos="linked")
    place.unlink()
    studio.projects.open(path)
    dialog_of(qtbot, studio).reject()
    assert messages[-1].text == "linked.studio was not opened; everything is as it was."
    assert studio.session.artwork.content is None and studio.projects.path is None


def test_a_linked_photo_that_has_moved_is_asked_for(
    qtbot: QtBot, studio: Studio, messages: list[Message], tmp_path: Path
) -> None:
    place = tmp_path / "boat.jpg"
    place.write_bytes(encoded("JPEG", noise()))
    path = tmp_path / "linked.studio"
    save_project(path, make_project(open_picture(place)), photos="linked")
    place = place.rename(tmp_path / "elsewhere.jpg")
    studio.projects.open(path)
    assert "boat.jpg" in dialog_of(qtbot, studio).windowTitle()
    assert "boat.jpg" in messages[0].text
    with qtbot.waitSignal(studio.session.content_changed):
        choose(qtbot, studio, place)
    photo = studio.session.artwork.state.photo
    assert photo is not None and photo.source == place


def test_the_file_of_a_double_exposure_is_named_after_both_photos_without_their_endings(
    qtbot: QtBot, studio: Studio
) -> None:
    below, above = (make_picture(name=name) for name in ("sea: high?.jpg", "sky.v2.png"))
    studio.session.change(content=below)
    studio.session.change(blend=Blend(below, above))
    studio.actions["save_project"].trigger()
    dialog = dialog_of(qtbot, studio)
    assert [Path(file).name for file in dialog.selectedFiles()] == ["sea high and sky.v2.studio"]
    dialog.reject()
