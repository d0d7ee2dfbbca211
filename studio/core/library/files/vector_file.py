"""Vectors of the library in files that are mapped into memory: a row per picture, at most 806 bytes of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

from studio.core.storage.atomic_write import flush_to_disk

# Name, numbers in a row, how they are kept. Shares of colours lie between 0 and 1: a byte is fine enough for them.
KINDS: Mapping[str, tuple[int, DTypeLike]] = {
    "style": (128, np.float16),
    "subject": (128, np.float16),
    "palette": (294, np.uint8),
}
BYTES_PER_PICTURE = sum(length * np.dtype(dtype).itemsize for length, dtype in KINDS.values())
_BYTE = 255.0
_CHUNK = 1 << 13  # rows at a time


class VectorFile:
    """All vectors of one kind. Rows that were never written are zeros or not there."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.length, dtype = KINDS[kind]
        self._dtype: np.dtype[np.generic] = np.dtype(dtype)
        self._path = folder / f"{kind}.{self._dtype.name}"
        self._row_bytes = self.length * self._dtype.itemsize
        self._map: NDArray[np.generic] | None = None

    def write(self, row: int, vector: NDArray[np.float32]) -> None:
        """Write one row; it is on the disk after `flush`."""
        if vector.shape != (self.length,):
            raise ValueError(f"a vector of {vector.shape} instead of ({self.length},)")
        values = np.rint(np.clip(vector, 0, 1) * _BYTE) if self._dtype == np.uint8 else vector
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        with os.fdopen(descriptor, "r+b") as file:
            file.seek(row * self._row_bytes)
            file.write(values.astype(self._dtype).tobytes())

    def flush(self) -> None:
        """Wait until all that was written is on the disk."""
        if self._path.exists():
            with self._path.open("r+b") as file:
                flush_to_disk(file.fileno())

    def read(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Rows as numbers. Shapes: (N,) -> (N, length). Those that are not there (a damaged file) are zeros."""
        mapped = self._mapped()
        there = rows < len(mapped)
        if len(rows) and there.all() and (np.diff(rows) == 1).all():  # one piece
            found = mapped[int(rows[0]) : int(rows[-1]) + 1].astype(np.float32)
        else:
            found = np.zeros((len(rows), self.length), np.float32)
            found[there] = mapped[rows[there]]
        if self._dtype == np.uint8:
            found *= np.float32(1 / _BYTE)
        return found

    def are_written(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which rows have numbers; where a file was cut off and written on, there are zeros. Shapes: (N,) -> (N,)."""
        mapped = self._mapped()
        found = np.zeros(len(rows), np.bool_)
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            inside = chunk < len(mapped)
            found[start : start + len(chunk)][inside] = mapped[chunk[inside]].any(1)
        return found

    def remove(self) -> None:
        """Forget all of it."""
        self._map = None
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file."""
        self._map = None

    def _mapped(self) -> NDArray[np.generic]:
        size = self._path.stat().st_size if self._path.exists() else 0
        count = size // self._row_bytes
        if count == 0:
            return np.zeros((0, self.length), self._dtype)
        if self._map is None or len(self._map) != count:
            self._map = np.memmap(self._path, self._dtype, mode="r", shape=(count, self.length))
        return self._map
