"""The file that a project belongs to: known after a restart, and never replaced where somebody else has written it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from studio.core.artwork.artwork_state import ArtworkState
from studio.core.errors import WriteError
from studio.core.project.project import Project
from studio.core.project.project_file import load_project, save_project
from studio.core.project.session_files import SessionFiles
from studio.core.project.session_store import SessionStore, open_session
from studio.core.project.waiting_sessions import discard_session, waiting_sessions
from studio.ui.app import Studio
from studio.ui.project import autosave_controller, session_recorder
from studio.ui.project.session_opening import begin_with
from studio.ui.session.message import Message
from studio.ui.session.settings import Settings
from tests.core.project.projects import make_evening, make_project
from tests.support.fakes import FakeEngine, Gate, make_picture
from tests.support.picture_files import encoded, noise
from tests.ui.project.conftest import Start

SAVED, CHANGED = "evening \N{EN DASH} Style Studio", "evening * \N{EN DASH} Style Studio"


def open_project(qtbot: QtBot, studio: Studio, path: Path) -> None:
    studio.projects.open(path)
    qtbot.waitUntil(lambda: studio.projects.path == path and studio.autosave.recorder.is_up_to_date)


def change(studio: Studio, strength: float) -> None:
    studio.session.change(strength=strength)
    studio.session.commit()


def save(qtbot: QtBot, studio: Studio) -> None:
    studio.actions["save_project"].trigger()
    qtbot.waitUntil(lambda: studio.projects.is_saved and studio.autosave.recorder.is_up_to_date)


def question_of(qtbot: QtBot, studio: Studio) -> QMessageBox:
    def found() -> list[QMessageBox]:
        return [box for box in studio.window.findChildren(QMessageBox) if box.isVisible()]

    qtbot.waitUntil(lambda: len(found()) == 1)
    return found()[0]


def answer(question: QMessageBox, text: str) -> None:
    next(button for button in question.buttons() if button.text().startswith(text)).click()


@pytest.mark.parametrize("way", ["closed", "killed"])
def test_after_a_restart_the_title_names_the_project_and_ctrl_s_saves_it_there(
    qtbot: QtBot, start: Start, evening: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    studio = start()
    open_project(qtbot, studio, evening)
    again = restarted(start, studio, monkeypatch, way)
    assert again.window.windowTitle() == SAVED and again.projects.path == evening
    change(again, 0.31)
    assert again.window.windowTitle() == CHANGED
    qtbot.waitUntil(lambda: again.autosave.recorder.is_up_to_date)
    again = restarted(start, again, monkeypatch, way)
    assert again.window.windowTitle() == CHANGED
    qtbot.waitUntil(lambda: not again.autosave.recorder._timer.isActive())
    save(qtbot, again)
    assert again.window.windowTitle() == SAVED and load_project(evening).state.recipe.strength == 0.31
    again = restarted(start, again, monkeypatch, way)
    assert again.window.windowTitle() == SAVED, "that it was saved is kept, though nothing else has changed"


def restarted(start: Start, studio: Studio, monkeypatch: pytest.MonkeyPatch, way: str) -> Studio:
    if way == "closed":
        return start()
    store = studio.autosave.recorder.store
    assert store is not None
    with monkeypatch.context() as patched:
        patched.setattr(autosave_controller.AutosaveController, "close", lambda _: None)  # it has no time to
        store._lock.release()  # the system does that for a dead process
        return start()


def test_photos_that_are_linked_stay_linked_after_a_restart(
    qtbot: QtBot, start: Start, evening: Path, tmp_path: Path
) -> None:
    photo = tmp_path / "boat.jpg"
    photo.write_bytes(encoded("JPEG", noise()))
    studio = start()
    with qtbot.waitSignal(studio.session.content_changed):
        studio.importer.open_picture(photo)
    studio.projects.save_as(evening, "linked")
    qtbot.waitUntil(lambda: studio.projects.path == evening and studio.autosave.recorder.is_up_to_date)
    again = start()
    change(again, 0.31)
    save(qtbot, again)
    assert load_project(evening).photos == "linked"


def test_a_session_that_is_brought_back_has_its_name_again(qtbot: QtBot, start: Start, evening: Path) -> None:
    studio = start()
    open_project(qtbot, studio, evening)
    change(studio, 0.31)
    other = evening.with_name("other.studio")
    save_project(other, make_project())
    open_project(qtbot, studio, other)
    qtbot.waitUntil(lambda: [work.name for work in studio.left_sessions.works] == ["evening.studio"])
    studio.actions["bring_back"].trigger()
    qtbot.waitUntil(lambda: studio.projects.path == evening)
    assert studio.window.windowTitle() == CHANGED and studio.session.artwork.recipe.strength == 0.31


def test_what_another_window_has_saved_is_not_replaced_without_a_word(
    qtbot: QtBot, start: Start, evening: Path
) -> None:
    studio = start()
    open_project(qtbot, studio, evening)
    change(studio, 0.31)
    save_project(evening, make_project())  # by another studio
    theirs = evening.read_bytes()
    studio.actions["save_project"].trigger()
    question = question_of(qtbot, studio)
    assert question.text() == "evening.studio has been changed since it was opened or saved here."
    question.reject()
    assert evening.read_bytes() == theirs and studio.window.windowTitle() == CHANGED
    studio.actions["save_project"].trigger()
    answer(question_of(qtbot, studio), "Replace it")
    qtbot.waitUntil(lambda: studio.projects.is_saved)
    assert load_project(evening).state.recipe.strength == 0.31
    change(studio, 0.32)
    save(qtbot, studio)  # it is its own again, and nothing is asked


def test_of_a_file_that_is_gone_one_is_told_and_it_can_be_saved_elsewhere(
    qtbot: QtBot, start: Start, evening: Path
) -> None:
    studio = start()
    open_project(qtbot, studio, evening)
    change(studio, 0.31)
    evening.unlink()
    studio.actions["save_project"].trigger()
    question = question_of(qtbot, studio)
    assert question.text().startswith("evening.studio is no longer in") and not evening.exists()
    answer(question, "Save project as")
    qtbot.waitUntil(lambda: any(one.isVisible() for one in studio.window.findChildren(QFileDialog)))
    dialog = next(one for one in studio.window.findChildren(QFileDialog) if one.isVisible())
    elsewhere = evening.with_name("night.studio")
    dialog.fileSelected.emit(str(elsewhere))
    dialog.reject()
    qtbot.waitUntil(lambda: studio.projects.path == elsewhere)
    assert load_project(elsewhere).state.recipe.strength == 0.31 and not evening.exists()


def test_what_was_saved_in_a_file_that_is_another_by_now_stays_as_a_session(
    qtbot: QtBot, start: Start, evening: Path
) -> None:
    studio = start()
    open_project(qtbot, studio, evening)
    assert studio.autosave.recorder.store is not None
    folder = studio.autosave.recorder.store.folder
    other = evening.with_name("other.studio")
    save_project(other, make_project())
    save_project(evening, make_project())  # by another studio
    with qtbot.waitSignal(studio.autosave.left):
        studio.projects.open(other)
    assert folder in [session.folder for session in waiting_sessions()]
    qtbot.waitUntil(lambda: [work.folder for work in studio.left_sessions.works] == [folder])


def test_a_project_that_is_opened_while_the_last_work_is_read_waits_for_it(
    qtbot: QtBot,
    engine: FakeEngine,
    settings: Settings,
    thumbnail_folder: Path,
    evening: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with closing(open_session()) as store:
        store.record(Project(ArtworkState(make_picture(name="boat.jpg"))))
    gate, true_recover = Gate(), SessionStore.recover

    def recover(store: SessionStore, cards: object = ()) -> object:
        gate.wait()
        return true_recover(store, cards)  # type: ignore[arg-type]

    monkeypatch.setattr(SessionStore, "recover", recover)
    again = Studio(lambda: engine, settings, thumbnail_folder)
    try:
        with qtbot.waitSignal(again.autosave.found):
            again.autosave.start()
        notice = again.window.canvas._start_page.notice
        qtbot.waitUntil(lambda: "being brought back" in notice.text())
        assert notice.isVisibleTo(again.window) and again.window.windowTitle() == "Style Studio"
        again.projects.open(evening)
    finally:
        gate.open()
    qtbot.waitUntil(lambda: again.projects.path == evening)
    assert len(again.session.artwork.history) == 3 and not notice.isVisibleTo(again.window)
    qtbot.waitUntil(lambda: [work.name for work in again.left_sessions.works] == ["boat.jpg"])
    again.close()


def others_than(studio: Studio) -> list[Path]:
    """The folders of sessions that wait to be brought back, but for the one that is open."""
    return [session.folder for session in waiting_sessions() if session.folder != folder_of(studio)]


def test_a_project_saved_slowly_does_not_name_what_took_its_place_meanwhile(
    qtbot: QtBot, start: Start, evening: Path, saving: Gate
) -> None:
    studio = start()
    studio.session.take_artwork(make_evening())
    with qtbot.waitSignal(studio.autosave.left):
        open_project(qtbot, studio, evening)
    qtbot.waitUntil(lambda: len(others_than(studio)) == 1)
    (left,) = others_than(studio)
    lent = folder_of(studio)
    night = evening.with_name("night.studio")
    messages: list[Message | None] = []
    studio.session.message_posted.connect(messages.append)
    studio.projects.save_as(night)
    qtbot.waitUntil(lambda: saving.is_reached)  # it is being written
    studio.projects.go_to(left)
    qtbot.waitUntil(lambda: studio.projects.path is None)
    qtbot.waitUntil(lambda: studio.autosave.recorder.is_up_to_date)  # so that all that leaving has begun is done
    assert lent.is_dir()  # the save reads in it
    saving.open()
    qtbot.waitUntil(lambda: any(message and "night.studio is saved" in message.text for message in messages))
    assert studio.projects.path is None and not studio.window.windowTitle().startswith("night")
    qtbot.waitUntil(lambda: not lent.exists())


def test_work_that_is_left_while_it_is_saved_is_nobody_elses_and_comes_back_afterwards(
    qtbot: QtBot, start: Start, evening: Path, saving: Gate
) -> None:
    studio = start()
    studio.session.take_artwork(make_evening())
    qtbot.waitUntil(lambda: studio.autosave.recorder.is_up_to_date)
    lent = folder_of(studio)
    night = evening.with_name("night.studio")
    studio.projects.save_as(night)
    qtbot.waitUntil(lambda: saving.is_reached)
    studio.autosave.open(load_project(evening))
    qtbot.waitUntil(lambda: studio.autosave.recorder.is_up_to_date)
    assert folder_of(studio) != lent and not discard_session(lent)  # as the cap of the next one would
    messages: list[Message | None] = []
    studio.session.message_posted.connect(messages.append)
    for _ in range(2):  # the second click, since nothing happens yet
        studio.projects.go_to(lent)
        assert messages and messages[-1] == Message("That work comes back as soon as it is saved.")
    saving.open()
    qtbot.waitUntil(lambda: folder_of(studio) == lent)
    assert len(load_project(night).history) == len(studio.session.artwork.history) == 3
    qtbot.waitUntil(lambda: studio.autosave.recorder.is_up_to_date)  # so that all that the clicks have begun is done
    assert not any(message is not None and message.is_problem for message in messages)


@pytest.mark.parametrize("wish", ["a project", "another session"])
def test_work_that_is_waited_for_does_not_take_the_place_of_what_was_wanted_after_it(
    qtbot: QtBot, start: Start, evening: Path, saving: Gate, monkeypatch: pytest.MonkeyPatch, wish: str
) -> None:
    with closing(open_session(start_empty=True)) as other:
        other.record(make_project())
    studio = start()  # with that session
    with qtbot.waitSignal(studio.autosave.left):
        studio.autosave.open(replace(make_project(), file=None))
    qtbot.waitUntil(lambda: studio.autosave.recorder.is_up_to_date)
    lent = folder_of(studio)
    studio.projects.save_as(evening.with_name("night.studio"))
    qtbot.waitUntil(lambda: saving.is_reached)
    studio.autosave.open(make_project())
    qtbot.waitUntil(lambda: studio.autosave.recorder.is_up_to_date)
    messages: list[Message | None] = []
    studio.session.message_posted.connect(messages.append)
    brought_back: list[Path] = []
    go_on_with = studio.autosave.go_on_with

    def note(store: SessionStore, project: Project) -> Path | None:
        brought_back.append(store.folder)
        return go_on_with(store, project)

    monkeypatch.setattr(studio.autosave, "go_on_with", note)
    studio.projects.go_to(lent)
    if wish == "a project":
        studio.projects.open(evening)
    else:
        studio.projects.go_to(other.folder)
        qtbot.waitUntil(lambda: folder_of(studio) == other.folder and studio.autosave.recorder.is_up_to_date)
    saving.open()
    qtbot.waitUntil(lambda: any(message and "night.studio is saved" in message.text for message in messages))
    ends: list[object] = []
    studio.autosave._files.submit_write(lambda: None, ends.append, ends.append)  # after what was read, if anything
    qtbot.waitUntil(lambda: bool(ends))
    qtbot.waitUntil(lambda: wish != "a project" or studio.projects.path == evening)
    assert brought_back == ([] if wish == "a project" else [other.folder])


def test_of_sessions_that_are_asked_for_in_a_row_the_last_comes_and_the_others_stay_free(
    qtbot: QtBot, start: Start, settings: Settings
) -> None:
    settings.set("preferences/starts_empty", True)
    others = []
    for _ in range(2):
        with closing(open_session(start_empty=True)) as other:
            other.record(make_project())
        others.append(other.folder)
    studio = start()
    messages: list[Message | None] = []
    studio.session.message_posted.connect(messages.append)
    first, last = others
    for folder in (first, last, first, last, last):
        studio.projects.go_to(folder)
    qtbot.waitUntil(lambda: folder_of(studio) == last and studio.autosave.recorder.is_up_to_date)
    assert not any(message is not None and message.is_problem for message in messages)
    assert discard_session(first), "it is free"


def test_a_save_comes_to_its_end_if_the_studio_ends_meanwhile(
    qtbot: QtBot, start: Start, evening: Path, saving: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = start()
    open_project(qtbot, studio, evening)
    lent, night = folder_of(studio), evening.with_name("night.studio")
    studio.projects.save_as(night)
    qtbot.waitUntil(lambda: saving.is_reached)
    studio.autosave.open(Project())  # what was there stands in its file: its session is to be discarded
    while_it_is_saved(studio, saving, monkeypatch, lambda: found.append(discard_session(lent)))
    found: list[bool] = []
    studio.close()
    assert found == [False] and len(load_project(night).history) == 3 and not lent.exists()


def test_no_other_studio_has_the_session_before_its_save_is_at_its_end(
    qtbot: QtBot, start: Start, evening: Path, saving: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = start()
    open_project(qtbot, studio, evening)
    lent = folder_of(studio)
    studio.projects.save_as(evening.with_name("night.studio"))
    qtbot.waitUntil(lambda: saving.is_reached)
    change(studio, 0.37)

    def try_it() -> None:
        found.append(discard_session(lent))
        found.append("0.37" in (lent / "sitting.json").read_text())  # whatever happens until the save is at its end

    found: list[bool] = []
    while_it_is_saved(studio, saving, monkeypatch, try_it)
    studio.close()
    assert found == [False, True] and discard_session(lent), "it is given free, too"


def while_it_is_saved(studio: Studio, saving: Gate, monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Act where the studio, which ends, waits for the save, when all that it has done to the session is on the disk."""
    true_close = studio.projects.close

    def close() -> None:
        done = threading.Event()
        studio.autosave._files.submit_write(done.set, lambda _: None, lambda _: None)
        try:
            assert done.wait(60)
            act()
        finally:
            saving.open()
            true_close()

    monkeypatch.setattr(studio.projects, "close", close)


