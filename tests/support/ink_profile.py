"""An ICC profile of a printer with four inks on yellowish paper, written byte by byte for tests."""

from __future__ import annotations

import struct
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tests.support.made_profiles import D50, _profile

PAPER = np.array((0.92, 0.90, 0.82))  # light that it reflects, as linear sRGB
_INKS = np.array(((0.05, 0.45, 0.75), (0.75, 0.08, 0.30), (0.90, 0.80, 0.08), (0.04, 0.04, 0.04)))
_TO_XYZ = np.array(  # sRGB's, D50
    ((0.4360747, 0.3850649, 0.1430804), (0.2225045, 0.7168786, 0.0606169), (0.0139322, 0.0971045, 0.7141733))
)
_GRID_OF_INKS, _GRID_OF_LAB = 5, 17


@cache
def cmyk_profile() -> bytes:
    """The profile: inks filter the light one after the other; to inks, what is too colourful is cut off."""
    amounts = np.array(list(product(np.linspace(0, 1, _GRID_OF_INKS), repeat=4)))
    to_lab = _table(4, 3, _GRID_OF_INKS, _lab_bytes(_lab_of(_light_of(amounts))))
    steps = np.linspace(0, 255, _GRID_OF_LAB)
    lab = np.array(list(product(steps, repeat=3)))
    lab = np.column_stack((lab[:, 0] / 2.55, lab[:, 1:] - 128))
    to_inks = _table(3, 4, _GRID_OF_LAB, np.rint(_inks_for(lab) * 255).astype(np.uint8))
    tags = {b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in _TO_XYZ @ PAPER))}
    tags |= dict.fromkeys((b"A2B0", b"A2B1"), to_lab) | dict.fromkeys((b"B2A0", b"B2A1"), to_inks)
    return _profile(b"prtrCMYKLab ", tags, 2)


def _light_of(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Relative to the paper, which is white for all intents but the absolute one."""
    return np.prod(1 - amounts[:, :, None] * (1 - _INKS[None]), axis=1)


def _lab_of(light: NDArray[np.float64]) -> NDArray[np.float64]:
    ratios = np.cbrt(light @ _TO_XYZ.T / D50)
    return np.column_stack(
        (116 * ratios[:, 1] - 16, 500 * (ratios[:, 0] - ratios[:, 1]), 200 * (ratios[:, 1] - ratios[:, 2]))
    )


def _inks_for(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cyan, magenta and yellow that come closest, by Newton's method from the middle, and no black."""
    amounts = np.full((len(lab), 3), 0.5)
    best, best_error = amounts.copy(), np.full(len(lab), np.inf)
    for _ in range(14):
        found = _lab_of_three(amounts)
        error = np.linalg.norm(found - lab, axis=1)
        is_better = error < best_error
        best[is_better], best_error[is_better] = amounts[is_better], error[is_better]
        slopes = np.stack([(_lab_of_three(amounts + step) - found) / 1e-4 for step in np.eye(3) * 1e-4], axis=-1)
        # Damped, for at the edges of what can be printed there is no way on.
        normal = slopes.transpose(0, 2, 1) @ slopes + 5 * np.eye(3)
        step = np.linalg.solve(normal, slopes.transpose(0, 2, 1) @ (lab - found)[:, :, None])[:, :, 0]
        amounts = (amounts + step).clip(0, 1)
    return np.column_stack((best, np.zeros(len(best))))


def _lab_of_three(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    return _lab_of(_light_of(np.column_stack((amounts, np.zeros(len(amounts))))))


def _lab_bytes(lab: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.rint(np.column_stack((lab[:, 0] * 2.55, lab[:, 1:] + 128)).clip(0, 255)).astype(np.uint8)


def _table(inputs: int, outputs: int, grid: int, entries: NDArray[np.uint8]) -> bytes:
    """A lut8 (ICC.1:2010, 10.9)."""
    matrix = struct.pack(">9i", *(round(value * 65536) for value in np.eye(3).flat))
    head = b"mft1\0\0\0\0" + bytes((inputs, outputs, grid, 0)) + matrix
    straight = bytes(range(256))
    return head + straight * inputs + entries.tobytes() + straight * outputs
