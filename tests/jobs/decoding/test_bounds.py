"""Promises of the watch over a picture: what counts as time, and how much of it and of memory there is."""

from __future__ import annotations

from studio.jobs.child_process import Signs
from studio.jobs.decoding.bounds import LOOK_SECONDS, Bounds, Watch

BOUNDS = Bounds(start=10, begin=1, begin_per_byte=1e-6, seconds=4, per_megapixel=0.5, idle=3, memory=1000)


class World:
    """A clock and a process; `passes` lets time pass, with so much work, until something is exceeded."""

    def __init__(self) -> None:
        self.now = 0.0
        self.signs: Signs | None = Signs(0.0)
        self.watch = Watch(BOUNDS, lambda: self.signs, lambda: self.now)

    def passes(self, seconds: float, work: float = 1.0) -> str:
        for _ in range(round(seconds / LOOK_SECONDS)):
            self.now += LOOK_SECONDS
            if self.signs is not None:
                self.signs = Signs(self.signs.cpu_seconds + work * LOOK_SECONDS, memory=self.signs.memory)
            if exceeded := self.watch.look():
                return exceeded
        return ""


def test_the_start_is_not_counted_as_the_beginning() -> None:
    world = World()
    assert world.passes(9) == ""
    world.watch.begin(0)
    assert world.passes(0.9) == ""
    assert "its beginning took more than 1 s" in world.passes(0.2)


def test_a_process_that_does_not_start_is_given_up() -> None:
    assert "more than 10 s to start" in World().passes(11)


def test_a_large_file_may_take_longer_to_begin() -> None:
    world = World()
    world.watch.begin(2_000_000)
    assert world.passes(2.9) == ""
    assert "3 s" in world.passes(0.2)


def test_a_beginning_that_gets_half_a_processor_has_twice_the_time() -> None:
    world = World()
    world.watch.begin(0)
    assert world.passes(1.9, work=0.5) == ""
    assert world.passes(0.2, work=0.5) != ""


def test_decoding_has_time_for_every_megapixel() -> None:
    world = World()
    world.watch.begin(0)
    world.passes(0.9)
    world.watch.size_is_known(2000, 1000)
    assert world.passes(4.9) == ""
    assert "it took more than 5 s to decode" in world.passes(0.2)


def test_waiting_for_a_disk_is_no_work_but_has_an_end() -> None:
    world = World()
    world.watch.begin(0)
    assert world.passes(2.9, work=0) == ""
    assert world.passes(0.1) == ""
    assert "it made no progress for 3 s" in world.passes(3.1, work=0)


def test_a_computer_that_slept_ends_nothing() -> None:
    world = World()
    world.watch.begin(0)
    world.now += 3600
    assert world.watch.look() == ""


def test_memory_is_counted_from_the_beginning_on_and_grows_with_the_picture() -> None:
    world = World()
    world.signs = Signs(0.0, memory=500)
    world.watch.begin(0)
    world.signs = Signs(0.0, memory=1500)
    assert world.watch.look() == ""
    world.signs = Signs(0.0, memory=1501)
    assert "of memory" in world.watch.look()
    world.watch.size_is_known(20_000, 10_000)
    world.signs = Signs(0.0, memory=2500)
    assert world.watch.look() == ""


def test_nothing_is_said_of_a_process_that_has_gone() -> None:
    world = World()
    world.watch.begin(0)
    world.signs = None
    assert world.passes(100) == ""
