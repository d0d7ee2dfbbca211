"""What the ways of training came to on works held out, and which is kept: each only if it is better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.classifier.measures import Classes, Numbers, interval
from studio.core.classifier.results import StageName, StageResult
from studio.core.classifier.settings import ClassifierSettings
from studio.core.classifier.tuned_block import LAST
from studio.core.curator.assessment import mean_loss
from studio.core.curator.fitting import HeldOut
from studio.engine.curator.scratch import EDGE
from studio.engine.curator.tuned_network import TunedNetwork

Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TunedParts:
    """What fine-tuned networks say of works held out.

    places: (M,), which pictures were judged: all, or those of the first part. held: of these. epochs: after how many
    nothing got better, in the median. networks: by the part that each was held out from.
    """

    places: Places
    held: HeldOut
    epochs: int
    networks: dict[int, TunedNetwork]


def part_of(held: HeldOut, places: Places) -> HeldOut:
    """Of some pictures."""
    return HeldOut(held.scores[places], held.probabilities[places], held.distances[places], held.folds[places])


def head_result(held: HeldOut, classes: Classes) -> StageResult:
    """Of the head alone."""
    return _result("head", held.probabilities, classes, True, "on features of the frozen network")


def compare(held: HeldOut, tuned: TunedParts, classes: Classes, settings: ClassifierSettings) -> list[StageResult]:
    """Head and fine-tuned stages on the same pictures. Fine-tuning is kept if loss is lower and accuracy no worse.

    held: of the head, (N,); classes: (N,).
    """
    classes = classes[tuned.places]
    head = head_result(part_of(held, tuned.places), classes)
    loss = mean_loss(tuned.held.probabilities, classes)
    accuracy = float((tuned.held.scores.argmax(1) == classes).mean())
    is_kept = tuned.epochs > 0 and loss < head.loss and accuracy >= head.accuracy
    if is_kept:
        verdict = f"better, after {_epochs(tuned.epochs)}"
    elif tuned.epochs:
        verdict = "not better on works held out, so it was discarded"
    else:
        verdict = "no epoch was better than none"
    note = f"stages {settings.first_stage} to {LAST} and the head learn; {verdict}"
    fine = _result("fine-tuned", tuned.held.probabilities, classes, is_kept, note)
    head = StageResult(head.name, head.accuracy, head.interval, head.loss, head.pictures, not is_kept, head.note)
    return [head, fine]


def scratch_result(scores: Numbers, classes: Classes, settings: ClassifierSettings, learnt: int) -> StageResult:
    """Of the network that was trained from nothing, on the first part. scores: (M, C) as probabilities."""
    note = f"all layers, {_epochs(settings.scratch_epochs)} over {learnt} pictures of {EDGE} px: a short budget"
    return _result("from scratch", scores, classes, False, note)


def _result(name: StageName, chances: Numbers, classes: Classes, is_kept: bool, note: str) -> StageResult:
    right = int((chances.argmax(1) == classes).sum())
    share, around = right / len(classes), interval(right, len(classes))
    return StageResult(name, share, around, mean_loss(chances, classes), len(classes), is_kept, note)


def _epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"
