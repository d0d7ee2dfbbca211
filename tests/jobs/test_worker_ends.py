"""The worker when things end: engines that fail, listeners that raise, closing in the middle of work."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from studio.core.engine_api.contract import Done, Event, Failed, Frame, Progress, Request
from studio.core.errors import EngineError, WeightsError
from studio.jobs.worker import Worker
from tests.support.event_log import EventLog, running_worker
from tests.support.fakes import GUARD_SECONDS, FakeEngine, Gate, make_picture, make_request


def test_an_engine_that_cannot_be_made_is_reported_and_tried_again_at_the_next_request() -> None:
    log = EventLog()
    troubles = [WeightsError("a.safetensors is missing.", "Install Style Studio again."), RuntimeError("no driver")]

    def make_engine() -> FakeEngine:
        if troubles:
            raise troubles.pop(0)
        return FakeEngine(frames=1)

    unlucky, lucky = make_request(), make_request()
    worker = Worker(make_engine, log)
    worker.start()
    first = log.wait_for_end(0)
    worker.submit(unlucky)
    second = log.wait_for_end(unlucky.id)
    worker.start_job(lucky)
    log.wait_for_end(lucky.id)
    worker.close()

    assert isinstance(first, Failed) and isinstance(first.error, WeightsError)
    assert isinstance(second, Failed) and isinstance(second.error, EngineError)
    assert log.names() == ["Failed", "Failed", "Ready", "Progress", "Frame", "Done"]


def test_an_engine_that_cannot_be_described_fails_what_waits_for_it() -> None:
    log, job = EventLog(), make_request()
    worker = Worker(lambda: FakeEngine(describe_error=EngineError("The device is gone.")), log)
    worker.start_job(job)
    worker.start()
    log.wait_for_end(job.id)
    worker.close()

    assert [(event.request_id, str(event.error)) for event in log.events if isinstance(event, Failed)] == [
        (0, "The device is gone."),
        (job.id, "The device is gone."),
    ]


def test_a_studio_error_comes_through_as_it_is_and_frames_before_it_stay() -> None:
    log, request = EventLog(), make_request()
    error = EngineError("The graphics card is full.", "Choose a smaller size.")
    with running_worker(lambda: FakeEngine(error=error, error_at=2), log) as worker:
        worker.start_job(request)
        failed = log.wait_for_end(request.id)

    assert isinstance(failed, Failed) and failed.error is error
    assert log.names(request.id) == ["Progress", "Frame", "Failed"]


def test_an_unknown_error_becomes_readable_and_keeps_its_traceback_as_text_only() -> None:
    log, request, next_request = EventLog(), make_request(), make_request()
    with running_worker(lambda: FakeEngine(error=ZeroDivisionError("brush divided by zero")), log) as worker:
        worker.start_job(request)
        failed = log.wait_for_end(request.id)
        worker.submit(next_request)
        log.wait_for_end(next_request.id)

    assert isinstance(failed, Failed) and type(failed.error) is EngineError
    assert "brush divided by zero" in failed.error.message
    assert "in before_frame" in failed.error.__notes__[0]
    assert failed.error.__traceback__ is None and failed.error.__context__ is None  # they would hold tensors
    assert log.names(next_request.id)[-1] == "Failed"  # a worker that still works


def test_an_engine_that_forgets_its_result_has_failed() -> None:
    class ForgetfulEngine(FakeEngine):
        def run(self, request: Request) -> Iterator[Event]:
            yield Progress(request.id, 0.5)

    log, request = EventLog(), make_request()
    with running_worker(lambda: ForgetfulEngine(), log) as worker:
        worker.submit(request)
        log.wait_for_end(request.id)

    assert log.names(request.id) == ["Progress", "Failed"]


@pytest.mark.parametrize("is_foreign", [True, False])
def test_an_engine_that_answers_another_request_or_nonsense_fails_the_one_it_was_asked(is_foreign: bool) -> None:
    class LyingEngine(FakeEngine):
        def run(self, request: Request) -> Iterator[Event]:
            yield Progress(request.id, 0.5)
            yield Done(request.id + 999_999, make_picture()) if is_foreign else Progress(request.id, float("nan"))
            raise AssertionError("nobody asks for more")

    log, request, next_request = EventLog(), make_request(), make_request()
    with running_worker(lambda: LyingEngine(), log) as worker:
        worker.start_job(request)
        failed = log.wait_for_end(request.id)
        worker.start_job(next_request)
        log.wait_for_end(next_request.id)

    assert isinstance(failed, Failed) and "sent something invalid" in failed.error.message
    assert log.names() == ["Ready", "Progress", "Failed", "Progress", "Failed"]


def test_a_listener_that_raises_is_logged_and_hears_what_follows(caplog: pytest.LogCaptureFixture) -> None:
    log, request = EventLog(), make_request()

    def listen(event: Event) -> None:
        log(event)
        if isinstance(event, Frame):
            raise ValueError("no canvas")

    worker = Worker(lambda: FakeEngine(frames=2), listen)
    with caplog.at_level(logging.ERROR):
        worker.start()
        worker.start_job(request)
        log.wait_for_end(request.id)
        worker.close()

    assert log.names(request.id) == ["Progress", "Frame", "Frame", "Done"]
    assert caplog.text.count("ValueError: no canvas") == 2


def test_an_engine_that_raises_while_it_is_closed_is_logged_and_the_next_request_runs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class ClingingEngine(FakeEngine):
        def run(self, request: Request) -> Iterator[Event]:
            try:
                yield from super().run(request)
            finally:
                raise RuntimeError("will not let go")

    gate, log = Gate(), EventLog()
    job, live = make_request(), make_request()
    with running_worker(lambda: ClingingEngine(gate=gate), log) as worker, caplog.at_level(logging.ERROR):
        worker.start_job(job)
        gate.wait_until_reached()
        worker.stop_job()
        worker.submit(live)
        gate.open()
        log.wait_for_end(live.id)

    assert log.names(job.id)[-1] == "Stopped"
    assert "will not let go" in caplog.text


def test_closing_during_work_ends_every_request_once_and_closes_the_engine() -> None:
    gate, log = Gate(), EventLog()
    engine = FakeEngine(gate=gate)
    job, live, too_late = make_request(), make_request(), make_request()
    with running_worker(lambda: engine, log) as worker:
        worker.start_job(job)
        gate.wait_until_reached()
        worker.submit(live)
        worker.close(timeout=0.0)
        worker.submit(too_late)
        gate.open()
        with ThreadPoolExecutor(2) as pool:
            closings = [pool.submit(worker.close, GUARD_SECONDS) for _ in range(2)]
        for closing in closings:
            closing.result()

    assert log.names(job.id) == ["Progress", "Frame", "Stopped"]
    assert log.names(live.id) == ["Stopped"]
    assert log.names(too_late.id) == []
    assert engine.closed == [job.id]
    assert engine.is_closed


def test_closing_gives_up_on_a_stuck_engine_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    gate, log = Gate(), EventLog()
    with running_worker(lambda: FakeEngine(gate=gate), log) as worker:
        worker.start_job(make_request())
        gate.wait_until_reached()
        worker.close(timeout=0.0)
        gate.open()

    assert "did not end" in caplog.text


def test_a_listener_may_close_the_worker() -> None:
    log, engine = EventLog(), FakeEngine()

    def close_at_the_first_frame(event: Event) -> None:
        if isinstance(event, Frame):
            worker.close()
        log(event)

    worker = Worker(lambda: engine, close_at_the_first_frame)
    worker.start()
    request = make_request()
    worker.start_job(request)
    log.wait_for_end(request.id)
    worker.close(GUARD_SECONDS)

    assert log.names(request.id) == ["Progress", "Frame", "Stopped"]
    assert engine.is_closed


def test_a_worker_closed_before_its_start_makes_no_engine() -> None:
    made: list[FakeEngine] = []

    def make_engine() -> FakeEngine:
        made.append(FakeEngine())
        return made[-1]

    worker = Worker(make_engine, EventLog())
    worker.close()
    worker.start()
    worker.close()

    assert made == []
