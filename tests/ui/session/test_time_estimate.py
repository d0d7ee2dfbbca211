"""Estimates before a run, and the countdown while it runs."""

from __future__ import annotations

import pytest

from studio.core.recipe import StyleRecipe
from studio.ui.session.time_estimate import Countdown, TimeEstimate
from studio.ui.widgets.durations import clock, rough_time

RECIPE = StyleRecipe()


def test_the_pace_of_the_last_run_tells_the_next() -> None:
    estimate = TimeEstimate()
    assert estimate.seconds(512, 512, RECIPE) is None
    estimate.learn(512, 512, RECIPE, 20.0)
    assert estimate.seconds(512, 512, RECIPE) == pytest.approx(20.0)
    assert estimate.seconds(1024, 1024, RECIPE) == pytest.approx(80.0)
    assert estimate.seconds(512, 512, RECIPE.change(quality="draft")) < 20.0


def test_a_measurement_holds_for_its_device_and_no_other() -> None:
    estimate = TimeEstimate(pace=7.0, device="CPU, 2 cores")
    estimate.use_device("CPU, 2 cores")
    assert estimate.pace == 7.0
    estimate.use_device("NVIDIA H200")
    assert estimate.pace is None
    estimate.use_device("CPU, 2 cores")
    assert estimate.pace not in (None, 7.0)


def test_a_steady_run_is_counted_down_to_nothing() -> None:
    countdown = Countdown()
    countdown.update(0.0, 1.0)
    assert countdown.seconds_left is None
    for tenth in range(1, 11):
        countdown.update(tenth / 10, 2.0 * tenth)
        assert countdown.seconds_left == pytest.approx(20.0 - 2.0 * tenth)


def test_one_slow_step_does_not_throw_the_countdown_about() -> None:
    countdown = Countdown()
    countdown.update(0.5, 10.0)
    countdown.update(0.5, 20.0)  # by itself that would mean 20 s more
    assert countdown.seconds_left < 10.0


def test_where_no_work_is_left_no_time_is_left() -> None:
    countdown = Countdown()
    countdown.update(0.9, 10.0)
    countdown.update(1.0, 10.5)  # the last step is over sooner than expected
    assert countdown.seconds_left == 0.0


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (11.4, "0:11"), (725, "12:05"), (3723, "1:02:03")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (8.4, "8 s"), (27, "25 s"), (89, "90 s"), (95, "2 min"), (600, "10 min")]
)
def test_an_estimate_has_no_more_digits_than_it_deserves(seconds: float, text: str) -> None:
    assert rough_time(seconds) == text
