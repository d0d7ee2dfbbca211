"""How long a lesson takes is told before it begins, by what lessons or paintings took on this computer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import EngineInfo, Frame
from studio.core.engine_api.learning import TuneRequest
from studio.core.engine_api.tune_settings import TuneSettings
from studio.core.recipe import StyleRecipe
from studio.core.training.lesson_work import work_between, work_of
from studio.ui.app import Studio
from studio.ui.finetune.lesson_time import LessonTime
from studio.ui.session.finish.time_estimate import TimeEstimate
from studio.ui.session.settings import Settings
from tests.support.fakes import FakeEngine, make_card, make_picture

PLAN = TuneSettings(deep_steps=200)
WORKS = tuple(make_picture(seed=number) for number in range(6))


def paints_on(device: str, seconds: float | None = None) -> TimeEstimate:
    """What is known of a device; seconds: that a square of 512 px took there."""
    estimate = TimeEstimate()
    estimate.use_device(EngineInfo(device, "float32"))
    if seconds is not None:
        estimate.learn(512, 512, StyleRecipe(), seconds)
    return estimate


def lesson(tmp_path: Path, plan: TuneSettings = PLAN) -> TuneRequest:
    return TuneRequest(WORKS, make_card("hand"), tmp_path / "hand.safetensors", plan)


def learn(time: LessonTime, request: TuneRequest, seconds_per_step: float, first: int = 0) -> None:
    """Validations of a lesson whose steps take so long, from this step on."""
    time.begin(request)
    for step in range(first, request.settings.all_steps + 1, 50):
        progress = step / request.settings.all_steps
        time.take_frame(Frame(1, step, PLAN.all_steps, progress, make_picture(), seconds=step * seconds_per_step))


def seconds(time: LessonTime, plan: TuneSettings = PLAN) -> float:
    expected = time.expected(plan, len(WORKS))
    assert expected is not None
    return expected.seconds


@pytest.mark.parametrize("device", ["CPU, 2 cores", "NVIDIA H200"])
def test_the_lesson_before_tells_how_long_the_next_takes(settings: Settings, tmp_path: Path, device: str) -> None:
    time = LessonTime(settings, paints_on(device))
    learn(time, lesson(tmp_path), 0.1)
    once = seconds(time)
    assert 200 * 0.1 < once < 200 * 0.1 * 2  # looking at the pictures beforehand is less than learning
    learn(time, lesson(tmp_path), 0.3)
    assert seconds(time) == pytest.approx(3 * once)
    assert seconds(LessonTime(settings, paints_on(device))) == pytest.approx(3 * once)  # the next start knows it, too


def test_another_device_is_another_pace(settings: Settings, tmp_path: Path) -> None:
    learn(LessonTime(settings, paints_on("NVIDIA H200")), lesson(tmp_path), 0.01)
    before = seconds(LessonTime(settings, paints_on("")))  # while the engine starts
    slow = LessonTime(settings, paints_on("CPU, 2 cores", seconds=40))
    assert seconds(slow) > 10 * before
    assert not slow.expected(PLAN, 6).is_measured  # type: ignore[union-attr]


def test_until_there_was_a_lesson_painting_tells_it_roughly(settings: Settings) -> None:
    slow, quick = (LessonTime(settings, paints_on("CPU, 2 cores", seconds)) for seconds in (40.0, 10.0))
    assert seconds(slow) == pytest.approx(4 * seconds(quick))
    assert LessonTime(settings, paints_on("NVIDIA H200")).expected(PLAN, 6) is None  # nothing was painted there


def test_more_of_anything_takes_longer(settings: Settings, tmp_path: Path) -> None:
    time = LessonTime(settings, paints_on("CPU, 2 cores"))
    learn(time, lesson(tmp_path), 0.1)
    least = seconds(time)
    for more in (replace(PLAN, deep_steps=400), replace(PLAN, batch=2), replace(PLAN, crop=512)):
        assert seconds(time, more) > 1.3 * least
    more_pictures = time.expected(PLAN, 30)
    assert more_pictures is not None and more_pictures.seconds > least
    assert work_of(replace(PLAN, crop=128), 6) < work_of(PLAN, 6)


def test_of_a_lesson_that_is_resumed_only_what_it_does_now_is_measured(settings: Settings, tmp_path: Path) -> None:
    resumed = LessonTime(settings, paints_on("CPU, 2 cores"))
    resumed.begin(replace(lesson(tmp_path), is_resumed=True))
    # 0 is the mix alone; the 100 s of before were worked on a slower day
    for step, worked in ((0, 0.0), (100, 100.0), (150, 105.0), (200, 110.0)):
        resumed.take_frame(Frame(1, step, 200, step / 200, make_picture(), seconds=worked))
    assert seconds(resumed) == pytest.approx(10 * work_of(PLAN, len(WORKS)) / work_between(PLAN, 100, 200))


def test_while_a_lesson_prepares_the_time_left_goes_on_but_not_into_that_of_learning(
    settings: Settings, tmp_path: Path
) -> None:
    now = 1000.0
    time = LessonTime(settings, paints_on("CPU, 2 cores", seconds=40), lambda: now)
    expected, learning = seconds(time), work_between(PLAN, 0, PLAN.all_steps) / work_of(PLAN, len(WORKS))
    time.begin(lesson(tmp_path))
    assert time.seconds_left(0.0) == expected
    now += 2.0
    assert time.seconds_left(0.0) == pytest.approx(expected - 2)
    now += expected
    assert time.seconds_left(0.0) == pytest.approx(expected * learning)
    time.take_progress(0.1)
    assert time.seconds_left(0.1) == pytest.approx(expected * learning * 0.9)


def test_of_a_lesson_that_is_resumed_only_what_is_left_of_it_is_expected(settings: Settings, tmp_path: Path) -> None:
    now = 1000.0
    time = LessonTime(settings, paints_on("CPU, 2 cores", seconds=40), lambda: now)
    expected, learning = seconds(time), work_between(PLAN, 0, PLAN.all_steps) / work_of(PLAN, len(WORKS))
    time.begin(replace(lesson(tmp_path), is_resumed=True), done=0.75)
    assert time.seconds_left(0.0) == pytest.approx(expected * (1 - 0.75 * learning))  # it is prepared anew
    now += expected
    assert time.seconds_left(0.0) == pytest.approx(expected * learning * 0.25)
    time.take_progress(0.8)
    assert time.seconds_left(0.8) == pytest.approx(expected * learning * 0.2)


@pytest.mark.parametrize(
    "kept",
    [
        {"device": "CPU", "work": 0.0, "seconds": 5.0},
        {"device": "CPU", "work": 1e-9, "seconds": 5.0},
        {"device": "CPU", "work": 1.0, "seconds": -5.0},
        {"device": "CPU", "work": "1", "seconds": 5.0},
        {"device": 7, "work": 1.0, "seconds": 5.0},
        {},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_not_believed(settings: Settings, kept: dict[str, object]) -> None:
    settings.set("teaching/pace", kept)
    assert LessonTime(settings, paints_on("NVIDIA H200")).expected(PLAN, 6) is None


def test_the_panel_says_how_long_it_takes_before_it_begins(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine, save_photo: Callable[..., Path]
) -> None:
    window, controller = loaded.tune_window, loaded.tune_controller
    window.open_beside()
    assert window.progress.text() == ""
    files = [save_photo(f"work {number}.png", 300, 280, seed=number) for number in range(3)]
    controller.references.add(files)
    assert window.progress.text() == "Opening the pictures"
    qtbot.waitUntil(lambda: window.progress.text().startswith("The first lesson will tell"))
    loaded.session.estimate.learn(512, 512, StyleRecipe(), 30.0)
    loaded.session.measured.emit()
    assert window.progress.text().startswith("Roughly ")
    window.main.click()
    qtbot.waitUntil(lambda: controller.is_over)
    window.discard.click()
    qtbot.waitUntil(lambda: window.progress.text().startswith("About ") and not controller.is_looking)
    told = window.progress.text()
    window.knobs.numbers["deep_steps"].setValue(5000)
    assert window.progress.text() != told and window.progress.text().endswith(" on this computer.")
    window.hide()
