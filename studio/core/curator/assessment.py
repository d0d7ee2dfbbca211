"""Training a head, and an assessment of a classifier on works held out: against guessing, and against chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.classifier.linear_head import LinearHead
from studio.core.classifier.measures import (
    Classes,
    Numbers,
    adaptive_calibration_error,
    bootstrap_interval,
    calibration_error,
    calibration_error_by_chance,
    confusion,
    interval,
    mean_average_precision,
    reliability,
    softmax,
)
from studio.core.classifier.results import Assessment, ConfidentError
from studio.core.curator.examples import Examples, imbalance
from studio.core.curator.fitting import (
    REGULARISATIONS,
    HeldOut,
    averaged,
    averaged_head,
    calibrated,
    fit_head,
    fold_count,
    folds_of,
    hold_out,
)
from studio.core.errors import StudioError

_MOST_ERRORS = 12
_LEAST_PICTURES = 8
ROUNDS = 4  # of folds; more change little
_APART = 1_000_003  # between their seeds, so that rounds of one seed are not those of the next


@dataclass(frozen=True, eq=False)
class HeadResult:
    """What heads on frozen features say of works held out. folds: (N,). random: the same with random weights."""

    held: HeldOut
    regularisation: float
    folds: Classes
    random: HeldOut | None = None


def judge_heads(
    examples: Examples,
    features: NDArray[np.float32],
    blocks: tuple[int, ...],
    random: NDArray[np.float32] | None = None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda stage: None,
    go_on: Callable[[], None] = lambda: None,
) -> HeadResult:
    """Heads of works held out, regularised as is best for these.

    features: (N, D), of the trained network; random: of the one with random weights. blocks: lengths of its layers.
    go_on: called before each head; what it raises ends the work. Raises StudioError if there are too few examples.
    """
    classes, names = examples.classes, examples.names
    if len(classes) < _LEAST_PICTURES:
        raise StudioError(f"{len(classes)} pictures are too few to learn from.", f"Use at least {_LEAST_PICTURES}.")
    numbers = features.astype(np.float64)
    count = fold_count(classes, examples.works)
    rounds = [folds_of(classes, examples.works, count, seed + number * _APART) for number in range(ROUNDS)]
    best: tuple[float, float, HeldOut] | None = None
    for regularisation in REGULARISATIONS:
        progress(f"Validating on works held out, regularisation {regularisation:g}")
        held = hold_out(numbers, classes, rounds[0], len(names), regularisation, blocks, go_on)
        loss = mean_loss(held.probabilities, classes)
        if best is None or loss < best[0]:
            best = loss, regularisation, held
    assert best is not None
    _, regularisation, first = best

    def again(rows: Numbers, folds: Sequence[Classes]) -> list[HeldOut]:
        return [hold_out(rows, classes, each, len(names), regularisation, blocks, go_on) for each in folds]

    progress(f"Validating {ROUNDS - 1} more times, on other works held out")
    held = averaged([first, *again(numbers, rounds[1:])], classes)
    chance = None
    if random is not None:
        progress("Validating the same network with random weights")
        chance = averaged(again(random.astype(np.float64), rounds), classes)
    return HeadResult(held, regularisation, rounds[0], chance)


def train(
    examples: Examples,
    features: NDArray[np.float32],
    blocks: tuple[int, ...],
    scratch: NDArray[np.float32] | None = None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda stage: None,
) -> tuple[LinearHead, Assessment]:
    """A head that has learnt from all examples, and how good it is on works that were held out.

    Arguments and errors: as of `judge_heads`; scratch is its `random`.
    """
    result = judge_heads(examples, features, blocks, scratch, seed, progress)
    progress("Learning from all pictures")
    classes = examples.classes
    whole = fit_head(features.astype(np.float64), classes, examples.names, result.regularisation, blocks)
    head = calibrated(averaged_head(whole, result.held.heads), result.held, classes)
    return head, assess(examples, result.held, head, result, seed)


def mean_loss(probabilities: Numbers, classes: Classes) -> float:
    """Mean cross-entropy; never below 0, where all are certain and right."""
    return float(-np.log(np.maximum(probabilities[np.arange(len(classes)), classes], 1e-12)).mean())


def assess(
    examples: Examples,
    held: HeldOut,
    head: LinearHead,
    result: HeadResult,
    seed: int,
    places: NDArray[np.int64] | None = None,
) -> Assessment:
    """What held-out scores say. held: of the classifier that was kept; result: of the heads before.

    places: of the pictures that were judged, if those were not all. Shapes: M of `held`, (M,).
    """
    places = np.arange(len(examples.labels)) if places is None else places
    classes, names = examples.classes[places], examples.names
    judged = examples.only(places.tolist())
    guesses = held.scores.argmax(1)
    right = guesses == classes
    sure = held.probabilities.max(1)
    answered = (sure >= head.least_certainty) & (held.distances <= head.farthest)
    counts = Counter(examples.labels)
    works = Counter(label for label, _ in set(zip(examples.labels, examples.works, strict=True)))
    notes = [*examples.notes, imbalance(examples)]
    random = result.random
    return Assessment(
        names=names,
        counts={name: counts[name] for name in names},
        works={name: works[name] for name in names},
        accuracy=float(right.mean()),
        interval=interval(int(right.sum()), len(right)),
        works_interval=bootstrap_interval(right, judged.works),
        majority=max(Counter(judged.labels).values()) / len(right),
        precision=mean_average_precision(held.probabilities, classes),
        scratch=None if random is None else float((random.scores.argmax(1) == examples.classes).mean()),
        scratch_precision=None if random is None else mean_average_precision(random.probabilities, examples.classes),
        calibration_raw=calibration_error(softmax(held.scores), classes),
        calibration=calibration_error(held.probabilities, classes),
        calibration_adaptive=adaptive_calibration_error(held.probabilities, classes),
        calibration_by_chance=calibration_error_by_chance(held.probabilities),
        calibration_by_works=calibration_error_by_chance(held.probabilities, judged.works)[0],
        temperature=head.temperature,
        groups=tuple(reliability(held.probabilities, classes)),
        answered=float(answered.mean()),
        right=float(right[answered].mean()) if answered.any() else 0.0,
        confusion=confusion(guesses, classes, len(names)),
        errors=_errors(judged, names, guesses, sure),
        regularisation=result.regularisation,
        seed=seed,
        folds=len(np.unique(result.folds)),
        notes=tuple(filter(None, notes)),
    )


def _errors(
    examples: Examples, names: tuple[str, ...], guesses: NDArray[np.int64], sure: Numbers
) -> tuple[ConfidentError, ...]:
    """The most confident ones, one of each work."""
    found: dict[str, ConfidentError] = {}
    for place in np.argsort(-sure):
        guess, label, work = names[guesses[place]], examples.labels[place], examples.works[place]
        if guess != label and work not in found:
            found[work] = ConfidentError(str(examples.paths[place]), label, guess, float(sure[place]))
    return tuple(found.values())[:_MOST_ERRORS]
