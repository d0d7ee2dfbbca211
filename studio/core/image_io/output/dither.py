"""Dithering to 8 bits: blue noise decides between two levels, and what is exactly a level stays as it is."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from studio.core.picture import Pixels

_EDGE = 64  # px of the square of blue noise, which is repeated
_SIGMA = 1.5  # px; Ulichney's
_FIRST = _EDGE * _EDGE // 10  # points of the first pattern
_SHIFTS = ((0, 0), (21, 37), (43, 11))  # of the square for red, green and blue: not all three round up together


def dithered(values: NDArray[np.uint16], seed: int = 0) -> Pixels:
    """Values of 16 bits as bytes, whose mean over some pixels is theirs; (H, W, C), only the first three are dithered.

    v / 257 = n + f becomes n + 1 on the share f of the pixels, n on the others. A flat area of a value that 8 bits have
    (f = 0) stays flat. The same seed gives the same bytes.
    """
    height, width, channels = values.shape
    levels: Pixels = np.empty(values.shape, np.uint8)
    noise = blue_noise(seed)
    for channel in range(channels):
        plane = values[:, :, channel].astype(np.uint32)
        if channel >= len(_SHIFTS):
            levels[:, :, channel] = (plane + 128) // 257
            continue
        square = np.roll(noise, _SHIFTS[channel], (0, 1))
        for top in range(0, height, _EDGE):
            strip = plane[top : top + _EDGE]
            threshold = np.tile(square[: len(strip)], (1, -(-width // _EDGE)))[:, :width]
            levels[top : top + _EDGE, :, channel] = (strip + threshold) // 257
    return levels


@cache
def blue_noise(seed: int = 0) -> NDArray[np.uint32]:
    """(64, 64) whole numbers, 0 to 256, each as often as the others, that differ from all of their neighbours.

    Void and cluster, without its third phase (which mirrors the second). Source: Ulichney 1993, "The void-and-cluster
    method for dither array generation".
    """
    count = _EDGE * _EDGE
    distance = np.minimum(np.arange(_EDGE), _EDGE - np.arange(_EDGE)).astype(float)
    kernel = np.exp(-(distance[:, None] ** 2 + distance[None, :] ** 2) / (2 * _SIGMA**2))
    pattern = np.zeros(count, bool)
    pattern[np.random.default_rng(seed).permutation(count)[:_FIRST]] = True
    energy = np.zeros((_EDGE, _EDGE))

    def change(place: int, sign: float) -> None:
        energy[...] += sign * np.roll(kernel, divmod(place, _EDGE), (0, 1))

    for point in np.flatnonzero(pattern):
        change(int(point), 1)

    def tightest() -> int:
        return int(np.argmax(np.where(pattern, energy.ravel(), -np.inf)))

    def emptiest() -> int:
        return int(np.argmin(np.where(pattern, np.inf, energy.ravel())))

    while True:  # points move from where they are too close into the largest gap, until none moves
        place = tightest()
        pattern[place] = False
        change(place, -1)
        gap = emptiest()
        pattern[gap] = True
        change(gap, 1)
        if gap == place:
            break
    order = np.zeros(count, np.int64)
    kept, kept_energy = pattern.copy(), energy.copy()
    for rank in range(_FIRST - 1, -1, -1):
        place = tightest()
        order[place] = rank
        pattern[place] = False
        change(place, -1)
    pattern, energy[...] = kept, kept_energy
    for rank in range(_FIRST, count):
        place = emptiest()
        order[place] = rank
        pattern[place] = True
        change(place, 1)
    noise: NDArray[np.uint32] = (order * 257 // count).astype(np.uint32).reshape(_EDGE, _EDGE)
    return noise
