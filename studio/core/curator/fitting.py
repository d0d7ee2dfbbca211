"""Fitting a linear head to features, and judging it on pictures of works that it has not learnt from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studio.core.classifier.linear_head import LinearHead, nearest, signed_roots
from studio.core.classifier.measures import Classes, Numbers, fit_temperature, softmax
from studio.core.errors import StudioError

REGULARISATIONS = (1.0, 10.0, 100.0)  # scikit-learn's C, of which the best is kept
_FOLDS = 5
_PRINCIPAL = 400  # directions at most: with as many numbers as pictures anything can be learnt by heart
_NEARBY = 32  # directions in which distances are measured
# Pictures for each of these: in directions of a few, those that were learnt from lie far out, and others near.
_EACH = 6
_STEPS = 300
_USUAL = 0.99  # share of the pictures held out that are near enough to what was learnt from
_RIGHT_ENOUGH = 0.5  # of the answers at any certainty that is answered with


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What heads said of pictures that they had not learnt from.

    scores: (N, C), before calibration. probabilities: (N, C), calibrated on the other folds. distances: (N,). folds:
    (N,), in which each picture was held out. heads: what said so.
    """

    scores: Numbers
    probabilities: Numbers
    distances: Numbers
    folds: Classes
    heads: tuple[LinearHead, ...] = ()


def folds_of(classes: Classes, works: Sequence[str], count: int, seed: int) -> Classes:
    """A fold for each picture: all pictures of a work in one, the works of a class spread over all of them."""
    draw = np.random.default_rng(seed)
    fold: dict[str, int] = {}
    names = np.array(works)
    for number in np.unique(classes):
        own = np.unique(names[classes == number])
        draw.shuffle(own)
        first = int(draw.integers(count))
        for place, work in enumerate(own):
            fold.setdefault(str(work), (first + place) % count)
    return np.array([fold[work] for work in works], np.int64)


def hold_out(
    features: Numbers,
    classes: Classes,
    folds: Classes,
    count: int,
    regularisation: float,
    blocks: Sequence[int] = (),
    go_on: Callable[[], None] = lambda: None,
) -> HeldOut:
    """Fit a head per fold to all others, and ask it about the fold.

    go_on: called before each of them; what it raises ends the work. Raises StudioError if a class is in one fold only.
    """
    scores = np.zeros((len(classes), count))
    distances = np.zeros(len(classes))
    heads = []
    for fold in np.unique(folds):
        go_on()
        inside = folds == fold
        if len(np.unique(classes[~inside])) < count:
            raise StudioError(
                "A class has works in one fold only, so it cannot be validated.",
                "Give it more works, or leave it out.",
            )
        head = fit_head(features[~inside], classes[~inside], tuple(map(str, range(count))), regularisation, blocks)
        heads.append(head)
        scores[inside], distances[inside] = head.scores(features[inside]), head.distances(features[inside])
    return HeldOut(scores, cross_calibrated(scores, classes, folds), distances, folds, tuple(heads))


def averaged(rounds: Sequence[HeldOut], classes: Classes) -> HeldOut:
    """What several rounds with different folds say of each picture in the mean (bagging, Breiman 1996).

    Heads are the less sure of what is an accident of the works they were given. folds: those of the first round.
    """
    scores = np.mean([held.scores for held in rounds], axis=0)
    distances = np.mean([held.distances for held in rounds], axis=0)
    folds = rounds[0].folds
    heads = tuple(head for held in rounds for head in held.heads)
    return HeldOut(scores, cross_calibrated(scores, classes, folds), distances, folds, heads)


def averaged_head(like: LinearHead, heads: Sequence[LinearHead]) -> LinearHead:
    """One head whose scores are the mean of theirs: means of linear functions are. Distances are those of `like`."""
    weights = [head.scale[:, None].astype(np.float64) * head.weight for head in heads]
    offsets = [head.bias - head.mean @ weight for head, weight in zip(heads, weights, strict=True)]
    weight = np.mean(weights, axis=0)
    bias = np.mean(offsets, axis=0) + like.mean @ weight
    return replace(like, weight=(weight / like.scale[:, None]).astype(np.float32), bias=np.asarray(bias, np.float32))


