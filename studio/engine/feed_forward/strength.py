"""What the strength of a style means to Live: how far the vector goes, how much paint there is, whose contrasts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

# By strength, with straight lines between: how far to go from the photo's vector to the style's, and the share of the
# paint, through which the photo shines. Near the photo's own vector the network blurs without painting, and near or
# beyond the style's a picture leaves the photo and the style at once: the rest of the way is the paint's.
REACH = ((0.0, 0.5), (0.6, 0.85), (1.0, 0.88))
FINE_REACH = 1.06  # times as far goes the larger network, which holds on to the photo better
PAINT = ((0.0, 0.0), (0.4, 0.75), (0.6, 0.93), (1.0, 1.0))
BAND_SHARE = 0.7  # of the style's fine contrasts and colours at strength 1; see `band_share`


def blend_vectors(
    photo: Tensor, styles: Sequence[Tensor], shares: Sequence[float], strength: float, is_larger: bool = False
) -> Tensor:
    """The vector to paint after. Shapes: the photo's own (1, N), one (1, N) per style -> (1, N).

    shares: one per style, summing to 1. strength: 0 to 1. is_larger: for the larger network. Source: Ghiasi et al.
    2017, who call the way from the photo's own vector to the style's "identity interpolation".
    """
    wanted = torch.stack([share * vector for vector, share in zip(styles, shares, strict=True)]).sum(0)
    return torch.lerp(photo, wanted, reach_of(strength) * (FINE_REACH if is_larger else 1.0))


def reach_of(strength: float) -> float:
    """How far to go from the photo's style vector (0) to that of the style (1)."""
    return _between(REACH, strength)


def paint_share(strength: float) -> float:
    """How much of the picture is paint (1), and not the photo (0) that shines through."""
    return _between(PAINT, strength)


def band_share(strength: float) -> float:
    """In which share the fine contrasts and colours of a painting become the style's: the stronger, the more.

    They still bring it nearer to the style where its vector hardly does any more. Nearer colours of the whole picture
    do not: they make the features' covariances too large.
    """
    return BAND_SHARE * strength


def _between(curve: Sequence[tuple[float, float]], strength: float) -> float:
    for (start, low), (end, high) in pairwise(curve):
        if strength <= end:
            return low + (high - low) * (strength - start) / (end - start)
    return curve[-1][1]
