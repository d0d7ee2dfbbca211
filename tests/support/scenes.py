"""Pictures made by formula, the same on every machine, and how far two tensors are apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from studio.core.picture import Picture


def waves(height: int = 48, width: int = 64, turn: float = 0.0) -> Tensor:
    """A photo of sorts: ripples in red, clouds in green, steps in blue; another `turn`, another photo.

    Shapes: (1, 3, height, width) float32 in [0, 1].
    """
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    red = 0.5 + 0.5 * np.sin(x / 3 + turn)
    green = 0.5 + 0.4 * np.cos(y / 5 + x / 11 + turn)
    blue = ((x * 7 + y * 13) % 32) / 31
    return torch.from_numpy(np.stack((red, green, blue))[None]).float()


def weave(height: int = 40, width: int = 40) -> Tensor:
    """A style of sorts: warm diagonal threads on a dark ground. Shapes: (1, 3, height, width) in [0, 1]."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    thread = 0.5 + 0.5 * np.sign(np.sin((x + y) / 2) * np.sin((x - 2 * y) / 3))
    shade = 0.5 + 0.5 * np.sin(y / 9)
    return torch.from_numpy(
        np.stack((0.1 + 0.8 * thread, 0.2 + 0.5 * thread * shade, 0.3 - 0.2 * thread))[None]
    ).float()


def flat(height: int = 40, width: int = 40, grey: float = 0.5) -> Tensor:
    """One grey everywhere. Shapes: (1, 3, height, width)."""
    return torch.full((1, 3, height, width), grey)


def picture_of(image: Tensor, name: str = "picture", alpha: Any = None) -> Picture:
    """The image (1, 3, H, W) as a Picture."""
    pixels = (image[0].permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
    return Picture(np.ascontiguousarray(pixels), name, alpha)


def relative_error(found: Tensor, expected: Tensor) -> float:
    """Length of the difference as a share of the length of what was expected."""
    return float((found.double() - expected.double()).norm() / expected.double().norm())
