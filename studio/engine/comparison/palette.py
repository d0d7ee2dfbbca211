"""The colours of a picture, a few with their shares, and how far two palettes are apart."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.core.engine_api.comparison import MOST_COLORS
from studio.engine.runtime.cielab import from_cielab, to_cielab
from studio.engine.runtime.tensors import resize_to

_EDGE = 96  # px of the longer edge: some 7,000 pixels say as much as millions
_ROUNDS = 30
_LEAST = 0.004  # share of a colour; less is left out


def palette_of(image: Tensor) -> tuple[Tensor, Tensor]:
    """Colours in CIELAB and their shares, the largest first. Shapes: (1, 3, H, W) -> (K, 3), (K,), K from 1 to 8.

    They are on the CPU: Apple's devices do not know float64, and no other is quicker with so few pixels.
    k-means (Lloyd 1982) from centres each as far as can be from those before (Gonzalez 1985), so that it comes out the
    same each time and rare accents are found.
    """
    small = image if max(image.shape[2:]) <= _EDGE else resize_to(image, _EDGE)
    pixels = to_cielab(small.clamp(0, 1))[0].flatten(1).T.cpu().double()
    centers = _far_centers(pixels)
    for _ in range(_ROUNDS):
        sums, counts = _grouped(pixels, torch.cdist(pixels, centers).argmin(1), len(centers))
        moved = torch.where(counts[:, None] > 0, sums / counts.clamp_min(1)[:, None], centers)
        if torch.equal(moved, centers):
            break
        centers = moved
    _, counts = _grouped(pixels, torch.cdist(pixels, centers).argmin(1), len(centers))
    shares = counts / counts.sum()
    kept = shares >= min(_LEAST, float(shares.max()))
    centers, shares = centers[kept], shares[kept] / shares[kept].sum()
    order = torch.argsort(-shares, stable=True)
    return centers[order].float(), shares[order].float()


def in_srgb(lab: Tensor) -> Tensor:
    """Colours of CIELAB on the screen. Shapes: (K, 3) -> (K, 3) uint8."""
    return from_cielab(lab.T[None, :, :, None])[0, :, :, 0].T.clamp(0, 1).mul(255).round().to(torch.uint8)


def palette_distance(
    first: NDArray[np.float32],
    first_shares: NDArray[np.float32],
    second: NDArray[np.float32],
    second_shares: NDArray[np.float32],
) -> float:
    """The least work that turns one palette into the other: distance in CIELAB, on average over the picture.

    Shapes: (K, 3), (K,), (L, 3), (L,). Source: Rubner, Tomasi & Guibas 2000, "The Earth Mover's Distance as a Metric
    for Image Retrieval"; solved as the linear programme it is.
    """
    from scipy.optimize import linprog  # half a second, and only comparisons need it

    costs = np.linalg.norm(first[:, None].astype(np.float64) - second[None], axis=2)
    rows, columns = costs.shape
    flows = np.zeros((rows + columns, rows, columns))
    flows[np.arange(rows), np.arange(rows)] = 1
    flows[rows + np.arange(columns), :, np.arange(columns)] = 1
    totals = [shares.astype(np.float64) / shares.sum(dtype=np.float64) for shares in (first_shares, second_shares)]
    # One of the sums follows from the others; asked for as well, rounding would make it impossible.
    found = linprog(costs.ravel(), A_eq=flows.reshape(rows + columns, -1)[:-1], b_eq=np.concatenate(totals)[:-1])
    return max(0.0, float(found.fun))


def _far_centers(pixels: Tensor) -> Tensor:
    middle = pixels.mean(0, keepdim=True)
    centers = pixels[torch.cdist(pixels, middle).argmin()][None]
    while len(centers) < MOST_COLORS:
        distances = torch.cdist(pixels, centers).min(1).values
        if float(distances.max()) < 1.0:  # nobody sees the difference
            break
        centers = torch.cat((centers, pixels[distances.argmax()][None]))
    return centers


def _grouped(pixels: Tensor, group: Tensor, count: int) -> tuple[Tensor, Tensor]:
    sums = pixels.new_zeros((count, 3)).index_add_(0, group, pixels)
    return sums, torch.bincount(group, minlength=count).to(pixels)
