"""What is written of a session that was left, and what fails in it, says nothing of the one that took its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.errors import StudioError, WriteError
from studio.core.project.project import Project
from studio.core.project.session_store import SessionStore, open_session
from studio.core.project.waiting_sessions import discard_session
from studio.ui.app import Studio
from studio.ui.project import session_recorder
from studio.ui.project.session_opening import begin_with, fetch_session
from studio.ui.session.message import Message
from tests.core.project.projects import make_evening, make_project
from tests.support.fakes import Gate
from tests.ui.project.conftest import Start
from tests.ui.project.test_project_names import change


@pytest.fixture
def gates() -> Iterator[tuple[Gate, Gate]]:
    """What the first session's writes wait for, and what the second one's do."""
    gates = Gate(), Gate()
    yield gates
    for gate in gates:
        gate.open()


@pytest.fixture
def studio(qtbot: QtBot, start: Start) -> Studio:
    """A studio with work that is on the disk."""
    studio = start()
    studio.session.take_artwork(make_evening())
    qtbot.waitUntil(lambda: studio.autosave.recorder.is_up_to_date)
    return studio


def write_slowly(
    monkeypatch: pytest.MonkeyPatch, gate_of: Callable[[SessionStore], Gate], fails: Callable[[SessionStore], bool]
) -> None:
    true_record = SessionStore.record

    def record(store: SessionStore, project: Project) -> object:
        gate_of(store).wait()
        if fails(store):
            raise WriteError("The disk is full.", "Free some space.")
        return true_record(store, project)

    monkeypatch.setattr(SessionStore, "record", record)


def another_session(studio: Studio) -> tuple[SessionStore, Project]:
    """One that was left before, and what it holds."""
    with closing(open_session(start_empty=True)) as store:
        store.record(make_project())
    return fetch_session(store.folder, studio.autosave.recorder.cap, ())


@pytest.mark.parametrize("fails", [True, False])
def test_the_end_of_a_write_says_nothing_of_the_next_session(
    qtbot: QtBot,
    qapp: QApplication,
    studio: Studio,
    gates: tuple[Gate, Gate],
    monkeypatch: pytest.MonkeyPatch,
    fails: bool,
) -> None:
    recorder, before, after = studio.autosave.recorder, *gates
    left = recorder.store
    messages: list[Message | None] = []
    ends: list[StudioError | None] = []
    another = another_session(studio)
    write_slowly(monkeypatch, lambda store: before if store is left else after, lambda store: fails and store is left)
    change(studio, 0.77)
    recorder.keep(lambda _: None)
    qtbot.waitUntil(lambda: before.is_reached)
    studio.session.message_posted.connect(messages.append)
    studio.autosave.go_on_with(*another)
    recorder.keep(ends.append)
    before.open()
    qtbot.waitUntil(lambda: after.is_reached)
    qapp.processEvents()  # the end of the first one's writes, which is on its way
    assert not recorder.is_up_to_date and not ends, "it is not on the disk yet"
    assert studio.session.is_kept and recorder.refusal is None
    after.open()
    qtbot.waitUntil(lambda: bool(ends))
    assert ends == [None] and recorder.is_up_to_date
    assert not any(message is not None and message.is_problem for message in messages)


def test_why_a_session_was_not_kept_is_not_said_of_the_next(
    qtbot: QtBot, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = studio.autosave.recorder
    left = recorder.store
    another = another_session(studio)
    gate = Gate()
    gate.open()
    write_slowly(monkeypatch, lambda _: gate, lambda store: store is left)
    change(studio, 0.77)
    qtbot.waitUntil(lambda: recorder.refusal is not None)
    studio.autosave.go_on_with(*another)
    assert recorder.refusal is None and studio.session.is_kept
    qtbot.waitUntil(lambda: recorder.is_up_to_date)  # and not only when the other one would be tried again


def test_it_is_up_to_date_only_when_the_last_of_several_writes_is_at_its_end(
    qtbot: QtBot, qapp: QApplication, studio: Studio, gates: tuple[Gate, Gate], monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder, gate = studio.autosave.recorder, gates[0]
    write_slowly(monkeypatch, lambda _: gate, lambda _: False)
    ends: list[StudioError | None] = []
    change(studio, 0.77)
    recorder.keep(lambda _: None)
    change(studio, 0.78)
    recorder.keep(ends.append)
    qtbot.waitUntil(lambda: gate.is_reached)
    gate.let_pass()
    qtbot.waitUntil(lambda: gate.is_reached)  # the second one
    qapp.processEvents()
    assert not recorder.is_up_to_date and not ends
    gate.open()
    qtbot.waitUntil(lambda: ends == [None])


def test_a_session_that_is_begun_when_another_has_taken_its_place_is_given_back(
    qtbot: QtBot, studio: Studio, gates: tuple[Gate, Gate], monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder, gate = studio.autosave.recorder, gates[0]
    begun: list[SessionStore] = []

    def begin_slowly(project: Project, cap: int) -> tuple[SessionStore, StudioError | None]:
        gate.wait()
        store, refusal = begin_with(project, cap)
        begun.append(store)
        return store, refusal

    monkeypatch.setattr(session_recorder, "begin_with", begin_slowly)
    another = another_session(studio)
    studio.autosave.open(make_project())
    qtbot.waitUntil(lambda: gate.is_reached)
    studio.autosave.go_on_with(*another)
    gate.open()
    qtbot.waitUntil(lambda: recorder.is_up_to_date)
    assert recorder.store is another[0] and studio.session.is_kept
    qtbot.waitUntil(lambda: discard_session(begun[0].folder))  # it is free
