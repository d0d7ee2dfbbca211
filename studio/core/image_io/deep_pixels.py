"""Numbers of any type to 8 bits: what counts as white, and the one place where deep values are rounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.picture import Pixels

Values = NDArray[Any]

_CUSTOMARY_BITS = (8, 10, 12, 16, 24, 32)
_KNEE = 0.8  # of white; from here on the highlights of a picture that has more than white are rolled off
_FAR = 1e6  # times white; rolled off, it is white
_SMALLEST_SHARE = 1 / 16  # of the range of a type that a picture uses which is meant in that range


@dataclass(frozen=True)
class Extent:
    """How far the values of a picture reach. largest: the largest finite one. above_one, positive: how many are so."""

    largest: float = 0.0
    above_one: int = 0
    positive: int = 0

    def joined(self, values: Values) -> Extent:
        """The extent of these values and those before."""
        if values.dtype.kind != "f":
            return Extent(max(self.largest, float(values.max(initial=0))))
        finite = np.where(np.isfinite(values), values, 0)
        return Extent(
            max(self.largest, float(finite.max(initial=0))),
            self.above_one + int(np.count_nonzero(finite > 1)),
            self.positive + int(np.count_nonzero(finite > 0)),
        )


def stated_white(dtype: np.dtype[np.generic], bits: int, stated: float | None) -> float | None:
    """What counts as white by the type and by what the file states; None where the values have to tell.

    stated: the largest value that the file says is used (TIFF's MaxSampleValue or SMaxSampleValue). Whole numbers: it
    tells how many bits are used, for some programs write the largest value they found. Whole numbers that fill no
    container (12 packed bits) and those of 8 bits are meant in their own range.
    """
    if dtype.kind == "b":
        return 1.0
    if dtype.kind == "f":
        return stated if stated is not None and 0 < stated < np.inf else None
    used = bits - 1 if dtype.kind == "i" else bits
    full = float(2**used - 1)
    if bits <= 8 or bits % 16:
        return full
    if stated is not None and 1 <= stated <= full:
        return float(2 ** int(stated).bit_length() - 1)
    return None


def likely_white(dtype: np.dtype[np.generic], bits: int, extent: Extent) -> float:
    """What counts as white where only the values can tell.

    Whole numbers: the range of their type; a picture that stays within a sixteenth of it would be black, and was
    made with fewer bits: the fewest customary ones (8, 10, 12, 16, 24) that hold it. Floats: 1; where more than half of
    them are above 1 and the largest is above 16, they are whole numbers in disguise: the fewest such bits.
    """
    if dtype.kind == "f":
        is_disguised = extent.largest > 16 and extent.above_one * 2 > extent.positive
        return _fewest_bits(extent.largest, 1.0) if is_disguised else 1.0
    full = float(2 ** (bits - 1 if dtype.kind == "i" else bits) - 1)
    return full if extent.largest > full * _SMALLEST_SHARE else _fewest_bits(extent.largest, full)


def _fewest_bits(largest: float, otherwise: float) -> float:
    return next((2.0**bits - 1 for bits in _CUSTOMARY_BITS if largest <= 2.0**bits - 1), otherwise)


def shares(values: Values, white: float, largest: float) -> NDArray[np.float32]:
    """Values as shares of white, 0 to 1. NaN and what is below black count as black.

    largest: of the whole picture, white or more. What is brighter than white is rolled off together with the highlights
    from 0.8 of white on: an exponential shoulder, as in film, that leaves all below as it is.
    """
    wide = np.float64 if values.dtype.itemsize > 2 and values.dtype.kind != "f" else np.float32
    part: NDArray[np.float32] = np.divide(np.maximum(values, 0), white, dtype=wide).astype(np.float32)
    if values.dtype.kind == "f":
        np.nan_to_num(part, copy=False, nan=0.0, posinf=max(1.0, min(largest / white, _FAR)), neginf=0.0)
    if largest > white:
        bright = part > _KNEE
        room = 1 - _KNEE
        part[bright] = _KNEE + room * -np.expm1((_KNEE - part[bright]) / room)
    clipped: NDArray[np.float32] = np.minimum(part, 1, out=part)
    return clipped


def to_eight_bits(values: Values, white: float, largest: float = 0.0) -> Pixels:
    """Values of any type as bytes, each rounded once; `white` becomes 255. largest: see `shares`."""
    if values.dtype == np.uint8 and white == 255:
        return values
    if values.dtype.kind == "u" and values.dtype.itemsize <= 2:
        return _table(values.dtype, white)[values]  # looked up: many times as fast
    levels: Pixels = np.rint(shares(values, white, largest) * np.float32(255)).astype(np.uint8)
    return levels


def to_sixteen_bits(values: Values, white: float, largest: float = 0.0) -> NDArray[np.uint16]:
    """As `to_eight_bits`, for colour management that is finer than 8 bits."""
    if values.dtype == np.uint16 and white == 65535:
        return values
    levels: NDArray[np.uint16] = np.rint(shares(values, white, largest) * np.float32(65535)).astype(np.uint16)
    return levels


def _table(dtype: np.dtype[np.generic], white: float) -> Pixels:
    numbers = np.arange(1 << 8 * dtype.itemsize)
    levels: Pixels = np.rint(np.minimum(numbers * (255 / white), 255)).astype(np.uint8)
    return levels
