"""A file for a decoder, put together of parts of another file and of bytes; nothing of the other file is copied."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Sequence
from typing import IO

Part = bytes | tuple[int, int]
"""Bytes, or (offset, size) in the other file."""


class SplicedFile(io.RawIOBase):
    """The parts one after the other, to be read and sought in."""

    def __init__(self, file: IO[bytes], parts: Sequence[Part]) -> None:
        super().__init__()
        self._file = file
        self._parts = [part for part in parts if (len(part) if isinstance(part, bytes) else part[1])]
        self._starts = [0]
        for part in self._parts:
            self._starts.append(self._starts[-1] + (len(part) if isinstance(part, bytes) else part[1]))
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As of any file; beyond the end there is nothing to read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._starts[-1]}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """Up to `size` bytes, all that is left for -1; less only at the end."""
        left = self._starts[-1] - self._at
        left = left if size is None or size < 0 else min(size, left)
        pieces = []
        while left > 0:
            index = bisect_right(self._starts, self._at) - 1
            skipped = self._at - self._starts[index]
            many = min(left, self._starts[index + 1] - self._at)
            part = self._parts[index]
            if isinstance(part, bytes):
                piece = part[skipped : skipped + many]
            else:
                self._file.seek(part[0] + skipped)
                piece = self._file.read(many)
            if not piece:
                break
            pieces.append(piece)
            self._at += len(piece)
            left -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)
