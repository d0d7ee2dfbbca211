"""The engine as the window knows it, without a window or an engine: a worker that only counts, and events by hand."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import EngineInfo, Event, Failed, Progress, Ready
from studio.core.errors import EngineError
from studio.ui.session.engine_link import EngineLink
from studio.ui.session.message import Message
from studio.ui.threads.event_bridge import EventBridge

INFO = EngineInfo(device="CPU, 2 cores", dtype="float32", memory=None, versions={})


class Taker:
    """Takes the events of one request."""

    def __init__(self, request_id: int) -> None:
        self.request_id = request_id
        self.taken: list[Event] = []

    def take_event(self, event: Event) -> bool:
        is_ours = getattr(event, "request_id", None) == self.request_id
        if is_ours:
            self.taken.append(event)
        return is_ours


class Clumsy:
    def take_event(self, event: Event) -> bool:
        raise ZeroDivisionError


class StillWorker:
    """Starts nothing."""


@pytest.fixture
def bridge(qtbot: QtBot) -> EventBridge:
    return EventBridge()


@pytest.fixture
def link(bridge: EventBridge) -> EngineLink:
    return EngineLink(StillWorker(), bridge)  # type: ignore[arg-type]


def progress(request_id: int) -> Progress:
    return Progress(request_id, 0.5)


def test_an_event_goes_to_the_one_whose_it_is_and_to_nobody_else(link: EngineLink, bridge: EventBridge) -> None:
    first, second, unclaimed = Taker(1), Taker(2), list[Event]()
    link.takers = (first, second)
    link.unclaimed.connect(unclaimed.append)
    for request_id in (2, 3, 1):
        bridge.post(progress(request_id))
    link.take_events()
    assert first.taken == [progress(1)] and second.taken == [progress(2)] and unclaimed == [progress(3)]


def test_it_knows_whether_the_engine_runs(link: EngineLink) -> None:
    told: list[object] = []
    link.ready.connect(told.append)
    link.failed.connect(told.append)
    link.take_event(Ready(INFO))
    assert link.info == INFO and not link.has_failed
    error = EngineError("It died.")
    link.take_event(Failed(0, error))
    assert link.info is None and link.has_failed
    link.take_event(Ready(INFO))
    assert link.info == INFO and not link.has_failed
    assert told == [INFO, error, INFO]


def test_a_failed_request_is_no_failure_of_the_engine(link: EngineLink) -> None:
    taker = Taker(7)
    link.takers = (taker,)
    link.take_event(Ready(INFO))
    link.take_event(Failed(7, EngineError("Too large.")))
    assert link.info == INFO and not link.has_failed and len(taker.taken) == 1


def test_a_fault_while_one_event_is_taken_is_told_and_the_next_one_arrives(
    link: EngineLink, bridge: EventBridge, caplog: pytest.LogCaptureFixture
) -> None:
    messages: list[Message] = []
    link.message_posted.connect(messages.append)
    unclaimed: list[Event] = []
    link.unclaimed.connect(unclaimed.append)
    link.takers = (Clumsy(),)
    bridge.post(progress(1))
    bridge.post(Ready(INFO))
    link.take_events()
    assert len(messages) == 1 and link.info == INFO and unclaimed == []
    caplog.clear()
