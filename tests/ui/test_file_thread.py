"""Work on files beside the window."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from studio.core.errors import PictureError, StudioError
from studio.ui.file_thread import FileThread


@pytest.fixture
def files(qapp: object) -> Iterator[FileThread]:
    files = FileThread("files")
    yield files
    files.close()


def refuse(error: StudioError) -> None:
    raise AssertionError(error)


def test_work_is_done_elsewhere_and_reported_here_in_order(qtbot: QtBot, files: FileThread) -> None:
    done: list[tuple[int, bool]] = []
    here = threading.current_thread()
    for number in range(5):
        files.run(
            lambda number=number: (number, threading.current_thread() is not here),
            lambda value: done.append(value) if threading.current_thread() is here else None,
            refuse,
        )
    qtbot.waitUntil(lambda: len(done) == 5)
    assert done == [(number, True) for number in range(5)]


def test_a_users_mistake_is_reported_as_one(qtbot: QtBot, files: FileThread) -> None:
    errors: list[StudioError] = []

    def fail() -> None:
        raise PictureError("No picture.")

    files.run(fail, refuse, errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert str(errors[0]) == "No picture."


def test_our_mistakes_are_raised_and_not_swallowed(qtbot: QtBot, files: FileThread) -> None:
    with qtbot.capture_exceptions() as exceptions:
        files.run(lambda: 1 // 0, refuse, refuse)
        qtbot.waitUntil(lambda: bool(exceptions))
    assert exceptions[0][0] is ZeroDivisionError


def test_closing_waits_for_what_has_begun_and_for_all_writing_and_drops_the_rest(qapp: object) -> None:
    files, gate, begun, log = FileThread("files"), threading.Event(), threading.Event(), []

    def read() -> None:
        begun.set()
        gate.wait(20)
        log.append("read")

    files.run(read, refuse, refuse)
    files.run(lambda: log.append("never"), refuse, refuse)
    files.write(lambda: log.append("written"), refuse, refuse)
    begun.wait(20)
    closer = threading.Thread(target=files.close)
    closer.start()
    gate.set()
    closer.join()
    assert log == ["read", "written"]
