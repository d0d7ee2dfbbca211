"""Promises of work beside the GUI thread: newest first, results on the GUI thread, nothing after the end."""

import threading
from functools import partial

import pytest
import shiboken6
from PySide6.QtCore import QObject, QThread, QThreadPool

from studio.core.errors import PictureError
from studio.ui.threads.task_pool import TaskPool


@pytest.fixture
def one_thread():
    """One worker, held by a gate until the test opens it."""
    pool = QThreadPool.globalInstance()
    before = pool.maxThreadCount()
    pool.setMaxThreadCount(1)
    gate = threading.Event()
    pool.start(gate.wait)
    yield gate
    gate.set()
    assert pool.waitForDone(30_000)
    pool.setMaxThreadCount(before)


def test_a_result_comes_back_on_the_gui_thread(qtbot):
    parent = QObject()
    tasks = TaskPool(8, parent)
    threads = []
    tasks.finished.connect(lambda key, result: threads.append((QThread.currentThread(), result)))
    with qtbot.waitSignal(tasks.finished):
        tasks.submit("sum", lambda: (threading.get_ident(), 1 + 1))
    (where, (worker, result)) = threads[0]
    assert result == 2
    assert where is parent.thread()
    assert worker != threading.get_ident()


def test_what_fails_is_told_once_and_waits_no_longer(qtbot, caplog):
    tasks = TaskPool(8, parent := QObject())
    told = []
    tasks.finished.connect(lambda key, result: told.append((key, result)))
    tasks.failed.connect(lambda key, error: told.append((key, str(error))))

    def fail(error):
        raise error

    for error in (PictureError("No picture."), MemoryError(), SystemExit("a library")):
        with qtbot.waitSignal(tasks.failed):
            tasks.submit("key", partial(fail, error))
        assert not tasks.is_waiting("key")
    with qtbot.waitSignal(tasks.finished):
        tasks.submit("key", lambda: 1)
    sentences = ("No picture.", "There is not enough memory", "The studio met an error it does not know (SystemExit")
    assert [key for key, _ in told] == ["key"] * 4 and told[-1] == ("key", 1)
    assert all(text.startswith(sentence) for (_, text), sentence in zip(told, sentences, strict=False))
    assert "in fail" in caplog.text
    caplog.clear()
    assert parent


def test_the_newest_is_done_first_and_a_repeated_key_once(qtbot, one_thread):
    parent = QObject()
    tasks = TaskPool(8, parent)
    done = []
    for key in ("a", "b", "c", "a"):
        tasks.submit(key, lambda key=key: done.append(key))
    with qtbot.waitSignals([tasks.finished] * 3):
        one_thread.set()
    assert done == ["a", "c", "b"]


def test_what_waits_beyond_the_limit_is_dropped_oldest_first(qtbot, one_thread):
    parent = QObject()
    tasks = TaskPool(2, parent)
    done = []
    for key in "abcd":
        tasks.submit(key, lambda key=key: done.append(key))
    assert not tasks.is_waiting("a")
    with qtbot.waitSignals([tasks.finished] * 2):
        one_thread.set()
    assert done == ["d", "c"]


def test_what_is_forgotten_is_not_done(qtbot, one_thread):
    parent = QObject()
    tasks = TaskPool(8, parent)
    done = []
    tasks.submit("old", lambda: done.append("old"))
    tasks.forget()
    with qtbot.waitSignal(tasks.finished) as told:
        tasks.submit("new", lambda: done.append("new"))
        one_thread.set()
    assert done == ["new"]
    assert told.args[0] == "new"


def test_a_result_of_before_forgetting_is_not_delivered(qtbot, one_thread):
    parent = QObject()
    tasks = TaskPool(8, parent)
    running, may_end = threading.Event(), threading.Event()

    def slow():
        running.set()
        may_end.wait()

    tasks.submit("slow", slow)
    one_thread.set()
    assert running.wait(60)
    tasks.forget()
    told = []
    tasks.finished.connect(lambda key, _: told.append(key))
    with qtbot.waitSignal(tasks.finished):
        tasks.submit("new", lambda: None)
        may_end.set()
    assert told == ["new"]


