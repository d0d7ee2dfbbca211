"""The weight of the photo in a lesson: rises while more is lost than may be, falls while there is room."""

from __future__ import annotations

import math
import random

import pytest
import torch

from studio.core.engine_api.tune_settings import TuneSettings
from studio.engine.finetune.photo_weight import (
    ALLOWED,
    ALLOWED_IN_EXAM,
    BELIEVED,
    DECAY,
    LEAST,
    LEAST_ALLOWED,
    MOST,
    MOST_ALLOWED,
    RATE,
    lost_share,
    next_allowed,
    next_weight,
)
from studio.engine.finetune.tuner import AVERAGE, VALIDATE_EVERY


def test_a_share_is_of_what_the_mix_loses_and_next_to_nothing_is_no_measure() -> None:
    assert lost_share(torch.tensor([0.5, 0.6]), torch.tensor([0.5, 0.6])) == pytest.approx(1)
    assert 1.5 < lost_share(torch.tensor([1.0]), torch.tensor([0.5])) < 2
    assert lost_share(torch.tensor([0.002]), torch.tensor([0.001])) == pytest.approx(1, abs=0.02)
    assert lost_share(torch.tensor([9.0]), torch.tensor([0.01])) == 2


def test_it_rises_while_more_is_lost_than_may_be_and_falls_while_there_is_room() -> None:
    assert next_weight(0.1, 1.1, 1.1) == pytest.approx(0.1)
    assert 0.1 < next_weight(0.1, 1.1, 1.2) < next_weight(0.1, 1.1, 1.3)
    assert next_weight(0.1, 1.1, 0.9) < next_weight(0.1, 1.1, 1.0) < 0.1


def test_no_step_moves_it_far_and_it_keeps_within_limits() -> None:
    assert next_weight(0.1, 0.5, 2.0) == pytest.approx(0.1 * math.exp(RATE))
    assert next_weight(MOST, 1.0, 2.0) == MOST
    assert next_weight(LEAST, 1.0, 0.5) == LEAST


def test_an_exam_tells_what_may_be_lost_of_crops() -> None:
    assert next_allowed(1.1, 1.1, ALLOWED_IN_EXAM) == pytest.approx(1.1)
    assert next_allowed(1.1, 1.1, 1.2) < 1.1 < next_allowed(1.1, 1.1, 0.9)
    assert next_allowed(1.0, 1.0, 0.9) == pytest.approx((ALLOWED_IN_EXAM / 0.9) ** BELIEVED)
    assert 0.5 < BELIEVED < 1  # most of the way, not all
    assert next_allowed(1.0, 0.5, 0.45) == pytest.approx(next_allowed(1.0, 1.0, 0.9))  # however far it is by now
    assert next_allowed(1.0, 0.1, 2.0) == LEAST_ALLOWED
    assert next_allowed(1.4, 1.4, 0.1) == MOST_ALLOWED


@pytest.mark.parametrize("by_exam", [1.0, 1.12, 1.2])
def test_within_a_lesson_it_settles_where_the_exam_has_it(by_exam: float) -> None:
    """Of a network that follows the weight slowly, on crops that differ, with exams of its average over the steps.

    by_exam: times what is lost of crops is lost of whole photos.
    """
    noise, weight, allowed = random.Random(3), 0.05, ALLOWED
    real = lost = average = 1.0
    exams = []
    for step in range(1, TuneSettings().deep_steps + 1):
        real += (1 + 0.06 * math.log(0.1 / weight) - real) / 15
        share = real + noise.gauss(0, 0.08)
        lost = DECAY * lost + (1 - DECAY) * share
        average = AVERAGE * average + (1 - AVERAGE) * real
        weight = next_weight(weight, allowed, share)
        if step % VALIDATE_EVERY == 0:
            exams.append(by_exam * average)
            allowed = next_allowed(allowed, lost, exams[-1])
    assert exams[-2:] == pytest.approx([ALLOWED_IN_EXAM] * 2, abs=0.03)
    assert max(exams) < ALLOWED_IN_EXAM + 0.25  # while it looks for the weight
