"""For each place of a photo the place of the style that is most like it: the features it should have as a painting."""

from __future__ import annotations

from collections.abc import Generator

import torch
from torch import Tensor
from torch.nn import functional

from studio.engine.losses.statistics import positions

ROWS = 4096  # places compared at once: 16,000 times 16,000 cosines would take a gigabyte


def nearest_features(photo: Tensor, bank: Tensor, opacity: Tensor | None = None) -> Generator[None, None, Tensor]:
    """At each position of the photo the features of the bank with the largest cosine; yields between pieces.

    Shapes: photo (1, C, H, W), bank (N, C), opacity (1, 1, H, W) -> (1, C, H, W) in the bank's precision.
    """
    rows = bank[(yield from nearest_rows(photo, bank, opacity))]  # (H W, C)
    return rows.view(1, photo.shape[2], photo.shape[3], -1).permute(0, 3, 1, 2)


def nearest_rows(photo: Tensor, bank: Tensor, opacity: Tensor | None = None) -> Generator[None, None, Tensor]:
    """For each position of the photo the number of the row of the bank with the largest cosine.

    Both are taken around their own mean, so that a photo of one colour cast still finds all of a style; places of the
    photo count in it as much as they are seen. Yields between pieces. Shapes: as of `nearest_features` -> (H W,).
    Source: Kolkin et al. 2022, "Neural Neighbor Style Transfer", eq. 1, here per layer.
    """
    wanted = _directions(positions(photo), opacity)
    found = _directions(bank).T
    nearest = []
    for part in torch.split(wanted, ROWS):
        nearest.append((part @ found).argmax(1))
        yield
    return torch.cat(nearest)


def sample_rows(rows: Tensor, most: float) -> Tensor:
    """At most `most` rows, at least one, in a mixed order that is always the same. Shapes: (N, C) -> (n, C)."""
    order = torch.randperm(rows.shape[0], generator=torch.Generator().manual_seed(0))
    return rows[order[: max(1, round(most))].to(rows.device)]


def _directions(rows: Tensor, opacity: Tensor | None = None) -> Tensor:
    offsets = rows.float()
    if opacity is None:
        offsets = offsets - offsets.mean(0)
    else:
        shares = positions(opacity)
        offsets = offsets - (shares * offsets).sum(0) / shares.sum()
    return functional.normalize(offsets, dim=1, eps=1e-6).to(rows.dtype)
