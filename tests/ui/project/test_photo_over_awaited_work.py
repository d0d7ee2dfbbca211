"""A photo opened while other work is awaited stays; the work that was awaited is named, and a click brings it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.image_io.find_pictures import open_some
from studio.core.project.project_file import load_project
from studio.core.project.session_store import open_session
from studio.ui.app import Studio
from studio.ui.session.message import Message
from studio.ui.session.settings import Settings
from tests.core.project.projects import make_evening, make_project
from tests.support.fakes import Gate
from tests.support.picture_files import encoded, noise
from tests.ui.project.conftest import Start


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "harbour.jpg"
    path.write_bytes(encoded("JPEG", noise()))
    return path


@pytest.fixture
def slow_photo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """What the opening of files waits for."""
    gate = Gate()

    def open_slowly(*arguments: object) -> object:
        gate.wait()
        return open_some(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("studio.ui.importing.importer.open_some", open_slowly)
    yield gate
    gate.open()


def messages_of(studio: Studio) -> list[Message]:
    found: list[Message] = []
    studio.session.message_posted.connect(lambda message: found.append(message) if message is not None else None)
    return found


def photo_name(studio: Studio) -> str:
    photo = studio.session.artwork.state.photo
    return photo.name if photo is not None else ""


def folder_of(studio: Studio) -> Path:
    store = studio.autosave.recorder.store
    assert store is not None
    return store.folder


def leave_while_saving(qtbot: QtBot, studio: Studio, evening: Path, saving: Gate) -> Path:
    """Have the work on the table saved slowly, and a project over it; the folder of the work."""
    studio.session.take_artwork(make_evening())
    qtbot.waitUntil(lambda: studio.autosave.recorder.is_up_to_date)
    lent = folder_of(studio)
    studio.projects.save_as(evening.with_name("night.studio"))
    qtbot.waitUntil(lambda: saving.is_reached)
    studio.autosave.open(load_project(evening))
    qtbot.waitUntil(lambda: studio.autosave.recorder.is_up_to_date)
    return lent


def test_a_photo_stays_when_the_work_that_was_awaited_is_saved(
    qtbot: QtBot, start: Start, evening: Path, photo: Path, saving: Gate
) -> None:
    studio = start()
    lent = leave_while_saving(qtbot, studio, evening, saving)
    messages = messages_of(studio)
    studio.projects.go_to(lent)
    studio.importer.open_files([photo])
    qtbot.waitUntil(lambda: photo_name(studio) == photo.name)
    qtbot.waitUntil(lambda: messages[-1].action == "bring_back")
    assert messages[-1].text.startswith("boat.jpg and sky.png stays as it was") and "Open recent" in messages[-1].text
    saving.open()
    qtbot.waitUntil(lambda: any("night.studio is saved" in message.text for message in messages))
    ends: list[object] = []
    studio.autosave._files.submit_write(lambda: None, ends.append, ends.append)  # after what was read, if anything
    qtbot.waitUntil(lambda: bool(ends))
    assert photo_name(studio) == photo.name and folder_of(studio) != lent
    studio.actions["bring_back"].trigger()
    qtbot.waitUntil(lambda: folder_of(studio) == lent and photo_name(studio) == "boat.jpg")


@pytest.mark.parametrize("is_readable", [True, False])
def test_work_waits_for_a_photo_that_is_being_opened_and_comes_if_that_cannot_be(
    qtbot: QtBot, start: Start, photo: Path, slow_photo: Gate, is_readable: bool
) -> None:
    with closing(open_session(start_empty=True)) as other:
        other.record(make_project())
    studio = start()
    studio.autosave.open(make_project())
    qtbot.waitUntil(lambda: studio.autosave.recorder.is_up_to_date)
    messages = messages_of(studio)
    if not is_readable:
        photo.write_bytes(b"no picture")
    studio.importer.open_files([photo])
    qtbot.waitUntil(lambda: slow_photo.is_reached)
    studio.projects.go_to(other.folder)
    qtbot.waitUntil(lambda: not studio.autosave._awaited)  # it is read
    assert folder_of(studio) != other.folder
    studio.projects.go_to(other.folder)  # an impatient second click
    slow_photo.open()
    if is_readable:
        qtbot.waitUntil(lambda: any(message.action == "bring_back" for message in messages))
        assert photo_name(studio) == photo.name and folder_of(studio) != other.folder
    else:
        qtbot.waitUntil(lambda: folder_of(studio) == other.folder)


@pytest.fixture
def slow_project(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """What the reading of projects waits for."""
    gate = Gate()

    def load_slowly(*arguments: object) -> object:
        gate.wait()
        return load_project(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("studio.ui.project.project_controller.load_project", load_slowly)
    yield gate
    gate.open()


def test_of_a_project_and_the_work_before_it_the_one_that_was_asked_for_last_comes(
    qtbot: QtBot, start: Start, settings: Settings, evening: Path, slow_project: Gate
) -> None:
    settings.set("preferences/starts_empty", True)
    with closing(open_session(start_empty=True)) as other:
        other.record(make_project())
    studio = start()
    studio.projects.open(evening)
    qtbot.waitUntil(lambda: slow_project.is_reached)
    studio.projects.go_to(other.folder)
    qtbot.waitUntil(lambda: not studio.autosave._awaited)  # it is read
    slow_project.open()
    qtbot.waitUntil(lambda: folder_of(studio) == other.folder)
    ends: list[object] = []
    studio.autosave._files.submit_write(lambda: None, ends.append, ends.append)  # after what the project waits for
    qtbot.waitUntil(lambda: bool(ends))
    assert folder_of(studio) == other.folder and studio.projects.path is None


def test_a_photo_opened_after_a_project_stays(
    qtbot: QtBot, start: Start, evening: Path, photo: Path, slow_project: Gate
) -> None:
    studio = start()
    messages = messages_of(studio)
    studio.projects.open(evening)
    qtbot.waitUntil(lambda: slow_project.is_reached)
    studio.importer.open_files([photo])
    qtbot.waitUntil(lambda: photo_name(studio) == photo.name)
    slow_project.open()
    qtbot.waitUntil(lambda: any(message.text.startswith("evening.studio was not opened") for message in messages))
    assert photo_name(studio) == photo.name and studio.projects.path is None
