"""How much of a picture is seen at each place of its features: what lies under transparent parts counts for nothing."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

VISIBLE = 0.5  # opacity from which on a place of a style shows what it is made of


def opacity_at(opacity: Tensor | None, stride: int) -> Tensor | None:
    """The opacity of features with `stride` px per position. Shapes: (1, 1, H, W) -> (1, 1, H / stride, W / stride).

    Rows and columns that are left over count for nothing, as in the features, unless nothing else is seen.
    """
    if opacity is None or stride == 1:
        return opacity
    found = functional.avg_pool2d(opacity, stride)
    return found if bool(found.any()) else functional.adaptive_avg_pool2d(opacity, (found.shape[2], found.shape[3]))


def visible_rows(rows: Tensor, opacity: Tensor | None) -> Tensor:
    """The rows of features at places that are seen, or that are seen best. Shapes: (N, C), (1, 1, H, W) -> (n, C)."""
    if opacity is None:
        return rows
    shown = opacity.flatten()
    return rows[shown >= min(VISIBLE, float(shown.max()))]
