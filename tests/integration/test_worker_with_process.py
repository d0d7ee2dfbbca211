"""Worker and engine process together: a stop is answered in the middle of a step, and no hang survives it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager

from studio.core.engine_api.contract import EngineSettings, Failed, Frame, MakeEngine
from studio.core.errors import EngineError
from studio.jobs.engine_process.proxy import EngineProcess
from studio.jobs.engine_process.watchdog import Patience
from studio.jobs.worker import Worker
from tests.support import fakes
from tests.support.event_log import EventLog, running_worker
from tests.support.fakes import GUARD_SECONDS, UNLUCKY_SEED, make_request

NEVER = 10 * GUARD_SECONDS  # a grace period that no test lives to see


@contextmanager
def worker_with_process(make_engine: MakeEngine, log: EventLog, grace: float) -> Iterator[Worker]:
    with running_worker(lambda: EngineProcess(make_engine, EngineSettings(), Patience(grace=grace)), log) as worker:
        yield worker
    assert multiprocessing.active_children() == []


def test_a_job_and_live_requests_run_in_the_child() -> None:
    log, job, live = EventLog(), make_request(), make_request(strength=0.1)
    with worker_with_process(fakes.make_fake_engine, log, NEVER) as worker:
        worker.start_job(job)
        worker.submit(live)
        log.wait_for_end(job.id)
        log.wait_for_end(live.id)

    assert log.names(job.id) == log.names(live.id) == ["Progress", "Frame", "Frame", "Frame", "Done"]
    assert log.threads == {"studio-worker"}


def test_a_job_and_one_in_the_background_run_in_the_child() -> None:
    log, background, job = EventLog(), make_request(), make_request(strength=0.1)
    with worker_with_process(fakes.make_fake_engine, log, NEVER) as worker:
        worker.start_background(background)
        log.wait_for(lambda event: isinstance(event, Frame))
        worker.pause_background(True)
        worker.start_job(job)
        log.wait_for_end(job.id)
        worker.pause_background(False)
        log.wait_for_end(background.id)

    assert log.names(job.id) == log.names(background.id) == ["Progress", "Frame", "Frame", "Frame", "Done"]


def test_a_stop_is_answered_while_a_step_never_ends_and_closing_is_clean() -> None:
    log, job = EventLog(), make_request(seed=UNLUCKY_SEED)
    with worker_with_process(fakes.make_hanging_engine, log, NEVER) as worker:
        worker.start_job(job)
        log.wait_for(lambda event: isinstance(event, Frame))
        worker.stop_job()
        log.wait_for_end(job.id)

    assert log.names(job.id) == ["Progress", "Frame", "Stopped"]


def test_a_stop_is_answered_while_the_previous_stop_still_waits_for_its_step() -> None:
    log, hanging, waiting = EventLog(), make_request(seed=UNLUCKY_SEED), make_request()
    with worker_with_process(fakes.make_hanging_engine, log, NEVER) as worker:
        worker.start_job(hanging)
        log.wait_for(lambda event: isinstance(event, Frame))
        worker.start_job(waiting)
        log.wait_for_end(hanging.id)
        worker.stop_job()
        log.wait_for_end(waiting.id)

    assert log.names(waiting.id) == ["Stopped"]


def test_a_stop_is_answered_while_the_engine_is_still_loading() -> None:
    log, job = EventLog(), make_request()
    with worker_with_process(fakes.make_never_ready_engine, log, NEVER) as worker:
        worker.start_job(job)
        worker.stop_job()
        log.wait_for_end(job.id)

    assert log.names() == ["Stopped"]


def test_a_step_that_hangs_after_a_stop_costs_a_child_and_the_next_job_works() -> None:
    log, hanging, next_job = EventLog(), make_request(seed=UNLUCKY_SEED), make_request()
    with worker_with_process(fakes.make_hanging_engine, log, grace=0.05) as worker:
        worker.start_job(hanging)
        log.wait_for(lambda event: isinstance(event, Frame))
        worker.stop_job()
        worker.start_job(next_job)
        log.wait_for_end(next_job.id)

    assert log.names(hanging.id)[-1] == "Stopped"
    assert log.names(next_job.id)[-1] == "Done"


def test_a_crash_fails_the_job_and_the_next_one_works() -> None:
    log, unlucky, lucky = EventLog(), make_request(seed=UNLUCKY_SEED), make_request()
    with worker_with_process(fakes.make_crashing_engine, log, NEVER) as worker:
        worker.start_job(unlucky)
        failed = log.wait_for_end(unlucky.id)
        worker.start_job(lucky)
        log.wait_for_end(lucky.id)

    assert isinstance(failed, Failed) and isinstance(failed.error, EngineError)
    assert log.names(unlucky.id) == ["Progress", "Frame", "Failed"]
    assert log.names(lucky.id)[-1] == "Done"
