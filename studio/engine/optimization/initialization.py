"""Where an optimisation starts: the photo in the style's colours, or noise; and how it goes up a size."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from studio.engine.losses.band_statistics import transport_map
from studio.engine.losses.statistics import Moments, moments, positions
from studio.engine.runtime.tensors import fine_band, resize

LEAST_VARIANCE = 1e-5  # of colours in [0, 1]; keeps the root of a flat picture's covariance finite
VARIATION = 0.02  # spread of the noise that makes another seed another picture
FINE_DETAIL = 0.7  # share of the photo's fine band; more would bring photographic texture back


def recolor(image: Tensor, colors: Moments, opacity: Tensor | None = None) -> Tensor:
    """The image with mean and covariance of its colours as given, by the smallest possible change.

    Shapes: (1, 3, H, W) -> same, in [0, 1]. colors: moments (3,), (3, 3) of RGB. opacity: (1, 1, H, W), of pixels that
    count as much as they are seen.
    """
    own = moments(image, opacity)
    matrix = transport_map(own.covariance, colors.covariance, LEAST_VARIANCE)
    mapped = (positions(image) - own.mean) @ matrix + colors.mean
    return mapped.view(1, image.shape[2], image.shape[3], 3).permute(0, 3, 1, 2).clamp(0, 1).contiguous()


def noise(size: tuple[int, int], colors: Moments, generator: torch.Generator) -> Tensor:
    """White noise in the given colours. size: (h, w). Returns (1, 3, h, w) in [0, 1]."""
    white = torch.randn((1, 3, *size), generator=generator, device=generator.device)
    return recolor(white.to(colors.mean.device), colors)


def vary(image: Tensor, generator: torch.Generator) -> Tensor:
    """The image with a trace of noise. Shapes: (1, 3, H, W) -> same, in [0, 1]."""
    grain = torch.randn(image.shape, generator=generator, device=generator.device)
    return (image + VARIATION * grain.to(image.device)).clamp(0, 1)


def enlarge(image: Tensor, size: tuple[int, int], detailed: Tensor | None) -> Tensor:
    """The image at a larger `size` (h, w), given the fine detail of another (1, 3, h, w) that it cannot have yet.

    Without it the first steps at each size would go into finding out that edges are sharp (measured: the entry loss
    falls by a fifth).
    """
    larger = resize(image, size)
    if detailed is not None:
        larger = larger + FINE_DETAIL * fine_band(detailed, (image.shape[2], image.shape[3]))
    return larger.clamp(0, 1)


def enlarge_seamless(image: Tensor, size: tuple[int, int]) -> Tensor:
    """The image at another `size` (h, w), as if it went on at its other side. All edges must be even."""
    height, width = image.shape[2:]
    around = functional.pad(image, (width // 2, width // 2, height // 2, height // 2), mode="circular")
    larger = resize(around, (2 * size[0], 2 * size[1]))
    top, left = size[0] // 2, size[1] // 2
    return larger[:, :, top : top + size[0], left : left + size[1]].clamp(0, 1).contiguous()
