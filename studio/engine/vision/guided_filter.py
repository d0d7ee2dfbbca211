"""Soft masks that follow the edges of the photo they belong to.

Source: He, Sun, Tang 2013, "Guided image filtering"; its quick form: He, Sun 2015, "Fast guided filter".
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


class GuidedMask:
    """A mask as a linear function of the photo's colours around each place, which can be asked for at any size.

    Within a window the mask is assumed to be a . colour + b, so it has edges where the photo has them: at hair, at
    fingers. The coefficients are found at the size given and only enlarged later, at a cost that hardly grows.
    """

    def __init__(self, mask: Tensor, guide: Tensor, radius: int, epsilon: float) -> None:
        """Mask (1, 1, h, w) and guide (1, 3, h, w), both in [0, 1].

        radius: of the windows, px. epsilon: variance of a colour below which a window counts as flat.
        """
        mean = _box(guide, radius)
        mean_mask = _box(mask, radius)
        covariance = _box(guide * mask, radius) - mean * mean_mask
        products = guide[:, :, None] * guide[:, None]  # (1, 3, 3, h, w)
        height, width = guide.shape[2:]
        spread = _box(products.reshape(1, 9, height, width), radius).reshape(1, 3, 3, height, width)
        spread = spread - mean[:, :, None] * mean[:, None]
        matrices = spread.permute(0, 3, 4, 1, 2) + epsilon * torch.eye(3, device=guide.device)
        slope = torch.linalg.solve(matrices, covariance.permute(0, 2, 3, 1)[..., None])[..., 0].permute(0, 3, 1, 2)
        offset = mean_mask - (slope * mean).sum(1, keepdim=True)
        self._coefficients = torch.cat((_box(slope, radius), _box(offset, radius)), 1)

    def at(self, guide: Tensor) -> Tensor:
        """The mask for the same photo at another size. Shapes: (1, 3, H, W) -> (1, 1, H, W) in [0, 1]."""
        large = functional.interpolate(self._coefficients, guide.shape[2:], mode="bilinear", align_corners=False)
        return ((large[:, :3] * guide).sum(1, keepdim=True) + large[:, 3:]).clamp(0, 1)


def _box(image: Tensor, radius: int) -> Tensor:
    """Means over windows of 2 radius + 1 px; at the border over the part that is inside."""
    for size, padding in (((2 * radius + 1, 1), (radius, 0)), ((1, 2 * radius + 1), (0, radius))):
        image = functional.avg_pool2d(image, size, stride=1, padding=padding, count_include_pad=False)
    return image
