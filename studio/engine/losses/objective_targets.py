"""What the losses hold a picture against at one size, and where: of all of it, or region by region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor
from torch.nn import functional

from studio.engine.losses.losses import ObjectiveWeights
from studio.engine.losses.statistics import Moments

LEAST_INSIDE = 0.5  # of a region that must be left without its border, or the border counts as well


@dataclass(frozen=True)
class RegionTargets:
    """What is different in a region. share: (1, 1, H, W), how much of each place is of it; the rest as elsewhere."""

    weights: ObjectiveWeights
    moments: Mapping[str, Moments]
    share: Tensor
    total_variation: float


@dataclass(frozen=True)
class ObjectiveTargets:
    """What the losses hold the picture against, at one size.

    moments: of the style, by layer. matched, content: features by layer, of the whole picture (1, C, h, w). structure:
    self-similarity of the photo (N, N), by layer. colors: coarse colours (1, 3, gh, gw). total_variation: of the style.
    opacity: (1, 1, H, W) in [0, 1], how much of the picture is seen at each place; all losses but the smoothness weigh
    places by it. None or {}: there is no such target, or the picture is opaque. regions: all there are, the rest among
    them, whose shares sum to 1 but for what is left alone; () where all is of one. Moments, weights and total variation
    are theirs then; their styles' matched features lie side by side in `matched`.
    """

    moments: Mapping[str, Moments]
    matched: Mapping[str, Tensor] = field(default_factory=dict)
    content: Mapping[str, Tensor] = field(default_factory=dict)
    structure: Mapping[str, Tensor] = field(default_factory=dict)
    colors: Tensor | None = None
    total_variation: float = 0.0
    opacity: Tensor | None = None
    regions: tuple[RegionTargets, ...] = ()


def inside(share: Tensor | None) -> Tensor:
    """The share of a region (1, 1, h, w) without the places at its border, which see others as well.

    Where hardly anything else is left they stay. Source: Gatys et al. 2017, "Controlling perceptual factors in neural
    style transfer", who guide statistics by masks that a layer's receptive field is taken off.
    """
    assert share is not None
    inner = -functional.max_pool2d(-share, 3, stride=1, padding=1)
    return inner if float(inner.sum()) >= LEAST_INSIDE * float(share.sum()) else share
