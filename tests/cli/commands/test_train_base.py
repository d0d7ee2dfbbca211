"""The train-base command: options become a plan, news become lines, and an interruption is no loss."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from studio.core.training.training_plan import TrainingNews, TrainingPlan
from tests.support.command_line import Studio

NEWS = (
    TrainingNews(0, 20, {}, {"style": 0.5, "content": 0.25}, is_best=True),
    TrainingNews(10, 20, {"style": 1.5}, skipped=2, seconds=61.2),
    TrainingNews(20, 20, {}, note="Written."),
)


@dataclass
class FakeTraining:
    """Tells `news` and remembers its plan; interrupted at the end, where told so."""

    news: tuple[TrainingNews, ...] = NEWS
    is_interrupted: bool = False
    plans: list[TrainingPlan] = field(default_factory=list)

    def __call__(self, plan: TrainingPlan) -> Generator[TrainingNews, None, None]:
        self.plans.append(plan)
        yield from self.news
        if self.is_interrupted:
            raise KeyboardInterrupt


@pytest.fixture
def training(studio: Studio) -> FakeTraining:
    training = FakeTraining()
    studio.train = training
    for name in ("photos", "styles"):
        (studio.folder / name).mkdir()
    return training


def train(studio: Studio, *arguments: str) -> int:
    return studio("train-base", "--content", "photos", "--styles", "styles", "--out", "run", *arguments)


def test_options_become_the_plan_and_what_is_not_given_stays_as_it_is(studio: Studio, training: FakeTraining) -> None:
    options = ["--from", "mine.safetensors", "--widths", "down=24,inside=48", "--steps", "9", "--leave-out", "wave"]
    assert train(studio, *options) == 0
    widths = {"down": 24, "inside": 48}
    assert training.plans == [
        TrainingPlan(Path("photos"), Path("styles"), Path("run"), "mine.safetensors", widths, 9, leave_out=("wave",))
    ]


def test_people_read_sentences(studio: Studio, training: FakeTraining) -> None:
    assert train(studio) == 0
    assert studio.err.splitlines() == [
        "Step 0: on works not learnt from, style error 0.500, content error 0.250 (the best so far).",
        "Step 10 of 20: style 1.500, 2 skipped, 0:01:01.",
        "Written.",
    ]
    assert studio.out == ""


def test_programs_read_a_line_for_each_step(studio: Studio, training: FakeTraining) -> None:
    assert train(studio, "--json") == 0
    assert [line["event"] for line in studio.lines] == ["step", "step", "step", "done"]
    assert studio.lines[0]["validation"] == {"style": 0.5, "content": 0.25}


def test_ctrl_c_says_how_to_go_on(studio: Studio, training: FakeTraining) -> None:
    training.is_interrupted = True
    assert train(studio) == 130
    assert "The same command continues" in studio.err


def test_of_a_team_only_the_one_that_has_news_speaks(studio: Studio, training: FakeTraining) -> None:
    training.news = ()
    assert train(studio, "--json") == 0
    assert studio.out == studio.err == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--widths", "wide"], "are not widths"),
        (["--widths", "depth=3"], "'depth' is not a layer whose width can change. There are down, body"),
        (["--widths", "down=-1"], "The width of down is -1; it must be between 1 and"),
        (["--widths", "down=0"], "it must be between 1 and"),
        (["--widths", "up=99999999999"], "it must be between 1 and"),
        (["--crop", "100"], "multiples of 16"),
        (["--steps", "0"], "at least 1"),
        (["--memory", "nan"], "The memory is nan GB; it must be between 0 and"),
        (["--memory", "inf"], "The memory is inf GB"),
        (["--memory=-1"], "The memory is -1 GB"),
        (["--seed=-1"], "The seed must be between 0 and"),
        (["--seed", "1" * 30], "The seed must be between 0 and"),
        (["--rate", "nan"], "The rate must be above 0 and below 1000."),
        (["--content-weight", "5000"], "The content weight must be above 0 and below 1000."),
    ],
)
def test_a_mistake_is_one_sentence(studio: Studio, training: FakeTraining, options: list[str], message: str) -> None:
    assert train(studio, *options) == 2
    assert message in studio.err
    assert training.plans == []


def test_a_folder_that_is_not_there_is_named(studio: Studio, training: FakeTraining) -> None:
    assert studio("train-base", "--content", "gone", "--styles", "styles", "--out", "run") == 2
    assert "gone is not a folder" in studio.err


def test_where_training_is_not_offered_it_says_so(studio: Studio, training: FakeTraining) -> None:
    studio.train = None
    assert train(studio) == 1
    assert "cannot be trained here" in studio.err
