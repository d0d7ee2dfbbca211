"""Work in steps: done in one go, or told of in events, and closed with whoever follows it."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from studio.core.engine_api.contract import Progress
from studio.engine.runtime import generators
from studio.engine.runtime.generators import run_to_end, signs_of_life


def count(closed: list[int]) -> Generator[float | None, None, str]:
    try:
        yield None
        yield 0.5
        yield None
    finally:
        closed.append(1)
    return "counted"


def test_what_work_returns_is_what_it_comes_to() -> None:
    assert run_to_end(count([])) == "counted"


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
