"""What a network is given of a photo, and what is left of its painting, where the photo is flat.

Of the least noise of a sky, of steps between levels of 8 bits and of blocks of JPEG, it makes a weave.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from studio.engine.losses.band_statistics import BANDS, enlarge_twice, pyramid
from studio.engine.runtime.tiling import cut_into_tiles

BANDED = 1 / 255  # deviation of lightness within 8 px, in [0, 1], that counts for half as noise: a level of 8 bits
CALMED_AT_ONCE = 2048 * 2048  # px; a larger picture is done in tiles
STEPPED = 1.5 / 255  # difference of 8 px from those around, in [0, 1], that counts for half as a step between blocks
AROUND = 4  # cells of 8 px to each side that count as around one
REACH = 80  # px around a pixel that have a say in how it is calmed


@dataclass(frozen=True)
class Calm:
    """How much detail is taken away where a photo is flat.

    amount: share, 0 to 1. flat: deviation of lightness within 8 px, in [0, 1], at which a place counts as half flat.
    """

    amount: float
    flat: float


def calm_flat_regions(painted: Tensor, photo: Tensor, calm: Calm) -> Tensor:
    """The painting without some of its detail below 8 px where the photo is flat.

    Shapes: (B, 3, H, W) in [0, 1] each -> same.
    """
    return _calmed_in_tiles(painted, photo, calm)


def deband(photo: Tensor) -> Tensor:
    """The photo without what lies below 8 px where it is so flat that this is noise; for a network to paint.

    Nor do 8 px differ from those around there by a step or two of 8 bits, as the blocks of a JPEG do in a sky: of their
    edges networks make bumps and stripes. Shapes: (B, 3, H, W) in [0, 1] -> same.
    """
    return _calmed_in_tiles(photo, photo, Calm(1.0, BANDED), STEPPED)


@torch.no_grad()
def _calmed_in_tiles(painted: Tensor, photo: Tensor, calm: Calm, stepped: float = 0.0) -> Tensor:
    """stepped: the difference between cells that counts for half as a step, to be evened out; 0 leaves them all."""
    height, width = painted.shape[2:]
    if height * width <= CALMED_AT_ONCE:
        return _calmed(painted, photo, calm, stepped)
    result = torch.empty_like(painted)
    for tile in cut_into_tiles(height, width, CALMED_AT_ONCE // 4, REACH):
        tile.paste(tile.inner(_calmed(tile.crop(painted), tile.crop(photo), calm, stepped)), result)
    return result


def _calmed(painted: Tensor, photo: Tensor, calm: Calm, stepped: float) -> Tensor:
    lightness = pyramid(photo, 1)[-1].mean(1, keepdim=True)  # (B, 1, H / 2, W / 2)
    moments = pyramid(torch.cat((lightness, lightness.square()), 1), BANDS - 1)[-1]
    variance = (moments[:, 1:] - moments[:, :1].square()).clamp_min(0)  # (B, 1, H / 8, W / 8)
    flatness = calm.flat**2 / (variance + calm.flat**2)
    flatness = functional.avg_pool2d(functional.pad(flatness, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    cells = pyramid(painted)[-1]
    if stepped:
        cells = _evened(cells, stepped)
    coarse = torch.cat((cells, calm.amount * flatness), 1)
    for _ in range(BANDS):
        coarse = enlarge_twice(coarse)
    blurred, share = coarse[:, :, : painted.shape[2], : painted.shape[3]].tensor_split((3,), 1)
    return torch.lerp(painted, blurred, share)


def _evened(cells: Tensor, stepped: float) -> Tensor:
    """The cells, nearer to the mean of those around the less they differ from it. Shapes: (B, 3, h, w) -> same."""
    if min(cells.shape[2:]) <= AROUND:
        return cells
    around = _continued(_continued(cells, 2), 3)
    for _ in range(2):
        around = functional.avg_pool2d(around, AROUND + 1, stride=1)
    difference = cells - around
    return around + difference * (difference.square() / (difference.square() + stepped**2))


def _continued(cells: Tensor, axis: int) -> Tensor:
    """AROUND more cells at both ends of an axis, so that slopes go on: mirrored around the value of the last one."""
    length = cells.shape[axis]
    before = 2 * cells.narrow(axis, 0, 1) - cells.narrow(axis, 1, AROUND).flip(axis)
    after = 2 * cells.narrow(axis, length - 1, 1) - cells.narrow(axis, length - 1 - AROUND, AROUND).flip(axis)
    return torch.cat((before, cells, after), axis)
