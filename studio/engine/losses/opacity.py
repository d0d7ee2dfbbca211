"""How much of a picture is seen at each place of its features: what lies under transparent parts counts for nothing."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

VISIBLE = 0.5  # opacity from which on a place of a style shows what it is made of


def opacity_at(opacity: Tensor | None, stride: int) -> Tensor | None:
    """The opacity of features with `stride` px per position. Shapes: (1, 1, H, W) -> (1, 1, H / stride, W / stride)."""
    return opacity if opacity is None or stride == 1 else functional.avg_pool2d(opacity, stride)


def visible_rows(rows: Tensor, opacity: Tensor | None) -> Tensor:
    """The rows of features at places that are seen, or that are seen best. Shapes: (N, C), (1, 1, H, W) -> (n, C)."""
    if opacity is None:
        return rows
    shown = opacity.flatten()
    return rows[shown >= min(VISIBLE, float(shown.max()))]
