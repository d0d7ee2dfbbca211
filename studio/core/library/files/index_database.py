"""IndexDatabase: the SQLite file of the index. Its errors are sentences, and damage is noted for who writes next."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from studio.core.errors import StudioError

T = TypeVar("T")

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_PRIMARY = 0xFF  # of a code, what is left without its details
_MARK = "damaged"  # a file beside it: whoever writes next makes it again


class IndexDamaged(StudioError):  # noqa: N818 - it says what happened
    """The index has to be made again."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"The library in {folder} is damaged.", "Index the folder again: that makes a new one.")


class _OtherVersion(sqlite3.DatabaseError):
    """It was made by a studio whose tables are others."""


class IndexDatabase:
    """For one thread at a time. Raises StudioError, and IndexDamaged where the file is at fault."""

    def __init__(self, folder: Path, name: str, tables: str, version: int) -> None:
        self._folder, self._path = folder, folder / name
        self._connection = self._connect(tables, version)
        self._identity = _identity(self._path)

    @property
    def is_current(self) -> bool:
        """Whether it is still the file that has this name, and has not been made again by somebody."""
        return _identity(self._path) == self._identity

    def execute(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """The rows that a statement finds."""
        return self._guarded(lambda: self._connection.execute(query, values).fetchall())

    def create_function(self, name: str, count: int, function: Callable[..., str | bool], is_pure: bool = True) -> None:
        """Have a function of Python in statements."""
        self._connection.create_function(name, count, function, deterministic=is_pure)

    def commit(self) -> None:
        """Make it last."""
        self._guarded(self._connection.commit)

    def close(self) -> None:
        """What was not committed is as if it had never been. Idempotent."""
        self._connection.close()

    def _connect(self, tables: str, version: int) -> sqlite3.Connection:
        address = self._path.absolute().as_uri()
        if self._path.exists() and not (self._has_log() or os.access(self._folder, os.W_OK)):
            address += "?immutable=1"  # SQLite would write beside it, only to read it
        connection = self._guarded(lambda: sqlite3.connect(address, timeout=5.0, check_same_thread=False, uri=True))
        try:
            self._guarded(lambda: _prepare(connection, tables, version))
        except StudioError:
            connection.close()
            raise
        return connection

    def _has_log(self) -> bool:
        log = self._path.with_name(f"{self._path.name}-wal")
        return log.exists() and log.stat().st_size > 0

    def _guarded(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except sqlite3.Error as error:
            if not is_damage(error):
                raise StudioError(
                    f"The library in {self._folder} cannot be used: {error}.",
                    "Free space on the disk, and check that the folder can be written to.",
                ) from error
            with suppress(OSError):
                (self._folder / _MARK).touch()
            raise IndexDamaged(self._folder) from error


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is at fault, and not the disk or somebody who is just writing."""
    if isinstance(error, _OtherVersion) or str(error).startswith(
        ("no such table", "no such column", "Could not decode")
    ):
        return True
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _DAMAGED


def is_marked(folder: Path) -> bool:
    """Whether somebody has found the index in a folder damaged."""
    return (folder / _MARK).exists()


def remove_database(folder: Path, name: str) -> None:
    """Remove it, and the mark. Raises StudioError where another program has it open and the system minds that."""
    try:
        for file in (name, f"{name}-wal", f"{name}-shm", _MARK):
            (folder / file).unlink(missing_ok=True)
    except OSError as error:
        raise StudioError(
            f"The damaged library in {folder} cannot be replaced: {error.strerror}.",
            "Close other windows of the studio.",
        ) from error


def _prepare(connection: sqlite3.Connection, tables: str, version: int) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found == version:  # nothing to write: a reader would wait for whoever is just writing
        return
    if found != 0:
        raise _OtherVersion
    connection.executescript(tables)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()


def _identity(path: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        facts = path.stat()
        return facts.st_dev, facts.st_ino
    return None
