"""What a picture outside the library is like: only the newest question is answered, and those before are stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import Described, DescribeRequest
from studio.core.errors import PictureError, StudioError
from studio.core.image_io.opening.opener import Cancellation
from studio.core.picture import Picture
from studio.ui.library.index_writer import SHORT_EDGE
from studio.ui.library.picture_describer import PictureDescriber
from studio.ui.threads.serial_executor import SerialExecutor
from tests.support.fakes import GUARD_SECONDS, Gate, make_picture


class Events(QObject):
    """What of the session is listened to."""

    event_unclaimed = Signal(object)


class Looks:
    """A worker that notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[DescribeRequest] = []
        self.stopped: list[DescribeRequest] = []

    def look(self, request: DescribeRequest) -> None:
        self.asked.append(request)

    def stop_look(self, request: DescribeRequest) -> None:
        self.stopped.append(request)


class Files:
    """An opener that stands before `gate` and only opens small pictures; "no.png" is none."""

    def __init__(self) -> None:
        self.gate = Gate()
        self.gate.open()
        self.opened: list[tuple[str, int, Cancellation]] = []

    def open_small(self, path: Path, short_edge: int, cancellation: Cancellation) -> Picture:
        self.opened.append((path.name, short_edge, cancellation))
        self.gate.wait(GUARD_SECONDS)
        cancellation.check()
        if path.name == "no.png":
            raise PictureError("no.png is not a picture.")
        return make_picture(64, 48)


class Describing:
    """A describer, and what it is made of. said: what came of the questions."""

    def __init__(self) -> None:
        self.events, self.worker, self.files = Events(), Looks(), Files()
        self.thread = SerialExecutor("describing")
        arguments: Any = self.events, self.worker, self.files, self.thread
        self.describer = PictureDescriber(*arguments)
        self.said: list[str] = []

    def ask(self, name: str) -> None:
        def refuse(error: StudioError) -> None:
            self.said.append(error.message)

        self.describer.describe_file(Path(name), lambda title, vectors: self.said.append(name), refuse)


@pytest.fixture
def describing() -> Iterator[Describing]:
    describing = Describing()
    yield describing
    describing.files.gate.open()
    describing.thread.close()


def test_it_is_busy_from_the_question_to_the_answer(qtbot: QtBot, describing: Describing) -> None:
    assert not describing.describer.is_busy
    describing.ask("a.png")
    assert describing.describer.is_busy
    qtbot.waitUntil(lambda: bool(describing.worker.asked))
    assert describing.describer.is_busy and not describing.said
    describing.events.event_unclaimed.emit(Described(describing.worker.asked[0].id, {}))
    assert describing.said == ["a.png"] and not describing.describer.is_busy


def test_a_file_is_opened_no_larger_than_it_is_looked_at(qtbot: QtBot, describing: Describing) -> None:
    describing.ask("a.png")
    qtbot.waitUntil(lambda: bool(describing.worker.asked))
    assert [(name, edge) for name, edge, _ in describing.files.opened] == [("a.png", SHORT_EDGE)]


def test_a_newer_question_stops_what_the_engine_looks_at(qtbot: QtBot, describing: Describing) -> None:
    describing.ask("a.png")
    qtbot.waitUntil(lambda: len(describing.worker.asked) == 1)
    describing.ask("b.png")
    qtbot.waitUntil(lambda: len(describing.worker.asked) == 2)
    first, second = describing.worker.asked
    assert describing.worker.stopped == [first]
    describing.events.event_unclaimed.emit(Described(first.id, {}))
    assert not describing.said
    describing.events.event_unclaimed.emit(Described(second.id, {}))
    assert describing.said == ["b.png"]


def test_a_newer_question_stops_the_opening_of_those_before(qtbot: QtBot, describing: Describing) -> None:
    describing.files.gate = Gate()
    for name in ("a.png", "b.png", "c.png"):
        describing.ask(name)
        qtbot.waitUntil(lambda: bool(describing.files.opened))
    describing.files.gate.open()
    qtbot.waitUntil(lambda: bool(describing.worker.asked))
    assert [name for name, _, _ in describing.files.opened] == ["a.png", "c.png"]
    assert len(describing.worker.asked) == 1 and not describing.said


def test_a_file_that_is_no_picture_ends_the_question(qtbot: QtBot, describing: Describing) -> None:
    describing.ask("no.png")
    qtbot.waitUntil(lambda: describing.said == ["no.png is not a picture."])
    assert not describing.describer.is_busy
