"""How strong and how coloured the fine detail of a picture is, band by band, and how to give it to another picture.

Source: Heeger & Bergen 1995, "Pyramid-based texture analysis/synthesis"; of their histograms of each band only the
second moments are matched here, by the linear map of optimal transport.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional

from studio.engine.runtime.tiling import cut_into_tiles

BANDS = 3  # detail below 2, 4 and 8 px
LARGEST_GAIN = 1.3  # times a band is made stronger at most: grain in a sky must not become a pattern
LEAST_VARIANCE = 1e-6  # of a band of colours in [0, 1]; keeps the roots of a flat picture's covariance finite
MATCHED_AT_ONCE = 2048 * 2048  # px; a larger picture is done in tiles
REACH = 24  # px around a pixel that have a say in how it is matched

BandCovariances = tuple[Tensor, ...]
"""Covariance (3, 3) of RGB of each band, the finest first; float32, on the CPU."""


def band_covariances(image: Tensor, opacity: Tensor | None = None) -> BandCovariances:
    """Covariances of the bands of an image. Shapes: (1, 3, H, W) in [0, 1] -> (3, 3) each.

    opacity: (1, 1, H, W), not 0 everywhere; blocks of px count as much as they are seen. None: all are seen.
    """
    levels = pyramid(image)
    return _covariances(levels) if opacity is None else _covariances_seen(levels, pyramid(opacity))


def blend_bands(parts: Sequence[BandCovariances], shares: Sequence[float]) -> BandCovariances:
    """Covariances of the bands of a mixture that draws from each part with its share (shares sum to 1)."""
    weighted = [[share * band for band in part] for part, share in zip(parts, shares, strict=True)]
    return tuple(torch.stack(bands).sum(0) for bands in zip(*weighted, strict=True))


@torch.no_grad()
def match_bands(
    image: Tensor, target: BandCovariances, amount: float, opacity: Tensor | None = None
) -> Generator[None, None, Tensor]:
    """The image with the covariances of its bands moved towards the target's; yields after each tile.

    Shapes: (1, 3, H, W) in [0, 1] -> same. amount: 0 (it stays as it is) to 1. opacity: as in `band_covariances`.
    """
    levels = pyramid(image)
    maps = _maps_of(levels, target, amount, opacity)
    if not maps:
        return image
    height, width = image.shape[2:]
    if height * width <= MATCHED_AT_ONCE:
        return _changed(levels, maps)
    result = torch.empty_like(image)
    for tile in cut_into_tiles(height, width, MATCHED_AT_ONCE // 4, REACH):
        tile.paste(tile.inner(_changed(pyramid(tile.crop(image)), maps)), result)
        yield
    return result


def match_bands_to_learn(images: Tensor, targets: Sequence[tuple[BandCovariances, float]]) -> Tensor:
    """As `match_bands`, with a gradient, in which the maps count as given, and not clamped.

    Shapes: (B, 3, H, W), about [0, 1] -> same. targets: for each image a target and an amount.
    """
    matched = []
    for number, (target, amount) in enumerate(targets):
        image = images[number : number + 1]
        levels = pyramid(image)
        with torch.no_grad():
            maps = _maps_of(levels, target, amount, None)
        matched.append(image + _change(levels, maps, _enlarge_to_learn) if maps else image)
    return torch.cat(matched)


@torch.no_grad()
def match_bands_by_region(
    image: Tensor, targets: Sequence[tuple[BandCovariances, float]], shares: Tensor, opacity: Tensor | None = None
) -> Generator[None, None, Tensor]:
    """As `match_bands`, with a target and an amount for each of R regions.

    shares: (1, R, H, W), summing to 1 at each place. The covariances are those of the whole image.
    """
    levels = pyramid(image)
    maps = [_maps_of(levels, target, amount, opacity) for target, amount in targets]
    if not all(maps):
        return image
    result = torch.zeros_like(image)
    height, width = image.shape[2:]
    pixels = MATCHED_AT_ONCE if height * width <= MATCHED_AT_ONCE else MATCHED_AT_ONCE // 4
    for tile in cut_into_tiles(height, width, pixels, REACH):
        parts, part = pyramid(tile.crop(image)), torch.zeros_like(tile.crop(image))
        for number, changes in enumerate(maps):
            share = tile.crop(shares[:, number : number + 1])
            if bool(share.any()):
                part.addcmul_(_changed(parts, changes), share)
        tile.paste(tile.inner(part), result)
        yield
    return result


def _maps_of(levels: Sequence[Tensor], target: BandCovariances, amount: float, opacity: Tensor | None) -> list[Tensor]:
    """What to add to each band of an image, as maps (3, 3) of its colours; none for an image that fell apart."""
    covariances = _covariances(levels) if opacity is None else _covariances_seen(levels, pyramid(opacity))
    if not all(bool(torch.isfinite(own).all()) for own in covariances):
        return []  # it is told so where it is shown
    maps = []
    for own, wanted in zip(covariances, target, strict=True):
        matrix = transport_map(own, wanted, LEAST_VARIANCE)
        matrix *= min(1.0, LARGEST_GAIN / float(torch.linalg.eigvalsh(matrix)[-1]))
        maps.append((amount * (matrix - torch.eye(3))).to(levels[0].device))
    return maps


def transport_map(own: Tensor, wanted: Tensor, floor: float) -> Tensor:
    """The smallest linear change that gives colours of one covariance another. Shapes: (C, C), (C, C) -> (C, C).

    floor: variance added to both, so that flat pictures have a map. Source: the linear Monge-Kantorovich map, Pitie &
    Kokaram 2007.
    """
    least = floor * torch.eye(own.shape[0], device=own.device)
    root, inverse_root = _power(own + least, 0.5), _power(own + least, -0.5)
    return inverse_root @ _power(root @ (wanted + least) @ root, 0.5) @ inverse_root


def pyramid(image: Tensor, count: int = BANDS) -> list[Tensor]:
    """The image, and means over 2, 4, 8, ... px, `count` of them.

    Shapes: (1, C, H, W) -> (1, C, H / 2**level, W / 2**level), rounded up.
    """
    levels = [image]
    for _ in range(count):
        finer = functional.pad(levels[-1], (0, levels[-1].shape[3] % 2, 0, levels[-1].shape[2] % 2), mode="replicate")
        rows = finer[:, :, ::2] + finer[:, :, 1::2]  # four times as fast as torch's pooling
        levels.append((rows[..., ::2] + rows[..., 1::2]).mul_(0.25))
    return levels


def enlarge_twice(image: Tensor) -> Tensor:
    """Twice as large, bilinear, faster than by torch's `interpolate`. Shapes: (1, C, h, w) -> (1, C, 2 h, 2 w)."""
    for axis, padding in ((2, (0, 0, 1, 1)), (3, (1, 1, 0, 0))):
        length, padded = image.shape[axis], functional.pad(image, padding, mode="replicate")
        before, here, after = (padded.narrow(axis, start, length) for start in range(3))
        near = here * 0.75
        shape = list(image.shape)
        shape.insert(axis + 1, 2)
        pairs = image.new_empty(shape)
        torch.add(near, before, alpha=0.25, out=pairs.select(axis + 1, 0))
        torch.add(near, after, alpha=0.25, out=pairs.select(axis + 1, 1))
        image = pairs.flatten(axis, axis + 1)
    return image


