"""One question to the engine at a time, with a worker that only notes what it is asked."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import Event, Failed, Progress, Seen, SeeRequest, Stopped
from studio.core.errors import EngineError
from studio.ui.threads.engine_question import EngineQuestion
from tests.support.fakes import make_picture


class Events(QObject):
    come = Signal(object)


class Desk:
    """A question, what it has told, and the worker it asks."""

    def __init__(self) -> None:
        self.events, self.asked, self.stopped = Events(), list[Any](), list[Any]()
        self.question = EngineQuestion(self, self.events.come)  # type: ignore[arg-type]
        self.told: list[object] = []
        for signal in (self.question.progressed, self.question.answered, self.question.failed):
            signal.connect(self.told.append)

    def look(self, request: SeeRequest) -> None:
        self.asked.append(request)

    def stop_look(self, request: SeeRequest) -> None:
        self.stopped.append(request)

    def come(self, event: Event) -> None:
        self.events.come.emit(event)


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk()


def test_an_answer_is_told_once_with_the_progress_before_it(desk: Desk) -> None:
    request, seen = SeeRequest(make_picture()), None
    desk.question.ask(request)
    assert desk.asked == [request] and desk.question.request is request
    seen = Seen(request.id, None)
    for event in (Progress(request.id, 0.25), seen, seen):
        desk.come(event)
    assert desk.told == [0.25, seen] and desk.question.request is None and desk.stopped == []


def test_another_question_stops_the_one_before_and_its_answer_is_not_told(desk: Desk) -> None:
    first, second = SeeRequest(make_picture()), SeeRequest(make_picture())
    desk.question.ask(first)
    desk.question.ask(second)
    assert desk.stopped == [first] and desk.question.request is second
    desk.come(Seen(first.id, None))
    assert desk.told == []


def test_a_failure_is_told_and_a_stop_is_not(desk: Desk) -> None:
    error = EngineError("There is not enough memory.")
    for end in (Failed, Stopped):
        request = SeeRequest(make_picture())
        desk.question.ask(request)
        desk.come(Failed(request.id, error) if end is Failed else Stopped(request.id))
        assert desk.question.request is None
    assert desk.told == [error]


def test_who_waits_no_more_is_told_nothing(desk: Desk) -> None:
    request = SeeRequest(make_picture())
    desk.question.ask(request)
    desk.question.cancel()
    desk.question.cancel()
    desk.come(Seen(request.id, None))
    assert desk.stopped == [request] and desk.told == []
