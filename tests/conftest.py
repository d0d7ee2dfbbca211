"""What every test gets: no window on the screen, a data folder of its own, and nothing left behind when it ends."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

# Before Qt is imported by anybody; set QT_QPA_PLATFORM yourself to see the windows.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

GARBAGE = 100_000  # objects; as many are collected at once, between two tests
PATIENCE = 60_000  # ms that a test waits for what always comes; only a failure takes that long
LEFTOVER_SECONDS = 60.0  # what has been told to end may still be on its way


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and tests stay to the end: nobody looks for garbage among them, which takes 0.4 s each time.

    Collections while they are loaded took a third of the loading, and tests of the engine ask for two or three each.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True, scope="session")
def collected_between_tests() -> Iterator[None]:
    """Python's collector would free a closed window in whatever thread allocates next, which takes the run down."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def collected_here(collected_between_tests: None) -> Iterator[None]:
    """Collect on the thread that runs the tests."""
    yield
    if gc.get_count()[0] > GARBAGE:
        gc.collect()


@pytest.fixture(autouse=True, scope="session")
def patient_qtbot() -> Iterator[None]:
    """Unless a test says otherwise, wait as long as a machine may take that has a lot to do: Qt's 5 s are too short."""
    from pytestqt.qtbot import QtBot  # brings Qt

    with pytest.MonkeyPatch.context() as patch:
        for name in ("waitActive", "waitExposed", "waitSignal", "waitSignals", "waitUntil", "waitCallback"):
            wait = getattr(QtBot, name)
            patch.setattr(wait, "__kwdefaults__", {**wait.__kwdefaults__, "timeout": PATIENCE})
        yield


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the styles of this test's artist are kept; never the real one's."""
    folder = tmp_path / "data"
    monkeypatch.setenv("STYLE_STUDIO_DATA", str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_leftover_threads_or_processes() -> Iterator[None]:
    """Fail a test that leaves a thread or a child process running, and name it.

    Children started with `subprocess` need no look here: one that is dropped while it runs warns by itself.
    """
    threads_before = set(threading.enumerate())
    children_before = set(multiprocessing.active_children())
    yield
    left: list[str] = []
    for thread in set(threading.enumerate()) - threads_before:
        if not isinstance(thread, threading._DummyThread):  # a foreign thread (Qt's) that once ran Python
            thread.join(LEFTOVER_SECONDS)
            left += [f"thread {thread.name}"] if thread.is_alive() else []
    for child in set(multiprocessing.active_children()) - children_before:
        child.join(LEFTOVER_SECONDS)
        if child.is_alive():
            left.append(f"process {child.name} ({child.pid})")
            child.kill()
            child.join()
    assert not left, f"The test left behind: {', '.join(left)}"
