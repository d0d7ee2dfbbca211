"""Faults on purpose, by the seed: what the sandbox must find, or it finds nothing."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from pathlib import Path

from tests.hostile.outcome import Outcome


def warm_up() -> None:
    """Nothing."""


def run_case(seed: int, folder: Path) -> Outcome:
    """Whatever stands there under this number."""
    return list(FAULTS.values())[seed](folder)


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


FAULTS: dict[str, Callable[[Path], Outcome]] = {
    "goes on": _go_on,
    "raises": _raise,
    "panics": _panic,
    "spins": _spin,
    "waits": _wait,
    "crashes": _crash,
    "devours": _devour,
    "leaves": _leave,
}
