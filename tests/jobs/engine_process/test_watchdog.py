"""The watchdog's judgement on made-up processes, and what the system says of real ones."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256

import psutil
import pytest

from studio.core.errors import EngineDied
from studio.jobs.child_process import Signs, signs_of
from studio.jobs.engine_process.watchdog import LOOK_SECONDS, Patience, Watchdog, Work

PATIENCE = Patience()
LIVE_LIMIT = 4.0  # s; a live request that will never be answered is told of within 5, and its process takes time to end


class Scene:
    """A watchdog, a clock and a process of which a test says what it does."""

    def __init__(self) -> None:
        self.now = 100.0
        self.signs: Signs | None = Signs(cpu_seconds=1.0)
        self.watchdog = Watchdog(lambda: self.signs, PATIENCE, lambda: self.now)
        self.step = object()

    def watch(
        self, work: Work, seconds: float, *, cpu: float = 0.0, is_starting: bool = False, **signs: bool
    ) -> tuple[float, EngineDied] | None:
        """After how many seconds of `seconds` it gives the process up, and why; cpu: share of a core it uses."""
        begun, used = self.now, self.signs.cpu_seconds if self.signs else 0.0
        while self.now - begun < seconds:
            self.now += LOOK_SECONDS
            used += cpu * LOOK_SECONDS
            self.signs = Signs(used, **signs)
            verdict = self.watchdog.look(self.step, work, is_starting=is_starting)
            if verdict is not None:
                return self.now - begun, verdict
        return None


@pytest.fixture
def scene() -> Scene:
    return Scene()


QUICK, LONG, STARTING = Work(is_quick=True), Work(), Work()


@pytest.mark.parametrize(("work", "is_starting"), [(QUICK, False), (LONG, False), (LONG, True)])
def test_a_stopped_process_is_given_up_soon_whatever_it_was_at(scene: Scene, work: Work, is_starting: bool) -> None:
    verdict = scene.watch(work, 600, is_starting=is_starting, is_stopped=True)

    assert verdict is not None and verdict[0] <= LIVE_LIMIT
    assert "no longer answered" in verdict[1].message and verdict[1].remedy


def test_a_live_step_that_does_nothing_is_given_up_soon_and_a_long_one_later(scene: Scene) -> None:
    quick = scene.watch(QUICK, 600)
    scene.step = object()
    long = scene.watch(LONG, 600)

    assert quick is not None and quick[0] <= LIVE_LIMIT
    assert long is not None and PATIENCE.long_idle <= long[0] <= PATIENCE.long_idle + 2 * LOOK_SECONDS


@pytest.mark.parametrize("signs", [{"cpu": 0.01}, {"is_at_disk": True}, {"is_runnable": True}])
@pytest.mark.parametrize("work", [QUICK, LONG])
def test_a_slow_step_at_work_is_left_alone(scene: Scene, work: Work, signs: dict[str, bool]) -> None:
    limit = PATIENCE.quick if work.is_quick else PATIENCE.long

    assert scene.watch(work, limit - 1, **signs) is None


def test_even_work_has_an_end(scene: Scene) -> None:
    verdict = scene.watch(LONG, 2000, cpu=1.0)

    assert verdict is not None and "900 s" in verdict[1].message


def test_a_run_whose_steps_take_long_gets_longer(scene: Scene) -> None:
    slow = Work(longest_step=200.0)

    assert scene.watch(slow, 1999, cpu=1.0) is None
    scene.step = object()
    assert scene.watch(slow, 1999) is None


def test_every_step_is_given_its_own_time(scene: Scene) -> None:
    for _ in range(3):
        scene.step = object()
        assert scene.watch(QUICK, PATIENCE.quick_idle) is None


def test_loading_takes_its_time_but_not_for_ever(scene: Scene) -> None:
    assert scene.watch(LONG, PATIENCE.start - 1, is_starting=True) is None
    verdict = scene.watch(LONG, 10, is_starting=True)

    assert verdict is not None and "180 s" in verdict[1].message


def test_an_unwanted_step_is_given_grace_and_three_times_its_longest_but_not_more_than_a_minute(scene: Scene) -> None:
    took = []
    for longest in (0.0, 10.0, 1000.0):
        scene.step = object()
        verdict = scene.watch(Work(is_unwanted=True, longest_step=longest), 2000, cpu=1.0)
        assert verdict is not None and "did not stop in time" in verdict[1].message
        took.append(verdict[0])

    assert took == [pytest.approx(limit, abs=2 * LOOK_SECONDS) for limit in (3.0, 30.0, 60.0)]


def test_the_time_before_a_stop_does_not_count_against_the_grace(scene: Scene) -> None:
    work = Work()
    assert scene.watch(work, 60, cpu=1.0) is None
    work.is_unwanted = True

    assert scene.watch(work, PATIENCE.grace - LOOK_SECONDS, cpu=1.0) is None


def test_the_night_a_computer_sleeps_is_not_counted(scene: Scene) -> None:
    assert scene.watch(QUICK, 1.0) is None
    scene.now += 8 * 3600

    assert scene.watch(QUICK, LOOK_SECONDS) is None


def test_a_process_that_has_gone_is_not_the_watchdogs_to_tell(scene: Scene) -> None:
    scene.signs = None

    assert scene.watchdog.look(scene.step, QUICK, is_starting=False) is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of each thread")
def test_a_thread_that_wants_a_processor_is_seen_while_the_first_one_waits_for_it() -> None:
    code = "import threading; threading.Thread(target=exec, args=['while True: pass']).start(); print(flush=True)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as busy:
        try:
            assert busy.stdout is not None
            busy.stdout.readline()
            signs = signs_of(busy.pid)()
        finally:
            busy.kill()

    assert signs is not None and signs.is_runnable


def test_the_system_tells_work_from_a_stop_and_from_an_end() -> None:
    own = signs_of(os.getpid())
    before = own()
    assert before is not None and not before.is_stopped
    work_until(lambda: (now := own()) is not None and now.cpu_seconds > before.cpu_seconds)

    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as program:
        other = signs_of(program.pid)
        process = psutil.Process(program.pid)
        process.suspend()
        if sys.platform != "win32":
            os.waitpid(program.pid, os.WUNTRACED)
        now = other()
        assert now is not None and now.is_stopped
        process.resume()
        program.kill()
        program.wait()
        assert other() is None
        assert signs_of(program.pid)() is None


def work_until(is_enough: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if is_enough():
            return
        sha256(bytes(1 << 20))
    raise AssertionError("No processor time was counted.")
