"""Two runs with pictures larger than a socket's buffer: neither process may wait for the other to read."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from studio.core.engine_api.contract import Done, EngineSettings, Event, Frame, StyleRequest
from studio.core.engine_api.learning import TuneRequest
from studio.jobs.engine_process.proxy import EngineProcess
from studio.jobs.engine_process.watchdog import Patience
from studio.jobs.interruption import Interrupted
from tests.support.event_log import EventLog, running_worker
from tests.support.fakes import GUARD_SECONDS, FakeEngine, make_picture, make_request, paint

EDGE = 640  # px; such a picture takes 1.2 MB, a socket's buffer about 0.2


class LargeEngine(FakeEngine):
    """Its frames are as large as the recipe wants them."""

    def _style(self, request: StyleRequest) -> Iterator[Event]:
        for step in range(1, self.frames + 1):
            self.before_frame(request, step)
            picture, _ = paint(request, step / self.frames, EDGE)
            yield Frame(request.id, step, self.frames, step / self.frames, picture)


class StuckEngine(LargeEngine):
    """Never comes back from its second step."""

    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if step == 2:
            threading.Event().wait()


def make_large_engine(settings: EngineSettings) -> LargeEngine:
    return LargeEngine(frames=20)


def make_stuck_engine(settings: EngineSettings) -> StuckEngine:
    return StuckEngine()


def large_request(seed: int) -> StyleRequest:
    """As "Continue" makes it: photo and the picture so far."""
    content, start = (make_picture(EDGE, EDGE, seed=number) for number in (seed, seed + 1))
    return StyleRequest(content, (start,), make_request(long_edge=EDGE).recipe, start)


def within_guard(body: Callable[[], None]) -> None:
    """Run it on a thread that may be left behind; where it does not end, kill the engine, which frees it."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            body()
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(GUARD_SECONDS)
    is_stuck = thread.is_alive()
    for child in multiprocessing.active_children() if is_stuck else ():
        child.kill()
    thread.join(GUARD_SECONDS)
    assert not is_stuck, "Both processes wait for each other."
    if failures:
        raise failures[0]


def begin_a_step_and_leave_it(engine: EngineProcess, run: Any) -> None:
    engine.interrupt()
    with pytest.raises(Interrupted):
        next(run)


def test_a_large_request_is_sent_while_a_large_frame_is_on_its_way() -> None:
    engine = EngineProcess(make_large_engine, EngineSettings())

    def talk() -> None:
        engine.describe()
        background, job = (engine.run(large_request(seed)) for seed in (10, 20))
        begin_a_step_and_leave_it(engine, background)
        assert isinstance(next(job), Frame)
        begin_a_step_and_leave_it(engine, job)
        assert [type(event) for event in background] == [Frame] * 20 + [Done]
        assert [type(event) for event in job] == [Frame] * 19 + [Done]

    within_guard(talk)
    engine.close()


def test_requests_that_the_engine_is_not_reading_stop_neither_a_stop_nor_closing() -> None:
    engine = EngineProcess(make_stuck_engine, EngineSettings(), Patience(grace=0.05))

    def talk() -> None:
        stuck, other, third = (engine.run(large_request(seed)) for seed in (10, 20, 30))
        assert isinstance(next(stuck), Frame)
        begin_a_step_and_leave_it(engine, stuck)
        begin_a_step_and_leave_it(engine, other)  # more than fits between the processes
        stuck.close()
        assert multiprocessing.active_children() == []
        assert isinstance(next(third), Frame)
        begin_a_step_and_leave_it(engine, third)
        begin_a_step_and_leave_it(engine, engine.run(large_request(40)))
        engine.close()

    within_guard(talk)
    assert multiprocessing.active_children() == []


def test_a_job_that_goes_on_beside_a_batch_ends_and_can_be_stopped() -> None:
    log = EventLog()
    item, jobs = large_request(10), [large_request(20 + number) for number in range(8)]
    with running_worker(lambda: EngineProcess(make_large_engine, EngineSettings()), log) as worker:
        worker.start_background(item)
        log.wait_for(lambda event: isinstance(event, Frame))
        for job in jobs:  # each begins while the item's frame, or that of the job before, is on its way
            worker.start_job(job)
        log.wait_for_end(jobs[0].id)
        worker.stop_job()
        log.wait_for_end(jobs[-1].id)
        log.wait_for_end(item.id)

    assert log.names(item.id)[-1] == "Done"
    assert {log.names(job.id)[-1] for job in jobs} <= {"Stopped", "Done"}
