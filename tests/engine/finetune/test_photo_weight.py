"""The weight of the photo in a lesson: rises while more is lost than a mix loses, falls while there is room."""

from __future__ import annotations

import math

import pytest
import torch

from studio.engine.finetune.photo_weight import ALLOWED, ALLOWED_IN_EXAM, LEAST, MOST, RATE, next_allowed, next_weight


def weight_after(weight: float, lost: list[float], by_mix: list[float]) -> float:
    return next_weight(weight, ALLOWED, torch.tensor(lost), torch.tensor(by_mix))


def test_it_stays_where_as_much_is_lost_as_may_be() -> None:
    assert weight_after(0.1, [0.5 * ALLOWED], [0.5]) == pytest.approx(0.1)
    assert weight_after(0.1, [0.6 * ALLOWED, 0.4 * ALLOWED], [0.5, 0.5]) == pytest.approx(0.1)


def test_it_rises_while_more_is_lost_and_falls_while_there_is_room() -> None:
    assert 0.1 < weight_after(0.1, [0.6], [0.5]) < weight_after(0.1, [0.7], [0.5])
    assert weight_after(0.1, [0.3], [0.5]) < weight_after(0.1, [0.4], [0.5]) < 0.1


def test_no_crop_moves_it_far_and_it_keeps_within_limits() -> None:
    assert weight_after(0.1, [9.0], [0.01]) == pytest.approx(0.1 * math.exp(RATE))
    assert weight_after(MOST, [0.9], [0.1]) == MOST
    assert weight_after(LEAST, [0.1], [0.9]) == LEAST


def test_in_a_flat_crop_in_which_hardly_anything_is_lost_it_hardly_moves() -> None:
    assert weight_after(0.1, [0.002], [0.001]) == pytest.approx(0.1, rel=0.002)


def test_it_settles_where_the_constraint_is_met() -> None:
    """What is lost falls with the weight, as of a network that follows it at once."""
    weight = 0.1
    for _ in range(400):
        weight = weight_after(weight, [0.6 - weight], [0.4])
    assert 0.6 - weight == pytest.approx(0.4 * ALLOWED, abs=0.01)


def test_an_exam_in_which_too_much_is_lost_allows_less_until_it_is_made_up_for() -> None:
    strict = next_allowed(ALLOWED, 0.24, 0.20)
    assert strict == pytest.approx(ALLOWED * ALLOWED_IN_EXAM / 1.2)
    assert next_allowed(strict, ALLOWED_IN_EXAM * 0.20, 0.20) == pytest.approx(strict)
    assert strict < next_allowed(strict, 0.19, 0.20) < ALLOWED
    assert next_allowed(ALLOWED, 0.1, 0.20) == ALLOWED
