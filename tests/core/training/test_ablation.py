"""The experiment behind Tune: which cells there are, and what its table says of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.card import bundled_cards
from studio.core.errors import StudioError
from studio.core.training.ablation import ARMS, ARTISTS, Arm, Cell, ComparisonPlan, read_cells, table_of, works_of


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
    assert rows["(b)"].endswith("| 1 | 0.500 | 0.250 | 0.750 | 50 | 30 | 40.0 |")
    assert rows["(c)"].endswith("| 1.125 | - | - | - |")
    assert "| 1.000 | 0.250 | 1.250 | 0 | 0 |" in rows["(d)"]
    assert rows["(a)"].endswith("| 2000 | 1000 | 1.0 |")


def test_the_table_says_how_many_seeds_came_to_where_the_random_network_ends() -> None:
    cells = [cell("scratch", (0, 0.0, 9.0), (200, 50.0, 1.0), seed=seed) for seed in (0, 1)]
    cells += [cell("vector", (0, 0.0, 2.0), (20, 5.0, total), seed=seed) for seed, total in enumerate((0.9, 1.1))]
    assert table_of(cells).splitlines()[-1].endswith("| 20 (1 of 2) | 5 | 10.0 |")


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
