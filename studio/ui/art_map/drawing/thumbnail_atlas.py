"""ThumbnailAtlas: thumbnails of one size in one pixmap, so that thousands of them are painted by one call."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

FRAME = 4  # px, the widest frame around a picture
_LONGEST_SIDE = 32_000  # px; Qt's painter has 32767


class ThumbnailAtlas:
    """Cells of edge x edge device px; the pictures that were not painted for the longest time give way.

    Below the cells lie plain squares of the colours of frames, a little larger than a picture: both come out of one
    pixmap then, and each frame lies right below its picture.
    """

    def __init__(self, edge: int, count: int, capacity: int) -> None:
        """count: of all pictures. capacity: how many of them are held at once."""
        self.edge = edge
        self.capacity = max(1, min(count, capacity))
        self._columns = max(1, min(int(np.ceil(self.capacity**0.5)), _LONGEST_SIDE // edge))
        self._colors: list[QColor] = []
        self._slot = np.full(count, -1, np.int64)  # of each picture
        self._owner = np.full(self.capacity, -1, np.int64)
        self._used_at = np.zeros(self.capacity, np.int64)
        self._size = np.zeros((self.capacity, 2))
        self._turn = 0
        self.pixmap = QPixmap()
        self._bottom = int(np.ceil(self.capacity / self._columns)) * edge

    @property
    def bytes(self) -> int:
        """What it takes of the memory."""
        return self.pixmap.width() * self.pixmap.height() * 4

    def has(self, indices: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of these pictures are there."""
        return self._slot[indices] >= 0

    def set_colors(self, colors: Sequence[QColor]) -> None:
        """Have these colours for frames."""
        self._colors = list(colors)
        side, per_row = self._swatch_side, self._swatches_per_row
        rows = -(-len(self._colors) // per_row)
        width = max(self._columns * self.edge, side)
        pixmap = QPixmap(width, self._bottom + rows * side)
        if not self.pixmap.isNull():
            painter = QPainter(pixmap)
            painter.drawPixmap(0, 0, self.pixmap, 0, 0, width, self._bottom)
        else:
            pixmap.fill(QColor("black"))
            painter = QPainter(pixmap)
        for number, color in enumerate(self._colors):
            left, top = number % per_row * side, self._bottom + number // per_row * side
            painter.fillRect(left, top, side, side, color)
        painter.end()
        self.pixmap = pixmap

    def put(self, images: Sequence[tuple[int, QImage]]) -> None:
        """Take in pictures, by their numbers, at most edge px wide and high."""
        painter = QPainter(self.pixmap)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        for index, image in images:
            slot = self._free_slot() if self._slot[index] < 0 else int(self._slot[index])
            if self._owner[slot] >= 0:
                self._slot[self._owner[slot]] = -1
            self._owner[slot], self._slot[index] = index, slot
            self._used_at[slot] = self._turn
            self._size[slot] = image.width(), image.height()
            left, top = slot % self._columns * self.edge, slot // self._columns * self.edge
            painter.drawImage(left, top, image, 0, 0, self.edge, self.edge)
        painter.end()

    def sources(self, indices: NDArray[np.int64]) -> NDArray[np.float64]:
        """Left, top, width, height of pictures that are there. They are painted now. Shapes: (N,) -> (N, 4)."""
        self._turn += 1
        slots = self._slot[indices]
        self._used_at[slots] = self._turn
        found = np.empty((len(indices), 4))
        found[:, 0] = slots % self._columns * self.edge
        found[:, 1] = slots // self._columns * self.edge
        found[:, 2:] = self._size[slots]
        return found

    def swatches(self, colors: NDArray[np.int64]) -> NDArray[np.float64]:
        """Left and top of the squares of colours, by their numbers. Shapes: (N,) -> (N, 2)."""
        found = np.empty((len(colors), 2))
        found[:, 0] = colors % self._swatches_per_row * self._swatch_side
        found[:, 1] = self._bottom + colors // self._swatches_per_row * self._swatch_side
        return found

    def area(self, index: int) -> QRect | None:
        """Where a picture lies in the pixmap, None where it is not there."""
        slot = int(self._slot[index])
        if slot < 0:
            return None
        left, top = slot % self._columns * self.edge, slot // self._columns * self.edge
        return QRect(left, top, int(self._size[slot, 0]), int(self._size[slot, 1]))

    def _free_slot(self) -> int:
        """An empty one, as long as there are any: those have never been used."""
        self._used_at[self._owner < 0] = -1
        return int(self._used_at.argmin())

    @property
    def _swatch_side(self) -> int:
        return self.edge + 2 * FRAME

    @property
    def _swatches_per_row(self) -> int:
        return max(1, self._columns * self.edge // self._swatch_side)
