"""What a lesson has gained over a mix of its pictures, as far as its training log tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.core.engine_api.learning import TrainingStep

LEAST_GAIN = 0.03  # of the style error, below which a lesson has gained nothing that can be seen
LEAST_STEP = 0.001  # of the loss: a validation that is lower by less does not count as a better one
_SAME = 0.01  # of the content error, below which the photo counts as equally recognisable


@dataclass(frozen=True)
class LessonGain:
    """On photos that are never learnt from. style: share by which the style error is lower than the mix's.

    content: share by which the photo is less recognisable; negative where it is more so.
    """

    style: float
    content: float

    @property
    def is_seen(self) -> bool:
        """Whether it is so much that one sees it."""
        return self.style >= LEAST_GAIN

    @property
    def recognisable(self) -> int:
        """1 where the photo is more recognisable than in the mix, -1 where it is less, 0 where there is no odds."""
        return 0 if abs(self.content) < _SAME else -1 if self.content > 0 else 1


def gain_of(training_log: Sequence[TrainingStep]) -> LessonGain | None:
    """The best validation compared with the one before the first step; None before there are two."""
    exams = [step for step in training_log if step.held_out]
    if len(exams) < 2 or exams[0].step != 0:
        return None
    best = next((step for step in reversed(exams) if step.is_best), exams[0])
    return gain_over(exams[0].held_out or {}, best.held_out or {})


def lost_photo(training_log: Sequence[TrainingStep]) -> tuple[TrainingStep, ...]:
    """The validations that are nearer to the style than the best, which lose too much of the photo to be kept."""
    exams = [step for step in training_log if step.held_out]
    best = next((step.held_out for step in reversed(exams) if step.is_best), None)
    if best is None:
        return ()
    below = (1 - LEAST_STEP) * best["total"]
    return tuple(step for step in exams if not step.is_best and step.held_out and step.held_out["total"] < below)


def gain_over(before: Mapping[str, float], after: Mapping[str, float]) -> LessonGain | None:
    """What losses of photos that are never learnt from tell, of before and after; None where nothing was measured."""
    if not all(losses.get(name, 0) > 0 for losses in (before, after) for name in ("style", "content")):
        return None
    return LessonGain(1 - after["style"] / before["style"], after["content"] / before["content"] - 1)


def percent_of(loss: float, base: float) -> float:
    """A loss in per cent of another, from which learning began; 100 where that is none."""
    return 100 * loss / base if base > 0 else 100.0
