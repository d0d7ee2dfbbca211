"""The worker with an engine in this process: who runs when, and what a stop leaves."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from studio.core.engine_api.contract import (
    ColorRequest,
    CompareRequest,
    Described,
    DescribeRequest,
    Done,
    Event,
    Progress,
    Ready,
    Request,
    Seen,
    SeeRequest,
)
from studio.jobs.worker import Worker
from tests.support.event_log import EventLog, running_worker
from tests.support.fakes import FakeEngine, Gate, make_picture, make_request


def make_color_request() -> ColorRequest:
    return ColorRequest(make_picture(), make_picture(seed=2), keep_color=0.5)


def test_the_engine_is_made_and_heard_on_the_worker_thread() -> None:
    made_on: list[str] = []
    log = EventLog()

    def make_engine() -> FakeEngine:
        made_on.append(threading.current_thread().name)
        return FakeEngine()

    worker = Worker(make_engine, log)
    worker.start()
    ready = log.wait_for_ready()
    worker.close()

    assert made_on == ["studio-worker"]
    assert log.threads == {"studio-worker"}
    assert isinstance(ready, Ready) and ready.info.device == "Fake brush"


@pytest.mark.parametrize("method", ["submit", "start_job"])
def test_a_request_gives_its_frames_and_is_done(method: str) -> None:
    log, request = EventLog(), make_request()
    with running_worker(lambda: FakeEngine(frames=2), log) as worker:
        getattr(worker, method)(request)
        log.wait_for_end(request.id)

    assert log.names() == ["Ready", "Progress", "Frame", "Frame", "Done"]


def test_only_the_last_of_200_slider_ticks_is_styled() -> None:
    gate, log = Gate(), EventLog()
    engine = FakeEngine(gate=gate)
    first, *ticks = [make_request(strength=tick / 200) for tick in range(201)]
    with running_worker(lambda: engine, log) as worker:
        worker.submit(first)
        gate.wait_until_reached()
        for tick in ticks:
            worker.submit(tick)
        gate.open()
        log.wait_for_end(ticks[-1].id)

    assert engine.requests == [first, ticks[-1]]
    assert engine.closed == [first.id]
    assert log.names(first.id) == ["Progress", "Frame", "Stopped"]  # the step under way is still shown
    assert not any(log.of(tick.id) for tick in ticks[:-1])


def test_a_job_steps_aside_for_a_live_request_and_goes_on() -> None:
    gate, log = Gate(), EventLog()
    engine = FakeEngine(frames=2, gate=gate)
    job, live = make_request(), make_color_request()
    with running_worker(lambda: engine, log) as worker:
        worker.start_job(job)
        gate.wait_until_reached()
        worker.submit(live)
        gate.let_pass(1)
        log.wait_for_end(live.id)
        gate.open()
        log.wait_for_end(job.id)

    assert engine.requests == [job, live]
    order = [(type(event).__name__, getattr(event, "request_id", 0)) for event in log.events]
    assert order == [
        ("Ready", 0),
        ("Progress", job.id),
        ("Frame", job.id),
        ("Done", live.id),
        ("Frame", job.id),
        ("Done", job.id),
    ]


def test_a_stopped_job_says_nothing_after_stopped_and_is_closed() -> None:
    gate, log = Gate(), EventLog()
    engine = FakeEngine(gate=gate)
    job, later = make_request(), make_request()
    with running_worker(lambda: engine, log) as worker:
        worker.start_job(job)
        gate.wait_until_reached()
        worker.stop_job()
        gate.open()
        log.wait_for_end(job.id)
        worker.start_job(later)
        log.wait_for_end(later.id)

    assert log.names(job.id)[-1] == "Stopped"
    assert log.names(job.id).count("Stopped") == 1
    assert "Done" not in log.names(job.id)
    assert engine.closed == [job.id]
    assert engine.finished == [later.id]


def test_a_new_job_stops_the_one_before() -> None:
    gate, log = Gate(), EventLog()
    older, newer = make_request(), make_request()
    with running_worker(lambda: FakeEngine(gate=gate), log) as worker:
        worker.start_job(older)
        gate.wait_until_reached()
        worker.start_job(newer)
        gate.open()
        log.wait_for_end(newer.id)

    assert log.names(older.id)[-1] == "Stopped"
    assert log.names(newer.id)[-1] == "Done"


def test_stopping_leaves_the_live_request_alone() -> None:
    gate, log = Gate(), EventLog()
    live = make_request()
    with running_worker(lambda: FakeEngine(gate=gate), log) as worker:
        worker.submit(live)
        gate.wait_until_reached()
        worker.stop_job()
        gate.open()
        log.wait_for_end(live.id)

    assert log.names(live.id)[-1] == "Done"


def test_jobs_that_never_started_are_stopped_too() -> None:
    gate, log = Gate(), EventLog()
    engine = FakeEngine(gate=gate)
    live, replaced, stopped = make_request(), make_request(), make_request()
    with running_worker(lambda: engine, log) as worker:
        worker.submit(live)
        gate.wait_until_reached()
        worker.start_job(replaced)
        worker.start_job(stopped)
        worker.stop_job()
        gate.open()
        log.wait_for_end(stopped.id)

    assert log.names(replaced.id) == log.names(stopped.id) == ["Stopped"]
    assert engine.requests == [live]


def test_the_background_steps_aside_for_a_job_and_a_live_request_and_goes_on() -> None:
    gate, log = Gate(), EventLog()
    engine = FakeEngine(frames=2, gate=gate)
    background, job, live = make_request(), make_request(), make_color_request()
    with running_worker(lambda: engine, log) as worker:
        worker.start_background(background)
        gate.wait_until_reached()
        worker.start_job(job)
        worker.submit(live)
        gate.open()
        log.wait_for_end(background.id)

    assert engine.requests == [background, live, job]
    assert engine.closed == []
    ends = [event.request_id for event in log.events if isinstance(event, Done)]
    assert ends == [live.id, job.id, background.id]
    assert log.names(background.id) == ["Progress", "Frame", "Frame", "Done"]


def test_the_background_rests_in_the_middle_of_a_request_until_it_is_to_go_on() -> None:
    gate, log = Gate(), EventLog()
    engine = FakeEngine(gate=gate)
    background, job = make_request(), make_request()
    with running_worker(lambda: engine, log) as worker:
        worker.start_background(background)
        gate.wait_until_reached()
        worker.pause_background(True)
        gate.open()
        worker.start_job(job)
        log.wait_for_end(job.id)  # the worker is at work, and yet
        assert log.names(background.id) == ["Progress", "Frame"]
        worker.pause_background(False)
        log.wait_for_end(background.id)

    assert log.names(background.id) == ["Progress", "Frame", "Frame", "Frame", "Done"]


def test_one_in_the_background_can_be_stopped_while_it_rests_and_before_it_starts() -> None:
    log, engine = EventLog(), FakeEngine()
    replaced, resting, later = make_request(), make_request(), make_request()
    with running_worker(lambda: engine, log) as worker:
        worker.pause_background(True)
        worker.start_background(replaced)
        worker.start_background(resting)
        log.wait_for_end(replaced.id)
        worker.stop_background()
        log.wait_for_end(resting.id)
        worker.pause_background(False)
        worker.start_background(later)
        log.wait_for_end(later.id)

    assert log.names(replaced.id) == log.names(resting.id) == ["Stopped"]
    assert engine.requests == [later]


def test_a_stop_of_the_job_leaves_the_background_alone() -> None:
    gate, log = Gate(), EventLog()
    background, job = make_request(), make_request()
    with running_worker(lambda: FakeEngine(gate=gate), log) as worker:
        worker.start_background(background)
        worker.start_job(job)
        gate.wait_until_reached()
        worker.stop_job()
        gate.open()
        log.wait_for_end(background.id)

    assert log.names(job.id)[-1] == "Stopped"
    assert log.names(background.id)[-1] == "Done"


def test_previews_run_in_order_between_a_job_and_the_background() -> None:
    gate, log = Gate(), EventLog()
    engine = FakeEngine(frames=2, gate=gate)
    background, job, live = make_request(), make_request(), make_color_request()
    previews = [make_request(seed=seed) for seed in range(3)]
    with running_worker(lambda: engine, log) as worker:
        worker.start_background(background)
        gate.wait_until_reached()
        worker.start_previews(previews)
        gate.let_pass(2)  # the background's step under way, and one of the first preview
        gate.wait_until_reached()
        worker.start_job(job)
        worker.submit(live)
        gate.open()
        log.wait_for_end(background.id)

    assert engine.requests == [background, previews[0], live, job, *previews[1:]]
    ends = [event.request_id for event in log.events if isinstance(event, Done)]
    assert ends == [live.id, job.id, *(preview.id for preview in previews), background.id]
    assert engine.closed == []


def test_newer_previews_and_a_stop_end_all_that_are_left() -> None:
    gate, log = Gate(), EventLog()
    engine = FakeEngine(gate=gate)
    older, newer = [make_request(), make_request()], [make_request(), make_request()]
    with running_worker(lambda: engine, log) as worker:
        worker.start_previews(older)
        gate.wait_until_reached()
        worker.start_previews(newer)
        gate.let_pass(1)
        log.wait_for_end(older[1].id)
        gate.wait_until_reached()
        worker.stop_previews()
        gate.open()
        log.wait_for_end(newer[1].id)

    assert engine.requests == [older[0], newer[0]]
    assert all(log.names(preview.id)[-1] == "Stopped" for preview in (*older, *newer))


def test_looks_run_in_order_after_a_live_request_and_stop_nothing() -> None:
    gate, log = Gate(), EventLog()
    engine = FakeEngine(frames=2, gate=gate)
    job, live = make_request(), make_color_request()
    looks = [SeeRequest(make_picture(seed=seed)) for seed in range(3)]
    with running_worker(lambda: engine, log) as worker:
        worker.start_job(job)
        gate.wait_until_reached()
        for look in looks:
            worker.look(look)
        worker.submit(live)
        gate.open()
        log.wait_for_end(job.id)

    assert engine.started == [job, live, *looks]
    assert [log.names(look.id) for look in looks] == [["Seen"]] * 3
    assert log.names(job.id)[-1] == "Done"
    assert engine.closed == []


def test_a_look_is_stopped_while_it_waits_and_while_it_runs() -> None:
    class Slow(FakeEngine):
        def run(self, request: Request) -> Iterator[Event]:
            if isinstance(request, CompareRequest):
                assert isinstance(self.gate, Gate)
                self.gate.wait()
                yield Progress(request.id, 0.5)
            yield from super().run(request)

    gate, log = Gate(), EventLog()
    engine = Slow(gate=gate)
    running, waiting, wanted = (CompareRequest(make_picture(), make_picture(seed=seed)) for seed in range(3))
    with running_worker(lambda: engine, log) as worker:
        for request in (running, waiting, wanted):
            worker.look(request)
        gate.wait_until_reached()
        worker.stop_look(running)
        worker.stop_look(waiting)
        gate.open()
        log.wait_for_end(wanted.id)

    assert engine.started == [wanted]
    assert log.names(running.id)[-1] == log.names(waiting.id)[-1] == "Stopped"
    assert log.names(wanted.id) == ["Progress", "Compared"]


def test_descriptions_come_last_and_none_is_lost() -> None:
    gate, log = Gate(), EventLog()
    engine = FakeEngine(frames=2, gate=gate)
    job, batched, preview = make_request(), make_request(), make_request()
    described = [DescribeRequest(make_picture(seed=seed)) for seed in range(3)]
    with running_worker(lambda: engine, log) as worker:
        worker.start_job(job)
        gate.wait_until_reached()
        for request in described:
            worker.describe(request)
        worker.start_background(batched)
        worker.start_previews([preview])
        gate.open()
        log.wait_for(lambda event: isinstance(event, Described) and event.request_id == described[-1].id)

    assert engine.started == [job, preview, batched, *described]
    assert [log.names(request.id)[-1] for request in described] == ["Described"] * 3


def test_a_description_runs_while_the_background_is_paused_and_earlier_as_a_look() -> None:
    gate, log = Gate(), EventLog()
    engine = FakeEngine(frames=2, gate=gate)
    batched, behind, waited_for = make_request(), *(DescribeRequest(make_picture(seed=seed)) for seed in range(2))
    with running_worker(lambda: engine, log) as worker:
        worker.start_background(batched)
        gate.wait_until_reached()
        worker.pause_background(True)
        worker.describe(behind)
        worker.look(waited_for)
        gate.let_pass()
        log.wait_for(lambda event: isinstance(event, Described) and event.request_id == behind.id)
        worker.pause_background(False)
        gate.open()
        log.wait_for_end(batched.id)

    assert engine.started == [batched, waited_for, behind]


def test_a_stop_of_all_else_leaves_looks_alone() -> None:
    log, look = EventLog(), SeeRequest(make_picture())
    with running_worker(FakeEngine, log) as worker:
        worker.look(look)
        worker.stop_job()
        worker.stop_previews()
        worker.stop_background()
        log.wait_for_end(look.id)

    assert isinstance(log.of(look.id)[-1], Seen)
