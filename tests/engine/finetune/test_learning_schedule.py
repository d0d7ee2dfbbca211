"""What learns at which step and rate, by numbers one can compute by hand."""

from __future__ import annotations

import pytest

from studio.core.engine_api.tune_settings import TuneSettings
from studio.engine.finetune.learning_schedule import VECTOR, LearningSchedule

GROUPS = ("out.weight",), ("up.weight", "conditions.bias"), ("down.weight",)
SETTINGS = TuneSettings(steps=40, deep_steps=80, vector_first=20, learning_rate=0.01, deep_rate=0.002)


def test_the_vector_learns_alone_and_then_the_layers_join_from_the_end() -> None:
    schedule = LearningSchedule(SETTINGS, GROUPS, is_from_scratch=False)
    assert (schedule.steps(VECTOR), schedule.steps("layers")) == (20, 80)
    assert schedule.names_at(VECTOR, 19) == [VECTOR]
    assert schedule.names_at("layers", 19) == [VECTOR, "out.weight"]
    assert schedule.names_at("layers", 20) == [VECTOR, "out.weight", "up.weight", "conditions.bias"]
    assert schedule.names_at("layers", 40) == [VECTOR, *GROUPS[0], *GROUPS[1], *GROUPS[2]]


def test_each_weight_has_its_rate_which_setbacks_halve() -> None:
    schedule = LearningSchedule(SETTINGS, GROUPS, is_from_scratch=False)
    assert schedule.rate(VECTOR, VECTOR, 0) == 0.01
    assert schedule.rate("up.weight", "layers", 0) == 0.002
    assert schedule.rate(VECTOR, "layers", 0) == pytest.approx(0.002)  # a fifth of its own
    assert schedule.rate("conditions.bias", "layers", 0) == pytest.approx(0.01)  # five times
    assert schedule.rate("up.weight", "layers", 2) == pytest.approx(0.0005)
    random = LearningSchedule(SETTINGS, GROUPS, is_from_scratch=True)
    assert random.rate("conditions.bias", "layers", 0) == 0.002


def test_rates_rise_for_ten_steps_and_fall_along_half_a_cosine_to_a_tenth() -> None:
    schedule = LearningSchedule(SETTINGS, GROUPS, is_from_scratch=False)
    assert schedule.factor("layers", 0) == pytest.approx(0.1)
    assert schedule.factor("layers", 40) == pytest.approx(0.55)  # half way between 1 and 0.1
    assert schedule.factor("layers", 80) == pytest.approx(0.1)
