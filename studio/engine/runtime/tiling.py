"""Pictures of any size: overlapping tiles whose inner parts together make the whole."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from studio.core.engine_api.finish_memory import SMALLEST_TILE

GRID = 16  # px; tiles and margins are multiples of it, so that all pooling grids stay aligned


@dataclass(frozen=True)
class Tile:
    """Rows and columns [start, stop): of the part a tile is responsible for, and of all it sees.

    is_seamless: the picture goes on at its other side, so that rows and columns may lie outside it.
    """

    inner_rows: tuple[int, int]
    inner_columns: tuple[int, int]
    outer_rows: tuple[int, int]
    outer_columns: tuple[int, int]
    is_seamless: bool = False

    def crop(self, image: Tensor, stride: int = 1) -> Tensor:
        """All the tile sees of the whole image, or of features with `stride` px per position."""
        if self.is_seamless:
            for edge, (start, stop) in ((2, self.outer_rows), (3, self.outer_columns)):
                index = torch.arange(start // stride, stop // stride, device=image.device) % image.shape[edge]
                image = image.index_select(edge, index)
            return image
        return _cut(image, self.outer_rows, self.outer_columns, stride)

    def inner(self, seen: Tensor, stride: int = 1) -> Tensor:
        """The part it is responsible for, of an image or of features made from its crop."""
        top, left = self.outer_rows[0], self.outer_columns[0]
        rows = (self.inner_rows[0] - top, self.inner_rows[1] - top)
        columns = (self.inner_columns[0] - left, self.inner_columns[1] - left)
        return _cut(seen, rows, columns, stride)

    def paste(self, part: Tensor, whole: Tensor) -> None:
        """Write an inner part at its place in the whole image."""
        self.place(whole).copy_(part)

    def place(self, whole: Tensor) -> Tensor:
        """The part of the whole image that the tile is responsible for; a view."""
        return whole[:, :, slice(*self.inner_rows), slice(*self.inner_columns)]


def cut_into_tiles(height: int, width: int, pixels: int, margin: int, is_seamless: bool = False) -> list[Tile]:
    """Tiles of about `pixels` px each, margins included; one tile if the picture (height x width px) fits.

    margin: px that a tile sees around its inner part at least, where the picture does not end. is_seamless: it ends
    nowhere, but goes on at its other side; height and width must be multiples of GRID then.
    """
    margin = math.ceil(margin / GRID) * GRID
    if is_seamless and (height % GRID or width % GRID):
        raise ValueError(f"{width} x {height} px: a seamless picture needs multiples of {GRID} px.")
    rows, columns = [(0, height)], [(0, width)]
    if height * width > pixels:
        edge = max(SMALLEST_TILE, 3 * margin, int(math.sqrt(pixels))) - 2 * margin
        rows, columns = _spans(height, edge), _spans(width, edge)
    beyond = margin if is_seamless else 0
    return [
        Tile(row, column, _widen(row, height, margin, beyond), _widen(column, width, margin, beyond), is_seamless)
        for row in rows
        for column in columns
    ]


def cut_box_into_tiles(box: tuple[slice, slice], height: int, width: int, pixels: int, margin: int) -> list[Tile]:
    """As `cut_into_tiles`, of a part of a picture alone: its rows and columns, which start at multiples of GRID."""
    rows, columns = box
    margin = math.ceil(margin / GRID) * GRID
    parts = cut_into_tiles(rows.stop - rows.start, columns.stop - columns.start, pixels, margin)
    tiles = []
    for part in parts:
        row, column = (
            (start + box_part.start, stop + box_part.start)
            for (start, stop), box_part in zip((part.inner_rows, part.inner_columns), box, strict=True)
        )
        tiles.append(Tile(row, column, _widen(row, height, margin, 0), _widen(column, width, margin, 0)))
    return tiles


def _spans(length: int, edge: int) -> list[tuple[int, int]]:
    step = math.ceil(length / math.ceil(length / edge) / GRID) * GRID
    return [(start, min(start + step, length)) for start in range(0, length, step)]


def _widen(span: tuple[int, int], length: int, margin: int, beyond: int) -> tuple[int, int]:
    return max(-beyond, span[0] - margin), min(length + beyond, span[1] + margin)


def _cut(image: Tensor, rows: tuple[int, int], columns: tuple[int, int], stride: int) -> Tensor:
    # Pooling drops an odd rest at the far border; slicing past the end drops it here as well.
    return image[:, :, rows[0] // stride : rows[1] // stride, columns[0] // stride : columns[1] // stride]
