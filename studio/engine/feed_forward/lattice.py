"""Takes away the lattice that a network prints which puts a picture together from blocks of 2 x 2 pixels.

Every second row or column comes out a little lighter or darker then, most of all in saturated flat areas (Odena et al.
2016, "Deconvolution and checkerboard artifacts"). It is the highest frequency there is, and nearly alike from block to
block; strokes are not, so that it can be told from them.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

STEP = 8  # px between places at which the lattice is measured, each within twice as many px along both axes
REACH = 2 * STEP  # px around a pixel that have a say in what is taken away from it
SMALLEST = 3 * STEP  # px of an edge below which there is no telling


def without_lattice(painted: Tensor) -> Tensor:
    """The painting less what alternates from pixel to pixel alike over some 16 px: along rows, columns or both.

    Pictures smaller than SMALLEST stay as they are. Shapes: (B, 3, H, W) -> the same.
    """
    if min(painted.shape[2:]) < SMALLEST:
        return painted
    height, width = painted.shape[2:]
    beyond = STEP // 2
    # Mirroring around the middle of a pixel leaves even rows and columns even.
    image = functional.pad(painted, (beyond, beyond + -width % STEP, beyond, beyond + -height % STEP), mode="reflect")
    by_column = _measured(image.contiguous())  # (B, 3, H, 2, w)
    found = _measured(by_column.movedim(2, 4).contiguous())  # (B, 3, 2, w, 2, h)
    found = found.movedim(3, 5)  # (B, 3, 2, 2, h, w): alternating along a row or not, along a column or not
    along_row, along_column, both = found[:, :, 1, 0], found[:, :, 0, 1], found[:, :, 1, 1]
    signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]  # of rows and columns, for the four pixels of a block
    pixels = [across * along_row + down * along_column + across * down * both for down, across in signs]
    smooth = torch.stack(pixels, 2).flatten(1, 2)
    smooth = functional.interpolate(smooth, scale_factor=STEP // 2, mode="bilinear", align_corners=False)
    return painted - functional.pixel_shuffle(smooth, 2)[:, :, :height, :width]


def _measured(numbers: Tensor) -> Tensor:
    """The mean along the last axis in overlapping windows, and how much alternates. Shapes: (..., N) -> (..., 2, n)."""
    blocks: Tensor = numbers.reshape(*numbers.shape[:-1], -1, STEP) @ _window().to(numbers)
    return (blocks[..., :-1, :2] + blocks[..., 1:, 2:]).movedim(-1, -2)


def _window() -> Tensor:
    """Weights of mean and alternation in the first and the second half of a window that fades in and out, (STEP, 4)."""
    places = torch.arange(2 * STEP, dtype=torch.float32)
    mean = (1 - torch.cos(math.pi * (places + 0.5) / STEP)) / (2 * STEP)
    alternation = mean * (1 - 2 * (places % 2))
    return torch.stack((mean[:STEP], alternation[:STEP], mean[STEP:], alternation[STEP:]), 1)
