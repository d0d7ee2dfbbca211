"""The engine's process at its end, however that comes: with its parent, in the middle of a message, during a Ctrl+C."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psutil
import pytest

from studio.core.batch.job import BatchItem
from studio.core.engine_api.contract import Done, EngineSettings, StyleRequest
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import EngineDied
from studio.jobs.batch.runner import paint_item
from studio.jobs.engine_process.picture_pipe import PicturePipe
from studio.jobs.engine_process.proxy import EngineProcess
from studio.jobs.interruption import Interrupted, Wakeup
from tests.support.fakes import (
    GUARD_SECONDS,
    UNLUCKY_SEED,
    FakeEngine,
    make_crashing_engine,
    make_fake_engine,
    make_hanging_engine,
    make_never_ready_engine,
    make_picture,
    make_request,
)

PARENT = """
import os, sys, threading
from studio.core.batch.job import BatchItem
from studio.core.engine_api.contract import EngineInfo, EngineSettings
from studio.jobs.batch.runner import paint_item
from studio.jobs.engine_process.proxy import EngineProcess
from tests.support.fakes import FakeEngine, make_request

class EndlessEngine(FakeEngine):
    def describe(self):
        return EngineInfo(device="", dtype="", memory=os.getpid())

    def before_frame(self, request, step):
        print("in a step without an end", flush=True)
        threading.Event().wait()

def make_engine(settings):
    return EndlessEngine()

if __name__ == "__main__":
    engine = EngineProcess(make_engine, EngineSettings())
    print(engine.describe().memory, flush=True)
    if sys.argv[1] == "at work":
        list(engine.run(make_request()))
    sys.stdin.read()
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux to wait for a process that is no child")
@pytest.mark.parametrize("moment", ["idle", "at work"])
def test_the_child_ends_when_its_parent_is_killed(tmp_path: Path, moment: str) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, script, moment], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    ) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        try:
            if moment == "at work":
                assert "without an end" in parent.stdout.readline()  # the child writes there, too
            parent.kill()
            ended, _, _ = select.select([child], [], [], GUARD_SECONDS)
            if not ended:
                signal.pidfd_send_signal(child, signal.SIGKILL)
        finally:
            os.close(child)

    assert ended


class BreakingEngine(FakeEngine):
    """Its process ends half way through the answer that follows the second step of an unlucky request."""

    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if isinstance(request, StyleRequest) and request.recipe.seed == UNLUCKY_SEED and step == 2:
            PicturePipe.write = write_half_and_exit  # type: ignore[method-assign]


def write_half_and_exit(pipe: Any, parts: list[Any]) -> None:
    os.write(pipe._connection.fileno(), (1000).to_bytes(4, "big") + b"half")
    os._exit(3)


def make_breaking_engine(settings: EngineSettings) -> BreakingEngine:
    return BreakingEngine()


def make_incomprehensible_engine(settings: EngineSettings) -> FakeEngine:
    """Says what is no pickle."""
    PicturePipe.write = lambda pipe, parts: pipe._connection.send_bytes(bytes(4) + b"what?")  # type: ignore[method-assign]
    return FakeEngine()


@pytest.mark.skipif(sys.platform == "win32", reason="writes into the socket by its number")
def test_half_a_message_is_the_death_it_was() -> None:
    with closing(EngineProcess(make_breaking_engine, EngineSettings())) as engine:
        run = engine.run(make_request(seed=UNLUCKY_SEED))
        next(run), next(run)
        with pytest.raises(EngineDied, match="exit code 3"):
            next(run)
        assert isinstance(list(engine.run(make_request()))[-1], Done)


def test_what_cannot_be_understood_ends_the_process(caplog: pytest.LogCaptureFixture) -> None:
    with closing(EngineProcess(make_incomprehensible_engine, EngineSettings())) as engine:
        with pytest.raises(EngineDied, match="no longer answered"):
            engine.describe()
        assert multiprocessing.active_children() == []

    assert "could not be received" in caplog.text


