"""Where the disk does not keep the work, nothing takes its place without a question."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from studio.core.errors import WriteError
from studio.core.project.project_file import load_project
from studio.core.project.session_store import SessionStore, open_session
from studio.core.project.waiting_sessions import waiting_sessions
from studio.core.storage.folder_lock import FolderLock
from studio.ui.app import Studio
from studio.ui.importing.drop_zones import Drop
from studio.ui.importing.mime_payload import Payload
from studio.ui.project import session_recorder
from studio.ui.session.message import Message
from tests.core.project.projects import make_evening, make_project
from tests.support.fakes import FakeEngine, Gate
from tests.ui.project.conftest import Start
from tests.ui.project.test_project_names import answer, change, question_of

FULL = "The disk of the sessions is full."
NOT_KEPT = "What is on the canvas could not be kept."


def refuse(*_: object, **__: object) -> None:
    raise WriteError(FULL, "Free some space there.")


@pytest.fixture
def working(qtbot: QtBot, start: Start, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A studio whose folder of sessions takes nothing, with work in it."""
    monkeypatch.setattr("studio.ui.project.session_opening.open_session", refuse)
    monkeypatch.setattr(session_recorder, "open_session", refuse)
    studio = start()
    studio.session.take_artwork(make_evening())
    change(studio, 0.77)
    qtbot.waitUntil(lambda: studio.autosave.recorder.refusal is not None)
    return studio


@pytest.fixture
def left(start: Start) -> Path:
    """A session before."""
    with closing(open_session(start_empty=True)) as store:
        store.record(make_project())
    return store.folder


WAYS: tuple[Callable[[Studio, Path], None], ...] = (
    lambda studio, path: studio.projects.open(path),
    lambda studio, path: studio.importer.take_drop(Drop("style", Payload("files", (path,)))),
    lambda studio, path: studio.recent.choose(path),
    lambda studio, path: studio.importer.open_files([path]),  # an argument, or a double click
)


