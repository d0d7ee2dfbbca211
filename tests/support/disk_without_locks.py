"""A folder on a disk that knows no locks, as some network drives do; the other disks of the computer know them."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def refuse_locks_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no file in it be locked."""
    if sys.platform == "win32":
        pytest.skip("flock is POSIX")
    import fcntl

    lock: Callable[..., Any] = fcntl.flock

    def lock_elsewhere(descriptor: int, operation: int) -> None:
        place = os.fstat(descriptor).st_ino
        if any(path.stat().st_ino == place for path in folder.rglob("*.lock")):
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
        lock(descriptor, operation)

    monkeypatch.setattr("fcntl.flock", lock_elsewhere)