def test_what_is_done_while_a_project_is_saved_slowly_takes_nothing_from_it(
    qtbot: QtBot, start: Start, evening: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = start()
    open_project(qtbot, studio, evening)
    photo = make_picture(50, 40, "harbour.jpg", seed=11)
    studio.session.change(content=photo)
    studio.session.commit()
    qtbot.waitUntil(lambda: studio.autosave.recorder.is_up_to_date)
    gate = Gate()

    def read_slowly(session_files: SessionFiles, name: str) -> bytes:
        if threading.current_thread().name.startswith("projects"):
            gate.wait()
        return fetch(session_files, name)

    fetch = SessionFiles.fetch
    monkeypatch.setattr(SessionFiles, "fetch", read_slowly)
    ends: list[str] = []
    try:
        studio.projects.save_then(lambda: ends.append("saved"), lambda: ends.append("not saved"))
        qtbot.waitUntil(lambda: gate.is_reached)  # its files are being read
        studio.session.undo()
        change(studio, 0.41)  # so that no step leads to the photo any more
        qtbot.waitUntil(lambda: studio.autosave.recorder.is_up_to_date)
    finally:
        gate.open()
    qtbot.waitUntil(lambda: bool(ends))
    saved = load_project(evening).state.photo
    assert ends == ["saved"] and saved is not None and saved.fingerprint == photo.fingerprint


@pytest.mark.parametrize("is_left", [False, True])
def test_what_only_a_save_has_needed_is_gone_when_that_has_failed(
    qtbot: QtBot, start: Start, evening: Path, monkeypatch: pytest.MonkeyPatch, is_left: bool
) -> None:
    studio = start()
    open_project(qtbot, studio, evening)
    store, gate = studio.autosave.recorder.store, Gate()
    assert store is not None
    before = store.sizes.keys()
    studio.session.change(content=make_picture(50, 40, "harbour.jpg", seed=11))
    studio.session.commit()
    qtbot.waitUntil(lambda: studio.autosave.recorder.is_up_to_date)
    photo = store.sizes.keys() - before

    def refuse(*_: object, **__: object) -> None:
        gate.wait()
        raise WriteError("The disk is full.", "Free some space.")

    monkeypatch.setattr("studio.ui.project.project_controller.save_project", refuse)
    try:
        studio.projects.save_as(evening.with_name("night.studio"))
        qtbot.waitUntil(lambda: gate.is_reached)
        studio.session.undo()
        change(studio, 0.41)  # so that no step leads to the photo any more
        qtbot.waitUntil(lambda: studio.autosave.recorder.is_up_to_date)
        if is_left:
            studio.autosave.open(load_project(evening))
        assert photo and photo <= store.sizes.keys()
    finally:
        gate.open()
    qtbot.waitUntil(lambda: not photo & store.sizes.keys())
    assert before <= store.sizes.keys()


def test_saved_twice_in_a_row_it_is_not_said_that_somebody_else_has_written_it(
    qtbot: QtBot, start: Start, evening: Path
) -> None:
    studio = start()
    open_project(qtbot, studio, evening)
    ends: list[str] = []
    for strength in (0.31, 0.32, 0.33):
        change(studio, strength)
        studio.projects.save_then(lambda: ends.append("saved"), lambda: ends.append("not saved"))
    qtbot.waitUntil(lambda: len(ends) == 3 or studio.window.findChild(QMessageBox) is not None)
    assert ends == ["saved"] * 3 and load_project(evening).state.recipe.strength == 0.33


def test_what_is_done_before_the_session_of_a_project_has_begun_is_kept_in_it(
    qtbot: QtBot, start: Start, evening: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = start()
    gate = Gate()

    def begin_slowly(project: Project, cap: int) -> object:
        gate.wait()
        return begin_with(project, cap)

    monkeypatch.setattr(session_recorder, "begin_with", begin_slowly)
    ends: list[object] = []
    try:
        studio.projects.open(evening)
        qtbot.waitUntil(lambda: studio.projects.path == evening)
        change(studio, 0.31)
        studio.autosave.recorder.keep(ends.append)
        assert not ends
    finally:
        gate.open()
    qtbot.waitUntil(lambda: ends == [None])
    assert studio.autosave.recorder.is_up_to_date


def folder_of(studio: Studio) -> Path:
    assert studio.autosave.recorder.store is not None
    return studio.autosave.recorder.store.folder
