"""The journal of a batch: what it is to paint and what is done, on disk before anything else happens.

It lies in the output folder, one JSON object a line, and is only ever added to. What was cut off by a crash or a full
disk never happened, be it a line or a batch whose items are not all there. Whoever gives a folder away gives its
journal along: what it says is checked, and an entry that no studio writes is refused. The lines:

    {"journal": 1, "job": {...}, "items": 40}                a batch begins; what stands above belongs to older ones
    {"item": 0, "photo": "/home/anna/boat.jpg", "output": "boat.png"}
    {"item": 0, "state": "writing", "replaces": [...]}       the file may be new from here on
    {"item": 0, "state": "done"}                             or "skipped", "failed", with a "reason"
    {"end": true}                                            every item has been tried
"""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.core.batch.job import BatchItem
from studio.core.errors import StudioError, WriteError
from studio.core.storage.atomic_write import flush_to_disk
from studio.core.storage.folder_lock import FolderLock
from studio.core.storage.untrusted import (
    check_encodable,
    name_key,
    parse_object,
    path_anywhere,
    path_below,
    read_bounded,
)

JOURNAL_NAME = ".style-studio-batch.jsonl"
LARGEST_JOURNAL = 64 * 2**20  # bytes, of some hundred thousand artworks
_VERSION = 1
_MOST_ITEMS = 10_000_000
_STATES = ("writing", "done", "skipped", "failed")


@dataclass
class Record:
    """What a journal tells of its newest batch.

    job: as `BatchJob.to_values`, unchecked. states: the last line of each item. written: files that this batch wrote,
    or was about to, and those of the batches before it. refused: what is wrong with entries left out, a phrase each.
    """

    job: Mapping[str, Any]
    items: dict[int, BatchItem] = field(default_factory=dict)
    states: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    has_ended: bool = False
    written: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)


