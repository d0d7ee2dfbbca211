"""The run of a batch, item by item, with a worker that only notes what it is asked for and files that act at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from studio.core.batch.job import BatchItem, ItemReport
from studio.core.engine_api.contract import Done, Failed, Frame, Stopped, StyleRequest
from studio.core.errors import EngineError, PictureError, StudioError, WeightsError
from studio.ui.batch.batch_run import BatchRun
from studio.ui.session.message import Message
from tests.support.fakes import make_picture, make_request

ITEMS = [BatchItem(number, Path(f"photo{number}.png"), f"photo{number}.png") for number in (1, 2)]


class NotingWorker:
    def __init__(self) -> None:
        self.asked: list[StyleRequest] = []

    def start_background(self, request: StyleRequest) -> None:
        self.asked.append(request)


class ImmediateFiles:
    """Does work as soon as it comes, or keeps it until `go`."""

    def __init__(self) -> None:
        self.is_held = False
        self._held: list[Callable[[], None]] = []

    def submit(
        self, work: Callable[[], Any], on_done: Callable[[Any], None], on_failed: Callable[[StudioError], None]
    ) -> None:
        def do() -> None:
            try:
                done = work()
            except StudioError as error:
                on_failed(error)
                return
            on_done(done)

        self._held.append(do)
        if not self.is_held:
            self.go()

    submit_write = submit

    def go(self) -> None:
        while self._held:
            self._held.pop(0)()


class TwoPhotos:
    """A batch of two, whose first one may not open."""

    def __init__(self, failing: StudioError | None = None) -> None:
        self.left = ITEMS
        self.calls: list[str] = []
        self._failing = failing

    def open(self, item: BatchItem, look: object) -> StyleRequest | ItemReport:
        self.calls.append(f"open {item.number}")
        if self._failing is not None and item.number == 1:
            return ItemReport(item, "skipped", reason=str(self._failing))
        return make_request(make_picture(seed=item.number))

    def deliver(self, item: BatchItem, request: StyleRequest, done: Done) -> ItemReport:
        self.calls.append(f"deliver {item.number}")
        return ItemReport(item, "done")

    def leave(self, item: BatchItem, error: StudioError) -> ItemReport:
        return ItemReport(item, "failed", reason=str(error))

    def finish(self) -> None:
        self.calls.append("finish")

    def close(self) -> None:
        self.calls.append("close")


class Desk:
    """A run and everything it has told."""

    def __init__(self, batch: TwoPhotos) -> None:
        self.worker, self.files, self.batch = NotingWorker(), ImmediateFiles(), batch
        self.has_failed = False  # as of an EngineLink
        self.run = BatchRun(batch, self.worker, self.files, self)  # type: ignore[arg-type]
        self.states: list[tuple[int, str]] = []
        self.errors: list[StudioError] = []
        self.messages: list[Message] = []
        self.ends = 0
        self.run.reported.connect(lambda report: self.states.append((report.item.number, report.state)))
        self.run.broken.connect(self.errors.append)
        self.run.message_posted.connect(self.messages.append)
        self.run.came_to_end.connect(self.count_end)

    def count_end(self) -> None:
        self.ends += 1

    def paint(self) -> None:
        request = self.worker.asked[-1]
        self.run.take_event(Frame(request.id, 1, 2, 0.5, make_picture()))
        self.run.take_event(Done(request.id, make_picture(), seconds=2.0))


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(TwoPhotos())


def test_one_item_is_opened_painted_and_written_before_the_next(desk: Desk) -> None:
    desk.run.go_on()
    assert desk.run.item is ITEMS[0] and len(desk.worker.asked) == 1
    desk.paint()
    assert desk.run.item is ITEMS[1] and desk.ends == 0
    desk.paint()
    assert desk.batch.calls == ["open 1", "deliver 1", "open 2", "deliver 2", "finish"] and desk.ends == 1
    of_one = ["opening", "painting", "saving", "done"]
    assert desk.states == [(number, state) for number in (1, 2) for state in of_one]


def test_what_does_not_open_is_reported_and_the_next_one_is_painted(qtbot: QtBot) -> None:
    desk = Desk(TwoPhotos(PictureError("It is not a picture.")))
    desk.run.go_on()
    assert desk.states == [(1, "opening"), (1, "skipped"), (2, "opening")] and len(desk.worker.asked) == 1


def test_an_item_that_fails_is_left_and_the_next_one_is_painted(desk: Desk) -> None:
    desk.run.go_on()
    desk.run.take_event(Failed(desk.worker.asked[-1].id, EngineError("Too large.")))
    assert (1, "failed") in desk.states and desk.run.item is ITEMS[1] and desk.errors == []


@pytest.mark.parametrize("is_dead", [False, True], ids=["no weights", "no engine"])
def test_what_would_befall_every_item_breaks_the_run(desk: Desk, is_dead: bool) -> None:
    desk.run.go_on()
    desk.has_failed = is_dead
    error = EngineError("It died.") if is_dead else WeightsError("They are gone.")
    desk.run.take_event(Failed(desk.worker.asked[-1].id, error))
    assert desk.errors == [error] and desk.batch.calls == ["open 1"]


def test_an_item_whose_place_was_taken_is_asked_for_again(desk: Desk) -> None:
    desk.run.go_on()
    first = desk.worker.asked[0]
    desk.run.take_event(Stopped(first.id))
    again = desk.worker.asked[1]
    assert again.content is first.content and again.id != first.id


def test_an_end_in_the_middle_leaves_the_item_waiting_and_closes_the_batch(desk: Desk) -> None:
    desk.run.go_on()
    desk.run.end()
    desk.run.end()
    assert desk.states[-1] == (1, "waiting") and desk.run.item is None and desk.batch.calls == ["open 1", "close"]
    desk.paint()
    assert desk.states[-1] == (1, "waiting"), "nothing of it is taken any more"


def test_what_is_being_written_at_the_end_is_done_all_the_same(desk: Desk) -> None:
    desk.run.go_on()
    desk.files.is_held = True
    desk.paint()
    desk.run.end()
    assert desk.states[-1] == (1, "saving")
    desk.files.go()
    assert desk.states[-1] == (1, "done") and desk.batch.calls == ["open 1", "deliver 1", "close"] and desk.ends == 0


def test_what_could_not_be_written_after_the_end_is_told_and_breaks_nothing(desk: Desk) -> None:
    desk.run.go_on()
    desk.files.is_held = True
    desk.paint()
    desk.run.end()

    def fail(item: BatchItem, request: StyleRequest, done: Done) -> ItemReport:
        raise PictureError("The disk is full.")

    desk.batch.deliver = fail  # type: ignore[method-assign]
    desk.files.go()
    assert desk.states[-1] == (1, "waiting") and desk.errors == []
    assert [message.text for message in desk.messages] == ["The disk is full."]
