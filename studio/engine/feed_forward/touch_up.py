"""What of Live needs no network: smoothness, detail, and the photo that shines through the paint."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.recipe import StyleRecipe
from studio.engine.feed_forward.strength import paint_share
from studio.engine.runtime.tiling import cut_into_tiles

TILE = 1024 * 1024  # px of a tile, margins included
PLAIN_SMOOTHNESS = 0.1  # the network is about as smooth by itself as Finish is with this
LOOSENESS = 0.5  # smoothness that detail 0 adds
ROUGHEST = 0.08  # variance within a stroke that smoothness 1 evens out
STROKE = 256  # of these fit into the longer edge: what is finer is detail, or grain
LARGEST_RADIUS = 24  # px of what is called fine, however large the picture


def finish_of(recipe: StyleRecipe) -> tuple[float, float, float]:
    """What needs no network: (smoothness, detail from -1 to 1, share of the paint)."""
    detail = 2 * recipe.detail - 1
    smoothness = max(0.0, recipe.smoothness - PLAIN_SMOOTHNESS) + LOOSENESS * max(0.0, -detail)
    return smoothness, max(0.0, detail), paint_share(recipe.strength)


def is_bare(recipe: StyleRecipe) -> bool:
    """Whether what the network paints is left as it is."""
    return finish_of(recipe) == (0.0, 0.0, 1.0)


def radius_of(size: tuple[int, int]) -> int:
    """How far in px what is called fine reaches, in a picture of `size` (h, w)."""
    return min(max(1, round(max(size) / STROKE)), LARGEST_RADIUS)


def touch_up(painted: Tensor, photo: Tensor | None, recipe: StyleRecipe, radius: int | None = None) -> Tensor:
    """What needs no network: smoothness, detail and the photo below. Shapes: (1, 3, h, w), photo the same.

    photo: None where the recipe `is_bare`. radius: of the picture that this is a part of; None: it is the whole.
    """
    smoothness, detail, paint = finish_of(recipe)
    if is_bare(recipe):
        return painted.clamp_(0, 1)  # as all in-place clamping here: nothing changes where it was in range already
    assert photo is not None
    result = torch.empty_like(painted)
    radius = radius or radius_of((painted.shape[2], painted.shape[3]))
    for tile in cut_into_tiles(painted.shape[2], painted.shape[3], TILE, 2 * radius):  # of the means of means
        part, original = tile.crop(painted), tile.crop(photo)
        if smoothness > 0:
            part = _smooth(part, radius, ROUGHEST * smoothness**2)
        if detail > 0:
            lightness = original.mean(1, keepdim=True)
            part = part + detail * (lightness - _blur(lightness, radius))
        torch.lerp(tile.inner(original), tile.inner(part), paint, out=tile.place(result))
    return result.clamp_(0, 1)


def _smooth(image: Tensor, radius: int, variance: float) -> Tensor:
    """The image with what varies less than `variance` within `radius` px evened out; edges stay.

    Shapes: (1, C, H, W) -> same. Source: He, Sun & Tang 2010, "Guided image filtering", guided by itself.
    """
    mean = _blur(image, radius)
    own = _blur(image * image, radius).sub_(mean * mean).clamp_min_(0)
    kept = own.div_(own + variance)
    rest = mean.sub_(kept * mean)
    return _blur(kept, radius).mul_(image).add_(_blur(rest, radius))


def _blur(image: Tensor, radius: int) -> Tensor:
    """The mean over a square of 2 radius + 1 px. Shapes: (1, C, H, W) -> same."""
    padded = functional.pad(image, (radius,) * 4, mode="replicate")
    size = 2 * radius + 1
    return _sum_along(_sum_along(padded, 2, size), 3, size).mul_(1 / size**2)


def _sum_along(image: Tensor, axis: int, size: int) -> Tensor:
    """The sum of `size` neighbours; the axis becomes shorter by size - 1.

    Put together of sums of 1, 2, 4, ... neighbours, each made of two of those before; far quicker than torch's pooling.
    """
    length, total, start, width = image.shape[axis] - size + 1, None, 0, 1
    while True:
        if size & width:
            part = image.narrow(axis, start, length)
            total = part if total is None else total + part
            start += width
        if 2 * width > size:
            break
        rest = image.shape[axis] - width
        image = image.narrow(axis, 0, rest) + image.narrow(axis, width, rest)
        width *= 2
    assert total is not None  # the highest bit is one of them
    return total