def test_it_is_asked_before_a_project_takes_its_place_whichever_way_that_comes(
    qtbot: QtBot, start: Start, evening: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = start()
    monkeypatch.setattr(SessionStore, "record", refuse)
    studio.session.take_artwork(make_evening())
    change(studio, 0.77)
    state = studio.session.artwork.state
    for give in WAYS:
        give(studio, evening)
        question = question_of(qtbot, studio)
        assert question.text() == NOT_KEPT and FULL in question.informativeText()
        question.reject()
        assert studio.session.artwork.state is state and studio.projects.path is None
        message = studio.window.messages.message
        assert message is not None and message.text == "evening.studio was not opened; everything is as it was."


def test_saved_first_it_is_in_its_file_and_the_project_is_open(qtbot: QtBot, working: Studio, evening: Path) -> None:
    working.projects.open(evening)
    answer(question_of(qtbot, working), "Save project")
    qtbot.waitUntil(lambda: any(one.isVisible() for one in working.window.findChildren(QFileDialog)))
    dialog = next(one for one in working.window.findChildren(QFileDialog) if one.isVisible())
    mine = evening.with_name("mine.studio")
    dialog.fileSelected.emit(str(mine))
    dialog.done(QFileDialog.DialogCode.Accepted)
    qtbot.waitUntil(lambda: working.projects.path == evening)
    assert load_project(mine).state.recipe.strength == 0.77


def test_what_cannot_be_saved_stays(
    qtbot: QtBot, working: Studio, evening: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.ui.project.project_controller.save_project", refuse)
    working.projects.open(evening)
    answer(question_of(qtbot, working), "Save project")
    qtbot.waitUntil(lambda: any(one.isVisible() for one in working.window.findChildren(QFileDialog)))
    dialog = next(one for one in working.window.findChildren(QFileDialog) if one.isVisible())
    dialog.fileSelected.emit(str(evening.with_name("mine.studio")))
    dialog.done(QFileDialog.DialogCode.Accepted)
    qtbot.waitUntil(lambda: FULL in (working.window.messages.message or Message("")).text)
    assert working.session.artwork.recipe.strength == 0.77 and working.projects.path is None


def test_discarded_it_is_gone_and_the_new_one_is_said_not_to_be_kept(
    qtbot: QtBot, working: Studio, evening: Path
) -> None:
    working.projects.open(evening)
    answer(question_of(qtbot, working), "Discard")
    qtbot.waitUntil(lambda: working.projects.path == evening)
    assert working.session.artwork.recipe.strength != 0.77
    qtbot.waitUntil(lambda: "is not kept" in (working.window.messages.message or Message("")).text)


def test_it_is_asked_before_an_earlier_session_takes_its_place(
    qtbot: QtBot, left: Path, start: Start, monkeypatch: pytest.MonkeyPatch, settings
) -> None:
    settings.set("preferences/starts_empty", True)
    studio = start()
    monkeypatch.setattr(SessionStore, "record", refuse)
    studio.session.take_artwork(make_evening())
    change(studio, 0.77)
    studio.projects.go_to(left)
    question_of(qtbot, studio).reject()
    assert studio.session.artwork.recipe.strength == 0.77
    qtbot.waitUntil(lambda: is_free(left))
    messages: list[Message | None] = []
    studio.session.message_posted.connect(messages.append)
    studio.projects.go_to(left)
    answer(question_of(qtbot, studio), "Discard")
    qtbot.waitUntil(lambda: studio.session.artwork.recipe.strength != 0.77)
    assert not any(message and "It is kept" in message.text for message in messages), "it is not"


def is_free(folder: Path) -> bool:
    lock = FolderLock(folder)
    found = lock.take_if_free(0.0)
    lock.release()
    return found


def test_a_photo_alone_is_not_asked_about(
    qtbot: QtBot, start: Start, evening: Path, monkeypatch: pytest.MonkeyPatch, save_photo
) -> None:
    studio = start()
    monkeypatch.setattr(SessionStore, "record", refuse)
    with qtbot.waitSignal(studio.session.content_changed):
        studio.importer.open_picture(save_photo())
    studio.projects.open(evening)
    qtbot.waitUntil(lambda: studio.projects.path == evening)
    assert studio.window.findChild(QMessageBox) is None


def test_what_a_finish_has_painted_is_asked_about_too(
    qtbot: QtBot, start: Start, evening: Path, monkeypatch: pytest.MonkeyPatch, engine: FakeEngine
) -> None:
    studio = start()
    studio.session.engine.start()
    studio.projects.open(evening)
    qtbot.waitUntil(lambda: studio.projects.path == evening and studio.session.engine.info is not None)
    monkeypatch.setattr(SessionStore, "record", refuse)
    engine.gate = Gate()
    studio.session.continue_with(strength=0.4) if studio.session.artwork.is_finished else studio.session.finish()
    engine.gate.let_pass(2)
    qtbot.waitUntil(lambda: studio.session.finishing.run is not None and studio.session.finishing.run.frame is not None)
    studio.projects.open(evening)
    question_of(qtbot, studio).reject()
    assert len(studio.session.artwork.history) == 4


def test_closing_waits_for_the_last_change_and_asks_if_it_is_refused(
    qtbot: QtBot, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_recorder, "RETRY", 1)
    studio = start()
    studio.window.show()
    studio.session.take_artwork(make_evening())
    qtbot.waitUntil(lambda: studio.autosave.recorder.is_up_to_date)
    with monkeypatch.context() as patched:
        patched.setattr(SessionStore, "record", refuse)
        change(studio, 0.77)
        assert not studio.window.close()
        question = question_of(qtbot, studio)
        assert studio.window.isVisible()
        question.reject()
    studio.window.close()
    qtbot.waitUntil(lambda: not studio.window.isVisible() or studio.session.is_kept)
    studio.window.close()
    qtbot.waitUntil(lambda: not studio.window.isVisible())
    assert any("0.77" in (one.folder / "sitting.json").read_text() for one in waiting_sessions())


def test_closing_asks_about_what_is_not_painted_yet(qtbot: QtBot, working: Studio, tmp_path: Path) -> None:
    working.window.show()
    working.session.artwork.mark_exported(working.session.artwork.history[0])
    assert not working.window.close()
    answer(question_of(qtbot, working), "Save project")
    qtbot.waitUntil(lambda: any(one.isVisible() for one in working.window.findChildren(QFileDialog)))
    dialog = next(one for one in working.window.findChildren(QFileDialog) if one.isVisible())
    dialog.fileSelected.emit(str(tmp_path / "mine.studio"))
    dialog.done(QFileDialog.DialogCode.Accepted)
    qtbot.waitUntil(lambda: not working.window.isVisible())
    assert load_project(tmp_path / "mine.studio").state.recipe.strength == 0.77


def test_work_on_a_disk_that_takes_nothing_is_shown_nevertheless(
    qtbot: QtBot, left: Path, start: Start, evening: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_recorder, "RETRY", 1)
    with monkeypatch.context() as patched:
        patched.setattr("studio.ui.project.session_opening.open_session", refuse)
        patched.setattr(session_recorder, "open_session", refuse)
        studio = start()
        assert len(studio.session.artwork.history) == 3 and not studio.session.is_kept
        message = studio.window.messages.message
        assert message is not None and message.text == "What you do now is not kept for the next start."
        studio.projects.open(evening)  # what is on the disk as it is need not be asked about
        qtbot.waitUntil(lambda: studio.projects.path == evening)
    qtbot.waitUntil(lambda: studio.session.is_kept and studio.autosave.recorder.is_up_to_date)
    assert left.exists()
