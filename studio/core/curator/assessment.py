"""Training a classifier, and an assessment of it on works that were held out: against guessing, and against chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.classifier.linear_head import LinearHead
from studio.core.classifier.measures import (
    Numbers,
    calibration_error,
    calibration_error_by_chance,
    confusion,
    interval,
    mean_average_precision,
    reliability,
    softmax,
)
from studio.core.curator.examples import Examples, imbalance
from studio.core.curator.fitting import REGULARISATIONS, HeldOut, calibrated, fit_head, fold_count, folds_of, hold_out
from studio.core.errors import StudioError

_MOST_ERRORS = 12
_LEAST_PICTURES = 8


@dataclass(frozen=True)
class ConfidentError:
    """A picture that was taken for another class, and how certain the classifier was."""

    path: str
    label: str
    guess: str
    certainty: float


@dataclass(frozen=True, eq=False)
class Assessment:
    """What is known of a classifier. All of it is of pictures whose work was held out.

    accuracy, and interval: top-1 with its 95 per cent interval. majority: share of the most frequent class. precision:
    mean average precision. scratch: accuracy of the same with a network of random weights, None if not tried.
    calibration_raw, calibration: ECE before and after the temperature; calibration_by_chance: what it would be with
    true certainties. groups: of `reliability`. answered: share that
    is not "unknown"; right: how many of these are right. confusion: rows are the labels. seed, folds: how pictures were
    held out.
    """

    names: tuple[str, ...]
    counts: dict[str, int]
    works: dict[str, int]
    accuracy: float
    interval: tuple[float, float]
    majority: float
    precision: float
    scratch: float | None
    calibration_raw: float
    calibration: float
    calibration_by_chance: float
    groups: tuple[tuple[float, float, float], ...]
    answered: float
    right: float
    confusion: NDArray[np.int64]
    errors: tuple[ConfidentError, ...]
    regularisation: float
    seed: int
    folds: int
    notes: tuple[str, ...]


def train(
    examples: Examples,
    features: NDArray[np.float32],
    blocks: tuple[int, ...],
    scratch: NDArray[np.float32] | None = None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda stage: None,
) -> tuple[LinearHead, Assessment]:
    """A head that has learnt from all examples, and how good it is on works that were held out.

    features: (N, D), of the trained network; scratch: of the one with random weights. blocks: lengths of its layers.
    Raises StudioError if there are too few examples.
    """
    classes, names = examples.classes, examples.names
    if len(classes) < _LEAST_PICTURES:
        raise StudioError(f"{len(classes)} pictures are too few to learn from.", f"Use at least {_LEAST_PICTURES}.")
    numbers = features.astype(np.float64)
    folds = fold_count(classes, examples.works)
    fold = folds_of(classes, examples.works, folds, seed)
    best: tuple[float, float, HeldOut] | None = None
    for regularisation in REGULARISATIONS:
        progress(f"Judging on works held out, regularisation {regularisation:g}")
        held = hold_out(numbers, classes, fold, len(names), regularisation, blocks)
        loss = float(-np.log(held.probabilities[np.arange(len(classes)), classes] + 1e-12).mean())
        if best is None or loss < best[0]:
            best = loss, regularisation, held
    assert best is not None
    _, regularisation, held = best
    chance = None
    if scratch is not None:
        progress("Judging the same network with random weights")
        random = hold_out(scratch.astype(np.float64), classes, fold, len(names), regularisation, blocks)
        chance = float((random.scores.argmax(1) == classes).mean())
    progress("Learning from all pictures")
    head = calibrated(fit_head(numbers, classes, names, regularisation, blocks), held, classes)
    return head, assess(examples, held, head, chance, regularisation, seed, folds)


def assess(
    examples: Examples,
    held: HeldOut,
    head: LinearHead,
    scratch: float | None,
    regularisation: float,
    seed: int,
    folds: int,
) -> Assessment:
    """What held-out scores say."""
    classes, names = examples.classes, examples.names
    guesses = held.scores.argmax(1)
    right = guesses == classes
    sure = held.probabilities.max(1)
    answered = (sure >= head.least_certainty) & (held.distances <= head.farthest)
    counts = Counter(examples.labels)
    works = Counter(label for label, _ in set(zip(examples.labels, examples.works, strict=True)))
    notes = [*examples.notes, imbalance(examples)]
    return Assessment(
        names=names,
        counts={name: counts[name] for name in names},
        works={name: works[name] for name in names},
        accuracy=float(right.mean()),
        interval=interval(int(right.sum()), len(right)),
        majority=max(counts.values()) / len(right),
        precision=mean_average_precision(held.probabilities, classes),
        scratch=scratch,
        calibration_raw=calibration_error(softmax(held.scores), classes),
        calibration=calibration_error(held.probabilities, classes),
        calibration_by_chance=calibration_error_by_chance(held.probabilities),
        groups=tuple(reliability(held.probabilities, classes)),
        answered=float(answered.mean()),
        right=float(right[answered].mean()) if answered.any() else 0.0,
        confusion=confusion(guesses, classes, len(names)),
        errors=_errors(examples, guesses, sure),
        regularisation=regularisation,
        seed=seed,
        folds=folds,
        notes=tuple(filter(None, notes)),
    )


def _errors(examples: Examples, guesses: NDArray[np.int64], sure: Numbers) -> tuple[ConfidentError, ...]:
    """The most confident ones, one of each work."""
    found: dict[str, ConfidentError] = {}
    for place in np.argsort(-sure):
        guess, label, work = examples.names[guesses[place]], examples.labels[place], examples.works[place]
        if guess != label and work not in found:
            found[work] = ConfidentError(str(examples.paths[place]), label, guess, float(sure[place]))
    return tuple(found.values())[:_MOST_ERRORS]
