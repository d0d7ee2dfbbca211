"""The directories of a TIFF: what its pages say of themselves, read within bounds before any decoder sees the file."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import IO

MOST_DIRECTORIES = 5_000  # a scanned book; the rest of a longer chain is not looked at
_MOST_ENTRIES = 4096
_MOST_ENTRIES_OF_ALL = 200_000
_MOST_TAG_BYTES = 64 * 2**20
_MOST_VALUES = 2_000_000

_FORMATS = {1: "B", 2: "B", 3: "H", 4: "I", 5: "II", 6: "b", 7: "B", 8: "h", 9: "i", 10: "ii", 11: "f", 12: "d",
            13: "I", 16: "Q", 17: "q", 18: "Q"}  # fmt: skip
_HEADERS = {b"II*\0": ("<", False), b"MM\0*": (">", False), b"II+\0": ("<", True), b"MM\0+": (">", True)}

WIDTH, LENGTH, SUBFILE, OLD_SUBFILE, SUB_DIRECTORIES, DNG_VERSION = 256, 257, 254, 255, 330, 50706
PHOTOMETRIC, STRIP_OFFSETS, STRIP_BYTES, TILE_OFFSETS, TILE_BYTES = 262, 273, 279, 324, 325
_REDUCED, _MASK = 1, 4


@dataclass(frozen=True)
class Entry:
    """One tag: type of its values, how many, the bytes of the entry as they are in the file, where the values are."""

    kind: int
    count: int
    raw: bytes
    at: int


class Directory:
    """The tags of one page."""

    def __init__(self, file: IO[bytes], order: str, is_big: bool, offset: int, length: int) -> None:
        """Reads the table at `offset` of a file of `length` bytes. Raises struct.error where there is none."""
        self._file, self.order, self.is_big, self.offset, self._length = file, order, is_big, offset, length
        file.seek(offset)
        (count,) = struct.unpack(f"{order}Q" if is_big else f"{order}H", file.read(8 if is_big else 2))
        if count > _MOST_ENTRIES:
            raise struct.error(f"{count} tags")
        size, inline = (20, 8) if is_big else (12, 4)
        table = file.read(count * size)
        self.entries: dict[int, Entry] = {}
        for start in range(0, len(table) - size + 1, size):
            raw = table[start : start + size]
            tag, kind, many = struct.unpack_from(f"{order}HHQ" if is_big else f"{order}HHI", raw)
            place = offset + (8 if is_big else 2) + start + size - inline
            if kind in _FORMATS and many * struct.calcsize("=" + _FORMATS[kind]) > inline:
                (place,) = struct.unpack_from(f"{order}Q" if is_big else f"{order}I", raw, size - inline)
            self.entries.setdefault(tag, Entry(kind, many, raw, place))
        link = file.read(8 if is_big else 4)
        self.next: int = struct.unpack(f"{order}Q" if is_big else f"{order}I", link)[0] if len(link) > 3 else 0

    def __contains__(self, tag: int) -> bool:
        return tag in self.entries

    def numbers(self, tag: int, most: int = _MOST_VALUES) -> tuple[float, ...]:
        """The values of a tag, () where it is not there, is damaged, or has more than `most`."""
        entry = self.entries.get(tag)
        if entry is None or entry.kind not in _FORMATS or entry.count > most:
            return ()
        data = self.raw(tag)
        code = _FORMATS[entry.kind]
        count = len(data) // struct.calcsize("=" + code)
        values = struct.unpack_from(f"{self.order}{count * len(code)}{code[0]}", data)
        if len(code) == 2:  # numerator, denominator
            values = tuple(above / below if below else 0.0 for above, below in zip(*[iter(values)] * 2, strict=True))
        return values

    def number(self, tag: int, default: int) -> int:
        """The first value of a tag as a whole number."""
        values = self.numbers(tag)
        return int(values[0]) if values else default

    def raw(self, tag: int) -> bytes:
        """The bytes of a tag's values, b"" where it is not there."""
        entry = self.entries.get(tag)
        if entry is None or entry.kind not in _FORMATS or entry.at > self._length:
            return b""
        self._file.seek(entry.at)
        return self._file.read(min(entry.count * struct.calcsize("=" + _FORMATS[entry.kind]), self._length - entry.at))

    @property
    def is_modest(self) -> bool:
        """Whether its tags claim no more data than a file of this length may hold."""
        bytes_of = (each.count * struct.calcsize("=" + _FORMATS.get(each.kind, "")) for each in self.entries.values())
        return sum(min(claimed, self._length) for claimed in bytes_of) <= self._length + _MOST_TAG_BYTES

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in px, 0 where it does not say."""
        return self.number(WIDTH, 0), self.number(LENGTH, 0)

    @property
    def has_pixels(self) -> bool:
        """Whether it is a page at all."""
        return min(self.size) > 0 and (STRIP_OFFSETS in self or TILE_OFFSETS in self or 513 in self)

    @property
    def is_reduced(self) -> bool:
        """Whether it is a smaller version, or a mask, of another page."""
        return bool(self.number(SUBFILE, 0) & (_REDUCED | _MASK)) or self.number(OLD_SUBFILE, 1) == 2

    @property
    def is_mask(self) -> bool:
        """Whether it is but the mask of another page."""
        return bool(self.number(SUBFILE, 0) & _MASK)


def read_directories(file: IO[bytes]) -> list[Directory]:
    """All pages of a TIFF: the chain and, behind each, its subdirectories. [] where not even the first can be read.

    A chain that goes in circles, or leads nowhere, ends there.
    """
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(16)
    if head[:4] not in _HEADERS:
        return []
    order, is_big = _HEADERS[head[:4]]
    try:
        (following,) = struct.unpack_from(f"{order}Q" if is_big else f"{order}I", head, 8 if is_big else 4)
    except struct.error:
        return []
    found: list[Directory] = []
    seen: set[int] = set()
    entries = 0
    while 0 < following < length and following not in seen and len(found) < MOST_DIRECTORIES:
        if entries > _MOST_ENTRIES_OF_ALL:
            break
        seen.add(following)
        try:
            directory = Directory(file, order, is_big, following, length)
        except struct.error:
            break
        found.append(directory)
        entries += len(directory.entries)
        for offset in directory.numbers(SUB_DIRECTORIES, 64):
            if 0 < offset < length and offset not in seen and len(found) < MOST_DIRECTORIES:
                seen.add(int(offset))
                try:
                    found.append(Directory(file, order, is_big, int(offset), length))
                    entries += len(found[-1].entries)
                except struct.error:
                    continue
        following = directory.next
    return found


def best_page(pages: list[Directory]) -> tuple[Directory, list[Directory]] | None:
    """The page that is the picture, and all full pages; None where there is none.

    A reduced page or a mask is not the picture unless there is nothing else; of several full ones the largest is it,
    of equal ones the first.
    """
    with_pixels = [page for page in pages if page.has_pixels]
    full = [page for page in with_pixels if not page.is_reduced]
    candidates = full or [page for page in with_pixels if not page.is_mask] or with_pixels
    if not candidates:
        return None
    return max(candidates, key=lambda page: page.size[0] * page.size[1]), full
