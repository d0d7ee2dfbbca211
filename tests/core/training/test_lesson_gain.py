"""What a lesson gained is read from its log: the best validation beside the one before the first step."""

from __future__ import annotations

import pytest

from studio.core.engine_api.learning import TrainingStep
from studio.core.training.lesson_gain import gain_of, lost_photo


def step(number: int, style: float, content: float, is_best: bool = True) -> TrainingStep:
    losses = {"style": style, "content": content, "total": style + content}
    return TrainingStep(number, 30, losses, losses, is_best)


def test_the_best_is_compared_with_the_mix() -> None:
    gain = gain_of([step(0, 0.5, 0.2), step(5, 0.4, 0.21), step(10, 0.45, 0.2, is_best=False)])
    assert gain is not None and gain.is_seen and gain.recognisable == -1
    assert (gain.style, gain.content) == (pytest.approx(0.2), pytest.approx(0.05))


def test_less_than_one_sees_is_no_gain() -> None:
    gain = gain_of([step(0, 0.5, 0.2), step(5, 0.49, 0.2)])
    assert gain is not None and not gain.is_seen and gain.recognisable == 0


def test_nothing_is_known_before_the_second_validation() -> None:
    assert gain_of([]) is None
    assert gain_of([step(0, 0.5, 0.2), TrainingStep(1, 30, {"total": 1.0})]) is None
    assert gain_of([step(1, 0.5, 0.2), step(2, 0.4, 0.2)]) is None  # what it began with is not known


def test_a_validation_nearer_than_the_best_was_left_out_for_the_photo() -> None:
    lost = step(10, 0.3, 0.25, is_best=False)
    log = [step(0, 0.5, 0.2), lost, step(15, 0.4, 0.2), step(20, 0.45, 0.2, is_best=False)]
    assert lost_photo(log) == (lost,)  # also where the best comes after it
    within_rounding = step(25, 0.3998, 0.2, is_best=False)
    assert lost_photo([*log[2:], within_rounding]) == () == lost_photo([])
