"""A page of a TIFF as tifffile gets to see it, which never sees the file itself.

It is handed a directory of the few tags that tell how segments are packed, made here from those of the page. So its
many branches for microscopes and vendors, which read and compute what a hostile file asks for, cannot be reached.
"""

from __future__ import annotations

import io
import logging
import struct
from typing import IO, Any

from studio.core.image_io.tiff.directory import TILE_OFFSETS, Directory

# How segments are packed; all others would let tifffile look around in the file.
_OF_SEGMENTS = (256, 257, 258, 259, 262, 266, 277, 284, 292, 317, 322, 323, 338, 339, 347, 530)
_FARTHEST = 2**32 - 2**16
_ROWS_PER_STRIP, _TILE_SIZE = 278, (322, 323)


def tifffile_page(file: IO[bytes], page: Directory, rows: int, length: int) -> Any:
    """The page as tifffile's object, which decodes segments. Raises ValueError where the tags do not fit together.

    rows: of a strip, whatever the page says. length: of the file.
    """
    import tifffile  # takes 100 ms: for TIFFs only

    logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)  # what it remarks on is checked here
    order, is_big = page.order, page.is_big
    entries = {tag: page.entries[tag].raw for tag in _OF_SEGMENTS if tag in page}
    if TILE_OFFSETS not in page:
        for tag in _TILE_SIZE:
            entries.pop(tag, None)
        entry = f"{order}HHQI4x" if is_big else f"{order}HHII"
        entries[_ROWS_PER_STRIP] = struct.pack(entry, _ROWS_PER_STRIP, 4, 1, rows)
    table = b"".join(raw for _, raw in sorted(entries.items()))
    count = struct.pack(f"{order}Q" if is_big else f"{order}H", len(entries))
    directory = _WithOneDirectory(file, order, is_big, count + table + bytes(8), length)
    try:
        found = tifffile.TiffFile(io.BufferedReader(directory, 4096)).pages[0]
        _ = found.decode
    except (LookupError, TypeError, AssertionError, AttributeError, OSError, ArithmeticError) as error:
        raise ValueError(str(error)) from error
    return found


class _WithOneDirectory(io.RawIOBase):
    """A file whose header points at a directory that is not in it, laid behind its end."""

    def __init__(self, file: IO[bytes], order: str, is_big: bool, directory: bytes, length: int) -> None:
        mark = "II" if order == "<" else "MM"
        length = length if is_big else min(length, _FARTHEST)  # rubbish behind, where no offset reaches
        if is_big:
            head = struct.pack(f"{order}2sHHHQ", mark.encode(), 43, 8, 0, max(16, length))
        else:
            head = struct.pack(f"{order}2sHI", mark.encode(), 42, max(8, length))
        self._file, self._head, self._tail, self._length = file, head, directory, max(len(head), length)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        base = (0, self._at, self._length + len(self._tail))[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        wanted = memoryview(buffer).cast("B")
        if self._at < len(self._head):
            data = self._head[self._at : self._at + len(wanted)]
        elif self._at < self._length:
            self._file.seek(self._at)
            data = self._file.read(min(len(wanted), self._length - self._at))
        else:
            data = self._tail[self._at - self._length :][: len(wanted)]
        wanted[: len(data)] = data
        self._at += len(data)
        return len(data)
