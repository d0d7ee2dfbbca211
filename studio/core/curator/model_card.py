"""The card of a classifier: what it was trained on, how good it is, and what it cannot do."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from studio.core.card import Card
from studio.core.classifier.linear_head import NO_ATTRIBUTION
from studio.core.classifier.results import Assessment

_LONGEST = 1900  # characters of what it was trained on


def classifier_card(title: str, file: Path, found: Assessment, is_tuned: bool, trained_with: str) -> Card:
    """is_tuned: whether layers of the network were changed. trained_with: such as "Style Studio"."""
    counts = ", ".join(f"{label} {count}" for label, count in found.counts.items())
    pictures, works = sum(found.counts.values()), sum(found.works.values())
    low, high = found.interval
    how = "of MobileNetV2, whose last stages were fine-tuned" if is_tuned else "of MobileNetV2"
    return Card(
        id=file.stem,
        kind="model",
        title=title,
        author="",
        year=str(datetime.now(UTC).year),
        licence="unknown",
        source=f"Trained with {trained_with}, on features {how}.",
        file=Path(file.name),
        category="classifier",
        trained_on=f"{pictures} pictures of {works} works: {counts}."[:_LONGEST],
        limits=(
            f"{NO_ATTRIBUTION} Of works held out {found.accuracy:.1%} were right ({low:.1%} to {high:.1%}); always"
            f" naming the most frequent class: {found.majority:.1%}. It knows its own classes only."
        ),
    )
