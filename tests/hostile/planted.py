"""Faults on purpose, by the seed: what the sandbox, the kills and the failing disks must find, or they find nothing."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile import failing_writes, kills
from tests.hostile.outcome import Outcome
from tests.hostile.writers import Writer

WHOLE = b"new" * 100_000


def warm_up() -> None:
    """Nothing."""


def run_case(seed: int, folder: Path) -> Outcome:
    """Whatever stands there under this number."""
    return list(FAULTS.values())[seed](folder)


def naive_writer(*, is_silent: bool = False) -> Writer:
    """Writes over the old file in two parts; is_silent: and says nothing when that fails."""

    def prepare(folder: Path) -> None:
        (folder / "file").write_bytes(b"old")

    def work(folder: Path) -> None:
        try:
            with (folder / "file").open("wb") as file:
                file.write(WHOLE)
                file.write(WHOLE)
        except OSError:
            if not is_silent:
                raise

    def faults(folder: Path) -> Iterator[str]:
        if (folder / "file").read_bytes() not in (b"old", WHOLE * 2):
            yield "the file is torn"

    return Writer("naive", prepare, work, faults, lambda _: iter(()))


def _go_on(_: Path) -> Outcome:
    return Outcome("nothing", opened=1)


def _raise(_: Path) -> Outcome:
    raise KeyError("planted")


def _panic(_: Path) -> Outcome:
    raise BaseException("planted panic")


def _spin(_: Path) -> Outcome:
    while True:
        pass


def _wait(_: Path) -> Outcome:
    threading.Event().wait()
    raise AssertionError("unreachable")


def _crash(_: Path) -> Outcome:
    ctypes.string_at(0)
    raise AssertionError("unreachable")


def _devour(_: Path) -> Outcome:
    return Outcome(str(len(bytearray(1 << 30))), opened=1)


def _leave(_: Path) -> Outcome:
    os._exit(0)


def _tear(folder: Path) -> Outcome:
    """A naive writer, killed at its second write."""
    kills._calls.clear()
    work = folder / "work"
    work.mkdir()
    writer = naive_writer()
    writer.prepare(work)
    end = kills._fork_and_kill(writer, work, call=3)
    return kills._judged("naive", end, writer, work, lambda: writer.work(work))


def _fail_to_write(is_silent: bool) -> Callable[[Path], Outcome]:
    def run(folder: Path) -> Outcome:
        failing_writes.WRITERS = (naive_writer(is_silent=is_silent),)
        return failing_writes.run_case(0, folder)

    return run


FAULTS: dict[str, Callable[[Path], Outcome]] = {
    "goes on": _go_on,
    "raises": _raise,
    "panics": _panic,
    "spins": _spin,
    "waits": _wait,
    "crashes": _crash,
    "devours": _devour,
    "leaves": _leave,
    "tears": _tear,
    "lets errors out": _fail_to_write(is_silent=False),
    "hides errors": _fail_to_write(is_silent=True),
}
