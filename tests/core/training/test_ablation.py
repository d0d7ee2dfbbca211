"""The experiment behind Tune: which cells there are, and what its table says of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.card import bundled_cards
from studio.core.errors import StudioError
from studio.core.recipe import FINE_NETWORK
from studio.core.training.ablation import (
    ARMS,
    ARTISTS,
    EXAM_CONTENT,
    EXAM_STYLE,
    Arm,
    Cell,
    ComparisonPlan,
    read_cells,
    table_of,
    weights_of,
    works_of,
)


def losses(total: float) -> dict[str, float]:
    return {"style": total - 0.25, "content": 0.25, "total": total}


def cell(arm: Arm, *curve: tuple[int, float, float], seed: int = 0) -> Cell:
    return Cell("hokusai", seed, arm, "CPU", tuple((step, seconds, losses(total)) for step, seconds, total in curve))


def test_every_artist_meets_every_seed_and_arm() -> None:
    plan = ComparisonPlan(works_of(bundled_cards("styles"), ARTISTS), Path("out"))
    assert len(plan.cells) == len(set(plan.cells)) == 4 * 3 * len(ARMS)
    assert all(len(files) > 1 for files in plan.works.values())


def test_an_artist_who_is_not_there_is_named() -> None:
    with pytest.raises(StudioError, match="works by vermeer"):
        works_of(bundled_cards("styles"), ["hokusai", "vermeer"])


def test_other_settings_are_other_results(tmp_path: Path) -> None:
    works = {"hokusai": (Path("wave.webp"),)}
    short, long = (ComparisonPlan(works, tmp_path, seeds=1, steps=steps) for steps in (10, 20))
    result = cell("scratch", (0, 0.0, 3.0), (10, 5.0, 1.0))
    short.file("hokusai", 0, "scratch").write_text(result.to_json())
    assert read_cells(short) == read_cells(replace(short, arms=("layers",))) == (result,)
    assert read_cells(long) == ()


def test_the_table_counts_steps_and_seconds_to_where_the_random_network_ends() -> None:
    cells = [
        cell("scratch", (0, 0.0, 9.0), (1000, 500.0, 1.5), (2000, 1000.0, 1.0)),
        cell("vector", (0, 0.0, 1.25), (50, 30.0, 1.0), (100, 60.0, 0.75)),
        cell("layers", (0, 0.0, 1.25), (100, 60.0, 1.125)),
    ]
    rows = {row.split(" | ")[1][:3]: row for row in table_of(cells).splitlines()[2:]}
    assert rows["(b)"].endswith("| 1 | 0.500 | 0.250 | 0.750 | 50 | 30 | 40.0 | - | - | - |")
    assert rows["(c)"].endswith("| 1.125 | - | - | - | - | - | - |")
    assert rows["(d)"].endswith("| 1.000 | 0.250 | 1.250 | - | - | - | - | - | - |")
    assert rows["(a)"].endswith("| 2000 | 1000 | 1.0 | - | - | - |")


def test_the_table_says_how_many_seeds_came_to_where_the_random_network_ends() -> None:
    cells = [cell("scratch", (0, 0.0, 9.0), (200, 50.0, 1.0), seed=seed) for seed in (0, 1)]
    cells += [cell("vector", (0, 0.0, 2.0), (20, 5.0, total), seed=seed) for seed, total in enumerate((0.9, 1.1))]
    assert table_of(cells).splitlines()[-1].endswith("| 20 (1 of 2) | 5 | 10.0 | - | - | - |")


def test_the_table_says_between_which_steps_the_seeds_come_there() -> None:
    cells = [cell("scratch", (0, 0.0, 9.0), (200, 50.0, 1.0), seed=seed) for seed in (0, 1)]
    cells += [cell("layers", (0, 0.0, 2.0), (steps, 5.0, 1.0), seed=seed) for seed, steps in enumerate((10, 40))]
    assert table_of(cells).splitlines()[-1].endswith("| 25 (10 to 40) | 5 | 12.5 | - | - | - |")


def test_the_table_has_the_last_exam_and_the_steps_to_that_of_the_random_network() -> None:
    def taken(arm: Arm, *curve: tuple[int, float | None]) -> Cell:
        points = ((step, 0.0, losses(1.0) | ({} if error is None else exam(error))) for step, error in curve)
        return Cell("hokusai", 0, arm, "CPU", tuple(points))

    def exam(error: float) -> dict[str, float]:
        return {EXAM_STYLE: error, EXAM_CONTENT: error / 2}

    cells = [taken("scratch", (0, 0.9), (2000, 0.5)), taken("layers", (0, 0.6), (10, None), (50, 0.4), (60, None))]
    untouched, random, lesson = table_of(cells).splitlines()[2:]
    assert random.endswith("| 0.500 | 0.250 | 2000 |")
    assert lesson.endswith("| 0.400 | 0.200 | 50 |")
    assert untouched.endswith("| 0.600 | 0.300 | - |")
    cells[0] = taken("scratch", (0, 0.9), (2000, None))
    assert table_of(cells).splitlines()[-1].endswith("| 0.400 | 0.200 | - |")


def test_results_of_other_weights_or_another_network_are_not_read(tmp_path: Path) -> None:
    plan = ComparisonPlan({"hokusai": (Path("wave.webp"),)}, tmp_path, seeds=1, weights="0123456789")
    plan.file("hokusai", 0, "scratch").write_text(cell("scratch", (0, 0.0, 3.0)).to_json())
    assert len(read_cells(plan)) == 1
    assert read_cells(replace(plan, weights="abcdef")) == read_cells(replace(plan, network="live_studio")) == ()


def test_only_the_larger_network_has_a_second_one() -> None:
    plan = ComparisonPlan({"hokusai": (Path("wave.webp"),)}, Path("out"), seeds=1)
    assert [arm for _, _, arm in plan.cells] == list(ARMS)
    small = replace(plan, network="live_studio")
    assert [arm for _, _, arm in small.cells] == [arm for arm in ARMS if arm != "second-scratch"]


def test_the_weights_of_a_network_are_told_by_its_card() -> None:
    assert len(weights_of(FINE_NETWORK)) == 64
    assert weights_of("nobody") == ""


def test_a_result_that_cannot_be_read_is_named() -> None:
    with pytest.raises(StudioError, match="cannot be read"):
        Cell.from_json("{}")


LOW = {"style": 1.0, "content": 0.5, "total": 1.5}
CELL = {"artist": "hokusai", "seed": 0, "arm": "vector", "device": "CPU", "curve": [[0, 0.5, LOW]]}


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"{",
        b"[" * 5000,
        *(
            json.dumps(CELL | change).encode()
            for change in (
                {"arm": "leg"},
                {"seed": "0"},
                {"device": None},
                {"curve": []},
                {"curve": 7},
                {"curve": [[0, 0.5, {"style": 1}]]},
                {"curve": [[0, 0.5, LOW | {"total": "low"}]]},
            )
        ),
    ],
)
def test_a_damaged_result_is_named_with_what_to_do(tmp_path: Path, data: bytes) -> None:
    plan = ComparisonPlan({"hokusai": (tmp_path,)}, tmp_path, seeds=1)
    file = plan.file("hokusai", 0, "vector")
    file.write_text(json.dumps(CELL))
    (cell,) = read_cells(plan)
    assert cell.best == LOW
    file.write_bytes(data)
    with pytest.raises(StudioError, match=file.name) as caught:
        read_cells(plan)
    assert caught.value.remedy
