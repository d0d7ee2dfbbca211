"""How good a classifier is, in numbers that can be trusted: with intervals, and with certainties that mean something.

Sources: Wilson 1927 (interval), Guo et al. 2017, "On Calibration of Modern Neural Networks" (temperature, ECE).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Classes = NDArray[np.int64]

_Z = 1.96  # of 95 per cent
_BINS = 10
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


def calibration_error(probabilities: Numbers, classes: Classes) -> float:
    """ECE: how far certainties are from how often they are right, in ten groups of equally many."""
    return float(sum(weight * abs(sure - right) for sure, right, weight in reliability(probabilities, classes)))


def calibration_error_by_chance(probabilities: Numbers, seed: int = 0) -> float:
    """What `calibration_error` is in the mean where certainties are exactly true, for pictures are few.

    In truth it is more, where several pictures show one work and are right or wrong together.
    """
    draw = np.random.default_rng(seed)
    sure = np.sort(probabilities.max(1))
    groups = [group for group in np.array_split(np.arange(len(sure)), _BINS) if len(group)]
    is_right = draw.random((_DRAWS, len(sure))) < sure
    apart = [np.abs(sure[one].mean() - is_right[:, one].mean(1)) * len(one) / len(sure) for one in groups]
    return float(np.sum(apart, axis=0).mean())


def reliability(probabilities: Numbers, classes: Classes) -> list[tuple[float, float, float]]:
    """Of each group, from unsure to sure: mean certainty, share that is right, share of all."""
    sure, right = probabilities.max(1), probabilities.argmax(1) == classes
    groups = [group for group in np.array_split(np.argsort(sure, kind="stable"), _BINS) if len(group)]
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


def area_under_curve(scores: Numbers, is_positive: NDArray[np.bool_]) -> float:
    """How often one of the positives scores higher than one of the others (Mann-Whitney); ties count half."""
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    positives, others = int(is_positive.sum()), int((~is_positive).sum())
    return float((ranks[is_positive].sum() - positives * (positives + 1) / 2) / (positives * others))
