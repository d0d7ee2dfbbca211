"""An engine that never answers: it is ended, a sentence says so, and the next request works. Patience is short here."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

import pytest

from studio.core.engine_api.contract import (
    Done,
    EngineSettings,
    Event,
    Failed,
    Frame,
    LiveRequest,
    MakeEngine,
    Ready,
    Request,
    StyleRequest,
)
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import EngineDied, WeightsError
from studio.jobs.engine_process.picture_pipe import PicturePipe
from studio.jobs.engine_process.proxy import EngineProcess
from studio.jobs.engine_process.watchdog import Patience, Watchdog, Work
from studio.jobs.interruption import Interrupted
from tests.support import fakes
from tests.support.event_log import EventLog, running_worker
from tests.support.fakes import UNLUCKY_SEED, FakeEngine, make_picture, make_request

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there no process can stop itself")

SHORT = Patience(stopped=0.1)


class SleepingEngine(FakeEngine):
    """An unlucky live request waits for ever for what never comes."""

    def run(self, request: Request) -> Iterator[Event]:
        if isinstance(request, LiveRequest) and request.recipe.seed == UNLUCKY_SEED:
            threading.Event().wait()
        yield from super().run(request)


class StoppedEngine(FakeEngine):
    """Its process is stopped by the system at the second frame of an unlucky request."""

    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if isinstance(request, StyleRequest) and request.recipe.seed == UNLUCKY_SEED and step == 2:
            os.kill(os.getpid(), signal.SIGSTOP)


class HalfSendingEngine(FakeEngine):
    """Its process is stopped half way through the answer that follows the second step of an unlucky request."""

    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if isinstance(request, StyleRequest) and request.recipe.seed == UNLUCKY_SEED and step == 2:
            PicturePipe.write = write_half  # type: ignore[method-assign]


def write_half(pipe: Any, parts: list[Any]) -> None:
    connection: Connection = pipe._connection
    os.write(connection.fileno(), (1000).to_bytes(4, "big") + b"half")
    os.kill(os.getpid(), signal.SIGSTOP)


def make_sleeping_engine(settings: EngineSettings) -> SleepingEngine:
    return SleepingEngine()


def make_stopped_engine(settings: EngineSettings) -> StoppedEngine:
    return StoppedEngine()


def make_half_sending_engine(settings: EngineSettings) -> HalfSendingEngine:
    return HalfSendingEngine()


def make_stopped_while_loading(settings: EngineSettings) -> FakeEngine:
    os.kill(os.getpid(), signal.SIGSTOP)
    return FakeEngine()


def make_missing_then_never_ready(settings: EngineSettings) -> FakeEngine:
    """Says that something is missing, and loads for ever when tried again."""
    if not tries:
        tries.append(settings)
        fakes.make_unmakeable_engine(settings)
    return fakes.make_never_ready_engine(settings)


tries: list[EngineSettings] = []  # in the child


def stop_child() -> None:
    [child] = multiprocessing.active_children()
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)
    wait_until_stopped(child.pid)


def wait_until_stopped(process_id: int) -> None:
    _, status = os.waitpid(process_id, os.WUNTRACED)
    assert os.WIFSTOPPED(status)


def live_request(**recipe: object) -> LiveRequest:
    style = make_request(**recipe)
    assert style.content is not None
    return LiveRequest(style.content, style.styles, style.recipe, 32)


def test_a_live_request_to_a_stopped_process_fails_in_a_sentence_and_the_next_one_is_shown() -> None:
    log, stuck, after = EventLog(), live_request(), live_request(strength=0.3)
    with running_worker(lambda: EngineProcess(fakes.make_fake_engine, EngineSettings(), SHORT), log) as worker:
        log.wait_for_ready()
        stop_child()
        worker.submit(stuck)
        failed = log.wait_for_end(stuck.id)
        log.wait_for(lambda event: isinstance(event, Ready) and event is not log.events[0])  # without being asked
        worker.submit(after)
        done = log.wait_for_end(after.id)

    assert isinstance(failed, Failed) and isinstance(failed.error, EngineDied)
    assert failed.error.message == "The painting engine no longer answered and was ended."
    assert failed.error.remedy
    assert isinstance(done, Done)


def test_a_live_step_that_waits_for_ever_fails_and_the_job_beside_it_is_painted() -> None:
    log, job, stuck = EventLog(), make_request(), live_request(seed=UNLUCKY_SEED)
    patience = Patience(quick_idle=0.1)
    with running_worker(lambda: EngineProcess(make_sleeping_engine, EngineSettings(), patience), log) as worker:
        worker.submit(stuck)
        worker.start_job(job)
        failed = log.wait_for_end(stuck.id)
        done = log.wait_for_end(job.id)

    assert isinstance(failed, Failed) and isinstance(failed.error, EngineDied)
    assert isinstance(done, Done)


@pytest.mark.parametrize("make_engine", [make_stopped_engine, make_half_sending_engine])
def test_a_job_whose_process_is_stopped_fails_and_the_next_one_works(make_engine: MakeEngine) -> None:
    log, stuck, after = EventLog(), make_request(seed=UNLUCKY_SEED), make_request()
    with running_worker(lambda: EngineProcess(make_engine, EngineSettings(), SHORT), log) as worker:
        worker.start_job(stuck)
        failed = log.wait_for_end(stuck.id)
        worker.start_job(after)
        done = log.wait_for_end(after.id)

    assert isinstance(failed, Failed) and isinstance(failed.error, EngineDied)
    assert log.names(stuck.id) == ["Progress", "Frame", "Failed"]
    assert isinstance(done, Done)


@pytest.mark.parametrize("make_engine", [make_stopped_while_loading, fakes.make_never_ready_engine])
def test_an_engine_that_is_never_ready_is_given_up(make_engine: MakeEngine) -> None:
    with closing(EngineProcess(make_engine, EngineSettings(), replace(SHORT, start=0.3))) as engine:
        with pytest.raises(EngineDied, match=r"no longer answered|was not ready"):
            engine.describe()
        assert multiprocessing.active_children() == []


def test_an_engine_that_could_not_be_made_is_loading_when_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(EngineProcess(make_missing_then_never_ready, EngineSettings())) as engine:
        with pytest.raises(WeightsError):
            engine.describe()
        seen = []

        def look_once(watchdog: Watchdog, step: object, work: Work, *, is_starting: bool) -> EngineDied:
            seen.append(is_starting)
            return EngineDied("That is enough.")

        monkeypatch.setattr(Watchdog, "look", look_once)
        with pytest.raises(EngineDied, match="enough"):
            engine.describe()

    assert seen == [True]


def test_a_request_too_large_for_the_pipe_does_not_keep_a_stopped_process_waiting() -> None:
    with closing(EngineProcess(fakes.make_fake_engine, EngineSettings(), SHORT)) as engine:
        engine.describe()
        stop_child()
        with pytest.raises(EngineDied, match="no longer answered"):
            next(engine.run(make_request(make_picture(1200, 900))))


def test_closing_a_run_that_waits_behind_another_leaves_the_other_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(EngineProcess(make_stopped_engine, EngineSettings(), Patience(stopped=60.0, grace=0.05))) as engine:
        slow, closed = engine.run(make_request(seed=UNLUCKY_SEED)), engine.run(make_request())
        next(slow), next(slow)
        leave_in_the_middle(engine, slow)
        [child] = multiprocessing.active_children()
        assert child.pid is not None
        wait_until_stopped(child.pid)
        leave_in_the_middle(engine, closed)
        looks = 0

        def look_four_times(*arguments: Any, **named: Any) -> EngineDied | None:
            nonlocal looks
            looks += 1
            if looks == 4:
                os.kill(child.pid, signal.SIGCONT)
            return look(*arguments, **named)

        look = Watchdog.look
        monkeypatch.setattr(Watchdog, "look", look_four_times)
        closed.close()

        assert [type(event) for event in slow] == [Frame, Frame, Done]
        assert looks >= 4  # more, where the process takes its time to go on
        assert multiprocessing.active_children() == [child]


def leave_in_the_middle(engine: EngineProcess, run: Iterator[Event]) -> None:
    engine.interrupt()
    with pytest.raises(Interrupted):
        next(run)
