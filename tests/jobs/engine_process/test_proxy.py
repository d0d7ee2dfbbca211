"""The engine in a child process: the same events, and what happens when it fails, crashes, hangs or is left alone."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from studio.core.engine_api.contract import Done, EngineInfo, EngineSettings, Event, Frame, MakeEngine, Progress
from studio.core.engine_api.learning import Trained
from studio.core.errors import EngineDied, EngineError, WeightsError
from studio.jobs.engine_process.proxy import EngineProcess
from studio.jobs.engine_process.watchdog import Patience
from studio.jobs.event_check import check_event
from studio.jobs.interruption import Interrupted
from tests.support import fakes
from tests.support.fakes import (
    GUARD_SECONDS,
    UNLUCKY_SEED,
    FakeEngine,
    make_classifier_request,
    make_request,
    train_classifier,
)

Start = Callable[..., EngineProcess]


@pytest.fixture
def start() -> Iterator[Start]:
    """Make EngineProcesses that are closed when the test ends."""
    started: list[EngineProcess] = []

    def start(make_engine: MakeEngine = fakes.make_fake_engine, patience: Patience | None = None) -> EngineProcess:
        started.append(EngineProcess(make_engine, EngineSettings(), patience))
        return started[-1]

    yield start
    for engine in started:
        engine.close()


def shown(event: Event) -> tuple[object, ...]:
    match event:
        case Frame():
            return "Frame", event.step, event.is_final, event.picture.fingerprint, event.picture.name
        case Done():
            return "Done", event.steps, event.result.fingerprint, event.uncolored and event.uncolored.fingerprint
        case _:
            return (event,)


class CollectingEngine(FakeEngine):
    """Says of how many objects a collection looks at none and at some."""

    def describe(self) -> EngineInfo:
        return EngineInfo(f"{gc.get_freeze_count()} {len(gc.get_objects())}", "uint8")


def make_collecting_engine(settings: EngineSettings) -> CollectingEngine:
    return CollectingEngine()


def advance_to_the_frame(events: Iterator[Event]) -> None:
    assert isinstance(next(events), Progress)
    assert isinstance(next(events), Frame)


def children() -> list[multiprocessing.process.BaseProcess]:
    return [child for child in multiprocessing.active_children() if child.name == "studio-engine"]


def test_the_events_are_those_of_the_engine_in_process(start: Start) -> None:
    request, engine = make_request(keep_color=0.3), start()

    for _ in range(2):  # the second time the child knows the pictures
        assert [shown(event) for event in engine.run(request)] == [shown(event) for event in FakeEngine().run(request)]


def test_a_classifier_and_its_curves_come_out_of_the_process(start: Start) -> None:
    request = make_classifier_request()
    *progress, trained = (check_event(event, request) for event in start().run(request))
    assert isinstance(trained, Trained)
    expected = train_classifier(request)
    assert trained.head.classes == ("a", "b")
    assert np.array_equal(trained.head.weight, expected.head.weight)
    assert trained.assessment.looks[0].picture.fingerprint == request.pictures[0].fingerprint
    epochs = [event.epoch for event in progress if isinstance(event, Progress) and event.epoch is not None]
    assert [epoch.epoch for epoch in epochs] == [1, 2]


def test_it_is_started_by_the_first_use_and_ended_by_close(start: Start) -> None:
    engine = start()
    assert children() == []

    info = engine.describe()
    assert isinstance(info, EngineInfo) and info.device == "Fake brush"
    assert len(children()) == 1

    engine.close()
    engine.close()
    assert children() == []
    with pytest.raises(EngineError, match="closed"):
        engine.describe()


def test_a_suspended_run_goes_on_after_another_and_a_closed_one_does_not(start: Start) -> None:
    engine = start()
    job, live = engine.run(make_request()), engine.run(make_request())
    advance_to_the_frame(job)
    advance_to_the_frame(live)
    live.close()

    assert list(live) == []
    assert [type(event).__name__ for event in job] == ["Frame", "Frame", "Done"]


def test_closing_a_run_that_never_began_starts_no_child(start: Start) -> None:
    run = start().run(make_request())
    run.close()

    assert list(run) == []
    assert children() == []


@pytest.mark.parametrize(
    ("make_engine", "cause"), [(fakes.make_crashing_engine, "SIGKILL"), (fakes.make_exiting_engine, "exit code 3")]
)
def test_a_dead_child_is_reported_at_once_and_replaced(start: Start, make_engine: MakeEngine, cause: str) -> None:
    engine = start(make_engine)
    lucky, unlucky = make_request(), make_request(seed=UNLUCKY_SEED)
    run = engine.run(unlucky)
    advance_to_the_frame(run)

    with pytest.raises(EngineDied, match="stopped unexpectedly") as caught:
        next(run)
    assert cause in caught.value.message
    assert caught.value.remedy
    assert list(run) == []

    assert isinstance(list(engine.run(lucky))[-1], Done)  # and the new child is sent the pictures again


def test_a_child_that_dies_between_two_requests_is_replaced_without_a_word(start: Start) -> None:
    engine = start()
    engine.describe()
    [child] = children()
    child.kill()
    child.join(GUARD_SECONDS)

    assert isinstance(list(engine.run(make_request()))[-1], Done)


def test_an_unknown_error_crosses_as_text_and_the_child_goes_on(start: Start) -> None:
    engine = start(fakes.make_failing_engine)
    run = engine.run(make_request(seed=UNLUCKY_SEED))
    advance_to_the_frame(run)
    [child] = children()

    with pytest.raises(EngineError, match="brush divided by zero") as caught:
        next(run)
    assert "in before_frame" in caught.value.__notes__[0]
    assert list(run) == []
    assert isinstance(list(engine.run(make_request()))[-1], Done)
    assert children() == [child]


def test_an_engine_that_cannot_be_made_says_so_in_its_own_words(start: Start) -> None:
    engine = start(fakes.make_unmakeable_engine)

    for attempt in (engine.describe, lambda: next(engine.run(make_request()))):
        with pytest.raises(WeightsError) as caught:
            attempt()
        assert caught.value.message == "fake.safetensors is missing."
        assert caught.value.remedy == "Install Style Studio again."


def test_an_interrupted_wait_loses_nothing(start: Start) -> None:
    engine = start()
    engine.interrupt()
    engine.interrupt()
    with pytest.raises(Interrupted):
        engine.describe()
    assert engine.describe().device == "Fake brush"

    run = engine.run(make_request())
    engine.interrupt()
    with pytest.raises(Interrupted):
        next(run)
    advance_to_the_frame(run)
    assert [type(event).__name__ for event in run] == ["Frame", "Frame", "Done"]


def test_a_run_can_be_closed_in_the_middle_of_a_step(start: Start) -> None:
    engine = start()
    run = engine.run(make_request())
    advance_to_the_frame(run)
    engine.interrupt()
    with pytest.raises(Interrupted):
        next(run)
    engine.interrupt()
    with pytest.raises(Interrupted):
        run.close()
    [child] = children()
    run.close()

    assert list(run) == []
    assert isinstance(list(engine.run(make_request()))[-1], Done)
    assert children() == [child]


def test_a_step_that_does_not_end_within_the_grace_period_ends_with_its_child(start: Start) -> None:
    engine = start(fakes.make_hanging_engine, Patience(grace=0.05))
    run = engine.run(make_request(seed=UNLUCKY_SEED))
    advance_to_the_frame(run)
    engine.interrupt()
    with pytest.raises(Interrupted):
        next(run)
    run.close()

    assert children() == []
    assert isinstance(list(engine.run(make_request()))[-1], Done)


def test_closing_does_not_wait_for_a_step(start: Start) -> None:
    engine = start(fakes.make_never_ready_engine)
    engine.interrupt()
    with pytest.raises(Interrupted):
        engine.describe()
    engine.close()
    engine.interrupt()  # a late call from another thread

    assert children() == []


@pytest.mark.skipif(sys.platform != "linux", reason="the settings are glibc's")
def test_the_child_gets_its_memory_settings_and_the_parent_keeps_its_own(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MALLOC_MMAP_THRESHOLD_", raising=False)
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "123456789")  # what a user has set stays
    before = dict(os.environ)

    environment = start(fakes.make_reporting_engine).describe().versions

    assert environment["MALLOC_MMAP_THRESHOLD_"] == "1073741824"
    assert environment["MALLOC_TRIM_THRESHOLD_"] == "123456789"
    assert dict(os.environ) == before


@pytest.mark.skipif(sys.platform == "win32", reason="priorities are numbers on Unix only")
def test_the_child_runs_at_lower_priority(start: Start) -> None:
    start_of_child = start(fakes.make_reporting_engine).describe()
    assert start_of_child.memory is not None

    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, start_of_child.memory) == min(own + 10, 19)


@pytest.mark.skipif(sys.platform == "win32", reason="there Ctrl+C is no signal to a process")
def test_ctrl_c_in_the_terminal_is_left_to_the_parent(start: Start) -> None:
    engine = start()
    engine.describe()
    [child] = children()
    assert child.pid is not None
    os.kill(child.pid, signal.SIGINT)

    assert isinstance(list(engine.run(make_request()))[-1], Done)
    assert children() == [child]


def test_the_parent_knows_neither_torch_nor_qt() -> None:
    code = "import sys, studio.jobs.engine_process.proxy, studio.jobs.worker; print(*sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert "numpy" in output
    assert not {"torch", "PySide6"} & set(output)


def test_a_collection_at_the_end_of_a_run_does_not_look_at_all_that_was_loaded(start: Start) -> None:
    left_alone, looked_at = map(int, start(make_collecting_engine).describe().device.split())
    assert left_alone > 10 * looked_at
