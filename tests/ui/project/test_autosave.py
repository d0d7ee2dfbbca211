"""What the artist does is on disk soon, and on the table again at the next start; a disk that refuses is told once."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from studio.core.errors import StudioError, WriteError
from studio.core.project.project import Project
from studio.core.project.session_store import SessionStore, open_session
from studio.core.project.waiting_sessions import waiting_sessions
from studio.ui.app import Studio
from studio.ui.project import autosave_controller, session_opening, session_recorder
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.session.settings import Settings
from tests.core.project.projects import make_evening, make_project, make_style
from tests.support.fakes import FakeEngine, Gate, make_picture
from tests.ui.project.conftest import Start


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[Project]:
    """The states that have reached the disk."""
    found: list[Project] = []
    true_record = SessionStore.record

    def record(store: SessionStore, project: Project) -> object:
        result = true_record(store, project)
        found.append(project)
        return result

    monkeypatch.setattr(SessionStore, "record", record)
    return found


def messages_of(studio: Studio) -> list[Message]:
    found: list[Message] = []
    studio.session.message_posted.connect(lambda message: found.append(message) if message is not None else None)
    return found


def paint(studio: Studio) -> None:
    studio.session.change(content=make_picture(name="boat.jpg"))
    studio.session.commit()
    studio.session.use_style(make_style("wave", 2))
    studio.session.change(strength=0.9)
    studio.session.commit()


def test_a_killed_studio_is_there_again_as_one_left_it(
    qtbot: QtBot, start: Start, recorded: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = start()
    paint(studio)
    qtbot.waitUntil(lambda: bool(recorded) and recorded[-1].state == studio.session.artwork.state)
    monkeypatch.setattr(autosave_controller.AutosaveController, "close", lambda _: None)  # it has no time to
    store = studio.autosave.recorder.store
    assert store is not None
    store._lock.release()  # the system does that for a dead process
    again = start().session.artwork
    assert again.content is not None and again.content.name == "boat.jpg" and again.recipe.strength == 0.9
    assert [style.card.id for style in again.styles] == ["wave"] and again.can_undo
    again.undo()
    assert again.recipe.strength != 0.9 and again.styles


def test_a_finish_that_was_under_way_at_the_end_is_kept_with_the_picture_so_far(
    qtbot: QtBot, start: Start, engine: FakeEngine
) -> None:
    studio = start()
    studio.session.engine.start()
    qtbot.waitUntil(lambda: studio.session.engine.info is not None)
    paint(studio)
    engine.gate = Gate()
    studio.session.finish()
    engine.gate.let_pass(2)
    qtbot.waitUntil(lambda: studio.session.finishing.run is not None and studio.session.on_canvas.picture is not None)
    begun = start()
    usage = begun.window.history.usage.text()
    assert usage.startswith("uses ") and not usage.startswith("uses 0 ")
    again = begun.session.artwork
    assert len(again.history) == 1 and again.result is again.history[0]


def test_a_burst_of_changes_is_written_once_and_nothing_new_not_at_all(
    qtbot: QtBot, start: Start, recorded: list[Project]
) -> None:
    studio = start()
    for number in range(50):
        studio.session.change(strength=number / 50)
    studio.session.commit()
    qtbot.waitUntil(lambda: len(recorded) == 1)
    studio.session.state_changed.emit()
    with qtbot.waitSignal(studio.autosave.recorder._timer.timeout):
        pass
    assert len(recorded) == 1 and recorded[0].state.recipe.strength == 0.98


def test_each_painting_keeps_its_time_and_group_from_start_to_start(
    qtbot: QtBot, start: Start, recorded: list[Project]
) -> None:
    studio = start()
    studio.session.take_artwork(make_evening())
    qtbot.waitUntil(lambda: bool(recorded))
    entries = studio.shelf.entries
    assert [entry.group for entry in entries] == ["boat.jpg", "boat.jpg", "boat.jpg and sky.png"]
    again = start()
    assert [entry.time for entry in again.shelf.entries] == [entry.time for entry in entries]
    assert again.autosave.recorder.project().history == again.shelf.entries


def test_what_was_done_while_the_session_was_read_comes_after_it(
    qtbot: QtBot, start: Start, engine: FakeEngine, settings: Settings, thumbnail_folder: Path
) -> None:
    with closing(open_session()) as store:
        store.record(make_project())
    studio = Studio(lambda: engine, settings, thumbnail_folder)
    with qtbot.waitSignal(studio.autosave.began):
        studio.autosave.start()
        studio.session.change(content=make_picture(name="new.jpg"))
        studio.session.commit()
    artwork = studio.session.artwork
    assert artwork.content is not None and artwork.content.name == "new.jpg" and len(artwork.history) == 3
    message = studio.window.messages.message
    assert message is not None and message.text.startswith("Your work of the last time is back")
    assert message.remedy == "Undo shows it again."
    studio.session.undo()
    assert artwork.blend is not None and artwork.blend.mode == "screen"
    studio.close()


def test_a_disk_that_refuses_is_told_once_and_tried_again(
    qtbot: QtBot, start: Start, monkeypatch: pytest.MonkeyPatch, recorded: list[Project]
) -> None:
    monkeypatch.setattr(session_recorder, "RETRY", 1)
    studio = start()
    messages = messages_of(studio)
    tries = []

    def refuse(*_: object) -> None:
        tries.append(1)
        raise WriteError("The disk is full.", "Free some space.")

    with monkeypatch.context() as patched:
        patched.setattr(SessionStore, "record", refuse)
        studio.session.change(strength=0.2)
        studio.session.commit()
        qtbot.waitUntil(lambda: len(tries) >= 3)
    qtbot.waitUntil(lambda: bool(recorded) and len(messages) > 1)
    message, again = messages
    assert message.text == "What you do now is not kept for the next start." and message.is_problem
    assert message.remedy == "The disk is full. Free some space."
    assert again.text == "What you do is kept for the next start again." and not again.is_problem
    assert studio.window.messages.message is again  # and no longer the opposite


def test_a_folder_that_takes_no_session_is_told_at_the_start_and_after_the_first_change(
    qtbot: QtBot, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise WriteError("The folder cannot be made.", "Look at its permissions.")

    for module in (session_opening, session_recorder):
        monkeypatch.setattr(module, "open_session", refuse)
    monkeypatch.setattr(session_recorder, "REST", 1)
    monkeypatch.setattr(session_recorder, "RETRY", 3_600_000)
    studio = start()
    shown = studio.window.messages
    qtbot.waitUntil(lambda: shown.message is not None)
    assert shown.message is not None
    assert shown.message.text == "What you do now is not kept for the next start."
    assert shown.message.remedy == "The folder cannot be made. Look at its permissions."
    studio.session.post_message(None)  # as opening a photo does
    messages = messages_of(studio)
    for strength in (0.2, 0.3):
        studio.session.change(strength=strength)
        studio.session.commit()
        qtbot.waitUntil(lambda: studio.autosave.recorder._timer.interval() == 3_600_000)  # it has been tried
    assert [message.remedy for message in messages] == ["The folder cannot be made. Look at its permissions."]
    assert not studio.session.is_kept


HistoryAct = tuple[Callable[[Studio], None], Callable[[Studio], bool]]
HISTORY_ACTS: dict[str, HistoryAct] = {
    "pin": (
        lambda studio: studio.shelf.pin(studio.shelf.shown[0], True),
        lambda studio: studio.shelf.shown[0].is_pinned,
    ),
    "note": (
        lambda studio: studio.shelf.note(studio.shelf.shown[0], "for Anna"),
        lambda studio: studio.shelf.shown[0].note == "for Anna",
    ),
    "throw away": (
        lambda studio: studio.shelf.remove(studio.shelf.shown[0]),
        lambda studio: len(studio.shelf.shown) == len(studio.shelf.entries) - 1,
    ),
}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
@pytest.mark.parametrize("name", HISTORY_ACTS)
def test_what_is_done_in_the_history_waits_for_a_disk_that_refuses(
    qtbot: QtBot, start: Start, monkeypatch: pytest.MonkeyPatch, recorded: list[Project], name: str, code: int
) -> None:
    act, is_done = HISTORY_ACTS[name]
    monkeypatch.setattr(session_recorder, "RETRY", 1)
    studio = start()
    studio.session.take_artwork(make_evening())
    qtbot.waitUntil(lambda: bool(recorded))
    messages, true_open = messages_of(studio), os.open

    def refuse(path: str | Path, flags: int, *others: int) -> int:
        if flags & os.O_CREAT:
            raise OSError(code, os.strerror(code))
        return true_open(path, flags, *others)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        act(studio)
        qtbot.waitUntil(lambda: not studio.session.is_kept)
        assert is_done(studio), "the window does not wait for the disk"
    qtbot.waitUntil(lambda: studio.session.is_kept)
    assert sum(message.is_problem for message in messages) == 1
    again = start()
    assert is_done(again)


@pytest.mark.parametrize("way", ["Alt+F4", "quit", "another photo", "undo"])
def test_whatever_one_does_during_a_finish_its_picture_so_far_is_in_the_history(
    qtbot: QtBot, start: Start, engine: FakeEngine, way: str
) -> None:
    studio = start()
    studio.window.show()
    qtbot.waitUntil(lambda: studio.session.engine.info is not None)
    paint(studio)
    engine.gate = Gate()
    studio.session.finish()
    engine.gate.let_pass(2)
    qtbot.waitUntil(lambda: studio.session.finishing.run is not None and studio.session.finishing.run.own_progress > 0)
    match way:
        case "Alt+F4" | "quit":
            studio.window.close() if way == "Alt+F4" else studio.actions["quit"].trigger()
            qtbot.waitUntil(lambda: not studio.window.isVisible())
            assert studio.window.findChild(QMessageBox) is None, "it does not ask"
        case "another photo":
            studio.session.change(content=make_picture(name="other.jpg"))
            studio.session.commit()
        case "undo":
            studio.actions["undo"].trigger()
    first = start().session.artwork.history[0]
    assert first.content is not None and first.content.name == "boat.jpg"
    assert first.recipe.strength == 0.9 and not first.is_complete and 0 < first.progress < 1


def test_closing_asks_only_where_the_disk_has_refused(
    qtbot: QtBot, start: Start, monkeypatch: pytest.MonkeyPatch, recorded: list[Project]
) -> None:
    studio = start()
    studio.window.show()
    studio.session.take_artwork(make_evening())
    qtbot.waitUntil(lambda: bool(recorded))
    assert studio.session.artwork.has_unsaved_result and studio.session.is_kept
    with monkeypatch.context() as patched:
        patched.setattr(SessionStore, "record", refuse_all)
        studio.session.change(strength=0.2)
        studio.session.commit()
        qtbot.waitUntil(lambda: not studio.session.is_kept)
        assert not studio.window.close(), "it asks"
        (question,) = studio.window.findChildren(QMessageBox)
        question.reject()
    studio.session.change(strength=0.3)
    studio.session.commit()
    studio.autosave.recorder._record()
    qtbot.waitUntil(lambda: studio.session.is_kept)
    assert studio.window.close()


def refuse_all(*_: object) -> None:
    raise WriteError("The disk is full.", "Free some space.")


def test_a_studio_whose_folder_takes_nothing_begins_all_the_same(
    qtbot: QtBot, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    told: list[Message] = []
    monkeypatch.setattr(Session, "post_message", lambda _, message: told.append(message))
    with monkeypatch.context() as patched:
        patched.setattr(Path, "mkdir", refuse)
        studio = start()
    assert [message.is_problem for message in told if message] == [True]
    studio.session.change(strength=0.2)
    studio.session.commit()


def test_a_session_that_cannot_be_read_is_told_and_set_aside(start: Start) -> None:
    with closing(open_session()) as store:
        store.record(make_project())
        (store.folder / "sitting.json").write_bytes(b"{")
    studio = start()
    assert studio.session.artwork.content is None
    assert (store.folder / "sitting.before.json").exists()
    with pytest.raises(StudioError):
        store.record(make_project())


def test_two_studios_have_sessions_of_their_own(
    qtbot: QtBot, start: Start, recorded: list[Project], engine: FakeEngine, settings: Settings, thumbnail_folder: Path
) -> None:
    first = start()
    paint(first)
    qtbot.waitUntil(lambda: bool(recorded))
    second = Studio(lambda: engine, settings, thumbnail_folder)
    with qtbot.waitSignal(second.autosave.began):
        second.autosave.start()
    assert second.session.artwork.content is None
    second.close()
    assert len(waiting_sessions()) == 2
