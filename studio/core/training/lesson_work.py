"""How much work a lesson is, and how quick this computer is at it: for an estimate before it begins."""

from __future__ import annotations

import math
from dataclasses import dataclass

from studio.core.engine_api.tune_settings import TuneSettings

CROP = 256  # px of the crop whose step is the unit
EXAMINED_EVERY = 25  # steps; VALIDATE_EVERY of `engine/finetune/tuner.py`
CROPS = 128  # of photos, each looked at when it is first met; POOL of `engine/finetune/dataset.py`
# What other work costs, in steps on a crop that is known; by processor time on one core, a step took 0.32 s of it.
NEW_CROP = 1.25
EXAM = 12.0  # on up to thirteen photos that are not learnt from
PREPARING = 50.0  # the photos, and what untaught mixes make of those of the exam
LOOKING = 2.3  # at a picture to learn from
FIXED = 0.03  # share of a step that does not depend on the size of the crop
PAINTING_EDGE = 512  # px of a square that Finish paints as it is set at first,
STEPS_PER_PAINTING = 54.0  # and how many steps are learnt in the same time
SLOWEST = 1e5  # s for a unit; anything slower was never measured


def work_of(settings: TuneSettings, pictures: int) -> float:
    """The work of a whole lesson, in steps on one crop of 256 px. pictures: that are looked at before the first."""
    return PREPARING + LOOKING * pictures + work_between(settings, 0, settings.all_steps)


def work_between(settings: TuneSettings, first: int, last: int) -> float:
    """The work after the step `first` up to `last`, with its examinations."""
    crop = FIXED + (1 - FIXED) * (settings.crop / CROP) ** 2
    drawn = settings.batch * (last - first) + NEW_CROP * (_met(settings.batch * last) - _met(settings.batch * first))
    ends = last == settings.all_steps and last % EXAMINED_EVERY
    exams = last // EXAMINED_EVERY - first // EXAMINED_EVERY + bool(ends)
    return drawn * crop + exams * EXAM


def _met(drawn: int) -> float:
    """How many crops have been met when so many were drawn at random."""
    return CROPS * (1 - (1 - 1 / CROPS) ** drawn)


@dataclass(frozen=True)
class LessonPace:
    """What a lesson has measured: so many seconds for so much work, on this device."""

    device: str = ""
    work: float = 0.0
    seconds: float = 0.0

    @property
    def seconds_per_step(self) -> float | None:
        """Of the unit of work, None where nothing was measured that makes sense."""
        if not (0 < self.work < math.inf and 0 < self.seconds < math.inf):
            return None
        rate = self.seconds / self.work
        return rate if rate < SLOWEST else None

    def plus(self, work: float, seconds: float) -> LessonPace:
        """With so much more of the same lesson."""
        return LessonPace(self.device, self.work + work, self.seconds + seconds)
