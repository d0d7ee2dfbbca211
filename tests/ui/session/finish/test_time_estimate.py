"""Estimates before a run, and the countdown while it runs."""

from __future__ import annotations

from typing import Any

import pytest

from studio.core.durations import clock, rough_bytes, rough_time
from studio.core.engine_api.contract import EngineInfo
from studio.core.engine_api.schedule import stages
from studio.core.picture import fit_size
from studio.core.recipe import QUALITIES, StyleRecipe
from studio.ui.session.finish.time_estimate import Countdown, TimeEstimate, keep_estimate, read_estimate
from studio.ui.session.settings import Settings

RECIPE = StyleRecipe()


FREE = StyleRecipe(freedom=1.0)
CASTLE, KINGFISHER, PORTRAIT = (1536, 1024), (1536, 882), (1024, 1280)  # px, about the shapes that were measured
# Seconds for draft, standard and high, of two machines (tests/benchmarks/README.md).
MEASURED: dict[str, list[tuple[tuple[int, int], int, tuple[float, float, float]]]] = {
    "A": [
        (CASTLE, 512, (4.6, 13.0, 45.3)),
        (KINGFISHER, 512, (4.9, 11.1, 38.5)),
        (PORTRAIT, 512, (5.6, 15.5, 58.4)),
        (CASTLE, 256, (1.0, 2.6, 11.2)),
        (KINGFISHER, 256, (1.0, 2.6, 10.3)),
        (PORTRAIT, 256, (1.2, 3.3, 13.5)),
    ],
    "B": [
        (CASTLE, 512, (9.9, 29.7, 112.5)),
        (CASTLE, 256, (2.2, 5.8, 22.5)),
        (KINGFISHER, 256, (2.1, 5.7, 23.4)),
        (PORTRAIT, 256, (2.5, 6.8, 31.2)),
    ],
}


def runs_on(machine: str) -> list[tuple[tuple[int, int], StyleRecipe, float]]:
    """What was measured: size, recipe, seconds."""
    return [
        (fit_size(*shape, edge), FREE.change(quality=quality), seconds)
        for shape, edge, times in MEASURED[machine]
        for quality, seconds in zip(QUALITIES, times, strict=True)
    ]


def info(device: str, dtype: str = "float32", memory: int | None = None) -> EngineInfo:
    return EngineInfo(device, dtype, memory)


@pytest.mark.parametrize("machine", MEASURED)
def test_after_any_first_run_nearly_all_others_take_what_was_said_within_30_per_cent(machine: str) -> None:
    ratios = []
    for first in runs_on(machine):
        estimate = TimeEstimate()
        size, recipe, seconds = first
        estimate.learn(*size, recipe, seconds)
        for size, recipe, seconds in runs_on(machine):
            expected = estimate.seconds(*size, recipe)
            assert expected is not None
            ratios.append(expected / seconds)
    assert all(0.65 < ratio < 1.45 for ratio in ratios)
    assert sum(0.7 < ratio < 1.3 for ratio in ratios) > 0.95 * len(ratios)


@pytest.mark.parametrize("machine", MEASURED)
def test_after_a_run_of_each_quality_all_others_are_within_30_per_cent(machine: str) -> None:
    estimate = TimeEstimate()
    for size, recipe, seconds in runs_on(machine)[:3]:
        estimate.learn(*size, recipe, seconds)
    for size, recipe, seconds in runs_on(machine):
        assert estimate.seconds(*size, recipe) == pytest.approx(seconds, rel=0.3)


