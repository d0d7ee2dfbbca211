"""OKLab, in which equal distances look equal.

Source: Ottosson 2020, "A perceptual color space for image processing".
"""

from __future__ import annotations

import torch
from torch import Tensor

# Rows are l, m, s and L, a, b.
_TO_CONES = ((0.4122214708, 0.5363325363, 0.0514459929), (0.2119034982, 0.6806995451, 0.1073969566),
             (0.0883024619, 0.2817188376, 0.6299787005))  # fmt: skip
_TO_LAB = ((0.2104542553, 0.7936177850, -0.0040720468), (1.9779984951, -2.4285922050, 0.4505937099),
           (0.0259040371, 0.7827717662, -0.8086757660))  # fmt: skip

_Rows = tuple[tuple[float, float, float], ...]

_BEND = 0.0031308  # linear; below it sRGB's curve is a straight line


def to_oklab(image: Tensor) -> Tensor:
    """OKLab of sRGB in [0, 1]. Shapes: (1, 3, H, W) -> (1, 3, H, W), L in [0, 1], a and b about +-0.4."""
    linear = torch.where(image <= 0.04045, image / 12.92, image.clamp_min(0).add_(0.055).div_(1.055).pow_(2.4))
    cones = _mix(_TO_CONES, linear)  # none is below 0: all weights are positive
    return _mix(_TO_LAB, cones.pow_(1 / 3))


def from_oklab(lab: Tensor) -> Tensor:
    """Inverse of `to_oklab`; colours outside sRGB come out below 0 or above 1."""
    linear = _mix(_inverse(_TO_CONES), _mix(_inverse(_TO_LAB), lab).pow_(3))
    coded = linear.clamp_min(_BEND).pow_(1 / 2.4).mul_(1.055).sub_(0.055)
    # What is below the bend, added along the line: nearly twice as fast as to choose place by place.
    return coded.add_(linear.clamp_max_(_BEND).sub_(_BEND), alpha=12.92)


def _mix(rows: _Rows, image: Tensor) -> Tensor:
    return (torch.tensor(rows, device=image.device) @ image.flatten(2)).view(image.shape)


def _inverse(rows: _Rows) -> _Rows:
    first, second, third = torch.tensor(rows, dtype=torch.float64).inverse().tolist()
    return tuple(first), tuple(second), tuple(third)
