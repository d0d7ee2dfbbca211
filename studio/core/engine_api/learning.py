"""What goes to the engine for it to learn, a style or classes, and what comes of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from studio.core.card import Card
from studio.core.classifier.linear_head import LinearHead
from studio.core.classifier.results import Assessment
from studio.core.classifier.settings import ClassifierSettings
from studio.core.classifier.tuned_block import TunedBlock
from studio.core.engine_api.request_id import new_request_id
from studio.core.engine_api.tune_settings import TuneSettings
from studio.core.picture import Picture


@dataclass(frozen=True)
class TuneRequest:
    """Fine-tune to the style of `references`; it is written to `output`, with this card, whenever it is better.

    photos: the artist's own, to learn on besides the bundled ones. sample: the photo that shows how far it has come.
    is_resumed: go on exactly where an earlier request with the same pictures and settings was stopped, or killed.
    """

    references: tuple[Picture, ...]
    card: Card
    output: Path
    settings: TuneSettings = field(default_factory=TuneSettings)
    photos: tuple[Picture, ...] = ()
    sample: Picture | None = None
    is_resumed: bool = False
    id: int = field(default_factory=new_request_id)


@dataclass(frozen=True)
class TrainingStep:
    """The result of one step of fine-tuning, of `steps` in all.

    losses: by name ("style", "content", "total"), of the pictures of this step. held_out: the validation losses, of
    photos that are never learnt from; None where this step was not validated. They have the same names, and "seen" and,
    with a reference held out, "unseen": the style loss against the references learnt from and against the one held out.
    is_best: no validation before had a lower total.
    """

    step: int
    steps: int
    losses: Mapping[str, float]
    held_out: Mapping[str, float] | None = None
    is_best: bool = False


@dataclass(frozen=True, eq=False)
class ClassifierRequest:
    """Train a classifier of `labels`; answered by Trained, after Progress with the epochs of its learning curves.

    pictures: the smaller the better, as `studio.core.curator.training_pictures` makes them. works: what each picture
    shows; those of a work are held out together. paths: what to call them in the assessment. notes: for it as well.
    """

    pictures: tuple[Picture, ...]
    labels: tuple[str, ...]
    works: tuple[str, ...]
    paths: tuple[Path, ...]
    settings: ClassifierSettings = field(default_factory=ClassifierSettings)
    notes: tuple[str, ...] = ()
    id: int = field(default_factory=new_request_id)


@dataclass(frozen=True, eq=False)
class Trained:
    """What came of a ClassifierRequest: what to label with, and how good it is.

    block: the changed layers of the network that the head has to see features of; None if they were not better.
    """

    request_id: int
    head: LinearHead
    block: TunedBlock | None
    assessment: Assessment
    seconds: float = 0.0
