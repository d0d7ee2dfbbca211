"""LinearHead: what a classifier has learnt; from features to a label, its certainty, or "unknown"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.classifier.measures import Numbers, softmax

NO_ATTRIBUTION = "A classifier is not an attribution."
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Label:
    """What a classifier says of a picture. certainty: calibrated, of `likely`. reason: why it is "unknown", or ""."""

    name: str
    likely: str
    certainty: float
    reason: str = ""


@dataclass(frozen=True, eq=False)
class LinearHead:
    """A linear classifier of features (N, D), which are taken as signed roots.

    mean, scale: (D,), what roots are standardised with. weight: (D, C), bias: (C,). temperature: what scores are
    divided by, so that certainties are true. least_certainty: below it the answer is "unknown". basis: (D, K),
    centers: (C, K), farthest: a picture farther from all centers is like nothing that was learnt from, and unknown.
    """

    classes: tuple[str, ...]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float
    least_certainty: float
    basis: NDArray[np.float32]
    centers: NDArray[np.float32]
    farthest: float

    @property
    def length(self) -> int:
        """How many numbers a picture has to have."""
        return len(self.mean)

    def standardised(self, features: NDArray[np.floating]) -> Numbers:
        """As the classifier sees them. Shapes: (N, D) -> (N, D)."""
        found: Numbers = (signed_roots(features) - self.mean) * self.scale
        return found

    def scores(self, features: NDArray[np.floating]) -> Numbers:
        """Before calibration. Shapes: (N, D) -> (N, C)."""
        found: Numbers = self.standardised(features) @ self.weight.astype(np.float64) + self.bias
        return found

    def probabilities(self, features: NDArray[np.floating]) -> Numbers:
        """Calibrated. Shapes: (N, D) -> (N, C)."""
        return softmax(self.scores(features) / self.temperature)

    def distances(self, features: NDArray[np.floating]) -> Numbers:
        """How far each is from the nearest class. Shapes: (N, D) -> (N,)."""
        return nearest(self.standardised(features) @ self.basis.astype(np.float64), self.centers)

    def label(self, features: NDArray[np.floating]) -> list[Label]:
        """A label for each picture. Shape of the features: (N, D)."""
        probabilities, distances = self.probabilities(features), self.distances(features)
        labels = []
        for chances, distance in zip(probabilities, distances, strict=True):
            best = int(chances.argmax())
            reason = ""
            if distance > self.farthest:
                reason = "unlike all it learnt from"
            elif chances[best] < self.least_certainty:
                reason = "not certain enough"
            likely = self.classes[best]
            labels.append(Label(UNKNOWN if reason else likely, likely, float(chances[best]), reason))
        return labels


def signed_roots(features: NDArray[np.floating]) -> Numbers:
    """Roots that keep the sign: what is large counts less. Shapes: any -> the same."""
    values = features.astype(np.float64)
    found: Numbers = np.sign(values) * np.sqrt(np.abs(values))
    return found


def nearest(points: Numbers, centers: NDArray[np.floating]) -> Numbers:
    """Distance of each point (N, K) to the nearest of the centers (C, K). Shape: (N,)."""
    squares = (points**2).sum(1)[:, None] + (centers.astype(np.float64) ** 2).sum(1) - 2 * points @ centers.T
    found: Numbers = np.sqrt(np.maximum(squares, 0).min(1))
    return found
