"""Whether a picture is a photo: a classifier of paintings has nothing to say about one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from studio.core.card import bundled_cards
from studio.core.classifier.linear_head import UNKNOWN, LinearHead
from studio.core.curator.model_file import Classifier, read_classifier
from studio.core.engine_api.features import FeatureQuery
from studio.core.errors import StudioError, WeightsError

MODEL = "photo_or_painting"
PHOTO, PAINTING = "photo", "painting"
_PHOTO_FROM = 0.5  # certainty of a photo from which on it is taken for one


class PhotoCheck:
    """Tells photos from paintings and prints, by the bundled classifier."""

    query: ClassVar[FeatureQuery] = FeatureQuery()

    def __init__(self, head: LinearHead) -> None:
        self._head = head
        self._photo = head.classes.index(PHOTO)

    def fits(self, features: NDArray[np.floating]) -> bool:
        """Whether these (D,) are as many numbers as it knows."""
        return len(features) == self._head.length

    @classmethod
    def load(cls) -> PhotoCheck:
        """From its bundled file. Raises WeightsError if that is damaged or missing."""
        card = next((card for card in bundled_cards("models") if card.id == MODEL), None)
        if card is None:
            raise WeightsError(f"There is no model called {MODEL!r} here.", "Install Style Studio again.")
        card.verify()
        return cls(read_classifier(card.file).head)

    def photo_likelihoods(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        """How likely each is a photo, calibrated. Shapes: (N, D) -> (N,)."""
        found: NDArray[np.float64] = self._head.probabilities(features)[:, self._photo]
        return found


@dataclass(frozen=True)
class Verdict:
    """What is said of a picture: as `Label`, after the check for photos. photo: how likely it is one, or None."""

    name: str
    likely: str
    certainty: float
    reason: str
    photo: float | None

    @classmethod
    def of(
        cls,
        classifier: Classifier,
        check: PhotoCheck | None,
        features: NDArray[np.float32],
        frozen: NDArray[np.float32] | None = None,
    ) -> Verdict:
        """The verdict on the features (D,) of a picture. A classifier that knows a class of photos is not checked.

        frozen: features for the check, of the network as it came; None if that is what the others are of. Raises
        StudioError if the classifier was trained on another number of features.
        """
        if len(features) != classifier.head.length:
            raise StudioError(
                f"{classifier.card.file.name} was trained on {classifier.head.length} numbers a picture, not on"
                f" {len(features)}.",
                "Train it again.",
            )
        seen = features if frozen is None else frozen
        (label,) = classifier.head.label(features[None])
        knows_photos = any(PHOTO in name.casefold() for name in classifier.head.classes)
        photo = (
            None
            if check is None or knows_photos or not check.fits(seen)
            else float(check.photo_likelihoods(seen[None])[0])
        )
        if photo is not None and photo >= _PHOTO_FROM:
            return cls(UNKNOWN, label.likely, label.certainty, "it looks like a photo", photo)
        return cls(label.name, label.likely, label.certainty, label.reason, photo)
