"""What all child processes have in common: how they start, how they end, and what the system says of them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic

import psutil

NICENESS = 10  # the window and the rest of the desktop come first
_POLL_SECONDS = 0.01  # between two looks at a process of which there is no telling when it ends

_environment_lock = threading.Lock()  # there is one environment per process, whoever starts children


@dataclass(frozen=True)
class Signs:
    """What the system says of a process. cpu_seconds: used so far by all its threads. is_at_disk: waits for a disk.

    is_runnable: has a thread that runs, or would if other programs left it a processor; False where the system does
    not tell. memory: bytes that it holds.
    """

    cpu_seconds: float
    is_stopped: bool = False
    is_at_disk: bool = False
    is_runnable: bool = False
    memory: int = 0


def signs_of(process_id: int) -> Callable[[], Signs | None]:
    """A function that asks the system about a process. It must be there now."""
    try:
        process = psutil.Process(process_id)
    except psutil.Error:
        return lambda: None

    def signs() -> Signs | None:
        try:
            with process.oneshot():
                times, status, memory = process.cpu_times(), process.status(), process.memory_info().rss
        except psutil.Error:
            return None
        states = _thread_states(process_id)
        is_at_disk = status == psutil.STATUS_DISK_SLEEP or "D" in states
        is_stopped = status == psutil.STATUS_STOPPED
        return Signs(times.user + times.system, is_stopped, is_at_disk, "R" in states, memory)

    return signs


def _thread_states(process_id: int) -> set[str]:
    """The states of all threads, as letters of proc(5); none where there is no such thing.

    The state of the process is that of its first thread alone, which may wait for one of the others.
    """
    states = set()
    for file in Path(f"/proc/{process_id}/task").glob("*/stat"):
        with suppress(OSError):  # the thread has ended
            states.add(file.read_text(errors="replace").rpartition(") ")[2][:1])  # a name may hold anything
    return states


def wait_for_end(process: BaseProcess, seconds: float) -> None:
    """As `process.join(seconds)`, which waits without end for a process that closes or scribbles over its files.

    One of them is the pipe whose closing tells the parent of the end; that there is something to read says nothing yet.
    """
    deadline = monotonic() + seconds
    while True:
        process.join(0)
        left = max(0.0, deadline - monotonic())
        if not process.is_alive() or not left:
            return
        if wait([process.sentinel], left):
            threading.Event().wait(min(left, _POLL_SECONDS))


def cause_of_death(exit_code: int | None) -> str:
    """What an exit code says, in a few words."""
    if exit_code is None:
        return "it no longer answered"
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    # On Linux it is the kernel that kills when memory runs out.
    return f"{name}, perhaps for lack of memory" if name == "SIGKILL" else name


@contextmanager
def environment(additions: Mapping[str, str]) -> Iterator[None]:
    """Children started inside find `additions` in their environment; a value the user has set stays.

    multiprocessing hands on the environment of this process and takes no other, so it is changed for the few
    milliseconds of a start. So is the working folder, if it is gone by now or may not be entered: a child goes there
    first, and would end.
    """
    with _environment_lock, _enterable_folder():
        missing = {name: value for name, value in additions.items() if name not in os.environ}
        os.environ.update(missing)
        try:
            yield
        finally:
            for name in missing:
                del os.environ[name]


@contextmanager
def _enterable_folder() -> Iterator[None]:
    """Work in the root of the disk meanwhile, unless the working folder can be entered by its name.

    Relative names lead nowhere in such a folder. It is returned to, so that they lead nowhere else afterwards.
    """
    try:
        os.chdir(os.getcwd())  # noqa: PTH109 - what multiprocessing asks
    except OSError:
        here = None
        with suppress(OSError):  # a system that has no files for folders, or one that may not be read
            here = os.open(".", os.O_RDONLY)
        os.chdir(os.path.abspath(os.sep))  # noqa: PTH100 - on Windows, that of the drive
    else:
        yield
        return
    try:
        yield
    finally:
        if here is not None:
            with suppress(OSError):
                os.fchdir(here)
            os.close(here)


def end_with_parent() -> None:
    """In the middle of a step, too: without this an orphan would compute to its end, on every core and for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def lower_priority() -> None:
    """Let this process run when others do not want to."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(NICENESS)
