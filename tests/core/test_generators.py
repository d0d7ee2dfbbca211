"""Work in steps: done in one go, or with other steps."""

from __future__ import annotations

from collections.abc import Generator

from studio.core.generators import mapped, run_to_end


def count(closed: list[int]) -> Generator[int, None, str]:
    try:
        yield 1
        yield 2
    finally:
        closed.append(1)
    return "counted"


def test_what_work_returns_is_what_it_comes_to() -> None:
    assert run_to_end(count([])) == "counted"


def test_changed_steps_are_of_the_same_work() -> None:
    closed: list[int] = []
    work = mapped(count(closed), lambda step: 10 * step)
    assert [next(work), next(work)] == [10, 20]
    work.close()
    assert closed
    assert run_to_end(mapped(count([]), str)) == "counted"