class Journal:
    """The journal of an output folder, held open and locked: one batch at a time works in a folder.

    name: of its file, another one for each kind of work. record: what it told when it was opened, None if nothing.
    Raises StudioError if it is locked or cannot be written.
    """

    def __init__(self, folder: Path, name: str = JOURNAL_NAME) -> None:
        self._path = folder / name
        self._file = _open(self._path)
        self._lock = FolderLock(folder)
        try:
            self._lock.take()
            data = _read_all(self._file, self._path)
            self.record, self._size = _parse(data)
            if self._size < len(data):  # what was cut off
                self._cut()
        except BaseException:
            self.close()
            raise

    def begin(self, job: Mapping[str, Any], items: Iterable[BatchItem]) -> None:
        """Begin a batch; what the journal told before counts no longer."""
        lines = [_item_line(item) for item in items]
        self._add({"journal": _VERSION, "job": job, "items": len(lines)}, *lines)
        self.record = None

    def add_items(self, items: Iterable[BatchItem]) -> None:
        """Take more items into the batch that goes on."""
        self._add(*map(_item_line, items))

    def note(self, item: BatchItem, state: str, **facts: Any) -> None:
        """Note what becomes of an item; it is on the disk when this returns."""
        self._add({"item": item.number, "state": state, **facts})

    def line_of(self, item: BatchItem) -> Mapping[str, Any]:
        """The last line of an item as the journal was opened; {} where there is none, or another batch has begun."""
        return {} if self.record is None else self.record.states.get(item.number, {})

    def end(self) -> None:
        """Note that every item has been tried."""
        self._add({"end": True})

    def close(self) -> None:
        """Give the folder free; idempotent."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._lock.release()

    def _add(self, *lines: Mapping[str, Any]) -> None:
        data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        try:
            os.lseek(self._file, self._size, os.SEEK_SET)
            written = 0
            while written < len(data):
                written += os.write(self._file, data[written:])
            flush_to_disk(self._file)
        except OSError as error:
            with suppress(StudioError):
                self._cut()
            raise _unwritable(self._path.parent, error) from error
        self._size += len(data)

    def _cut(self) -> None:
        try:
            os.ftruncate(self._file, self._size)
        except OSError as error:
            raise _unwritable(self._path.parent, error) from error


def read_journal(folder: Path) -> Record | None:
    """What the journal in a folder tells, None if there is none; may be asked while a batch is at work there."""
    try:
        return _parse(read_bounded(folder / JOURNAL_NAME, LARGEST_JOURNAL))[0]
    except (OSError, ValueError):
        return None


def _parse(data: bytes) -> tuple[Record | None, int]:
    """What a journal tells, and up to which byte it counts."""
    record: Record | None = None
    begun: Record | None = None  # of which not all items are there yet
    announced = begins = end = 0
    outputs: set[str] = set()
    for line in data[: data.rfind(b"\n") + 1].splitlines(keepends=True):  # the last one may be half written
        start, end = end, end + len(line)
        try:
            values = parse_object(line)
        except ValueError:
            continue  # damaged: at worst an artwork is painted again, and then found to be there
        if values.get("journal") == _VERSION:
            before, job, count = begun or record, values.get("job"), values.get("items")
            begun = Record(job if isinstance(job, dict) else {}, written=before.written if before else set())
            announced, begins = count if isinstance(count, int) else 0, start
            outputs.clear()
        elif (current := begun or record) is not None:
            try:
                _take(values, current, outputs)
            except ValueError as error:
                current.refused.append(str(error))
        is_at_work = "state" in values or "end" in values  # which begins when all are there: what is missing is damaged
        if begun is not None and (is_at_work or len(begun.items) + len(begun.refused) >= announced):
            record, begun = begun, None
    return record, begins if begun is not None else end


def _take(values: Mapping[str, Any], record: Record, outputs: set[str]) -> None:
    """Take a line into the record; outputs: the names given so far. Raises ValueError if no studio has written it."""
    number = values.get("item")
    if "photo" in values or "output" in values:
        item = _item(values)
        name = name_key(item.output)
        if name in outputs or item.number in record.items:
            raise ValueError(f"{item.output!r} or its number is there twice")
        outputs.add(name)
        record.items[item.number], record.has_ended = item, False
    elif "state" in values and values["state"] in _STATES and type(number) is int and number in record.items:
        record.states[number], record.has_ended = values, False
        if values["state"] == "writing":
            record.written.add(record.items[number].output)
    elif "end" in values:
        record.has_ended = True


def _item(values: Mapping[str, Any]) -> BatchItem:
    number = values.get("item")
    if type(number) is not int or not 0 <= number < _MOST_ITEMS:
        raise ValueError(f"{str(number)[:40]} is not an item number")
    output = check_encodable(path_below(values.get("output")).as_posix())
    return BatchItem(number, path_anywhere(values.get("photo")), output)


def _item_line(item: BatchItem) -> Mapping[str, Any]:
    return {"item": item.number, "photo": str(item.photo), "output": item.output}


def _open(path: Path) -> int:
    # A link here could lead anywhere, and a journal is written to without a question.
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        file = os.open(path, flags, 0o666)
    except OSError as error:
        if path.is_symlink():
            raise _no_journal(path) from error
        raise _unwritable(path.parent, error) from error
    if not stat.S_ISREG(os.fstat(file).st_mode) or path.is_symlink():
        os.close(file)
        raise _no_journal(path)
    return file


def _no_journal(path: Path) -> StudioError:
    return StudioError(
        f"{path} is not a journal but a link or a device.", "Remove it or choose another folder; nothing was written."
    )


def _read_all(file: int, path: Path) -> bytes:
    if os.fstat(file).st_size > LARGEST_JOURNAL:
        raise StudioError(
            f"The journal of the batches in {path.parent} is larger than {LARGEST_JOURNAL >> 20} MB.",
            f"Choose another folder, or move {path.name} away.",
        )
    os.lseek(file, 0, os.SEEK_SET)
    parts = []
    while part := os.read(file, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _unwritable(folder: Path, error: OSError) -> WriteError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return WriteError(f"The disk of {folder} is full.", "Free some space; the same batch goes on afterwards.")
    return WriteError(f"Nothing can be written into {folder} ({error.strerror}).", "Choose another folder.")
