"""What a lesson can be expected to gain, told by how far pictures are from those the studio's networks have seen.

The distance is taken in principal directions of MobileNetV2's mean and deviation of seven layers, to the nearest of
known paintings and photos; what is left beside these directions counts as well (as in "distance from feature space",
Moghaddam & Pentland 1997, "Probabilistic visual learning for object representation").

What was measured (tests/benchmarks/teaching.md): on pictures that were not learnt from, lessons on photos gain 0 to 3
per cent over a mix, and others 8 to 23, the most where pictures are far from all known ones. So the distance alone
warns of nothing. It keeps drawings and sprites from being taken for photos, as they are by a classifier that knows
nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from studio.core.card import bundled_cards
from studio.core.classifier.linear_head import signed_roots
from studio.core.classifier.measures import Numbers
from studio.core.curator.photo_check import PhotoCheck
from studio.core.engine_api.features import FeatureQuery
from studio.core.errors import WeightsError
from studio.core.training.reference_checks import Remark

MODEL = "known_pictures"
TENSORS = ("mean", "scale", "basis", "points")
NEAREST = 5  # known pictures, whose mean distance counts
LIKE_PHOTOS = 0.9  # median likelihood; photos of 10 makers had 1.0, 20 works of all kinds 0.01, 10 patterns 0.25
FAR = 2.65  # median distance; works by 5 artists had 1.6 to 1.9, photos 2.0 to 2.4, drawings and sprites 2.7 to 3.5
PHOTOS = (
    "Most of the pictures look like photos. Live takes over their colours and light without a lesson, and there are no"
    " strokes to learn: mix up to four of them as styles instead."
)
UNLIKE = (
    "These pictures are unlike the paintings and photos that the studio knows: expect their colours, lines and contrast"
    " rather than brushwork."
)


class KnownPictures:
    """Pictures that the studio's networks were trained on, as points."""

    def __init__(
        self,
        mean: NDArray[np.floating],
        scale: NDArray[np.floating],
        basis: NDArray[np.floating],
        points: NDArray[np.floating],
    ) -> None:
        """mean, scale: (D,), what roots of features are standardised with. basis: (D, K). points: (N, K)."""
        self._mean, self._scale = mean.astype(np.float64), scale.astype(np.float64)
        self._basis, self._points = basis.astype(np.float64), points.astype(np.float64)

    @classmethod
    def load(cls) -> KnownPictures:
        """From its bundled file. Raises WeightsError if that is damaged or missing."""
        card = next((card for card in bundled_cards("models") if card.id == MODEL), None)
        if card is None:
            raise WeightsError(f"There is no model called {MODEL!r} here.", "Install Style Studio again.")
        card.verify()
        tensors = load(card.file.read_bytes())
        return cls(*(tensors[name] for name in TENSORS))

    def distances(self, features: NDArray[np.floating]) -> Numbers:
        """How far each is from the nearest known pictures. Shapes: (N, D) -> (N,)."""
        standardised = (signed_roots(features) - self._mean) * self._scale
        inside = standardised @ self._basis
        beside = (standardised**2).sum(1) - (inside**2).sum(1)
        squares = (inside**2).sum(1)[:, None] + (self._points**2).sum(1) - 2 * inside @ self._points.T
        found = np.sqrt(np.maximum(np.sort(squares, 1)[:, :NEAREST] + np.maximum(beside, 0)[:, None], 0))
        nearest: Numbers = found.mean(1)
        return nearest


class LessonOutlook:
    """Says beforehand what to expect of a lesson; give it what `PhotoCheck.query` finds in what is taught."""

    query: ClassVar[FeatureQuery] = PhotoCheck.query

    def __init__(self, photos: PhotoCheck, known: KnownPictures) -> None:
        self._photos, self._known = photos, known

    @classmethod
    def load(cls) -> LessonOutlook:
        """From bundled files. Raises WeightsError."""
        return cls(PhotoCheck.load(), KnownPictures.load())

    @classmethod
    def row_of(cls, vectors: Mapping[str, NDArray[np.floating]]) -> NDArray[np.floating]:
        """The features (D,) of a picture, from what the query found."""
        return np.concatenate([vectors[layer] for layer in cls.query.layers])

    def remarks(self, features: Sequence[NDArray[np.floating]]) -> tuple[Remark, ...]:
        """On pictures with these features, (D,) each, together; () if they are like the works that are known."""
        if not features or not all(self._photos.fits(row) for row in features):
            return ()
        rows = np.stack(features)
        if float(np.median(self._known.distances(rows))) > FAR:
            return (Remark(UNLIKE, is_doubt=False),)
        if float(np.median(self._photos.photo_likelihoods(rows))) > LIKE_PHOTOS:
            return (Remark(PHOTOS),)
        return ()
