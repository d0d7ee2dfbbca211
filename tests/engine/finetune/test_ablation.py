"""The experiment runs: every arm learns, the results are files, and what is there is not run again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image

from studio.core.training.ablation import ComparisonPlan, read_cells, table_of
from studio.engine.finetune import ablation
from studio.engine.finetune.ablation import compare_tuning
from tests.support.scenes import picture_of, weave


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ComparisonPlan]:
    """Two works of a weaver and next to no steps."""
    for name, value in {
        "CROPS": 1,
        "VALIDATION_CROPS": 1,
        "BOUND_STEPS": 1,
        "VALIDATE_EVERY": 1,
        "LARGEST_EDGE": 96,
    }.items():
        monkeypatch.setattr(ablation, name, value)
    monkeypatch.setattr("studio.engine.finetune.dataset.CROPS", 0)
    monkeypatch.setattr("studio.engine.finetune.dataset.REFERENCE_EDGES", (64,))
    monkeypatch.setattr("studio.engine.finetune.dataset.PHOTO_EDGES", (64, 64))
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
    assert news[-1].done == news[-1].cells == 5
    cells = read_cells(plan)
    assert [cell.arm for cell in cells] == ["scratch", "vector", "layers", "random-encoder", "bound"]
    scratch, vector, layers, _, bound = cells
    for cell in (scratch, vector, layers, bound):
        assert cell.best["total"] < cell.curve[0][2]["total"]
    assert "weaver" in table_of(cells)
    assert list(compare_tuning(plan)) == []
