"""Wakeup: a thread that waits for news is woken by it, or called away, and loses neither."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, repeat

import pytest

from studio.jobs.interruption import Interrupted, Interruptible, Wakeup
from tests.support.fakes import GUARD_SECONDS, FakeEngine


def waiting(wakeup: Wakeup, has_news: Callable[[], bool], pool: ThreadPoolExecutor) -> Future[bool]:
    """A wait on another thread that has looked for news once, found none, and sleeps."""
    has_looked = threading.Event()
    answers = chain([False], repeat(None))

    def look() -> bool:
        first = next(answers)
        has_looked.set()
        return has_news() if first is None else first

    wait = pool.submit(wakeup.wait_for, look, GUARD_SECONDS)
    assert has_looked.wait(GUARD_SECONDS)
    return wait


def test_news_that_are_there_need_no_wait() -> None:
    assert Wakeup().wait_for(lambda: True, GUARD_SECONDS)


def test_a_wait_without_news_ends_at_its_limit() -> None:
    assert not Wakeup().wait_for(lambda: False, 0.0)


def test_a_sleeping_thread_is_woken_by_news() -> None:
    wakeup, news = Wakeup(), threading.Event()
    with ThreadPoolExecutor() as pool:
        wait = waiting(wakeup, news.is_set, pool)
        news.set()
        wakeup.notify()
        assert wait.result(GUARD_SECONDS)


def test_a_sleeping_thread_is_interrupted_and_may_wait_again() -> None:
    wakeup, news = Wakeup(), threading.Event()
    with ThreadPoolExecutor() as pool:
        wait = waiting(wakeup, news.is_set, pool)
        wakeup.interrupt()
        with pytest.raises(Interrupted):
            wait.result(GUARD_SECONDS)
    news.set()
    assert wakeup.wait_for(news.is_set, GUARD_SECONDS)


def test_an_interruption_that_nobody_waits_for_is_kept_for_the_next_wait_and_only_for_that() -> None:
    wakeup = Wakeup()
    wakeup.interrupt()
    wakeup.interrupt()
    with pytest.raises(Interrupted):
        wakeup.wait_for(lambda: True, GUARD_SECONDS)
    assert wakeup.wait_for(lambda: True, GUARD_SECONDS)


def test_an_engine_is_interruptible_if_it_says_how() -> None:
    class Patient(FakeEngine):
        def interrupt(self) -> None: ...

    assert isinstance(Patient(), Interruptible)
    assert not isinstance(FakeEngine(), Interruptible)
