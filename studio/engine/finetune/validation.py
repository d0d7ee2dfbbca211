"""Validator: measures a style on photos, and where there are enough on a reference, that it is not learnt from."""

from __future__ import annotations

from collections.abc import Callable, Generator

from torch import Tensor

from studio.engine.finetune.dataset import Photos, References
from studio.engine.losses.training_loss import LossResult, TrainingLoss

Paint = Callable[[Tensor], Tensor]
"""(B, 3, H, W) in [0, 1] -> the same, painted."""


class Validator:
    """Measures painters on the same crops every time."""

    def __init__(self, loss: TrainingLoss, references: References, validation_set: Photos) -> None:
        self._loss, self._references, self._validation_set = loss, references, validation_set

    def validate(self, paint: Paint) -> Generator[None, None, dict[str, float]]:
        """The mean losses: "style", "content", "total", "seen" and, with a reference held out, "unseen".

        seen, unseen: the style loss against the references learnt from and against the one held out; style is their
        mean.
        """
        found: list[dict[str, float]] = []
        for number in range(len(self._validation_set)):
            crop, content = yield from self._validation_set.take([number])
            painted = paint(crop)
            references = self._references
            losses = means((yield from self._loss.compute(painted, references.mean, content, False, references.unseen)))
            losses["seen"] = losses["style"]
            if "unseen" in losses:
                losses["style"] = (losses["seen"] + losses["unseen"]) / 2
                losses["total"] = losses["style"] + losses["content"]
            found.append(losses)
        return {name: sum(losses[name] for losses in found) / len(found) for name in found[0]}


def means(result: LossResult) -> dict[str, float]:
    """The losses of a batch, each as its mean."""
    return {name: float(losses.mean()) for name, losses in result.losses.items()}
