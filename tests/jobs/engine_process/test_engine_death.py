"""What the death of the engine's process costs: the run it was at work on, and no other."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from studio.core.engine_api.contract import Done, EngineSettings, Event, Failed, Frame, MakeEngine, Progress, Request
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import EngineDied
from studio.jobs.engine_process.proxy import EngineProcess
from studio.jobs.engine_process.watchdog import Patience
from studio.jobs.interruption import Interrupted
from tests.support import fakes
from tests.support.event_log import EventLog, running_worker
from tests.support.fakes import GUARD_SECONDS, UNLUCKY_SEED, FakeEngine, make_card, make_picture, make_request

WHOLE_RUN = ["Progress", "Frame", "Frame", "Frame", "Done"]

Start = Callable[..., EngineProcess]


class NotingEngine(FakeEngine):
    """Says of each fine-tuning whether it resumes an earlier one."""

    def run(self, request: Request) -> Iterator[Event]:
        if isinstance(request, TuneRequest):
            yield Progress(request.id, 0.0, "goes on" if request.is_resumed else "begins")
        yield from super().run(request)


def make_noting_engine(settings: EngineSettings) -> NotingEngine:
    return NotingEngine()


@pytest.fixture
def start() -> Iterator[Start]:
    """Make EngineProcesses that are closed when the test ends."""
    started: list[EngineProcess] = []

    def start(make_engine: MakeEngine, patience: Patience | None = None) -> EngineProcess:
        started.append(EngineProcess(make_engine, EngineSettings(), patience))
        return started[-1]

    yield start
    for engine in started:
        engine.close()


def unlucky_request() -> Request:
    return make_request(seed=UNLUCKY_SEED)


def names(events: Iterator[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def kill_child() -> None:
    [child] = multiprocessing.active_children()
    child.kill()
    child.join(GUARD_SECONDS)


def crash(engine: EngineProcess) -> None:
    run = engine.run(unlucky_request())
    next(run), next(run)
    with pytest.raises(EngineDied, match="stopped unexpectedly"):
        next(run)


def test_only_the_run_at_work_fails_and_the_others_begin_again(start: Start) -> None:
    engine = start(fakes.make_crashing_engine)
    one, other = engine.run(make_request()), engine.run(make_request())
    assert names([next(one), next(one), next(other)]) == ["Progress", "Frame", "Progress"]

    crash(engine)

    assert names(one) == names(other) == WHOLE_RUN


def test_a_run_whose_step_was_answered_before_the_death_loses_nothing_of_it(start: Start) -> None:
    engine = start(fakes.make_crashing_engine)
    innocent = engine.run(make_request())
    next(innocent)
    engine.interrupt()
    with pytest.raises(Interrupted):
        next(innocent)

    crash(engine)

    assert names(innocent) == ["Frame", *WHOLE_RUN]


def test_a_run_begins_again_only_once(start: Start) -> None:
    engine = start(fakes.make_crashing_engine)
    run = engine.run(make_request())
    next(run)
    crash(engine)
    assert isinstance(next(run), Progress)
    crash(engine)

    with pytest.raises(EngineDied):
        next(run)
    assert list(run) == []


def test_a_run_that_a_stop_does_not_end_takes_no_other_along(start: Start) -> None:
    engine = start(fakes.make_hanging_engine, Patience(grace=0.05))
    innocent, stuck = engine.run(make_request()), engine.run(unlucky_request())
    next(innocent), next(stuck), next(stuck)
    engine.interrupt()
    with pytest.raises(Interrupted):
        next(stuck)

    stuck.close()

    assert names(innocent) == WHOLE_RUN


def test_fine_tuning_goes_on_from_what_it_has_saved_and_begins_anew_before(start: Start, tmp_path: Path) -> None:
    engine = start(make_noting_engine)
    request = TuneRequest((make_picture(),), make_card(), tmp_path / "style.safetensors")
    one, other = engine.run(request), engine.run(request)
    assert any(isinstance(event, Progress) and event.training_step is not None for event in islice(one, 5))
    assert isinstance(next(other), Progress)
    kill_child()

    again = next(one), next(other)

    assert [event.note for event in again if isinstance(event, Progress)] == ["goes on", "begins"]


def test_a_stopped_job_that_hangs_leaves_the_background_and_the_engine_to_it() -> None:
    log, background, job = EventLog(), make_request(), unlucky_request()
    engine = EngineProcess(fakes.make_hanging_engine, EngineSettings(), Patience(grace=0.05))
    with running_worker(lambda: engine, log) as worker:
        worker.start_background(background)
        log.wait_for(lambda event: isinstance(event, Frame))
        worker.start_job(job)
        log.wait_for(lambda event: isinstance(event, Frame) and event.request_id == job.id)
        worker.stop_job()
        log.wait_for_end(background.id)

    assert log.names(job.id) == ["Progress", "Frame", "Stopped"]
    assert log.names(background.id)[-5:] == WHOLE_RUN
    assert "Failed" not in log.names()


def test_a_crash_fails_its_own_lane_only_and_the_engine_is_started_again_at_once() -> None:
    log, background, job = EventLog(), make_request(), unlucky_request()
    with running_worker(lambda: EngineProcess(fakes.make_crashing_engine, EngineSettings()), log) as worker:
        worker.pause_background(True)
        worker.start_background(background)
        worker.start_job(job)
        failed = log.wait_for_end(job.id)
        log.wait_for(lambda event: log.names().count("Ready") == 2)
        worker.pause_background(False)
        done = log.wait_for_end(background.id)

    assert isinstance(failed, Failed) and isinstance(failed.error, EngineDied)
    assert isinstance(done, Done)
