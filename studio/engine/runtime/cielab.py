"""CIELAB, in which distances between colours are given. Source: CIE 15:2004, 8.2.1; IEC 61966-2-1 for sRGB."""

from __future__ import annotations

import torch
from torch import Tensor

# Rows are X, Y, Z of linear sRGB, each over that of its white (D65).
_TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
_BEND = 6 / 29


def to_cielab(image: Tensor) -> Tensor:
    """CIELAB of sRGB in [0, 1]. Shapes: (1, 3, H, W) -> (1, 3, H, W), L in [0, 100], a and b about +-130."""
    linear = torch.where(image <= 0.04045, image / 12.92, ((image.clamp_min(0) + 0.055) / 1.055) ** 2.4)
    matrix = torch.tensor(_TO_XYZ, device=image.device)
    ratios = torch.einsum("ij,bjhw->bihw", matrix / matrix.sum(1, keepdim=True), linear)
    bent = torch.where(ratios > _BEND**3, ratios.clamp_min(1e-8) ** (1 / 3), ratios / (3 * _BEND**2) + 4 / 29)
    x, y, z = bent[:, 0], bent[:, 1], bent[:, 2]
    return torch.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), 1)


def from_cielab(lab: Tensor) -> Tensor:
    """Inverse of `to_cielab`; colours outside sRGB come out below 0 or above 1."""
    y = (lab[:, 0] + 16) / 116
    bent = torch.stack((y + lab[:, 1] / 500, y, y - lab[:, 2] / 200), 1)
    ratios = torch.where(bent > _BEND, bent**3, (bent - 4 / 29) * 3 * _BEND**2)
    matrix = torch.tensor(_TO_XYZ, dtype=torch.float64)
    inverse = (matrix / matrix.sum(1, keepdim=True)).inverse().to(lab.device, lab.dtype)
    linear = torch.einsum("ij,bjhw->bihw", inverse, ratios)
    return torch.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear.clamp_min(1e-8) ** (1 / 2.4) - 0.055)
