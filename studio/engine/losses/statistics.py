"""Statistics of features and pictures that style transfer compares: pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class Moments(NamedTuple):
    """First and second moments of features over positions. mean: (C,). covariance: (C, C). Both float32."""

    mean: Tensor
    covariance: Tensor


class Sums(NamedTuple):
    """What moments are made from; sums of tiles add up. Offsets are features minus a fixed `center` (C,).

    number: of positions, or the sum of their weights. offset: (C,), sum of offsets. product: (C, C), sum of their outer
    products.
    """

    number: float
    offset: Tensor
    product: Tensor


def gram_matrix(features: Tensor) -> Tensor:
    """Second raw moment over positions. Shapes: (N, C) -> (C, C). Source: Gatys et al. 2016, eq. 3, here over N."""
    return (features.T @ features).float() / features.shape[0]


def positions(features: Tensor) -> Tensor:
    """Features as one row per position; no copy where they are channels_last. Shapes: (1, C, H, W) -> (H W, C)."""
    return features.permute(0, 2, 3, 1).reshape(-1, features.shape[1])


def sums_around(center: Tensor, features: Tensor, opacity: Tensor | None = None) -> Sums:
    """Sums of features (1, C, H, W) around `center` (C,), each position weighed by its opacity (1, 1, H, W).

    The center is taken off before the product, so that rounding costs a share of the covariance and not of the
    much larger raw moment: this is what makes bfloat16 features good enough.
    """
    offsets = positions(features) - center.to(features.dtype)
    number = offsets.shape[0]
    if opacity is not None:
        weights = positions(opacity).to(offsets.dtype)  # (N, 1)
        weighted = weights * offsets
        return Sums(float(opacity.sum()), (weights.T @ offsets)[0].float(), (weighted.T @ offsets).float())
    ones = offsets.new_ones((1, number))  # a product adds up in float32 and is thirty times as fast as sum(dtype=...)
    return Sums(number, (ones @ offsets)[0].float(), gram_matrix(offsets) * number)


def add_sums(parts: Sequence[Sums]) -> Sums:
    """Sums over all parts together; all parts must have the same center."""
    numbers, offsets, products = zip(*parts, strict=True)
    return Sums(sum(numbers), torch.stack(offsets).sum(0), torch.stack(products).sum(0))


def moments(features: Tensor, opacity: Tensor | None = None) -> Moments:
    """Mean and covariance over positions, each weighed by its opacity, which is not 0 everywhere.

    Shapes: (1, C, H, W), (1, 1, H, W) -> (C,), (C, C).
    """
    rows = positions(features).float()
    if opacity is None:
        mean = rows.mean(0)
        return Moments(mean, gram_matrix(rows - mean))
    shares = positions(opacity).float()
    shares = shares / shares.sum()  # (N, 1)
    mean = (shares * rows).sum(0)
    return Moments(mean, (shares * (rows - mean)).T @ (rows - mean))


def blend_moments(parts: Sequence[Moments], shares: Sequence[float]) -> Moments:
    """Moments of a mixture that draws from each part with its share (shares sum to 1).

    Raw second moments combine linearly, covariances do not: the spread between the means adds to the covariance.
    """
    weighted = list(zip(parts, shares, strict=True))
    mean = torch.stack([share * part.mean for part, share in weighted]).sum(0)
    raw = torch.stack([share * (part.covariance + torch.outer(part.mean, part.mean)) for part, share in weighted])
    return Moments(mean, raw.sum(0) - torch.outer(mean, mean))


def total_variation(image: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean squared difference of neighbouring pixels, across plus down. Shapes: (1, C, H, W) -> ().

    weights: (1, 1, H, W), a factor at each place.
    """
    across = (image[..., :, 1:] - image[..., :, :-1]).square()
    down = (image[..., 1:, :] - image[..., :-1, :]).square()
    if weights is not None:
        across, down = across * weights[..., :, 1:], down * weights[..., 1:, :]
    return across.mean() + down.mean()
