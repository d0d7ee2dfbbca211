"""What stands out in a picture, where its weight lies and whether it is mirrored: from the features of VGG."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.engine_api.comparison import LARGEST_MAP
from studio.core.picture import fit_size
from studio.engine.comparison.strokes import gaussian_blur

_COMMON = 32  # px: the square in which two maps are compared
_USUAL = 0.05, 0.99  # shares of places below the darkest and the brightest level of a map
_BLUR = 0.03  # of the longer edge


def attention_of(features: Tensor) -> Tensor:
    """How much each place differs from the whole of the picture. Shapes: (1, C, h, w) -> (1, 1, h, w) in [0, 1].

    The length of a feature without the picture's mean, as a share of the usual: what is rare in a picture draws the
    eye (Bruce & Tsotsos 2009, "Saliency, attention, and visual search: an information theoretic approach").
    """
    offsets = features.float() - features.float().mean((2, 3), keepdim=True)
    deviations = offsets.square().mean((2, 3), keepdim=True).sqrt()
    rare = (offsets / (deviations + 0.1 * deviations.mean() + 1e-6)).square().mean(1, keepdim=True).sqrt()
    rare = gaussian_blur(rare, max(0.5, _BLUR * max(rare.shape[2:])))
    low, high = torch.quantile(rare.flatten(), torch.tensor(_USUAL, device=rare.device)).tolist()
    if high - low < 1e-4:
        return torch.zeros_like(rare)
    scaled: Tensor = (rare - low) / (high - low)
    return scaled.clamp(0, 1)


def soft_map(attention: Tensor) -> Tensor:
    """For the screen: the map, at most 128 px large and smooth. Shapes: (1, 1, h, w) -> (H, W) uint8."""
    width, height = fit_size(attention.shape[3], attention.shape[2], LARGEST_MAP)
    smooth = functional.interpolate(attention, (height, width), mode="bicubic", align_corners=False)
    return smooth[0, 0].clamp(0, 1).mul(255).round().to(torch.uint8)


def center_of(attention: Tensor) -> tuple[float, float]:
    """Centre of mass (x, y) as shares of width and height; the middle where nothing stands out."""
    mass = attention[0, 0].cpu().double()  # Apple's devices do not know float64
    total = float(mass.sum())
    if total <= 0:
        return 0.5, 0.5
    across = (torch.arange(mass.shape[1]) + 0.5) / mass.shape[1]
    down = (torch.arange(mass.shape[0]) + 0.5) / mass.shape[0]
    return float((mass.sum(0) * across).sum()) / total, float((mass.sum(1) * down).sum()) / total


def mirror_of(attention: Tensor) -> float:
    """How alike the left and the right of a map are: correlation with its mirror image, -1 to 1."""
    return correlation(attention, attention.flip(3))


def correlation(first: Tensor, second: Tensor) -> float:
    """Pearson's correlation of two maps (1, 1, h, w), each seen as a square. Two flat ones are alike, 1."""
    flat = [
        functional.interpolate(part.cpu(), (_COMMON, _COMMON), mode="area").flatten().double()
        for part in (first, second)
    ]
    left, right = (part - part.mean() for part in flat)
    lengths = float(left.norm()), float(right.norm())
    if min(lengths) < 1e-6:
        return 1.0 if max(lengths) < 1e-6 else 0.0
    return max(-1.0, min(1.0, float(left @ right) / (lengths[0] * lengths[1])))
