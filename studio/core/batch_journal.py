"""The journal of a batch: what it is to paint and what is done, on disk before anything else happens.

It lies in the output folder, one JSON object a line, and is only ever added to. A line that was cut off, by a crash
or a full disk, never happened. The lines:

    {"journal": 1, "job": {...}}                             a batch begins; what stands above belongs to older ones
    {"item": 0, "photo": "/home/anna/boat.jpg", "output": "boat.png"}
    {"item": 0, "state": "writing", "replaces": [...]}       the file may be new from here on
    {"item": 0, "state": "done"}                             or "skipped", "failed", with a "reason"
    {"end": true}                                            every item has been tried
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.core.batch import BatchItem
from studio.core.errors import StudioError, WriteError

JOURNAL_NAME = ".style-studio-batch.jsonl"
_VERSION = 1
_LOCKED_BYTE = 2**30  # on Windows a lock keeps others from reading, too: lock where nothing is written


@dataclass
class Record:
    """What a journal tells of its newest batch.

    job: as `BatchJob.to_values`. states: the last line of each item. written: files that this batch wrote, or was about
    to, and those of the batches before it.
    """

    job: Mapping[str, Any]
    items: dict[int, BatchItem] = field(default_factory=dict)
    states: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    has_ended: bool = False
    written: set[str] = field(default_factory=set)


class Journal:
    """The journal of an output folder, held open and locked: one batch at a time works in a folder.

    record: what it told when it was opened, None if nothing. Raises StudioError if it is locked or cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / JOURNAL_NAME
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        except OSError as error:
            raise _unwritable(folder, error) from error
        try:
            if not _lock(self._file):
                raise StudioError(f"Another batch is at work in {folder}.", "Wait for it, or choose another folder.")
            data = _read_all(self._file)
            self._size = data.rfind(b"\n") + 1  # a line cut off is written over
            self.record = _parse(data)
        except BaseException:
            os.close(self._file)
            raise

    def begin(self, job: Mapping[str, Any], items: Iterable[BatchItem]) -> None:
        """Begin a batch; what the journal told before counts no longer."""
        self._add({"journal": _VERSION, "job": job}, *map(_item_line, items))
        self.record = None

    def add_items(self, items: Iterable[BatchItem]) -> None:
        """Take more items into the batch that goes on."""
        self._add(*map(_item_line, items))

    def note(self, item: BatchItem, state: str, **facts: Any) -> None:
        """Note what becomes of an item; it is on the disk when this returns."""
        self._add({"item": item.number, "state": state, **facts})

    def end(self) -> None:
        """Note that every item has been tried."""
        self._add({"end": True})

    def close(self) -> None:
        """Give the folder free; idempotent."""
        if self._file >= 0:
            os.close(self._file)  # and with it the lock
            self._file = -1

    def _add(self, *lines: Mapping[str, Any]) -> None:
        data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        try:
            os.lseek(self._file, self._size, os.SEEK_SET)
            written = 0
            while written < len(data):
                written += os.write(self._file, data[written:])
            os.ftruncate(self._file, self._size + len(data))  # of a longer line that was cut off here
            os.fsync(self._file)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._file, self._size)
            raise _unwritable(self._path.parent, error) from error
        self._size += len(data)


def read_journal(folder: Path) -> Record | None:
    """What the journal in a folder tells, None if there is none; may be asked while a batch is at work there."""
    try:
        return _parse((folder / JOURNAL_NAME).read_bytes())
    except OSError:
        return None


def _parse(data: bytes) -> Record | None:
    record: Record | None = None
    for line in data[: data.rfind(b"\n") + 1].splitlines():  # the last one may be half written
        try:
            values = json.loads(line)
            if values.get("journal") == _VERSION:
                record = Record(values["job"], written=record.written if record else set())
            elif record is None:
                continue
            elif "photo" in values:
                item = BatchItem(values["item"], Path(values["photo"]), values["output"])
                record.items[item.number], record.has_ended = item, False
            elif "state" in values:
                record.states[values["item"]], record.has_ended = values, False
                if values["state"] == "writing":
                    record.written.add(record.items[values["item"]].output)
            elif "end" in values:
                record.has_ended = True
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue  # damaged: at worst an artwork is painted again, and then found to be there
    return record


def _item_line(item: BatchItem) -> Mapping[str, Any]:
    return {"item": item.number, "photo": str(item.photo), "output": item.output}


def _read_all(file: int) -> bytes:
    os.lseek(file, 0, os.SEEK_SET)
    parts = []
    while part := os.read(file, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _lock(file: int) -> bool:
    """Whether nobody else holds it; the system gives it free when the process ends, however that ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # A disk without locks (some network folders) is no reason not to paint.
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)
    return True


def _unwritable(folder: Path, error: OSError) -> WriteError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return WriteError(f"The disk of {folder} is full.", "Free some space; the same batch goes on afterwards.")
    return WriteError(f"Nothing may be written into {folder} ({error.strerror}).", "Choose another folder.")
