"""What a photo's own subject looks like, learnt from the parts of its mask that are certain.

A small network that was trained on people is unsure within animals and things. The colours and features of what it is
sure about, in this very photo, tell where the rest belongs: a logistic regression, found by a few Newton steps.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from studio.engine.runtime.tensors import resize

_EDGE = 160  # px; the square in which it learns
_BLURS = (2, 6)  # px; colours are also seen as means over windows of such radius
_NEWTON_STEPS = 6
_RIDGE = 30.0  # how strongly weights are held near 0, in pixels
_SHARE = 0.6  # of the logits learnt here, and of those of the mask, in the sum
_LEAST = 0.02  # certainty of either class is never taken for more than 1 - this
_STEEPEST = 8.0  # logits are kept within this: exp() stays tame


def sharpen(mask: Tensor, features: tuple[Tensor, ...], photo: Tensor) -> Tensor:
    """The mask, made more certain by what its certain parts look like.

    mask (1, 1, h, w) in [0, 1]; features (1, C, h', w') of any size; photo (1, 3, H, W) in [0, 1].
    Returns (1, 1, 160, 160) in [0, 1].
    """
    seen = _describe(features, resize(photo, (_EDGE, _EDGE)).clamp(0, 1))
    prior = _enlarge(mask).flatten().clamp(_LEAST, 1 - _LEAST)
    certainty = ((prior - 0.5).abs() * 2) ** 2
    front, behind = (certainty * prior).sum(), (certainty * (1 - prior)).sum()
    # Both count alike, however small the subject is.
    certainty = certainty * (prior / front + (1 - prior) / behind) * len(prior) / 2
    ridge = _RIDGE * torch.eye(seen.shape[1], device=seen.device)
    weights = seen.new_zeros(seen.shape[1])
    for _ in range(_NEWTON_STEPS):
        guess = (seen @ weights).clamp(-_STEEPEST, _STEEPEST).sigmoid()
        slope = (guess * (1 - guess)).clamp_min(1e-3) * certainty
        gradient = seen.T @ (certainty * (guess - prior)) + ridge @ weights
        weights = weights - torch.linalg.solve((seen * slope[:, None]).T @ seen + ridge, gradient)
    logits = _SHARE * (seen @ weights + torch.logit(prior))
    return logits.sigmoid().reshape(1, 1, _EDGE, _EDGE)


def _describe(features: tuple[Tensor, ...], small: Tensor) -> Tensor:
    """A row of numbers of mean 0 and deviation 1 for each pixel of a photo (1, 3, 160, 160)."""
    colors = small - small.mean((2, 3), keepdim=True)
    along = torch.linspace(-1, 1, _EDGE, device=small.device)
    down, across = torch.meshgrid(along, along, indexing="ij")
    places = torch.stack((down, across, down * down, across * across, down * across))[None]
    products = colors[:, [0, 0, 1]] * colors[:, [1, 2, 2]]
    blurred = [
        functional.avg_pool2d(functional.pad(colors, (radius,) * 4, mode="reflect"), 2 * radius + 1, stride=1)
        for radius in _BLURS
    ]
    rows = torch.cat((colors, *blurred, colors * colors, products, places, *map(_enlarge, features)), 1)[0].flatten(1).T
    rows = (rows - rows.mean(0)) / (rows.std(0) + 1e-4)
    return torch.cat((rows, torch.ones_like(rows[:, :1])), 1)


def _enlarge(image: Tensor) -> Tensor:
    return functional.interpolate(image, (_EDGE, _EDGE), mode="bilinear", align_corners=False)
