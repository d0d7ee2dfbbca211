"""The weight of the photo in a lesson: rises while more is lost than may be, falls while there is room."""

from __future__ import annotations

import math

import pytest
import torch

from studio.engine.finetune.photo_weight import (
    ALLOWED_IN_EXAM,
    LEAST,
    LEAST_ALLOWED,
    MOST,
    MOST_ALLOWED,
    RATE,
    lost_share,
    next_allowed,
    next_weight,
)


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
    assert next_allowed(1.0, 0.5, 0.45) == pytest.approx(next_allowed(1.0, 1.0, 0.9))  # however far it is by now
    assert next_allowed(1.0, 0.1, 2.0) == LEAST_ALLOWED
    assert next_allowed(1.4, 1.4, 0.1) == MOST_ALLOWED


def test_it_settles_where_the_exam_has_it() -> None:
    """What is lost falls with the weight, as of a network that follows at once; by the exam it is a tenth less."""
    weight, allowed, share = 0.05, 1.1, 1.0
    for step in range(500):
        share = 1.2 - weight
        weight = next_weight(weight, allowed, share)
        if step % 50 == 49:
            allowed = next_allowed(allowed, share, 0.9 * share)
    assert 0.9 * share == pytest.approx(ALLOWED_IN_EXAM, abs=0.01)