def _covariances(levels: Sequence[Tensor]) -> BandCovariances:
    """The covariance of what each level has beyond the next one."""
    grams = [_gram(level) for level in levels]
    # A mean over 2 x 2 px is a projection: what it takes away has the covariance by which the second moments differ.
    return tuple((finer - coarser).float() for finer, coarser in pairwise(grams))


def _covariances_seen(levels: Sequence[Tensor], opacities: Sequence[Tensor]) -> BandCovariances:
    """As `_covariances`, with each block of 2 x 2 px weighed by how much of it is seen."""
    found = []
    for finer, coarser, shown in zip(levels[:-1], levels[1:], opacities[1:], strict=True):
        height, width = finer.shape[2:]
        blocks, weights = (
            functional.interpolate(part, scale_factor=2.0, mode="nearest")[:, :, :height, :width]
            for part in (coarser, shown)
        )
        detail = finer - blocks
        whole = weights[0, 0].sum(1).cpu().double().sum()
        found.append((_products(weights * detail, detail) / whole).float())
    return tuple(found)


def _gram(level: Tensor) -> Tensor:
    """The second moment of colours. Shapes: (1, 3, H, W) -> (3, 3)."""
    return _products(level, level) / (level.shape[2] * level.shape[3])


def _products(one: Tensor, other: Tensor) -> Tensor:
    """The sum over places of all products of colours. Shapes: (1, 3, H, W) each -> (3, 3), float64 on the CPU.

    Rows are added up in float64, and there: Apple's devices do not know it.
    """
    rows, others = (image[0].transpose(0, 1) for image in (one, other))  # (H, 3, W)
    return torch.bmm(rows, others.transpose(1, 2)).cpu().double().sum(0)


def _changed(levels: Sequence[Tensor], maps: Sequence[Tensor]) -> Tensor:
    """The image with each band's map applied and added to it. Shapes: see `pyramid`, (3, 3) each -> (1, 3, H, W)."""
    return _change(levels, maps, enlarge_twice).add_(levels[0]).clamp_(0, 1)


def _change(levels: Sequence[Tensor], maps: Sequence[Tensor], enlarge: Callable[[Tensor], Tensor]) -> Tensor:
    """What the maps of all bands add to an image. Shapes: as of `_changed`."""
    change = torch.zeros_like(levels[-1])
    for finer, coarser, matrix in zip(reversed(levels[:-1]), reversed(levels[1:]), reversed(maps), strict=True):
        # The band is what a level has beyond the enlarged coarser one; the map may as well be applied before.
        rest = enlarge(change - _mixed(matrix, coarser))
        change = _mixed(matrix, finer).add_(rest[:, :, : finer.shape[2], : finer.shape[3]])
    return change


def _enlarge_to_learn(image: Tensor) -> Tensor:
    """As `enlarge_twice`, with a gradient."""
    return functional.interpolate(image, scale_factor=2.0, mode="bilinear", align_corners=False)


def _mixed(matrix: Tensor, image: Tensor) -> Tensor:
    return torch.mm(matrix, image.reshape(3, -1)).view(image.shape)


def _power(matrix: Tensor, exponent: float) -> Tensor:
    """Power of a symmetric positive matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    powered: Tensor = vectors @ torch.diag(values.clamp_min(1e-12) ** exponent) @ vectors.T
    return powered
