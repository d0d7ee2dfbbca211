"""Where strokes run and how wide they are, from the structure tensor at several scales.

Sources: Bigun & Granlund 1987, "Optimal Orientation Detection of Linear Symmetry"; Lindeberg 1998, "Feature Detection
with Automatic Scale Selection", for derivatives that may be compared between scales.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.engine_api.comparison import DIRECTIONS, SCALES, STROKE_EDGE
from studio.core.picture import fit_size
from studio.engine.runtime.cielab import to_cielab
from studio.engine.runtime.tensors import resize

_WINDOW = 2.0  # times the scale: deviation of the window in which edges are added up
_FLAT = 1e-3  # units of lightness, squared: less is rounding and no edge


@dataclass(frozen=True)
class Strokes:
    """As in PictureTraits. directions (5, 24), coherence (5,), energy (5,); stroke: a share of the longer edge."""

    directions: Tensor
    coherence: Tensor
    energy: Tensor
    stroke: float


def strokes_of(image: Tensor) -> Generator[None, None, Strokes]:
    """The strokes of a picture (1, 3, H, W) in [0, 1]; yields after each scale."""
    width, height = fit_size(image.shape[3], image.shape[2], STROKE_EDGE)
    lightness = to_cielab(resize(image, (height, width)).clamp(0, 1))[:, :1]
    directions, coherence, energy = [], [], []
    for scale in SCALES:
        yield
        histogram, ordered, strength = _at_scale(lightness, scale)
        directions.append(histogram)
        coherence.append(ordered)
        energy.append(strength)
    strengths = torch.stack(energy)
    total = float(strengths.sum())
    shares = strengths / total if total > _FLAT else torch.zeros_like(strengths)
    stroke = 0.0
    if total > _FLAT:
        middle = float((shares * torch.tensor(SCALES, device=shares.device).log()).sum())
        stroke = min(1.0, math.pi * math.exp(middle) / STROKE_EDGE)  # of stripes as wide as that, it is their width
    return Strokes(torch.stack(directions), torch.stack(coherence), shares, stroke)


def _at_scale(lightness: Tensor, scale: float) -> tuple[Tensor, Tensor, Tensor]:
    """Histogram of directions (24,), coherence () and mean energy () at one scale."""
    smooth = gaussian_blur(lightness, scale)
    padded = functional.pad(smooth, (1, 1, 1, 1), mode="replicate")
    across = (padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]) * (scale / 2)
    down = (padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]) * (scale / 2)
    parts = torch.cat((across * across - down * down, 2 * across * down, across * across + down * down), 1)
    cosine, sine, energy = gaussian_blur(parts, _WINDOW * scale)[0]
    length = torch.hypot(cosine, sine)
    strength = energy.mean()
    empty = energy.new_zeros(())
    if float(strength) <= _FLAT:
        return energy.new_zeros(DIRECTIONS), empty, empty
    # The gradient's angle, clockwise as rows go down; strokes run across it, and are told counter-clockwise.
    angle = torch.remainder(math.pi / 2 - torch.atan2(sine, cosine) / 2, math.pi)
    weight = length * (length / energy.clamp_min(_FLAT))
    return _histogram(angle, weight), (length.sum() / energy.sum()).clamp(0, 1), strength


def _histogram(angle: Tensor, weight: Tensor) -> Tensor:
    """Weights by angle in [0, pi], each shared between the two nearest bins; their sum is 1."""
    # On the CPU: Apple's devices do not know float64, and a graphics card adds up in another order each time.
    places = (angle.flatten() * (DIRECTIONS / math.pi)).cpu().double()
    low = places.floor()
    part = places - low
    weights = weight.flatten().cpu().double()
    bins = weights.new_zeros(DIRECTIONS)
    bins.index_add_(0, low.long() % DIRECTIONS, weights * (1 - part))
    bins.index_add_(0, (low.long() + 1) % DIRECTIONS, weights * part)
    total = bins.sum()
    return (bins / total if float(total) > 0 else bins).float().to(angle.device)


def gaussian_blur(image: Tensor, deviation: float) -> Tensor:
    """Each channel under a Gaussian of `deviation` px; the border goes on. Shapes: (1, C, H, W) -> same."""
    radius = math.ceil(3 * deviation)
    places = torch.arange(-radius, radius + 1, device=image.device, dtype=image.dtype)
    kernel = torch.exp(-(places**2) / (2 * deviation**2))
    kernel = kernel / kernel.sum()
    planes = image.transpose(0, 1)  # a picture each: one kernel does for all
    planes = functional.pad(planes, (radius, radius, 0, 0), mode="replicate")
    planes = functional.conv2d(planes, kernel[None, None, None, :])
    planes = functional.pad(planes, (0, 0, radius, radius), mode="replicate")
    return functional.conv2d(planes, kernel[None, None, :, None]).transpose(0, 1)