@pytest.mark.parametrize("rate", [0.02, 5.0])
@pytest.mark.parametrize("fields", [{}, {"freedom": 1.0}, {"method": "pattern"}, {"quality": "high"}], ids=str)
def test_on_a_machine_of_any_pace_the_larger_sizes_follow_from_a_small_one(rate: float, fields: dict[str, Any]) -> None:
    recipe, estimate = StyleRecipe().change(**fields), TimeEstimate()

    def takes(edge: int) -> float:
        plan = stages(edge, edge * 2 // 3, recipe.quality)
        return rate * sum(stage.cost * (1 + 1.5 / stage.steps) for stage in plan) / 1e6

    estimate.learn(512, 341, recipe, takes(512))
    for edge in (256, 768, 1024, 2048, 4096, 8192):
        assert estimate.seconds(edge, edge * 2 // 3, recipe) == pytest.approx(takes(edge), rel=0.3)


def test_the_run_most_like_the_one_to_come_tells_most() -> None:
    estimate = TimeEstimate()
    estimate.learn(512, 512, RECIPE, 20.0)
    estimate.learn(512, 512, RECIPE.change(quality="high"), 120.0)  # slower than it should be
    assert estimate.seconds(512, 512, RECIPE) == pytest.approx(20.0, rel=0.15)
    estimate.learn(512, 512, RECIPE, 40.0)  # newer
    assert estimate.seconds(512, 512, RECIPE) == pytest.approx(40.0, rel=0.15)


def test_a_run_that_was_stopped_tells_as_much_as_was_painted() -> None:
    estimate = TimeEstimate()
    estimate.learn(512, 512, RECIPE, 10.0, progress=0.5)
    assert estimate.seconds(512, 512, RECIPE) == pytest.approx(20.0)


def test_what_goes_on_from_a_picture_takes_the_time_of_the_rest() -> None:
    estimate = TimeEstimate()
    estimate.learn(1024, 1024, RECIPE, 80.0)
    whole, rest = estimate.seconds(1024, 1024, RECIPE), estimate.seconds(1024, 1024, RECIPE, 1024)
    assert whole is not None and rest is not None and rest < whole


def test_live_tells_nothing_of_finish_and_finish_nothing_of_live() -> None:
    live, estimate = RECIPE.change(method="live"), TimeEstimate()
    estimate.learn(512, 512, RECIPE, 20.0)
    assert estimate.seconds(512, 512, live) is None
    estimate.learn(1024, 1024, live, 2.0)
    assert estimate.seconds(2048, 2048, live) == pytest.approx(8.0)
    assert estimate.seconds(512, 512, RECIPE) == pytest.approx(20.0)


def test_a_measurement_holds_for_its_device_and_no_other() -> None:
    estimate = TimeEstimate()
    estimate.use_device(info("CPU, 2 cores"))
    guess = estimate.seconds(512, 512, RECIPE)
    estimate.learn(512, 512, RECIPE, 7.0)
    estimate.use_device(info("CPU, 2 cores"))
    assert estimate.seconds(512, 512, RECIPE) == pytest.approx(7.0)
    estimate.use_device(info("NVIDIA H200"))
    assert estimate.seconds(512, 512, RECIPE) is None
    estimate.use_device(info("CPU, 2 cores"))
    assert estimate.seconds(512, 512, RECIPE) == guess
    estimate.use_device(info("CPU, 16 cores"))
    assert guess is not None and estimate.seconds(512, 512, RECIPE) < guess / 3


def test_the_largest_picture_for_a_time_is_the_photos_size_at_most() -> None:
    estimate = TimeEstimate()
    assert estimate.largest_edge(4000, 3000, RECIPE, 60.0, 1024) == 1024
    estimate.learn(512, 384, RECIPE, 20.0)
    assert estimate.largest_edge(600, 450, RECIPE, 60.0, 1024) == 600
    edge = estimate.largest_edge(4000, 3000, RECIPE, 60.0, 1024)
    assert 800 < edge < 1100
    seconds = estimate.seconds(edge, edge * 3 // 4, RECIPE)
    assert seconds is not None and 50 < seconds <= 60


@pytest.mark.parametrize(
    ("edge", "dtype", "free", "least", "most"),
    [
        (512, "float32", 16e9, 1.2e9, 2.0e9),
        (4096, "bfloat16", 24e9, 8e9, 12e9),  # measured: at most 11 GB
        (4096, "bfloat16", 6e9, 4e9, 8e9),  # in smaller tiles
    ],
)
def test_the_memory_is_that_of_the_tiles_there_is_room_for(
    edge: int, dtype: str, free: float, least: float, most: float
) -> None:
    estimate = TimeEstimate()
    assert estimate.bytes(edge, edge * 2 // 3, RECIPE) is None
    estimate.use_device(info("CPU, 2 cores", dtype, int(free)))
    needed = estimate.bytes(edge, edge * 2 // 3, RECIPE)
    assert needed is not None and least < needed < most


def test_what_was_measured_is_there_at_the_next_start_and_nonsense_is_not(settings: Settings) -> None:
    estimate = TimeEstimate()
    estimate.use_device(info("CPU, 2 cores"))
    estimate.learn(512, 512, RECIPE, 20.0)
    keep_estimate(settings, estimate)
    again = read_estimate(settings)
    assert (again.runs, again.device) == (estimate.runs, "CPU, 2 cores")
    good = settings.get("engine/runs", dict)
    assert good is not None
    (row,) = good["runs"]
    odd: list[Any] = [None, 3, [], row[:-1], [*row[:-1], -1.0], [*row[:-1], 1e300]]
    odd += [["paint", *row[1:]], [*row[:4], 0, *row[5:]]]
    settings.set("engine/runs", {"device": "CPU, 2 cores", "runs": [*odd, row]})
    assert read_estimate(settings).runs == estimate.runs
    for nonsense in ({}, {"device": 3, "runs": []}, {"device": "CPU", "runs": "many"}, 5):
        settings.set("engine/runs", nonsense)
        assert read_estimate(settings).runs == []


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


def test_setting_up_is_not_taken_for_the_pace_of_the_painting() -> None:
    countdown = Countdown()
    countdown.update(0.001, 4.0)  # by itself that would mean more than an hour
    assert countdown.seconds_left is None
    countdown.update(0.1, 9.0)
    assert countdown.seconds_left == pytest.approx(81.0)


def test_where_no_work_is_left_no_time_is_left() -> None:
    countdown = Countdown()
    countdown.update(0.9, 10.0)
    countdown.update(1.0, 10.5)  # the last step is over sooner than expected
    assert countdown.seconds_left == 0.0


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (11.4, "0:11"), (725, "12:05"), (3723, "1:02:03")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 s"),
        (8.4, "8 s"),
        (27, "25 s"),
        (89, "90 s"),
        (95, "2 min"),
        (600, "10 min"),
        (3550, "59 min"),
        (3590, "1 h"),
        (6310, "1 h 45"),
        (7300, "2 h"),
        (7500, "2 h 05"),
    ],
)
def test_an_estimate_has_no_more_digits_than_it_deserves(seconds: float, text: str) -> None:
    assert rough_time(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(1e6, "50 MB"), (9.1e8, "900 MB"), (9.8e8, "1.0 GB"), (2.44e9, "2.4 GB"), (1.13e10, "11 GB")],
)
def test_memory_has_no_more_digits_than_it_deserves(count: float, text: str) -> None:
    assert rough_bytes(count) == text
