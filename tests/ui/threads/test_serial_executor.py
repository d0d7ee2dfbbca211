"""Work on files beside the window."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from studio.core.errors import PictureError, StudioError
from studio.ui.threads.serial_executor import SerialExecutor


@pytest.fixture
def files(qapp: object) -> Iterator[SerialExecutor]:
    files = SerialExecutor("files")
    yield files
    files.close()


def refuse(error: StudioError) -> None:
    raise AssertionError(error)


def refuse_all() -> None:
    raise AssertionError("This is not to be done.")


def test_work_is_done_elsewhere_and_reported_here_in_order(qtbot: QtBot, files: SerialExecutor) -> None:
    done: list[tuple[int, bool]] = []
    here = threading.current_thread()
    for number in range(5):
        files.submit(
            lambda number=number: (number, threading.current_thread() is not here),
            lambda value: done.append(value) if threading.current_thread() is here else None,
            refuse,
        )
    qtbot.waitUntil(lambda: len(done) == 5)
    assert done == [(number, True) for number in range(5)]


def test_a_users_mistake_is_reported_as_one(qtbot: QtBot, files: SerialExecutor) -> None:
    errors: list[StudioError] = []

    def fail() -> None:
        raise PictureError("No picture.")

    files.submit(fail, refuse, errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert str(errors[0]) == "No picture."


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), "x" * 300), "File name too long"),
        (MemoryError(), "There is not enough memory"),
        (TypeError("a bug"), "(TypeError: a bug)"),
        (SystemExit("from a library"), "(SystemExit: from a library)"),
    ],
)
def test_whatever_goes_wrong_is_reported_once_as_a_sentence_with_its_traceback(
    qtbot: QtBot, files: SerialExecutor, error: BaseException, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    errors: list[StudioError] = []

    def fail() -> None:
        raise error

    files.submit(fail, refuse, errors.append)
    files.submit(lambda: None, lambda _: None, refuse)
    qtbot.waitUntil(lambda: bool(errors))
    (failure,) = errors
    assert sentence in failure.message and len(failure.message) < 160
    assert "in fail" in failure.__notes__[0] and "in fail" in caplog.text
    caplog.clear()


def test_a_report_that_breaks_off_ends_in_a_failure(
    qtbot: QtBot, files: SerialExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    errors: list[StudioError] = []
    done: list[int] = []
    files.submit(lambda: 0, lambda zero: done.append(1 // zero), errors.append)
    files.submit(lambda: 2, done.append, refuse)
    qtbot.waitUntil(lambda: done == [2])
    assert [error.message for error in errors] == [
        "The studio met an error it does not know (ZeroDivisionError: integer division or modulo by zero)."
    ]
    assert "ZeroDivisionError" in caplog.text
    caplog.clear()


def test_what_fails_while_closing_is_in_the_log(qapp: object, caplog: pytest.LogCaptureFixture) -> None:
    files, gate = SerialExecutor("files"), threading.Event()

    def fail() -> None:
        gate.wait(60)
        raise PictureError("The disk is full.")

    files.submit_write(fail, refuse, refuse)
    files._is_closed = True  # what `close` says first
    gate.set()
    files.close()
    assert "The disk is full." in caplog.text


def test_after_closing_nothing_is_begun(qapp: object) -> None:
    files = SerialExecutor("files")
    files.close()
    files.submit(refuse_all, refuse, refuse)
    files.submit_write(refuse_all, refuse, refuse)


def test_closing_waits_for_what_has_begun_and_for_all_writing_and_drops_the_rest(qapp: object) -> None:
    files, gate, begun, log = SerialExecutor("files"), threading.Event(), threading.Event(), []

    def read() -> None:
        begun.set()
        gate.wait(60)
        log.append("read")

    files.submit(read, refuse, refuse)
    files.submit(lambda: log.append("never"), refuse, refuse)
    files.submit_write(lambda: log.append("written"), refuse, refuse)
    begun.wait(60)
    closer = threading.Thread(target=files.close)
    closer.start()
    gate.set()
    closer.join()
    assert log == ["read", "written"]


def test_work_that_ends_after_its_window_has_gone_is_clean(qapp: object, caplog: pytest.LogCaptureFixture) -> None:
    files = SerialExecutor("files")
    running, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        running.set()
        may_end.wait()

    files.submit(slow, refuse, refuse)
    assert running.wait(60)
    shiboken6.delete(files)
    may_end.set()
    files._pool.shutdown(wait=True)
    assert caplog.records == []
