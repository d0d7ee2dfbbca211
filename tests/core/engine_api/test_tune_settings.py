"""TuneSettings: numbers in their ranges, and how many steps they come to."""

from __future__ import annotations

from dataclasses import fields

import pytest

from studio.core.engine_api.tune_settings import LIMITS, TuneSettings
from studio.core.errors import RecipeError


def test_every_number_has_a_range_and_starts_inside_it() -> None:
    assert set(LIMITS) == {field.name for field in fields(TuneSettings)} - {"is_deep", "is_gradual"}
    assert all(low <= getattr(TuneSettings(), name) <= high for name, (low, high) in LIMITS.items())


@pytest.mark.parametrize(("name", "limits"), LIMITS.items())
def test_the_ends_of_a_range_are_taken_and_what_is_beyond_is_not(name: str, limits: tuple[float, float]) -> None:
    low, high = limits
    for end in limits:
        assert getattr(TuneSettings(**{name: end}), name) == end
    for beyond in (low - high, 2 * high, float("nan")):
        with pytest.raises(RecipeError, match=f"goes from {low:g} to {high:g}"):
            TuneSettings(**{name: beyond})


@pytest.mark.parametrize("name", ["steps", "deep_steps", "batch", "crop", "seed"])
def test_half_a_step_is_refused(name: str) -> None:
    with pytest.raises(RecipeError, match="must be a whole number"):
        TuneSettings(**{name: LIMITS[name][0] + 0.5})


def test_the_vector_learns_alone_where_layers_do_not_or_before_them() -> None:
    settings = TuneSettings(is_deep=False, steps=150, deep_steps=240)
    assert (settings.vector_steps, settings.all_steps) == (150, 150)
    settings = TuneSettings(steps=150, deep_steps=240)
    assert (settings.vector_steps, settings.all_steps) == (0, 240)
    settings = TuneSettings(steps=150, deep_steps=240, vector_first=30)
    assert (settings.vector_steps, settings.all_steps) == (30, 270)
    short = TuneSettings(steps=20, deep_steps=5, vector_first=30)
    assert (short.vector_steps, short.all_steps) == (20, 25)
