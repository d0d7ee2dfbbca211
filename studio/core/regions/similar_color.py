"""Similar colour: what hangs together around a place of a photo and has nearly its colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.core.picture import Pixels

_SOFT = 0.5  # of the tolerance, beyond it, along which the mask fades


def similar_color(pixels: Pixels, x: int, y: int, tolerance: float) -> Pixels:
    """A mask of the place around a pixel whose colour differs from it by at most `tolerance`.

    pixels: (h, w, 3) uint8. tolerance: in [0, 1], of the way from black to white, by the channel that differs most; a
    little beyond it the mask fades. Returns (h, w) uint8.
    """
    color = pixels[y, x].astype(np.int16)
    difference = np.abs(pixels.astype(np.int16) - color).max(axis=2)
    limit = tolerance * 255
    fade = max(limit * _SOFT, 1.0)
    near: Pixels = np.rint((1 - (difference - limit) / fade).clip(0, 1) * 255).astype(np.uint8)
    if not near[y, x]:
        return near
    near[~_connected(near > 0, x, y)] = 0
    return near


def _connected(inside: NDArray[np.bool_], x: int, y: int) -> NDArray[np.bool_]:
    """What of `inside` can be reached from a place in it by steps across and down; whole rows and columns at a time."""
    across, down = _runs(inside), np.ascontiguousarray(_runs(inside.T).T)
    reached = np.zeros(inside.shape, np.bool_)
    reached[y, x] = True
    count = 0
    while (now := int(np.count_nonzero(reached))) > count:
        count = now
        for runs in (across, down):
            is_reached = np.zeros(int(runs.max()) + 1, np.bool_)
            is_reached[runs[reached]] = True
            is_reached[0] = False  # what is not inside
            reached = is_reached[runs]
    return reached


def _runs(inside: NDArray[np.bool_]) -> NDArray[np.int32]:
    """A number from 1 for each run of neighbours in a row, 0 outside."""
    begins = inside.copy()
    begins[:, 1:] &= ~inside[:, :-1]
    numbers = np.cumsum(begins.ravel(), dtype=np.int32).reshape(inside.shape)
    return np.where(inside, numbers, np.int32(0))
