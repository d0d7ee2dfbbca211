"""RGB values of any described space to sRGB; what is brighter than white is rolled off by a published curve."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.image_io.color.cicp import (
    HLG,
    HLG_PEAK_NITS,
    WHITE_NITS,
    Floats,
    RgbSpace,
    nits_to_pq,
    pq_to_nits,
    srgb_codes,
)
from studio.core.picture import Pixels

_CODES = 1 << 16  # of linear light, looked up; less than 1/8 level apart, but for the darkest ten
_SYSTEM_GAMMA = 1.2  # BT.2100, for the display of 1000 cd/m2
_CLIPPED = 1e-5  # the share of pixels that need not be considered for the peak: dead ones of a sensor
_BINS = 5000  # of light from 0 to 5 times white, more than the display of HLG has
_HLG_LUMA = np.array((0.2627, 0.6780, 0.0593), np.float32)


class RgbConversion:
    """(..., 3) values of a space to sRGB, with `peak` (light, white = 1) mapped to white and less bright ones kept.

    Order: transfer function to light; for HLG the OOTF of BT.2100; where the peak is above white, the EETF of
    ITU-R BT.2390-11, 5.4.1, from 0..peak to 0..203 cd/m2, on the largest of R, G and B, so that hue stays; primaries to
    sRGB's (Bradford), colours outside clipped; the curve of sRGB. Each value is rounded once.
    """

    def __init__(self, space: RgbSpace, levels: int = 256, peak: float = 1.0) -> None:
        """levels: how many code values there are, 256 or 65,536."""
        self._space, self._peak = space, peak
        light = space.to_light(np.arange(levels) / (levels - 1))
        matrix = space.to_srgb_light()
        self._is_per_channel = not space.is_hdr and bool(np.abs(matrix - np.eye(3)).max() < 1e-3)
        self._light = light.astype(np.float32)
        self._matrix = matrix.T.astype(np.float32)
        self._gains = _exact_gain(light, peak) if peak > 1 and space.transfer != HLG else None
        self._codes = srgb_codes(light)
        self._table = np.rint(255 * self._codes).astype(np.uint8)

    def __call__(self, codes: NDArray[np.unsignedinteger]) -> Pixels:
        """The sRGB pixels of (..., 3) codes."""
        if self._is_per_channel:
            direct: Pixels = self._table[codes]
            return direct
        return _encoded(self._srgb_light(codes))

    def deep(self, codes: NDArray[np.unsignedinteger]) -> NDArray[np.uint16]:
        """The sRGB values of (..., 3) codes in 16 bits: 65,535 is white."""
        if self._is_per_channel:
            direct: NDArray[np.uint16] = np.take(np.rint(65535 * self._codes).astype(np.uint16), codes)
            return direct
        light = self._srgb_light(codes).clip(0, 1)
        dark = light <= np.float32(0.0031308)
        curved = np.float32(1.055) * np.power(light, np.float32(1 / 2.4)) - np.float32(0.055)
        values = np.where(dark, light * np.float32(12.92), curved) * np.float32(65535)
        return np.rint(values).astype(np.uint16)

    def _srgb_light(self, codes: NDArray[np.unsignedinteger]) -> NDArray[np.float32]:
        """Linear light of sRGB's primaries; what lies outside of 0..1 is still to be clipped."""
        light = displayed(self._space, np.take(self._light, codes))
        if self._gains is not None:  # the brightest channel is that of the highest code
            light *= np.take(self._gains, _brightest(codes))
        elif self._peak > 1:
            light *= _gain(_brightest(light), self._peak)
        shown: NDArray[np.float32] = (light.reshape(-1, 3) @ self._matrix).reshape(light.shape)
        return shown


