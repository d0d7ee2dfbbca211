"""LibraryIndex: the index on the disk. SQLite has what is known of each picture, files beside it have the vectors.

A picture's vectors are written before the row that tells of them, to a place no row tells of: whenever the process is
killed, each row that is there has its vectors. All of it can be made again from the pictures.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.core.card import bundled_cards
from studio.core.errors import StudioError, WriteError
from studio.core.library.arranging import Labelled, Sort, arranged_rows, below
from studio.core.library.facts import Facts
from studio.core.library.files.fact_files import FactFiles
from studio.core.library.files.index_database import IndexDamaged, IndexDatabase, is_marked, remove_database
from studio.core.library.files.labels import LABELS_TABLE, Labels
from studio.core.library.files.vector_file import KINDS, VectorFile
from studio.core.storage.atomic_write import make_folder
from studio.core.storage.folder_lock import FolderLock
from studio.core.storage.user_folders import cache_folder

_NAME, _VERSION = "library.sqlite", 1
_FACTS = tuple(field.name for field in fields(Facts))
_TABLES = f"""
CREATE TABLE IF NOT EXISTS pictures (
    row INTEGER PRIMARY KEY, path BLOB UNIQUE NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
    fingerprint TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, {", ".join(_FACTS)});
CREATE INDEX IF NOT EXISTS by_fingerprint ON pictures (fingerprint);
CREATE TABLE IF NOT EXISTS problems (
    path BLOB PRIMARY KEY, size INTEGER NOT NULL, modified INTEGER NOT NULL, problem TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS thumbnails (row INTEGER PRIMARY KEY, data BLOB NOT NULL);
{LABELS_TABLE}
CREATE TABLE IF NOT EXISTS made_with (model TEXT NOT NULL);
"""


@dataclass(frozen=True)
class FileState:
    """What tells that a file is still the one that was looked at: bytes, and nanoseconds of its last change."""

    size: int
    modified: int

    @classmethod
    def of(cls, path: Path) -> FileState:
        """Raises OSError."""
        facts = path.stat()
        return cls(facts.st_size, facts.st_mtime_ns)


@dataclass(frozen=True)
class IndexedPicture:
    """A picture of the library. row: its number there, as long as its file does not change. Others: as in Described."""

    row: int
    path: Path
    fingerprint: str
    width: int
    height: int
    facts: Facts


@dataclass(frozen=True)
class Described:
    """A picture as it goes into the index. vectors: by the names of KINDS. thumbnail: a small WebP file, or b"".

    fingerprint, width, height: of the picture as it was looked at, which may be smaller than the file has it.
    """

    fingerprint: str
    width: int
    height: int
    vectors: Mapping[str, NDArray[np.float32]]
    thumbnail: bytes = b""


def library_folder() -> Path:
    """Where the index of this user lies."""
    return cache_folder() / "library"


class LibraryIndex:
    """The index in a folder; for one thread at a time. Raises StudioError if it cannot be opened.

    is_writer: takes the folder's lock, so that one process writes. Others may read meanwhile. labels: what classifiers
    said of its pictures. fact_files: where its facts were read from, None for who only reads.
    """

    def __init__(self, folder: Path | None = None, is_writer: bool = False) -> None:
        self.folder = folder or library_folder()
        make_folder(self.folder)
        self._lock = FolderLock(self.folder) if is_writer else None
        if self._lock is not None:
            _take(self._lock, self.folder)
        self._vectors = {kind: VectorFile(self.folder, kind) for kind in KINDS}
        try:
            self._database = self._open(is_writer)
            self._free: list[int] = []
            self._freed: list[int] = []  # by what is not committed yet
            self.labels = Labels(self._database)
            self.fact_files = FactFiles(self._database) if is_writer else None
            if is_writer:
                self._drop_what_has_no_vectors()
            self._free, self._end = self._find_free()
        except StudioError:
            self._release()
            raise

    @property
    def is_current(self) -> bool:
        """Whether nobody has made the index again since it was opened, as is done with a damaged one."""
        return self._database.is_current

    @property
    def count(self) -> int:
        """How many pictures there are."""
        return int(self._database.execute("SELECT count(*) FROM pictures")[0][0])

    def known(self, under: Path | None = None) -> dict[Path, FileState]:
        """Files that were looked at, below a folder or all, those that were no pictures included."""
        found: dict[Path, FileState] = {}
        for table in ("pictures", "problems"):
            where, values = below(under)
            query = f"SELECT path, size, modified FROM {table}{where}"
            for path, size, modified in self._database.execute(query, values):
                found[Path(os.fsdecode(path))] = FileState(size, modified)
        return found

    def problems(self, under: Path | None = None) -> dict[Path, str]:
        """Files that could not be looked at, and why."""
        where, values = below(under)
        rows = self._database.execute(f"SELECT path, problem FROM problems{where}", values)
        return {Path(os.fsdecode(path)): problem for path, problem in rows}

    def add(self, path: Path, state: FileState, facts: Facts, described: Described) -> int:
        """Take in a picture, or a changed one instead of what it was; it lasts from the next `commit`.

        Returns its row.
        """
        key = os.fsencode(path)
        old = self._database.execute("SELECT row FROM pictures WHERE path = ?", (key,))
        row = self._free.pop() if self._free else self._end
        self._end = max(self._end, row + 1)
        for kind, vectors in self._vectors.items():
            vectors.write(row, described.vectors[kind])
        for (row_before,) in old:
            self._drop(row_before)
        self._database.execute("DELETE FROM problems WHERE path = ?", (key,))
        values = {
            "row": row,
            "path": key,
            "size": state.size,
            "modified": state.modified,
            "fingerprint": described.fingerprint,
            "width": described.width,
            "height": described.height,
        } | asdict(facts)
        places = ", ".join("?" * len(values))
        self._database.execute(f"INSERT INTO pictures ({', '.join(values)}) VALUES ({places})", tuple(values.values()))
        if described.thumbnail:
            self._database.execute("INSERT OR REPLACE INTO thumbnails VALUES (?, ?)", (row, described.thumbnail))
        return row

    def put_facts(self, row: int, facts: Facts) -> None:
        """Know this of the picture in a row from the next `commit` on."""
        columns = ", ".join(f"{name} = ?" for name in _FACTS)
        self._database.execute(f"UPDATE pictures SET {columns} WHERE row = ?", (*astuple(facts), row))

    def note_problem(self, path: Path, state: FileState, problem: str) -> None:
        """Remember that a file is no picture to be had, until it changes."""
        self.forget([path])
        values = (os.fsencode(path), state.size, state.modified, problem)
        self._database.execute("INSERT OR REPLACE INTO problems VALUES (?, ?, ?, ?)", values)

    def forget(self, paths: Iterable[Path]) -> None:
        """Leave files out that are no longer there."""
        for path in paths:
            key = (os.fsencode(path),)
            for (row,) in self._database.execute("SELECT row FROM pictures WHERE path = ?", key):
                self._drop(row)
            self._database.execute("DELETE FROM problems WHERE path = ?", key)

    def commit(self) -> None:
        """Make all of it last. Raises StudioError if the disk refuses."""
        try:
            for vectors in self._vectors.values():
                vectors.flush()
            self._database.commit()
        except OSError as error:
            raise StudioError(f"The library could not be written: {error}.", "Make room on the disk.") from error
        self._free += self._freed
        self._freed.clear()

    def rows(self, under: Path | None = None) -> NDArray[np.int64]:
        """The rows of the pictures below a folder, or of all, in ascending order."""
        where, values = below(under)
        found = self._database.execute(f"SELECT row FROM pictures{where} ORDER BY row", values)
        return np.fromiter((row for (row,) in found), np.int64)

    def rows_beside(self, card: Path) -> NDArray[np.int64]:
        """The rows of the pictures that have the name of a card, but for its ending."""
        start = os.fsencode(card.with_suffix("")) + b"."
        query = "SELECT row FROM pictures WHERE path >= ? AND path < ?"
        found = self._database.execute(query, (start, start[:-1] + bytes([start[-1] + 1])))
        return np.fromiter((row for (row,) in found), np.int64)

    def pictures(self, rows: Sequence[int] | NDArray[np.int64]) -> list[IndexedPicture]:
        """What is known of the pictures in these rows, in their order; rows that are no longer there are left out."""
        columns = f"row, path, fingerprint, width, height, {', '.join(_FACTS)}"
        query = f"SELECT {columns} FROM pictures WHERE row = ?"
        return [_picture_of(values) for row in rows for values in self._database.execute(query, (int(row),))]

    def find(self, path: Path) -> IndexedPicture | None:
        """The picture in this file, if it is in the library."""
        rows = self._database.execute("SELECT row FROM pictures WHERE path = ?", (os.fsencode(path),))
        return next(iter(self.pictures([row for (row,) in rows])), None)

    def arranged(
        self, folders: Sequence[Path], words: str = "", sort: Sort = "folder", labelled: Labelled | None = None
    ) -> NDArray[np.int64]:
        """Rows of the pictures below any of these folders, with all of the words, in an order; see `arranging`."""
        return arranged_rows(self._database, folders, words, sort, labelled)

    def vectors(self, kind: str, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors of a kind, about length 1. Shapes: (N,) -> (N, length)."""
        return self._vectors[kind].read(rows)

    def thumbnail(self, row: int) -> bytes:
        """A small WebP file, b"" where there is none."""
        found = self._database.execute("SELECT data FROM thumbnails WHERE row = ?", (int(row),))
        return bytes(found[0][0]) if found else b""

    def close(self) -> None:
        """Close it; what was not committed is as if it had never been. Idempotent."""
        self._database.close()
        self._release()

    def __enter__(self) -> LibraryIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _drop(self, row: int) -> None:
        for table in ("pictures", "thumbnails", "labels"):
            self._database.execute(f"DELETE FROM {table} WHERE row = ?", (row,))
        self._freed.append(row)

    def _find_free(self) -> tuple[list[int], int]:
        rows = self.rows()
        end = int(rows[-1]) + 1 if len(rows) else 0
        return np.setdiff1d(np.arange(end), rows, assume_unique=True)[::-1].tolist(), end

    def _open(self, is_writer: bool) -> IndexDatabase:
        model = next(card.sha256 for card in bundled_cards("models") if card.id == "style_head")
        try:
            if is_marked(self.folder):
                raise IndexDamaged(self.folder)
            database = self._connect()
            found = database.execute("SELECT model FROM made_with")
            if found == [(model,)] or not (found or is_writer):
                return database
            database.close()
        except IndexDamaged:
            if not is_writer:
                raise
        if not is_writer:
            raise StudioError("The library was made by another version of the studio.", "Index the folder again.")
        remove_database(self.folder, _NAME)  # damaged, or its vectors mean something else: it is made again
        for vectors in self._vectors.values():
            vectors.remove()
        database = self._connect()
        database.execute("INSERT INTO made_with VALUES (?)", (model,))
        database.commit()
        return database

    def _connect(self) -> IndexDatabase:
        return IndexDatabase(self.folder, _NAME, _TABLES, _VERSION)

    def _drop_what_has_no_vectors(self) -> None:
        """Have pictures looked at again whose vectors were lost, because a file of them is damaged or was removed."""
        rows = self.rows()
        is_there = np.ones(len(rows), np.bool_)
        for vectors in self._vectors.values():
            is_there &= vectors.are_written(rows)
        lost = rows[~is_there].tolist()
        for row in lost:
            self._drop(row)
        if lost:
            self.commit()

    def _release(self) -> None:
        for vectors in self._vectors.values():
            vectors.close()
        if self._lock is not None:
            self._lock.release()


def _take(lock: FolderLock, folder: Path) -> None:
    try:
        lock.take()
    except WriteError as error:
        raise StudioError(
            f"The index of the library cannot be written in {folder}.",
            "What is in it can be seen and searched; for new pictures, the folder must be writable.",
        ) from error


def _picture_of(values: Sequence[object]) -> IndexedPicture:
    row, path, fingerprint, width, height, *facts = values
    named = dict(zip(_FACTS, facts, strict=True))
    named["may_learn"] = bool(named["may_learn"])
    assert isinstance(row, int) and isinstance(path, bytes) and isinstance(width, int) and isinstance(height, int)
    return IndexedPicture(row, Path(os.fsdecode(path)), str(fingerprint), width, height, Facts(**named))  # type: ignore[arg-type]
