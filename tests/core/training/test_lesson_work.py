"""How much work a lesson is, and what was measured of one."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from studio.core.engine_api.tune_settings import TuneSettings
from studio.core.training.lesson_work import CROPS, EXAMINED_EVERY, LessonPace, work_between, work_of
from studio.engine.finetune.dataset import POOL
from studio.engine.finetune.tuner import VALIDATE_EVERY


def test_validations_and_crops_are_counted_as_a_lesson_has_them() -> None:
    assert (EXAMINED_EVERY, CROPS) == (VALIDATE_EVERY, POOL)


def test_a_default_lesson_of_six_works_is_as_much_work_as_was_measured() -> None:
    seconds, step_of_256_px = 490, 0.32  # of one core
    assert pytest.approx(work_of(TuneSettings(), 6), rel=0.1) == seconds / step_of_256_px


@pytest.mark.parametrize("steps", [1, 24, 25, 120, 260])
def test_the_parts_of_a_lesson_are_the_whole(steps: int) -> None:
    plan = TuneSettings(deep_steps=steps)
    ends = [*range(0, steps, EXAMINED_EVERY), steps]
    parts = sum(work_between(plan, first, last) for first, last in pairwise(ends))
    assert parts == pytest.approx(work_between(plan, 0, steps))
    assert work_of(plan, 6) > parts


@pytest.mark.parametrize(("work", "seconds"), [(0, 1), (1, 0), (-1, -1), (math.inf, 1), (1, math.inf), (1e-9, 1e3)])
def test_a_pace_that_makes_no_sense_is_none(work: float, seconds: float) -> None:
    assert LessonPace("CPU", work, seconds).seconds_per_step is None


def test_a_pace_is_of_all_that_was_measured() -> None:
    assert LessonPace("CPU").plus(10, 2).plus(30, 2).seconds_per_step == pytest.approx(0.1)
