"""The compare-tuning command: hands on a plan, tells how it goes, and writes a table of what is there."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from studio.cli import main
from studio.core.training.ablation import Cell, ComparisonNews, ComparisonPlan
from tests.support.fakes import make_fake_engine


class FakeBench:
    """Writes a result for each cell; interrupted before the one named."""

    def __init__(self, interrupted_at: int | None = None) -> None:
        self.plans: list[ComparisonPlan] = []
        self.interrupted_at = interrupted_at

    def __call__(self, plan: ComparisonPlan) -> Generator[ComparisonNews, None, None]:
        self.plans.append(plan)
        for number, (artist, seed, arm) in enumerate(plan.cells):
            if number == self.interrupted_at:
                raise KeyboardInterrupt
            losses = {"style": 1.0, "content": 0.5, "total": 1.5}
            plan.out.mkdir(exist_ok=True)
            plan.file(artist, seed, arm).write_text(Cell(artist, seed, arm, "CPU", ((0, 0.0, losses),)).to_json())
            yield ComparisonNews(number + 1, len(plan.cells), artist, seed, arm, 0, 1.5)


def run(bench: FakeBench, folder: Path, *arguments: str) -> int:
    return main(["compare-tuning", *arguments, "-o", str(folder)], make_fake_engine, compare=bench)


def test_the_table_is_written_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench = FakeBench()
    assert run(bench, tmp_path / "out", "hokusai", "--seeds", "1", "--steps", "7") == 0
    assert (list(bench.plans[0].works), bench.plans[0].steps) == (["hokusai"], 7)
    table = (tmp_path / "out" / "tuning.md").read_text()
    assert "(a) the same network from random weights" in table
    assert table in capsys.readouterr().err


def test_the_larger_network_is_compared_by_itself_and_another_by_name(tmp_path: Path) -> None:
    bench = FakeBench()
    assert run(bench, tmp_path / "out", "renoir", "--seeds", "1") == 0
    assert run(bench, tmp_path / "out", "renoir", "--seeds", "1", "--network", "arbitrary_style_magenta") == 0
    assert [plan.network for plan in bench.plans] == ["live_fine", "arbitrary_style_magenta"]
    assert len({plan.weights for plan in bench.plans}) == 2
    assert run(bench, tmp_path / "out", "renoir", "--network", "nobody") == 2


def test_an_interruption_keeps_what_is_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(FakeBench(interrupted_at=2), tmp_path / "out", "renoir", "--seeds", "1") == 130
    assert len(list((tmp_path / "out").glob("renoir-0-*.json"))) == 2
    assert "continues with the cells that are left" in capsys.readouterr().err


def test_an_unknown_artist_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench = FakeBench()
    assert run(bench, tmp_path, "vermeer") == 2
    assert "no works by vermeer" in capsys.readouterr().err
    assert bench.plans == []


@pytest.mark.parametrize("value", ["0", "-1", "nan"])
@pytest.mark.parametrize("option", ["--seeds", "--steps", "--batch", "--crop"])
def test_a_number_that_cannot_be_is_a_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    assert run(FakeBench(), tmp_path, "renoir", f"{option}={value}") == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_more_runs_than_anybody_could_wait_for_are_a_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(FakeBench(), tmp_path, "renoir", "--seeds", "1000000000000") == 2
    assert "1000 are the most" in capsys.readouterr().err