def test_destroying_it_while_it_works_is_clean(qtbot, one_thread):
    parent = QObject()
    tasks = TaskPool(8, parent)
    running, may_end = threading.Event(), threading.Event()

    def slow():
        running.set()
        may_end.wait()

    dropped = []
    tasks.submit("never", lambda: dropped.append(1))
    tasks.submit("slow", slow)
    one_thread.set()
    assert running.wait(60)
    with qtbot.waitSignal(parent.destroyed):
        parent.deleteLater()
    may_end.set()
    assert QThreadPool.globalInstance().waitForDone(30_000)
    assert dropped == []


def test_work_that_ends_in_the_moment_of_destruction_is_clean(qtbot):
    background = TaskPool(8)
    background.destroyed.disconnect()  # what hears it comes after other threads can see that the object is gone
    running, may_end = threading.Event(), threading.Event()

    def slow():
        running.set()
        may_end.wait()

    background.submit("slow", slow)
    assert running.wait(60)
    shiboken6.delete(background)
    may_end.set()
    assert QThreadPool.globalInstance().waitForDone(30_000)  # what the thread raised fails the test


@pytest.fixture
def two_threads():
    """As on a machine with two cores."""
    pool = QThreadPool.globalInstance()
    before = pool.maxThreadCount()
    pool.setMaxThreadCount(2)
    yield
    assert pool.waitForDone(30_000)
    pool.setMaxThreadCount(before)


class Gated:
    """A function that says when it has begun, and ends when it may."""

    def __init__(self, result):
        self.has_begun, self.may_end, self._result = threading.Event(), threading.Event(), result

    def __call__(self):
        self.has_begun.set()
        assert self.may_end.wait(60)
        return self._result


def test_of_one_key_the_newest_result_comes_last(qtbot, two_threads):
    tasks = TaskPool(1, parent := QObject())
    told = []
    tasks.finished.connect(lambda key, result: told.append(result))
    slow = Gated("older")
    tasks.submit("key", slow)
    assert slow.has_begun.wait(60)
    tasks.submit("key", lambda: "newer")
    with qtbot.waitSignals([tasks.finished] * 2):
        slow.may_end.set()
    assert told == ["older", "newer"]
    assert parent and not tasks.is_waiting("key")


def test_what_waits_for_a_key_that_is_running_leaves_the_thread_to_others(qtbot, two_threads):
    tasks = TaskPool(2, parent := QObject())
    slow = Gated("slow")
    tasks.submit("key", slow)
    assert slow.has_begun.wait(60)
    tasks.submit("key", lambda: "again")
    with qtbot.waitSignal(tasks.finished) as told:
        tasks.submit("other", lambda: "other")
    assert told.args == ["other", "other"]
    with qtbot.waitSignals([tasks.finished] * 2):
        slow.may_end.set()
    assert parent


def test_what_takes_the_place_of_one_that_waited_for_its_key_is_done(qtbot, two_threads):
    tasks = TaskPool(1, parent := QObject())
    slow = Gated("slow")
    tasks.submit("key", slow)
    assert slow.has_begun.wait(60)
    tasks.submit("key", lambda: "dropped")
    tasks.submit("other", lambda: "other")
    told = []
    tasks.finished.connect(lambda key, result: told.append(result))
    with qtbot.waitSignals([tasks.finished] * 2):
        slow.may_end.set()
    assert sorted(told) == ["other", "slow"]
    assert parent


def test_after_forgetting_a_key_is_done_anew_and_waits_for_nothing(qtbot, two_threads):
    tasks = TaskPool(8, parent := QObject())
    old = Gated("old")
    tasks.submit("key", old)
    assert old.has_begun.wait(60)
    tasks.forget()
    assert not tasks.is_waiting("key"), "its result will not come"
    new = Gated("new")
    with qtbot.waitSignal(tasks.finished) as told:
        tasks.submit("key", new)
        assert new.has_begun.wait(60)
        old.may_end.set()
        assert tasks.is_waiting("key")
        new.may_end.set()
    assert told.args == ["key", "new"]
    assert parent
