"""Patches of two pictures that are each other's most alike, spread over both.

Mutual nearest neighbours of deep features, as in Aberman et al. 2018, "Neural Best-Buddies", on one grid of two layers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from studio.core.engine_api.comparison import MOST_MATCHES

STRIDE = 8  # px of the picture per cell
PATCH = 40  # px: about what a cell and its neighbours are about
_APART = (0.1, 0.07, 0.05, 0.035)  # of the longer edge: how far apart patches are; nearer if else there are few
_ENOUGH = 24
_LEAST = 0.1  # similarity of features, less what both pictures have in common


def match_patches(
    first: Sequence[Tensor], second: Sequence[Tensor], sizes: tuple[tuple[int, int], tuple[int, int]]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Places and similarities as in Comparison. first, second: features (1, C, h, w), one layer after the other.

    sizes: (height, width) of both pictures as the network saw them.
    """
    grids = [part[-1].shape[2:] for part in (first, second)]
    left, right, left_weight, right_weight = _describe(first, second)
    alike = left @ right.T
    nearest_right, nearest_left = alike.argmax(1), alike.argmax(0)
    cells = torch.arange(len(left), device=left.device)
    mutual = cells[nearest_left[nearest_right] == cells]
    partner = nearest_right[mutual]
    similarity = alike[mutual, partner]
    interest = (left_weight[mutual] * right_weight[partner]).sqrt() * similarity
    inside = _inside(mutual, grids[0]) & _inside(partner, grids[1]) & (similarity >= _LEAST)
    order = torch.argsort(-interest[inside], stable=True)
    mutual, partner, similarity = (part[inside][order].cpu() for part in (mutual, partner, similarity))
    places = np.concatenate(
        [_centers(cell.numpy(), grid, size) for cell, grid, size in zip((mutual, partner), grids, sizes, strict=True)],
        1,
    )
    chosen = _spread(places, sizes)
    values = np.clip(similarity.numpy()[chosen], -1, 1).astype(np.float32)
    best = np.argsort(-values, kind="stable")
    return places[chosen][best], values[best]


def _describe(first: Sequence[Tensor], second: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """A row of length 1 for each cell of both pictures, and how much each cell stands out, 0 to 1."""
    rows: tuple[list[Tensor], list[Tensor]] = ([], [])
    for one, other in zip(first, second, strict=True):
        flat = [
            functional.avg_pool2d(functional.adaptive_avg_pool2d(part.float(), (goal.shape[2], goal.shape[3])), 3, 1, 1,
                                  count_include_pad=False)[0].flatten(1).T
            for part, goal in ((one, first[-1]), (other, second[-1]))
        ]  # fmt: skip
        center = (flat[0].mean(0) + flat[1].mean(0)) / 2
        spread = float(torch.cat(flat).sub(center).norm(dim=1).mean()) + 1e-6
        for part, found in zip(flat, rows, strict=True):
            found.append((part - center) / spread)
    both = [torch.cat(part, 1) for part in rows]
    lengths = [part.norm(dim=1) for part in both]
    left, right = (functional.normalize(part, dim=1) for part in both)
    left_weight, right_weight = ((length / length.max().clamp_min(1e-6)) for length in lengths)
    return left, right, left_weight, right_weight


def _inside(cells: Tensor, grid: Sequence[int]) -> Tensor:
    """Whether cells are not at the border, where the network sees its own padding; all, if that were few."""
    if min(grid) < 6:
        return torch.ones_like(cells, dtype=torch.bool)
    down, across = cells // grid[1], cells % grid[1]
    return (down > 0) & (down < grid[0] - 1) & (across > 0) & (across < grid[1] - 1)


def _centers(cells: NDArray[np.int64], grid: Sequence[int], size: tuple[int, int]) -> NDArray[np.float32]:
    """Middles of cells (N,) as shares of width and height: (N, 2)."""
    down, across = cells // grid[1], cells % grid[1]
    middles = np.stack(((across + 0.5) * STRIDE / size[1], (down + 0.5) * STRIDE / size[0]), 1)
    return np.minimum(middles, 1).astype(np.float32)


def _spread(places: NDArray[np.float32], sizes: tuple[tuple[int, int], tuple[int, int]]) -> list[int]:
    """Which of the places (N, 4), best first, are taken so that none is near another in either picture."""
    scales = np.array([edge / max(size) for size in sizes for edge in (size[1], size[0])], np.float32)
    scaled = places * scales
    chosen: list[int] = []
    for apart in _APART:
        chosen = []
        for number, place in enumerate(scaled):
            others = scaled[chosen]
            near = [np.hypot(*(others - place)[:, part].T) < apart for part in (slice(0, 2), slice(2, 4))]
            if not (near[0] | near[1]).any():
                chosen.append(number)
                if len(chosen) == MOST_MATCHES:
                    return chosen
        if len(chosen) >= _ENOUGH:
            return chosen
    return chosen
