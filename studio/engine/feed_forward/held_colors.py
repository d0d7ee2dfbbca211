"""Holds a picture of the larger network to the coarse colours of the small one, so that nothing jumps between them."""

from __future__ import annotations

from collections.abc import Generator

import torch
from torch import Tensor
from torch.nn import functional

from studio.engine.runtime.tensors import coarse_colors, coarse_size, strips

ROUNDS = 3  # the enlarged difference is smoother than the difference: each round takes most of what is left


@torch.no_grad()
def hold_colors(painted: Tensor, reference: Tensor) -> Generator[None, None, None]:
    """Give a picture the coarse colours of another one, in place; yields between its strips.

    Shapes: (1, 3, H, W) in [0, 1], (1, 3, h, w) of the same proportions -> the picture in [0, 1]. As large as
    `coarse_size` has it, the two are nearly alike then; what is finer stays as it is painted.
    """
    size = coarse_size(painted)  # of both: sizes that differ in their rounding may come to other coarse ones
    wanted = coarse_colors(reference, size)
    for _ in range(ROUNDS):
        yield from _add_enlarged(painted, wanted - coarse_colors(painted, size))


def _add_enlarged(image: Tensor, coarse: Tensor) -> Generator[None, None, None]:
    """Add a coarse image (1, 3, h, w), enlarged in a line between its pixels, a strip at a time."""
    height, width = image.shape[2:]
    least, most = coarse.shape[2], coarse.shape[2] - 1
    wide = functional.interpolate(coarse, (least, width), mode="bilinear", align_corners=False)
    place = ((torch.arange(height, device=image.device) + 0.5) * least / height - 0.5).clamp_(0, most)
    above = place.long()
    share = (place - above)[:, None]
    for rows in strips(height, width):
        top = above[rows]
        below = (top + 1).clamp_(max=most)
        image[:, :, rows].add_(torch.lerp(wide[:, :, top], wide[:, :, below], share[rows])).clamp_(0, 1)
        yield