class ScribblingEngine(FakeEngine):
    """Writes into every file that its process has open, instead of the second step of an unlucky request."""

    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if isinstance(request, StyleRequest) and request.recipe.seed == UNLUCKY_SEED and step == 2:
            for descriptor in range(3, 64):
                with suppress(OSError):
                    os.write(descriptor, b"\xff" * 64)


def make_scribbling_engine(settings: EngineSettings) -> ScribblingEngine:
    return ScribblingEngine()


@pytest.mark.skipif(sys.platform == "win32", reason="writes into the socket by its number")
def test_a_process_that_scribbles_over_its_files_is_ended_and_replaced(caplog: pytest.LogCaptureFixture) -> None:
    with closing(EngineProcess(make_scribbling_engine, EngineSettings())) as engine:
        run = engine.run(make_request(seed=UNLUCKY_SEED))
        next(run), next(run)
        with pytest.raises(EngineDied, match="no longer answered"):
            next(run)
        assert multiprocessing.active_children() == []
        assert isinstance(list(engine.run(make_request()))[-1], Done)

    assert "could not be received" in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="there no process can be stopped by a signal")
def test_a_process_that_dies_while_a_large_request_is_sent_ends_the_sending() -> None:
    with closing(EngineProcess(make_fake_engine, EngineSettings())) as engine:
        engine.describe()
        [child] = multiprocessing.active_children()
        assert child.pid is not None
        os.kill(child.pid, signal.SIGSTOP)
        os.waitpid(child.pid, os.WUNTRACED)
        run = engine.run(make_request(make_picture(1200, 900)))
        engine.interrupt()
        with pytest.raises(Interrupted):
            next(run)
        assert "studio-channel-sender" in {thread.name for thread in threading.enumerate()}
        child.kill()
        with pytest.raises(EngineDied, match="SIGKILL"):
            next(run)
        assert "studio-channel-sender" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts what /proc lists")
def test_a_dead_process_leaves_no_file_open_and_no_zombie() -> None:
    with closing(EngineProcess(make_crashing_engine, EngineSettings())) as engine:
        opened = []
        for _ in range(3):
            with pytest.raises(EngineDied):
                list(engine.run(make_request(seed=UNLUCKY_SEED)))
            opened.append(len(os.listdir("/proc/self/fd")))  # noqa: PTH208 - a count is all there is to it

    assert opened == [opened[0]] * 3
    assert [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE] == []


def test_a_second_ctrl_c_while_it_is_closed_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = EngineProcess(make_never_ready_engine, EngineSettings())
    engine.interrupt()
    with pytest.raises(Interrupted):
        engine.describe()
    join, interruptions = BaseProcess.join, [KeyboardInterrupt]

    def join_interrupted(process: BaseProcess, timeout: float | None = None) -> None:
        if interruptions:
            raise interruptions.pop()
        join(process, timeout)

    monkeypatch.setattr(BaseProcess, "join", join_interrupted)
    with pytest.raises(KeyboardInterrupt):
        engine.close()

    assert multiprocessing.active_children() == []
    engine.close()


def test_ctrl_c_in_a_batch_does_not_wait_for_the_step_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    item = BatchItem(1, Path("photo.png"), "photo.png")
    with closing(EngineProcess(make_hanging_engine, EngineSettings())) as engine:
        painting = paint_item(item, make_request(seed=UNLUCKY_SEED), engine)
        next(painting), next(painting)
        [child] = multiprocessing.active_children()
        wait_for, interruptions = Wakeup.wait_for, [KeyboardInterrupt]

        def wait_interrupted(wakeup: Wakeup, has_news: Callable[[], bool], timeout: float) -> bool:
            if interruptions:
                raise interruptions.pop()
            return wait_for(wakeup, has_news, timeout)

        monkeypatch.setattr(Wakeup, "wait_for", wait_interrupted)
        with pytest.raises(KeyboardInterrupt):
            next(painting)

        assert multiprocessing.active_children() == [child]  # waiting would have ended it
