"""How good a classifier is, in numbers that can be trusted: with intervals, and with certainties that mean something.

Sources: Wilson 1927 (interval), Efron 1979 (bootstrap), Guo et al. 2017, "On Calibration of Modern Neural Networks"
(temperature, ECE), Bröcker & Smith 2007 (what a calibration error is by chance).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Classes = NDArray[np.int64]

_Z = 1.96  # of 95 per cent
_BINS = 15  # of equal width, as Guo et al. have them
_GROUPS = 10  # of equally many
_DRAWS = 200
_TEMPERATURES = np.exp(np.linspace(np.log(0.05), np.log(50.0), 241))


def softmax(logits: Numbers) -> Numbers:
    """Probabilities. Shapes: (N, C) -> (N, C)."""
    powers = np.exp(logits - logits.max(1, keepdims=True))
    found: Numbers = powers / powers.sum(1, keepdims=True)
    return found


def interval(right: int, count: int) -> tuple[float, float]:
    """Between which shares the true one lies with 95 per cent (Wilson); (0, 1) of nothing."""
    if count == 0:
        return 0.0, 1.0
    share = right / count
    middle = share + _Z**2 / (2 * count)
    reach = _Z * np.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    below, above = (middle - reach) / (1 + _Z**2 / count), (middle + reach) / (1 + _Z**2 / count)
    return max(0.0, float(below)), min(1.0, float(above))


def fit_temperature(logits: Numbers, classes: Classes) -> float:
    """What logits have to be divided by, so that certainties are as often right as they say."""
    rows = np.arange(len(classes))
    losses = [-np.log(softmax(logits / one)[rows, classes] + 1e-12).mean() for one in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def bootstrap_interval(
    right: NDArray[np.bool_], works: Sequence[str], draws: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Between which shares the true one lies with 95 per cent, with whole works drawn anew each time."""
    _, places = np.unique(np.array(works), return_inverse=True)
    count = np.bincount(places).astype(np.float64)
    hits = np.bincount(places, weights=right)
    draw = np.random.default_rng(seed)
    shares = []
    for _ in range(draws):  # one after the other: of many thousand works, all at once would not fit into memory
        drawn = draw.integers(len(count), size=len(count))
        shares.append(hits[drawn].sum() / count[drawn].sum())
    low, high = np.quantile(shares, (0.025, 0.975))
    return float(low), float(high)


def calibration_error(probabilities: Numbers, classes: Classes) -> float:
    """ECE: how far certainties are from how often they are right, in 15 bins of equal width."""
    return float(_apart(probabilities.max(1), (probabilities.argmax(1) == classes)[None])[0])


def adaptive_calibration_error(probabilities: Numbers, classes: Classes) -> float:
    """The same in ten groups of equally many."""
    return float(sum(weight * abs(sure - right) for sure, right, weight in reliability(probabilities, classes)))


def calibration_error_by_chance(
    probabilities: Numbers, works: Sequence[str] | None = None, seed: int = 0
) -> tuple[float, float]:
    """What `calibration_error` is where certainties are exactly true, for pictures are few: the mean, and what one in
    twenty exceeds.

    works: what each picture shows, if all pictures of one are to be right or wrong together; the truth lies between
    that and each for itself.
    """
    sure = probabilities.max(1)
    draw = np.random.default_rng(seed)
    if works is None:
        drawn = draw.random((_DRAWS, len(sure)))
    else:
        _, places = np.unique(np.array(works), return_inverse=True)
        drawn = draw.random((_DRAWS, int(places.max()) + 1))[:, places]
    found = _apart(sure, drawn < sure)
    return float(found.mean()), float(np.quantile(found, 0.95))


def _apart(sure: Numbers, is_right: NDArray[np.bool_]) -> Numbers:
    """ECE of each row of outcomes. Shapes: (N,), (R, N) -> (R,)."""
    places = np.minimum((sure * _BINS).astype(np.int64), _BINS - 1)
    inside = np.eye(_BINS)[places]  # (N, bins)
    found: Numbers = np.abs(is_right @ inside - sure @ inside).sum(1) / len(sure)
    return found


def reliability(probabilities: Numbers, classes: Classes) -> list[tuple[float, float, float]]:
    """Of each group, from unsure to sure: mean certainty, share that is right, share of all."""
    sure, right = probabilities.max(1), probabilities.argmax(1) == classes
    groups = [group for group in np.array_split(np.argsort(sure, kind="stable"), _GROUPS) if len(group)]
    return [(float(sure[one].mean()), float(right[one].mean()), len(one) / len(sure)) for one in groups]


def mean_average_precision(scores: Numbers, classes: Classes) -> float:
    """Of each class, how well its score ranks its pictures before all others; the mean of the classes that occur."""
    found = []
    for number in np.unique(classes):
        right = (classes == number)[np.argsort(-scores[:, number], kind="stable")]
        found.append(float((np.cumsum(right) / np.arange(1, len(right) + 1))[right].mean()))
    return float(np.mean(found))


def confusion(guesses: Classes, classes: Classes, count: int) -> NDArray[np.int64]:
    """How many of each class (row) were taken for each (column). Shape: (count, count)."""
    table = np.zeros((count, count), np.int64)
    np.add.at(table, (classes, guesses), 1)
    return table
