"""Continue the visible colours of a cut-out under its transparent parts, so that what a file hides there never shows.

Source: Gortler et al., The Lumigraph, SIGGRAPH 1996, section 3.4 (pull-push): averages weighted by alpha, coarser and
coarser, fill the gaps of the finer ones.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from studio.core.picture import Pixels

PAPER = 255  # the colour of a picture in which nothing is visible
_STRIP = 250_000  # px


def continue_visible(pixels: Pixels, alpha: Pixels) -> None:
    """Replace the colours of (H, W, 3) under alpha 0, in place, by those around; visible ones stay as they are.

    The outcome depends on nothing that is hidden. Memory: the third of pixels and alpha together.
    """
    if alpha.min() > 0:
        return
    if not alpha.any():
        pixels[...] = PAPER
        return
    coarse, weights = _pulled(pixels, alpha)
    _fill(coarse, weights)
    for rows in _rows(*alpha.shape):
        hidden = alpha[rows] == 0
        if hidden.any():
            pixels[rows][hidden] = _pushed(coarse, rows, pixels.shape[1])[hidden]


def _fill(pixels: Pixels, weights: Pixels) -> None:
    """Mix in the coarser levels where the weights are less than 255: what is all but invisible hardly counts."""
    if weights.min() == 255 or max(weights.shape) == 1:
        return
    coarse, coarse_weights = _pulled(pixels, weights)
    _fill(coarse, coarse_weights)
    for rows in _rows(*weights.shape):
        weight = weights[rows][..., None].astype(np.uint32)
        if weight.min() < 255:
            pushed = _pushed(coarse, rows, pixels.shape[1])
            pixels[rows] = (pixels[rows] * weight + pushed * (255 - weight) + 127) // 255


def _rows(height: int, width: int) -> Iterator[slice]:
    step = max(2, _STRIP // width // 2 * 2)
    for top in range(0, height, step):
        yield slice(top, min(top + step, height))


def _pulled(pixels: Pixels, alpha: Pixels) -> tuple[Pixels, Pixels]:
    """Half the size: averages of 2 x 2 weighted by alpha, and their weights (the sum, 255 at most)."""
    height, width = (-(-edge // 2) for edge in alpha.shape)
    coarse, weights = np.empty((height, width, 3), np.uint8), np.empty((height, width), np.uint8)
    for rows in _rows(*alpha.shape):
        part = _even(alpha[rows]).astype(np.uint32)
        total = _sum_of_four(part)
        colors = _sum_of_four(_even(pixels[rows]) * part[..., None])
        half = slice(rows.start // 2, rows.start // 2 + total.shape[0])
        coarse[half] = (colors + total[..., None] // 2) // np.maximum(total, 1)[..., None]
        weights[half] = np.minimum(total, 255)
    return coarse, weights


def _even(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """With the last row and column twice where their number is odd."""
    odd = [(0, edge % 2) for edge in values.shape[:2]]
    return np.pad(values, [*odd, *[(0, 0)] * (values.ndim - 2)], "edge") if any(more for _, more in odd) else values


def _sum_of_four(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return values[::2, ::2] + values[1::2, ::2] + values[::2, 1::2] + values[1::2, 1::2]


def _pushed(coarse: Pixels, rows: slice, width: int) -> Pixels:
    """These rows of twice the size: 3/4 of the nearest and 1/4 of the next, along both axes."""
    tall = _between(coarse, np.arange(rows.start, rows.stop), axis=0)
    both = _between(tall, np.arange(width), axis=1)
    return ((both + 8) // 16).astype(np.uint8)


def _between(values: NDArray[np.unsignedinteger], places: NDArray[np.int64], axis: int) -> NDArray[np.uint16]:
    near = places // 2
    far = np.clip(near + np.where(places % 2, 1, -1), 0, values.shape[axis] - 1)
    return np.take(values, near, axis).astype(np.uint16) * 3 + np.take(values, far, axis)
