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
REACH = 48  # px around a pixel that have a say in how it is calmed


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

    Shapes: (B, 3, H, W) in [0, 1] -> same.
    """
    return _calmed_in_tiles(photo, photo, Calm(1.0, BANDED))


@torch.no_grad()
def _calmed_in_tiles(painted: Tensor, photo: Tensor, calm: Calm) -> Tensor:
    height, width = painted.shape[2:]
    if height * width <= CALMED_AT_ONCE:
        return _calmed(painted, photo, calm)
    result = torch.empty_like(painted)
    for tile in cut_into_tiles(height, width, CALMED_AT_ONCE // 4, REACH):
        tile.paste(tile.inner(_calmed(tile.crop(painted), tile.crop(photo), calm)), result)
    return result


def _calmed(painted: Tensor, photo: Tensor, calm: Calm) -> Tensor:
    lightness = pyramid(photo, 1)[-1].mean(1, keepdim=True)  # (B, 1, H / 2, W / 2)
    moments = pyramid(torch.cat((lightness, lightness.square()), 1), BANDS - 1)[-1]
    variance = (moments[:, 1:] - moments[:, :1].square()).clamp_min(0)  # (B, 1, H / 8, W / 8)
    flatness = calm.flat**2 / (variance + calm.flat**2)
    flatness = functional.avg_pool2d(functional.pad(flatness, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    coarse = torch.cat((pyramid(painted)[-1], calm.amount * flatness), 1)
    for _ in range(BANDS):
        coarse = enlarge_twice(coarse)
    blurred, share = coarse[:, :, : painted.shape[2], : painted.shape[3]].tensor_split((3,), 1)
    return torch.lerp(painted, blurred, share)