def cross_calibrated(scores: Numbers, classes: Classes, folds: Classes) -> Numbers:
    """Probabilities, the temperature of each fold being set on all others. Shapes: (N, C) -> (N, C)."""
    probabilities = np.zeros_like(scores)
    for fold in np.unique(folds):
        inside = folds == fold
        temperature = 1.0 if inside.all() else fit_temperature(scores[~inside], classes[~inside])
        probabilities[inside] = softmax(scores[inside] / temperature)
    return probabilities


def fit_head(
    features: Numbers, classes: Classes, names: tuple[str, ...], regularisation: float, blocks: Sequence[int] = ()
) -> LinearHead:
    """A head without calibration. Shapes: (N, D), (N,). blocks: lengths of the layers, each of which counts alike."""
    from sklearn.decomposition import PCA  # it takes a second to be loaded
    from sklearn.linear_model import LogisticRegression

    roots = signed_roots(features)
    mean = roots.mean(0)
    scale = 1 / (roots.std(0) + 1e-6) / np.sqrt(_block_lengths(roots.shape[1], blocks))
    standardised = (roots - mean) * scale
    reduction = PCA(min(_PRINCIPAL, len(roots) - 1, roots.shape[1]), svd_solver="full").fit(standardised)
    points = reduction.transform(standardised)
    model = LogisticRegression(C=regularisation, max_iter=_STEPS).fit(points, classes)
    coefficients, intercept = model.coef_, model.intercept_
    if len(names) == 2:  # scikit-learn gives one row then
        coefficients, intercept = np.vstack((-coefficients, coefficients)) / 2, np.append(-intercept, intercept) / 2
    weight = reduction.components_.T @ coefficients.T
    nearby = max(1, min(_NEARBY, points.shape[1], len(points) // _EACH))
    whitening = 1 / (points[:, :nearby].std(0) + 1e-6)
    basis = reduction.components_[:nearby].T * whitening
    near = standardised @ basis
    centers = np.stack([near[classes == number].mean(0) for number in range(len(names))])
    half = np.float32
    return LinearHead(
        names,
        mean.astype(half),
        scale.astype(half),
        weight.astype(half),
        (intercept - reduction.mean_ @ weight).astype(half),
        temperature=1.0,
        least_certainty=0.0,
        basis=basis.astype(half),
        centers=centers.astype(half),
        farthest=float(np.quantile(nearest(near, centers), _USUAL)),
    )


def calibrated(head: LinearHead, held_out: HeldOut, classes: Classes) -> LinearHead:
    """The head with the temperature, the certainty and the distance that hold for pictures it has not learnt from.

    Nothing is too far away that is no farther than what was learnt from: of a few pictures, each of which draws the
    directions towards itself, others lie nearer.
    """
    temperature = fit_temperature(held_out.scores, classes)
    certainty = least_certainty(softmax(held_out.scores / temperature), classes)
    farthest = max(head.farthest, float(np.quantile(held_out.distances, _USUAL)))
    return replace(head, temperature=temperature, least_certainty=certainty, farthest=farthest)


def least_certainty(probabilities: Numbers, classes: Classes) -> float:
    """From which certainty on an answer is more often right than wrong."""
    sure, right = probabilities.max(1), probabilities.argmax(1) == classes
    order = np.argsort(sure)
    window = max(5, len(order) // 10)
    for start in range(len(order) - window + 1):
        if right[order[start : start + window]].mean() >= _RIGHT_ENOUGH:
            return float(sure[order[start]])
    return float(sure.max())


def _block_lengths(length: int, blocks: Sequence[int]) -> NDArray[np.float64]:
    if sum(blocks) != length:
        return np.full(length, float(length))
    return np.concatenate([np.full(block, float(block)) for block in blocks])


def fold_count(classes: Classes, works: Sequence[str]) -> int:
    """Five folds: each class has works outside of any of them. Raises StudioError if one has a single work."""
    names = np.array(works)
    fewest = min(len(np.unique(names[classes == number])) for number in np.unique(classes))
    if fewest < 2:
        raise StudioError("A class has a single work, so none can be held out.", "Give it more works, or leave it out.")
    return min(_FOLDS, len(np.unique(names)))
