"""The experiment runs: every arm learns, the results are files, and what is there is not run again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from studio.core.card import bundled_cards
from studio.core.recipe import FINE_NETWORK, QUICK_NETWORK
from studio.core.training.ablation import (
    ARMS,
    EXAM_CONTENT,
    EXAM_STYLE,
    Arm,
    ComparisonPlan,
    read_cells,
    table_of,
)
from studio.engine.finetune import ablation
from studio.engine.finetune.ablation import _fresh, compare_tuning
from studio.engine.networks.fine_network import FineNetwork
from studio.engine.networks.weights import load_style_network
from tests.support.scenes import picture_of, weave


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ComparisonPlan]:
    """Two works of a weaver and next to no steps."""
    for name, value in {
        "CROPS": 1,
        "VALIDATION_CROPS": 1,
        "BOUND_STEPS": 1,
        "VALIDATE_EVERY": 1,
        "EXAM_EVERY": 1,
        "SCRATCH_VALIDATE_EVERY": 1,
        "SCRATCH_EXAM_EVERY": 2,
        "SAVED_EVERY": 1,
        "LARGEST_EDGE": 96,
        "EDGES": (64, 64),
    }.items():
        monkeypatch.setattr(ablation, name, value)
    monkeypatch.setattr("studio.engine.finetune.dataset.CROPS", 0)
    monkeypatch.setattr("studio.engine.finetune.dataset.REFERENCE_EDGES", (64,))
    monkeypatch.setattr("studio.engine.finetune.validation.CELLS", 4)
    few = {kind: bundled_cards(kind)[:count] for kind, count in (("demo", 3), ("photos", 1))}
    monkeypatch.setattr(ablation, "bundled_cards", few.__getitem__)
    monkeypatch.setattr("studio.engine.networks.vgg.choose_dtype", lambda device: torch.float32)
    monkeypatch.setattr("studio.engine.networks.vgg.choose_winograd", lambda device, dtype: False)
    files = []
    for number in range(2):
        files.append(tmp_path / f"work {number}.png")
        Image.fromarray(picture_of(weave(64, 64 + number)).pixels).save(files[-1])
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # pictures of 64 px are not worth a second one
    yield ComparisonPlan({"weaver": tuple(files)}, tmp_path / "out", 1, 2, 2, 1, 64, "cpu")
    torch.set_num_threads(threads)


def test_all_arms_end_better_than_they_began_and_are_not_run_twice(plan: ComparisonPlan) -> None:
    news = list(compare_tuning(plan))
    assert news[-1].done == news[-1].cells == len(ARMS)
    cells = {cell.arm: cell for cell in read_cells(plan)}
    assert tuple(cells) == ARMS
    for arm, cell in cells.items():
        assert arm == "random-encoder" or cell.best["total"] < cell.curve[0][2]["total"]
    assert "weaver" in table_of(tuple(cells.values()))
    assert list(compare_tuning(plan)) == []
    assert {file.suffix for file in plan.out.iterdir()} == {".json"}


def test_pretrained_arms_begin_where_the_untouched_network_is_and_all_take_the_exam(plan: ComparisonPlan) -> None:
    list(compare_tuning(replace(plan, arms=("scratch", "second-scratch", "vector", "layers"))))
    cells = {cell.arm: cell for cell in read_cells(plan)}
    starts = {arm: cell.curve[0][2] for arm, cell in cells.items()}
    assert starts["vector"] == starts["layers"]
    assert len({start["total"] for start in starts.values()}) == 3
    for cell in cells.values():
        assert EXAM_STYLE in cell.curve[0][2]
        assert cell.last_exam is cell.curve[-1][2]
        assert EXAM_CONTENT in cell.last_exam


def test_the_second_network_alone_begins_at_random_upon_the_small_one_that_stays() -> None:
    network, _ = load_style_network(FINE_NETWORK)
    assert isinstance(network, FineNetwork)
    half, learnt = _fresh(0, network, keeps_small=True)
    assert isinstance(half, FineNetwork)
    assert half.live is network.live
    assert learnt == tuple(f"refinement.{name}" for name, _ in network.refinement.named_parameters())
    whole, names = _fresh(0, network, keeps_small=False)
    assert isinstance(whole, FineNetwork)
    assert names == tuple(name for name, _ in network.named_parameters())
    known = dict(network.named_parameters())
    for name, weight in whole.named_parameters():
        if name.endswith("weight"):
            assert not torch.equal(weight, known[name])


@pytest.mark.parametrize("arm", ["scratch", "layers"])
def test_what_was_killed_goes_on_and_ends_as_if_it_had_not_been(plan: ComparisonPlan, tmp_path: Path, arm: Arm) -> None:
    plan = replace(plan, arms=(arm,), steps=4, tuned_steps=4)
    whole = replace(plan, out=tmp_path / "whole")
    list(compare_tuning(whole))
    killed = compare_tuning(plan)
    assert any(news.step == 2 for news in killed)  # and it is closed: nothing is written that a kill would not leave
    killed.close()
    assert read_cells(plan) == ()
    first = next(news.step for news in compare_tuning(plan) if news.step)
    assert first == 1  # validated ones are told again
    steps = [news.step for news in compare_tuning(plan)]
    assert steps == [] or steps[-1] == 4
    list(compare_tuning(plan))
    (resumed,), (expected,) = read_cells(plan), read_cells(whole)
    assert [(step, losses) for step, _, losses in resumed.curve] == [
        (step, losses) for step, _, losses in expected.curve
    ]


def test_a_small_network_is_compared_without_a_second_one(plan: ComparisonPlan) -> None:
    plan = replace(plan, network=QUICK_NETWORK)
    assert "second-scratch" not in [arm for _, _, arm in plan.cells]
    list(compare_tuning(replace(plan, arms=("scratch",))))
    (cell,) = read_cells(plan)
    assert cell.best["total"] < cell.curve[0][2]["total"]
