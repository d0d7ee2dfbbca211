"""Masks from shapes to pixels, and how several of them share a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from studio.core.errors import RecipeError
from studio.core.picture import Pixels, fit_size
from studio.core.regions.shapes import Drawn, Everything, Found, FoundName, Gradient, Grown, Mask, Polygon
from studio.core.resampling import resized

LONGEST = 4096  # px of a mask's longer edge: it is soft, and 100 megapixels would take 100 MB for each
_FINEST_GROWTH = 16  # px by which a mask grows step by step; beyond, on a smaller copy
_FINER = 3  # times the size at which polygons are drawn, for smooth edges

Weights = NDArray[np.float32]
_Drawable = Found | Everything | Gradient | Polygon | Drawn


def mask_size(width: int, height: int) -> tuple[int, int]:
    """(width, height) at which a mask for a picture of that size is kept."""
    return (width, height) if max(width, height) <= LONGEST else fit_size(width, height, LONGEST)


def rasterize(mask: Mask, size: tuple[int, int], found: Mapping[FoundName, Pixels]) -> Pixels:
    """The mask in pixels. size: (width, height). found: (h, w) masks of the photo, 0 to 255, of any size.

    Returns (height, width) uint8. Raises RecipeError if what has to be found is not in `found`.
    """
    width, height = size
    values = np.zeros((height, width), np.uint8)
    long_edge = max(size)
    for step in mask.steps:
        if isinstance(step.shape, Grown):
            values = _grow(values, round(step.shape.share * long_edge))
            continue
        part = _draw(step.shape, size, found)
        if step.operation == "add":
            np.maximum(values, part, out=values)
        elif step.operation == "intersect":
            np.minimum(values, part, out=values)
        else:
            np.minimum(values, 255 - part, out=values)
    if mask.grow:
        values = _grow(values, round(mask.grow * long_edge))
    if mask.feather:
        values = _blur(values, mask.feather * long_edge / 2)
    return 255 - values if mask.is_inverted else values


def share_out(masks: Sequence[Pixels]) -> tuple[Weights, ...]:
    """How much of each place belongs to each region, and last to none: they sum to 1.

    Later regions lie over earlier ones. Shapes: (h, w) each -> one more of (h, w) in [0, 1].
    """
    if not masks:
        raise RecipeError("There is no region to share the picture out to.")
    left: Weights = np.ones(masks[0].shape, np.float32)
    shares: list[Weights] = []
    for values in reversed(masks):
        share: Weights = left * (values.astype(np.float32) / np.float32(255))
        left = (left - share).astype(np.float32)
        shares.append(share)
    return (*reversed(shares), left)


def _draw(shape: _Drawable, size: tuple[int, int], found: Mapping[FoundName, Pixels]) -> Pixels:
    width, height = size
    match shape:
        case Everything():
            return np.full((height, width), 255, np.uint8)
        case Found():
            name: FoundName = "subject" if shape.what == "background" else shape.what
            if name not in found:
                raise RecipeError(f"The {name} of this photo was not looked for.")
            values = _resized(found[name], size)
            return 255 - values if shape.what == "background" else values
        case Drawn():
            return _resized(shape.values, size)
        case Polygon():
            return _draw_polygon(shape, size)
        case Gradient():
            return _draw_gradient(shape, size)


def _draw_polygon(shape: Polygon, size: tuple[int, int]) -> Pixels:
    width, height = size
    large = Image.new("L", (width * _FINER, height * _FINER))
    corners = [(x * width * _FINER - 0.5, y * height * _FINER - 0.5) for x, y in shape.points]
    ImageDraw.Draw(large).polygon(corners, fill=255)
    return np.array(large.reduce(_FINER))


def _draw_gradient(shape: Gradient, size: tuple[int, int]) -> Pixels:
    width, height = size
    start = np.array(shape.start) * (width, height)
    way = np.array(shape.end) * (width, height) - start
    length = float(way @ way)
    if length == 0:
        return np.full((height, width), 255, np.uint8)
    across = ((np.arange(width) + 0.5 - start[0]) * way[0] / length).astype(np.float32)
    down = ((np.arange(height) + 0.5 - start[1]) * way[1] / length).astype(np.float32)
    values = (1 - (across[None] + down[:, None])) * 255
    drawn: Pixels = np.rint(values.clip(0, 255)).astype(np.uint8)
    return drawn


def _grow(values: Pixels, radius: int) -> Pixels:
    """The largest value, or for a radius below 0 the smallest, within a diamond and a square of it in turns.

    Steps of one px, along rows and columns and, every other time, the corners too: an octagon, which is nearly round.
    On a smaller copy where the radius is large, since the border is soft anyway.
    """
    height, width = values.shape
    coarse = max(1, abs(radius) // _FINEST_GROWTH)
    size = (max(1, width // coarse), max(1, height // coarse))
    choose = np.maximum if radius > 0 else np.minimum
    grown = _resized(values, size).copy()
    for turn in range(round(abs(radius) / coarse)):
        before = grown if turn % 2 else grown.copy()  # in place, corners are reached as well
        choose(grown[1:], before[:-1], out=grown[1:])
        choose(grown[:-1], before[1:], out=grown[:-1])
        choose(grown[:, 1:], before[:, :-1], out=grown[:, 1:])
        choose(grown[:, :-1], before[:, 1:], out=grown[:, :-1])
    grown = _resized(grown, (width, height))
    result: Pixels = choose(grown, values)
    return result


def _blur(values: Pixels, radius: float) -> Pixels:
    return np.array(Image.fromarray(values).filter(ImageFilter.GaussianBlur(radius)))


def _resized(values: Pixels, size: tuple[int, int]) -> Pixels:
    if (values.shape[1], values.shape[0]) == size:
        return values
    return resized(values, size, Image.Resampling.BILINEAR)