def displayed(space: RgbSpace, light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Light as the display shows it, white = 1: HLG gets its OOTF, all else is that already."""
    if space.transfer != HLG:
        return light
    luma = (light.reshape(-1, 3) @ _HLG_LUMA).reshape((*light.shape[:-1], 1))
    return light * np.take(_system_gains(), _places(luma))


def measured_peak(space: RgbSpace, parts: Iterable[Pixels]) -> float:
    """The light, white = 1 and never less, that all but one in 100,000 pixels keep below. parts: (..., 3) 8-bit codes.

    The picture itself is asked, and not what its mastering display could have shown: what has no highlights then
    stays as it is.
    """
    if space.transfer != HLG:
        codes = np.zeros(256, np.int64)
        for part in parts:
            codes += np.bincount(_brightest(part).ravel(), minlength=256)
        brightest = 255 - int(np.argmax(np.cumsum(codes[::-1]) > _CLIPPED * codes.sum()))
        return max(1.0, float(space.to_light(np.array(brightest / 255))))
    light = space.to_light(np.arange(256) / 255).astype(np.float32)
    bins = np.zeros(_BINS, np.int64)
    for part in parts:
        shown = _brightest(displayed(space, np.take(light, part)))
        bins += np.bincount((shown * (_BINS / 5)).astype(np.int64).ravel().clip(0, _BINS - 1), minlength=_BINS)
    brightest = _BINS - int(np.argmax(np.cumsum(bins[::-1]) > _CLIPPED * bins.sum()))
    return max(1.0, brightest * 5 / _BINS)


def eetf(nits: Floats, peak: float, target: float = WHITE_NITS) -> Floats:
    """The electrical-electrical transfer function of ITU-R BT.2390-11, 5.4.1, black staying black; nits in and out.

    Up to the knee nothing changes; from there a Hermite spline in PQ leads `peak` to `target`.
    """
    top, goal = (float(nits_to_pq(np.array(value))) for value in (peak, target))
    if goal >= top:
        return nits
    codes = (nits_to_pq(nits) / top).clip(0, 1)
    ceiling = goal / top
    knee = max(0.0, 1.5 * ceiling - 0.5)
    t = (codes - knee) / (1 - knee)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * ceiling
    return np.where(codes < knee, nits, pq_to_nits(spline * top))


def _gain(brightest: NDArray[np.float32], peak: float) -> NDArray[np.float32]:
    found: NDArray[np.float32] = np.take(_gains(peak), _places(brightest / np.float32(peak)))
    return found


def _exact_gain(light: Floats, peak: float) -> NDArray[np.float32]:
    nits = np.maximum(light * WHITE_NITS, 1e-6)
    return (eetf(nits, peak * WHITE_NITS) / nits).astype(np.float32)


@cache
def _gains(peak: float) -> NDArray[np.float32]:
    nits = np.maximum(np.arange(_CODES), 0.5) / (_CODES - 1) * peak * WHITE_NITS
    return (eetf(nits, peak * WHITE_NITS) / nits).astype(np.float32)


@cache
def _system_gains() -> NDArray[np.float32]:
    """What light of a scene is multiplied with, by its luma."""
    luma = np.maximum(np.arange(_CODES), 0.5) / (_CODES - 1)
    return (luma ** (_SYSTEM_GAMMA - 1) * (HLG_PEAK_NITS / WHITE_NITS)).astype(np.float32)


def _places(shares: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Where 0..1 stands in a table of `_CODES`."""
    return (shares.clip(0, 1) * np.float32(_CODES - 1) + np.float32(0.5)).astype(np.uint16)


def _brightest(values: NDArray[Any]) -> NDArray[Any]:
    """(..., 1): the largest of the three channels; many times as fast as `max` along an axis of three."""
    largest: NDArray[Any] = np.maximum(np.maximum(values[..., 0:1], values[..., 1:2]), values[..., 2:3])
    return largest


@cache
def _levels() -> Pixels:
    return np.rint(255 * srgb_codes(np.arange(_CODES) / (_CODES - 1))).astype(np.uint8)


def _encoded(light: NDArray[np.float32]) -> Pixels:
    pixels: Pixels = np.take(_levels(), _places(light))
    return pixels
