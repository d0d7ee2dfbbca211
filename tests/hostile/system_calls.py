"""Lets the n-th call that a writer makes to the disk fail, or be its last: open, write, flush, fsync, rename and kin.

Only calls on files in one folder count, and only those that Python itself makes.
"""

from __future__ import annotations

import builtins
import io
import os
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Act = Callable[[int, str], None]
"""Called before each call with its number, from 1, and its name; lets it be, or raises OSError or LastCall."""

_ON_PATHS = ("replace", "rename", "mkdir", "unlink", "rmdir", "chmod", "truncate", "link", "symlink")
_ON_DESCRIPTORS = ("write", "fsync", "fdatasync", "ftruncate", "fchmod")


class LastCall(Exception):  # noqa: N818 - no error: the process is killed where it is raised
    """Raised by an Act: the call is the last one this process makes."""


@dataclass
class _Watch:
    folder: str
    act: Act
    calls: int = 0
    descriptors: set[int] = field(default_factory=set)  # of files in the folder

    def before(self, name: str, do_half: Callable[[], object] = lambda: None) -> None:
        """A write that fails, or is the last, has written half by then."""
        self.calls += 1
        try:
            self.act(self.calls, name)
        except OSError:
            do_half()
            raise
        except LastCall:
            do_half()
            os.kill(os.getpid(), signal.SIGKILL)

    def holds(self, path: Any) -> bool:
        if isinstance(path, int):
            return path in self.descriptors
        return os.path.abspath(os.fsdecode(path)).startswith(self.folder)  # noqa: PTH100 - links are not followed here


@contextmanager
def watched(folder: os.PathLike[str], act: Act) -> Iterator[_Watch]:
    """Inside, `act` sees every call on a file in `folder` before it is made. Yields what counts them."""
    watch = _Watch(os.path.abspath(folder), act)  # noqa: PTH100
    true_os = {name: getattr(os, name) for name in ("open", "close", *_ON_PATHS, *_ON_DESCRIPTORS)}
    true_open = io.open

    def watched_os_open(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        is_ours = watch.holds(path)
        if is_ours:
            watch.before("open")
        descriptor: int = true_os["open"](path, flags, *rest, **more)
        if is_ours and not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            watch.descriptors.add(descriptor)
        return descriptor

    def watched_close(descriptor: int) -> None:
        watch.descriptors.discard(descriptor)
        true_os["close"](descriptor)

    def watched_open(file: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
        if not watch.holds(file):
            return true_open(file, mode, *rest, **more)
        if not isinstance(file, int):
            watch.before("open")
        opened = true_open(file, mode, *rest, **more)
        return _File(opened, watch) if set(mode) & set("wax+") else opened

    def on_path(name: str) -> Callable[..., Any]:
        def call(path: Any, *rest: Any, **more: Any) -> Any:
            if watch.holds(path):
                watch.before(name)
            return true_os[name](path, *rest, **more)

        return call

    def on_descriptor(name: str) -> Callable[..., Any]:
        def call(descriptor: Any, *rest: Any) -> Any:
            number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
            if number in watch.descriptors:
                is_write = name == "write"
                watch.before(name, lambda: is_write and true_os["write"](number, rest[0][: len(rest[0]) // 2]))
            return true_os[name](descriptor, *rest)

        return call

    patches = {name: on_path(name) for name in _ON_PATHS} | {name: on_descriptor(name) for name in _ON_DESCRIPTORS}
    patches |= {"open": watched_os_open, "close": watched_close}
    try:
        for name, patch in patches.items():
            setattr(os, name, patch)
        io.open = builtins.open = watched_open
        yield watch
    finally:
        io.open = builtins.open = true_open
        for name, true in true_os.items():
            setattr(os, name, true)


class _File:
    """A file open for writing, whose writes are seen; its descriptor is watched as long as it is open."""

    def __init__(self, file: Any, watch: _Watch) -> None:
        self._file = file
        self._watch = watch
        watch.descriptors.add(file.fileno())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)

    def write(self, data: Any) -> int:
        def write_half() -> None:
            self._file.write(data[: len(data) // 2])
            self._file.flush()

        self._watch.before("write", write_half)
        return int(self._file.write(data))

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        self._watch.before("flush")
        self._file.flush()

    def close(self) -> None:
        if not self._file.closed:
            self._watch.descriptors.discard(self._file.fileno())
            self._file.close()


def without_flushing() -> None:
    """For the rest of this process: what is written outlives it anyway, and only a power cut would need more."""
    os.fsync = os.fdatasync = lambda _: None
