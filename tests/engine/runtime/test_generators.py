"""Work in steps: told of in events, done on another thread, and closed with whoever follows it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from threading import Event

import pytest

from studio.core.engine_api.contract import Progress
from studio.core.generators import run_to_end
from studio.engine.runtime import generators
from studio.engine.runtime.generators import in_thread, signs_of_life, timed


def count(closed: list[int]) -> Generator[float | None, None, str]:
    try:
        yield None
        yield 0.5
        yield None
    finally:
        closed.append(1)
    return "counted"


def test_of_work_come_events_with_the_share_that_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generators, "SIGN_OF_LIFE", 0.0)
    events, found = [], []

    def follow() -> Generator[object, None, None]:
        found.append((yield from signs_of_life(7, count([]), progress=0.25)))

    events = list(follow())
    assert events == [Progress(7, 0.25), Progress(7, 0.5), Progress(7, 0.5)]
    assert found == ["counted"]


def test_of_quick_work_nobody_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generators, "SIGN_OF_LIFE", 60.0)
    assert list(signs_of_life(7, count([]))) == []


def test_work_ends_with_whoever_followed_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generators, "SIGN_OF_LIFE", 0.0)
    closed: list[int] = []
    events = signs_of_life(7, count(closed))
    next(events)
    assert not closed
    events.close()
    assert closed


def test_news_are_passed_on_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generators, "SIGN_OF_LIFE", 60.0)

    def work() -> Generator[float | Progress, None, None]:
        yield 0.1
        yield Progress(7, 0.5, "Halfway")

    assert list(signs_of_life(7, work())) == [Progress(7, 0.5, "Halfway")]


def test_what_another_thread_finds_or_raises_is_found_or_raised_here() -> None:
    def fail(go_on: Callable[[], None]) -> None:
        raise ValueError("no")

    assert run_to_end(in_thread(lambda go_on: 7)) == 7
    with pytest.raises(ValueError, match="no"):
        run_to_end(in_thread(fail))


def test_closing_waits_for_no_step_of_another_thread_which_ends_after_it() -> None:
    may_end, steps, ended = Event(), [], Event()

    def work(go_on: Callable[[], None]) -> None:
        try:
            for step in range(2):
                go_on()
                steps.append(step)
                assert may_end.wait(60)
        finally:
            ended.set()

    events = signs_of_life(7, in_thread(work))
    next(events)
    events.close()  # would never come back if it waited
    assert not may_end.is_set() and not ended.is_set()
    may_end.set()
    assert ended.wait(60) and steps == [0]


def test_only_the_work_itself_is_timed() -> None:
    now = [0.0]

    def work() -> Generator[str, None, str]:
        now[0] += 2
        yield "step"
        now[0] += 3
        return "done"

    def others() -> Generator[str, None, tuple[str, float]]:
        return (yield from timed(work(), lambda: now[0]))

    timing = others()
    assert next(timing) == "step"
    now[0] += 100  # a picture is painted meanwhile
    with pytest.raises(StopIteration) as stopped:
        next(timing)
    assert stopped.value.value == ("done", 5)
