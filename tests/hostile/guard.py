"""Sees what is touched outside a folder: by what Python opens, moves and removes, and by what lies there afterwards."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MOVES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod", "os.link", "os.symlink")
_NEVER = ("pickle.find_class", "os.system", "os.exec", "subprocess.Popen", "os.posix_spawn", "socket.connect")

_watch: list[tuple[Path, tuple[Path, ...], list[str]]] = []  # the one under way: where, what is free, what was seen


@contextmanager
def nothing_outside(folder: Path, world: Path) -> Iterator[list[str]]:
    """Inside, whatever touches `world` without `folder` is seen; so are programs started and pickles loaded.

    Yields the list of what was seen, complete when the block has ended. Paths outside `world` count too, but for those
    of devices and of this process's own home (HOME and its kind).
    """
    _hook()
    seen: list[str] = []
    before = _contents(world, folder)
    free = tuple(Path(os.path.realpath(os.environ[name])) for name in _HOMES if name in os.environ)
    _watch.append((world, (Path(os.path.realpath(folder)), *free, Path("/dev")), seen))
    try:
        yield seen
    finally:
        _watch.pop()
        after = _contents(world, folder)
        seen += [f"{path} is {_change(before.get(path), after.get(path))}" for path in sorted(before.keys() | after)
                 if before.get(path) != after.get(path)]  # fmt: skip


_HOMES = (
    "HOME",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "STYLE_STUDIO_CACHE",
    "STYLE_STUDIO_DATA",
    "TMPDIR",
)


def _change(before: object, after: object) -> str:
    return "new" if before is None else "gone" if after is None else "another"


def _contents(world: Path, folder: Path) -> Mapping[str, tuple[int, int, int]]:
    """Of every file in `world` that does not lie in `folder`: kind and permissions, size, last change."""
    found: dict[str, tuple[int, int, int]] = {}
    for place, folders, names in os.walk(world):
        folders[:] = [name for name in folders if Path(place, name) != folder]
        for name in (*names, *folders):
            facts = Path(place, name).lstat()
            is_file = name in names
            found[str(Path(place, name))] = (facts.st_mode, facts.st_size * is_file, facts.st_mtime_ns * is_file)
    return found


@cache
def _hook() -> None:
    sys.addaudithook(_notice)  # stays for ever


def _notice(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watch:
        return
    if event in _NEVER:
        _watch[-1][2].append(f"{event} {arguments[:2]!r}"[:500])
    elif event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & _WRITES:
            _check(event, path)
    elif event in _MOVES:
        for path in arguments[: 2 if event in ("os.rename", "os.link") else 1]:
            _check(event, path)


def _check(event: str, path: object) -> None:
    if isinstance(path, str | bytes | os.PathLike):
        _, free, seen = _watch[-1]
        real = Path(os.path.realpath(os.fsdecode(path)))
        if not any(real.is_relative_to(place) for place in free):
            seen.append(f"{event} {os.fsdecode(path)!r}"[:500])
