"""Pictures of any size: overlapping tiles whose inner parts together make the whole."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor

GRID = 16  # px; tiles and margins are multiples of it, so that all pooling grids stay aligned
SMALLEST_TILE = 512  # px; below, most of a tile would be margin


@dataclass(frozen=True)
class Tile:
    """Rows and columns [start, stop): of the part a tile is responsible for, and of all it sees."""

    inner_rows: tuple[int, int]
    inner_columns: tuple[int, int]
    outer_rows: tuple[int, int]
    outer_columns: tuple[int, int]

    def crop(self, image: Tensor, stride: int = 1) -> Tensor:
        """All the tile sees of the whole image, or of features with `stride` px per position."""
        return _cut(image, self.outer_rows, self.outer_columns, stride)

    def inner(self, seen: Tensor, stride: int = 1) -> Tensor:
        """The part it is responsible for, of an image or of features made from its crop."""
        top, left = self.outer_rows[0], self.outer_columns[0]
        rows = (self.inner_rows[0] - top, self.inner_rows[1] - top)
        columns = (self.inner_columns[0] - left, self.inner_columns[1] - left)
        return _cut(seen, rows, columns, stride)

    def paste(self, part: Tensor, whole: Tensor) -> None:
        """Write an inner part at its place in the whole image."""
        whole[:, :, slice(*self.inner_rows), slice(*self.inner_columns)] = part


def cut_into_tiles(height: int, width: int, pixels: int, margin: int) -> list[Tile]:
    """Tiles of about `pixels` px each, margins included; one tile if the picture (height x width px) fits.

    margin: px that a tile sees around its inner part at least, where the picture does not end.
    """
    if height * width <= pixels:
        return [Tile((0, height), (0, width), (0, height), (0, width))]
    margin = math.ceil(margin / GRID) * GRID
    edge = max(SMALLEST_TILE, 3 * margin, int(math.sqrt(pixels))) - 2 * margin
    return [
        Tile(rows, columns, _widen(rows, height, margin), _widen(columns, width, margin))
        for rows in _spans(height, edge)
        for columns in _spans(width, edge)
    ]


def _spans(length: int, edge: int) -> list[tuple[int, int]]:
    step = math.ceil(length / math.ceil(length / edge) / GRID) * GRID
    return [(start, min(start + step, length)) for start in range(0, length, step)]


def _widen(span: tuple[int, int], length: int, margin: int) -> tuple[int, int]:
    return max(0, span[0] - margin), min(length, span[1] + margin)


def _cut(image: Tensor, rows: tuple[int, int], columns: tuple[int, int], stride: int) -> Tensor:
    # Pooling drops an odd rest at the far border; slicing past the end drops it here as well.
    return image[:, :, rows[0] // stride : rows[1] // stride, columns[0] // stride : columns[1] // stride]
