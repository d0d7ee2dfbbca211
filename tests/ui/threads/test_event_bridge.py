"""The bridge between the worker's thread and the GUI thread."""

from __future__ import annotations

import threading

import shiboken6
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import Done, Frame, Progress, Stopped
from studio.ui.threads.event_bridge import EventBridge
from tests.support.fakes import make_picture


def frame(request_id: int, step: int) -> Frame:
    return Frame(request_id, step, 10, step / 10, make_picture())


def test_only_the_newest_frame_of_a_request_is_kept() -> None:
    bridge = EventBridge()
    for step in range(1, 6):
        bridge.post(frame(1, step))
    assert [event.step for event in bridge.take_events()] == [5]


def test_all_other_events_stay_in_order() -> None:
    bridge = EventBridge()
    done = Done(1, make_picture())
    for event in (Progress(1, 0.1), frame(1, 1), Progress(1, 0.2), frame(1, 2), done, Stopped(2)):
        bridge.post(event)
    kinds = [type(event) for event in bridge.take_events()]
    assert kinds == [Progress, Progress, Frame, Done, Stopped]


def test_the_last_frame_of_a_stopped_request_survives_the_next_request() -> None:
    bridge = EventBridge()
    for event in (frame(1, 3), Stopped(1), frame(2, 1), frame(2, 2)):
        bridge.post(event)
    events = bridge.take_events()
    assert [(event.request_id, getattr(event, "step", None)) for event in events] == [(1, 3), (1, None), (2, 2)]


def test_taken_events_are_gone() -> None:
    bridge = EventBridge()
    bridge.post(Stopped(1))
    bridge.take_events()
    assert bridge.take_events() == []


def test_two_hundred_events_of_another_thread_make_one_signal(qtbot: QtBot) -> None:
    bridge = EventBridge()
    signals: list[int] = []

    def hear() -> None:
        signals.append(len(bridge.take_events()))

    bridge.event_waiting.connect(hear, Qt.ConnectionType.QueuedConnection)
    poster = threading.Thread(target=lambda: [bridge.post(Progress(1, i / 200)) for i in range(200)])
    poster.start()
    poster.join()
    qtbot.waitUntil(lambda: bool(signals))
    assert signals == [200]


def test_an_event_that_comes_after_the_window_has_gone_is_not_an_error() -> None:
    bridge = EventBridge()
    shiboken6.delete(bridge)
    bridge.post(Stopped(1))
