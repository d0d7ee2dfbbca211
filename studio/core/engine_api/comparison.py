"""What two pictures have in common and what not, in numbers: the answer to a CompareRequest, and its checks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from studio.core.picture import Pixels

COMPARED_LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")  # of VGG-16, from grain to things
SCALES = (1.0, 2.0, 4.0, 8.0, 16.0)  # px: deviations of the Gaussians that strokes are looked at with, at STROKE_EDGE
STROKE_EDGE = 768  # px of the longer edge
DIRECTIONS = 24  # bins of 7.5 degrees
MOST_COLORS = 8
MOST_MATCHES = 40
LARGEST_MAP = 128  # px of the longer edge of a map of attention

_ROUNDING = 1e-3  # of shares that were added up
_MOST_LAB = 200.0  # lightness ends at 100, and no colour of sRGB is farther from grey than 134


@dataclass(frozen=True, eq=False)
class PictureTraits:
    """What one of the pictures is like by itself.

    lab (K, 3) float32: its colours in CIELAB (D65), the most frequent first, K from 1 to 8; rgb (K, 3) uint8: the same
    in sRGB; shares (K,) float32: how much of the picture has each, their sum is 1.
    directions (5, 24) float32: where strokes run, for each of SCALES: bin b holds those around 7.5 b degrees, counted
    counter-clockwise from horizontal. A row sums to 1, or is 0 where nothing runs anywhere. coherence (5,) float32: how
    much neighbouring edges run one way, 0 to 1. energy (5,) float32: the share of each scale in all edges, or all 0.
    stroke: the usual width of strokes as a share of the longer edge; 0 for a picture of one colour.
    attention (h, w) uint8: how much a place stands out from the rest, 255 for the most; at most 128 px. center: its
    centre of mass (x, y), as shares of width and height. mirror: how alike its left and right are, -1 to 1.
    patch: edge of a matched patch as a share of the longer edge.
    """

    lab: NDArray[np.float32]
    rgb: Pixels
    shares: NDArray[np.float32]
    directions: NDArray[np.float32]
    coherence: NDArray[np.float32]
    energy: NDArray[np.float32]
    stroke: float
    attention: Pixels
    center: tuple[float, float]
    mirror: float
    patch: float

    @property
    def direction(self) -> NDArray[np.float32]:
        """Where strokes run at all scales together. Shape: (24,), its sum is 1, or 0 where nothing runs anywhere."""
        weights = self.energy * self.coherence * (self.directions.sum(1) > 0)
        total = float(weights.sum())
        both = weights @ self.directions / total if total > 0 else np.zeros(DIRECTIONS)
        return np.asarray(both, np.float32)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two pictures, compared.

    layers (4,) float32: how far apart the statistics of COMPARED_LAYERS are, 0 (the same) to 1. palette: how far the
    colours of one have to be moved to become those of the other, in units of CIELAB (Rubner et al. 2000, "The Earth
    Mover's Distance"); 2 is just noticeable. style, subject: similarities of the library, -1 to 1. composition: how
    alike both maps of attention are, -1 to 1.
    places (M, 4) float32: x, y in the first and x, y in the second picture of patches that are alike, as shares of
    width and height, the most alike first; M at most 40. similarities (M,) float32: how alike, -1 to 1.
    """

    layers: NDArray[np.float32]
    palette: float
    style: float
    subject: float
    composition: float
    first: PictureTraits
    second: PictureTraits
    places: NDArray[np.float32]
    similarities: NDArray[np.float32]


def check_comparison(comparison: object) -> None:
    """Raises ValueError, or AttributeError, if shapes, types or numbers are not as promised."""
    if not isinstance(comparison, Comparison):
        raise ValueError(f"a comparison that is {type(comparison).__name__}")
    _check_array(comparison.layers, (len(COMPARED_LAYERS),), 0, 1)
    _check_number(comparison.palette, 0, 2 * _MOST_LAB)
    for similarity in (comparison.style, comparison.subject, comparison.composition):
        _check_number(similarity, -1, 1)
    for traits in (comparison.first, comparison.second):
        _check_traits(traits)
    count = len(comparison.places) if isinstance(comparison.places, np.ndarray) and comparison.places.ndim else -1
    if not 0 <= count <= MOST_MATCHES:
        raise ValueError("patches that are none or too many")
    _check_array(comparison.places, (count, 4), 0, 1)
    _check_array(comparison.similarities, (count,), -1, 1)


def _check_traits(traits: object) -> None:
    if not isinstance(traits, PictureTraits):
        raise ValueError(f"a picture's traits that are {type(traits).__name__}")
    colors = len(traits.shares) if isinstance(traits.shares, np.ndarray) and traits.shares.ndim == 1 else 0
    if not 0 < colors <= MOST_COLORS:
        raise ValueError("a palette without colours, or with too many")
    _check_array(traits.lab, (colors, 3), -_MOST_LAB, _MOST_LAB)
    _check_array(traits.rgb, (colors, 3), 0, 255, np.uint8)
    _check_array(traits.shares, (colors,), 0, 1)
    _check_sums(traits.shares[None], may_be_empty=False)
    _check_array(traits.directions, (len(SCALES), DIRECTIONS), 0, 1)
    _check_sums(traits.directions)
    _check_array(traits.coherence, (len(SCALES),), 0, 1)
    _check_array(traits.energy, (len(SCALES),), 0, 1)
    _check_sums(traits.energy[None])
    shape = traits.attention.shape if isinstance(traits.attention, np.ndarray) else ()
    if len(shape) != 2 or not 0 < min(shape) <= max(shape) <= LARGEST_MAP:
        raise ValueError("a map of attention of a wrong size")
    _check_array(traits.attention, shape, 0, 255, np.uint8)
    if not isinstance(traits.center, tuple) or len(traits.center) != 2:
        raise ValueError("a centre that is no point")
    for share in (*traits.center, traits.stroke, traits.patch):
        _check_number(share, 0, 1)
    _check_number(traits.mirror, -1, 1)


def _check_array(
    array: object, shape: tuple[int, ...], least: float, most: float, dtype: DTypeLike = np.float32
) -> None:
    if not isinstance(array, np.ndarray) or array.dtype != dtype or array.shape != shape:
        raise ValueError("an array of a wrong kind or shape")
    if not (np.isfinite(array).all() and (array >= least).all() and (array <= most).all()):
        raise ValueError("an array with numbers that cannot be")


def _check_sums(rows: NDArray[np.float32], may_be_empty: bool = True) -> None:
    sums = rows.sum(1, dtype=np.float64)
    is_fine = np.abs(sums - 1) <= _ROUNDING
    if not (is_fine | ((sums == 0) & may_be_empty)).all():
        raise ValueError("shares that are no whole")


def _check_number(number: object, least: float, most: float) -> None:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ValueError(f"a number that is {type(number).__name__}")
    if not (math.isfinite(number) and least <= number <= most):
        raise ValueError(f"the number {number}")
