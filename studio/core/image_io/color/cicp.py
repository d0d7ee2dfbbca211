"""Coding-independent code points (ITU-T H.273): what numbers for primaries and transfer function mean in light.

PNG (cICP), AVIF and HEIC (nclx) tell their colours so; gamma and chromaticities (PNG gAMA, cHRM) and Adobe RGB (EXIF)
are the same kind of description without a number. `studio/core/image_io/COLOUR.md` says which of them counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Chromaticities = tuple[float, float, float, float, float, float, float, float]
"""x and y of red, green, blue and white, CIE 1931."""

WHITE_NITS = 203.0  # what SDR white is in an HDR picture: ITU-R BT.2408, table 1
HLG_PEAK_NITS = 1000.0  # of the display that HLG is seen on: BT.2100, table 5

_D65, _C, _E, _DCI = (0.3127, 0.3290), (0.310, 0.316), (1 / 3, 1 / 3), (0.314, 0.351)
SRGB_PRIMARIES: Chromaticities = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, *_D65)
P3_PRIMARIES: Chromaticities = (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, *_D65)
ADOBE_PRIMARIES: Chromaticities = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06, *_D65)
PRIMARIES: dict[int, Chromaticities] = {  # H.273, table 2
    1: SRGB_PRIMARIES,
    4: (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, *_C),
    5: (0.64, 0.33, 0.29, 0.60, 0.15, 0.06, *_D65),
    6: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *_D65),
    7: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *_D65),
    8: (0.681, 0.319, 0.243, 0.692, 0.145, 0.049, *_C),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *_D65),
    10: (1.0, 0.0, 0.0, 1.0, 0.0, 0.0, *_E),
    11: (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, *_DCI),
    12: P3_PRIMARIES,
    22: (0.630, 0.340, 0.295, 0.605, 0.155, 0.077, *_D65),
}

Transfer = int | float
"""A code of H.273, table 3 (int), or the exponent of a pure power function (float)."""
SRGB, LINEAR, PQ, HLG = 13, 8, 16, 18
ADOBE_GAMMA = 563 / 256
_LIKE_SRGB = frozenset((1, 6, 11, 12, 13, 14, 15))
_BRADFORD = np.array(((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296)))


@dataclass(frozen=True)
class RgbSpace:
    """How RGB values are meant. is_full_range: whether black to white is all the codes, or 16 to 235 of 255."""

    primaries: Chromaticities = SRGB_PRIMARIES
    transfer: Transfer = SRGB
    is_full_range: bool = True

    @property
    def is_hdr(self) -> bool:
        """Whether it has room for light brighter than white."""
        return self.transfer in (PQ, HLG) and isinstance(self.transfer, int)

    @property
    def is_srgb(self) -> bool:
        """Whether nothing need be done to it."""
        difference = np.abs(np.subtract(self.primaries, SRGB_PRIMARIES)).max()
        return self.is_full_range and self.transfer == SRGB and bool(difference < 0.005)  # noise of rounded cHRMs

    def to_light(self, codes: Floats) -> Floats:
        """Linear light of code values 0..1: 1 is white, HDR has more; HLG: before its `system_gamma`."""
        if not self.is_full_range:
            codes = (codes * 255 - 16) / 219
        return _to_light(self.transfer)(codes.clip(0, 1))

    def to_srgb_light(self) -> Floats:
        """(3, 3): linear light of this space to that of sRGB, adapted to its white (Bradford, as ICC profiles are)."""
        return np.linalg.inv(_to_xyz(SRGB_PRIMARIES)) @ _to_xyz(self.primaries)


def space_of(primaries: int, transfer: int, is_full_range: bool = True) -> RgbSpace | None:
    """The space of code points; 2 (unspecified) counts as sRGB's. None where a number has no meaning.

    Transfer functions 1, 6, 11, 12, 14 and 15 are those of cameras, and their pictures are made to be seen on the same
    screens as sRGB: they count as sRGB, as in browsers.
    """
    primaries, transfer = (1 if primaries == 2 else primaries), (SRGB if transfer == 2 else transfer)
    if primaries not in PRIMARIES or not (transfer in _LIKE_SRGB or transfer in _CURVES):
        return None
    return RgbSpace(PRIMARIES[primaries], SRGB if transfer in _LIKE_SRGB else transfer, is_full_range)


def space_of_gamma(exponent: float, primaries: Chromaticities = SRGB_PRIMARIES) -> RgbSpace | None:
    """The space of PNG's gAMA (the exponent of encoding, such as 0.45455) and cHRM. None where they are impossible.

    An exponent within 5 % of 1 / 2.2 means the curve of sRGB, as in libpng: programs write it for want of a better one.
    """
    if not (0.05 <= exponent <= 5) or not is_possible(primaries):
        return None
    is_usual = abs(exponent * 2.2 - 1) <= 0.05
    return RgbSpace(primaries, SRGB if is_usual else 1 / exponent)


def is_possible(primaries: Chromaticities) -> bool:
    """Whether there is a screen with such primaries: finite, white inside, and not all on one line."""
    x, y = np.reshape(primaries, (4, 2)).T
    if not np.isfinite(primaries).all() or min(y[3], x[3]) < 0.05 or x[3] + y[3] > 0.95:
        return False
    columns = np.stack((x, y, 1 - x - y))
    if abs(np.linalg.det(columns[:, :3])) < 1e-3:
        return False
    return bool((np.linalg.solve(columns[:, :3], columns[:, 3] / y[3]) > 0).all())


def srgb_codes(light: Floats) -> Floats:
    """Code values 0..1 of linear light, by IEC 61966-2-1; clipped."""
    light = light.clip(0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def pq_to_nits(codes: Floats) -> Floats:
    """Candelas per square metre of PQ codes 0..1: SMPTE ST 2084, BT.2100 table 4."""
    power = np.maximum(codes, 0) ** (1 / _M2)
    return 10_000 * (np.maximum(power - _C1, 0) / (_C2 - _C3 * power)) ** (1 / _M1)


def nits_to_pq(nits: Floats) -> Floats:
    """PQ codes 0..1 of candelas per square metre, the inverse of `pq_to_nits`."""
    power = (np.maximum(nits, 0) / 10_000) ** _M1
    return ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2


_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_HLG_A = 0.17883277
_HLG_B, _HLG_C = 1 - 4 * _HLG_A, 0.5 - _HLG_A * np.log(4 * _HLG_A)


def _srgb_to_light(codes: Floats) -> Floats:
    return np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)


def _smpte_240_to_light(codes: Floats) -> Floats:
    return np.where(codes < 0.0912, codes / 4, ((codes + 0.1115) / 1.1115) ** (1 / 0.45))


def _hlg_to_light(codes: Floats) -> Floats:
    # Of the scene, 0..1; the display's system gamma comes later, for it mixes the channels.
    return np.where(codes <= 0.5, codes**2 / 3, (np.exp((codes - _HLG_C) / _HLG_A) + _HLG_B) / 12)


def _logarithm(decades: float) -> Callable[[Floats], Floats]:
    return lambda codes: np.where(codes > 0, 10 ** ((codes - 1) * decades), 0)


_CURVES: dict[int, Callable[[Floats], Floats]] = {
    4: lambda codes: codes**2.2,
    5: lambda codes: codes**2.8,
    7: _smpte_240_to_light,
    LINEAR: lambda codes: codes,
    9: _logarithm(2),
    10: _logarithm(2.5),
    SRGB: _srgb_to_light,
    PQ: lambda codes: pq_to_nits(codes) / WHITE_NITS,
    17: lambda codes: codes**2.6 * (52.37 / 48),
    HLG: _hlg_to_light,
}


def _to_light(transfer: Transfer) -> Callable[[Floats], Floats]:
    if isinstance(transfer, int):
        return _CURVES[transfer]
    exponent = transfer
    return lambda codes: codes**exponent


def _to_xyz(primaries: Chromaticities) -> Floats:
    """(3, 3): linear light to XYZ under D65, white becoming D65's."""
    x, y = np.reshape(primaries, (4, 2)).T
    columns = np.stack((x, y, 1 - x - y))  # of the primaries any multiple will do: blue's y may be 0
    columns[:, 3] /= y[3]
    matrix = columns[:, :3] * np.linalg.solve(columns[:, :3], columns[:, 3])
    d65 = np.array((_D65[0], _D65[1], 1 - sum(_D65))) / _D65[1]
    scale = (_BRADFORD @ d65) / (_BRADFORD @ columns[:, 3])
    adapted: Floats = np.linalg.inv(_BRADFORD) @ (scale[:, None] * (_BRADFORD @ matrix))
    return adapted
