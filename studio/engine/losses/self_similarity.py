"""Which places of a picture are alike: what stays of a photo whatever its colours and strokes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from studio.engine.runtime.tensors import averaging

LEAST_SEEN = 0.5  # of a cell: less of it says little about what was there
CELLS = 24  # along the longer edge: with 32, steps at 256 px took a sixth longer and pictures were no better


class CellGrid:
    """Averages features over the cells of a grid that covers the whole picture, tile by tile where it is large.

    height, width: of the features of the whole picture. A cell at the border of two tiles gets its share from each.
    opacity: (1, 1, height, width); places count in the average of their cell as much as they are seen, and cells that
    are hardly seen do not count. None: all are seen.
    """

    def __init__(
        self, height: int, width: int, device: torch.device, opacity: Tensor | None = None, cells: int = CELLS
    ) -> None:
        scale = min(1.0, cells / max(height, width))
        self.size = max(1, round(height * scale)), max(1, round(width * scale))
        self._down = averaging(height, self.size[0], device)  # (h of the grid, H)
        self._across = averaging(width, self.size[1], device)
        self._opacity, self._seen = opacity, None
        if opacity is not None:
            self._seen = (self._down @ opacity[0, 0].float() @ self._across.T).flatten()
            self._visible = torch.nonzero(self._seen >= min(LEAST_SEEN, float(self._seen.max())))[:, 0]

    def add_up(self, features: Tensor, top: int = 0, left: int = 0) -> Tensor:
        """What a part of the features adds to the cells. Shapes: (1, C, h, w) at (top, left) -> (C, gh, gw)."""
        down, across = self._parts(features, top, left)
        return down @ self._weighed(features.float(), top, left)[0] @ across.T

    def seen(self, cells: Tensor) -> Tensor:
        """The averages of the cells that are seen. Shapes: (C, gh, gw) as it was added up -> (C, n)."""
        if self._seen is None:
            return cells.flatten(1)
        return cells.flatten(1)[:, self._visible] / self._seen[self._visible]

    def visible(self, places: Tensor) -> Tensor:
        """Means of a map (1, 1, H, W) of any size over the cells that are seen. Shape: (n,)."""
        cells = functional.adaptive_avg_pool2d(places, self.size).flatten()
        return cells if self._seen is None else cells[self._visible]

    def spread(self, slopes: Tensor, shape: Sequence[int], top: int = 0, left: int = 0) -> Tensor:
        """The slope of a loss at features, from its slope at the cells. Shapes: (C, gh, gw) -> (1, C, h, w)."""
        down = self._down[:, top : top + shape[2]]
        across = self._across[:, left : left + shape[3]]
        return self._weighed((down.T @ slopes @ across)[None], top, left)

    def _weighed(self, features: Tensor, top: int, left: int) -> Tensor:
        if self._opacity is None:
            return features
        height, width = features.shape[2:]
        return features * self._opacity[:, :, top : top + height, left : left + width].float()

    def _parts(self, features: Tensor, top: int, left: int) -> tuple[Tensor, Tensor]:
        height, width = features.shape[2:]
        return self._down[:, top : top + height], self._across[:, left : left + width]


def self_similarity(cells: Tensor) -> Tensor:
    """Cosine of the features of each pair of places, their mean taken off. Shapes: (C, n) or (C, h, w) -> (n, n).

    Source: the content loss of Kolkin et al. 2019 ("STROTSS"), there of columns of several layers, rows normalised.
    """
    rows = cells.flatten(1).T
    rows = functional.normalize(rows - rows.mean(0), dim=1, eps=1e-6)
    return rows @ rows.T


def self_similarity_loss(cells: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
    """Squared distance of self-similarities, as a share of the target's variance.

    weights: (n,), how much each place counts; two of them together by the geometric mean. None: all by 1.

    Shapes: cells (C, n) or (C, h, w), target (n, n) -> (). A picture that is alike everywhere, or of which a single
    place is seen, has nothing to keep: 0.
    """
    if len(target) < 2:
        return cells.sum() * 0
    variance = target.var()
    if float(variance) < 1e-6:
        return cells.sum() * 0
    differences = (self_similarity(cells) - target).square()
    if weights is not None:
        roots = weights.sqrt()
        differences = differences * torch.outer(roots, roots)
    return differences.mean() / variance
