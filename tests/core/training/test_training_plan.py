"""Plans of training: the defaults can be run, and whatever cannot is refused in a sentence that names it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.core.errors import StudioError
from studio.core.training.training_plan import LARGEST_SEED, MOST_MEMORY, WIDEST, TrainingPlan


def plan(folder: Path, **changes: Any) -> TrainingPlan:
    return TrainingPlan(folder, folder, folder / "out", **changes)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"steps": 1, "batch": 1, "crop": 32, "validate_every": 1, "save_every": 1},
        {"widths": {"down": 1, "body": WIDEST, "inside": 48, "up": 24}},
        {"memory": 0.0},
        {"memory": MOST_MEMORY},
        {"seed": LARGEST_SEED},
        {"rate": 999.0, "content_weight": 1e-9},
    ],
)
def test_a_plan_within_its_limits_is_taken(tmp_path: Path, change: dict[str, Any]) -> None:
    for name, value in change.items():
        assert getattr(plan(tmp_path, **change), name) == value
    assert not plan(tmp_path, **change).out.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 0}, "Steps must be at least 1"),
        ({"batch": 0}, "Batch must be at least 1"),
        ({"batch": 10**23}, "Batch must be at most 1,000,000,000"),
        ({"crop": 16}, "Crop must be at least 32"),
        ({"validate_every": 0}, "Validate every must be at least 1"),
        ({"save_every": -5}, "Save every must be at least 1"),
        ({"crop": 100}, "multiples of 16"),
        ({"widths": {"stem": 8}}, "'stem' is not a layer whose width"),
        ({"widths": {"up": 0}}, "width of up is 0"),
        ({"widths": {"up": WIDEST + 1}}, f"between 1 and {WIDEST}"),
        ({"memory": -0.1}, r"memory is -0\.1 GB"),
        ({"memory": float("nan")}, "memory is nan GB"),
        ({"memory": float("inf")}, "memory is inf GB"),
        ({"seed": -1}, "seed must be between"),
        ({"seed": LARGEST_SEED + 1}, "seed must be between"),
        ({"rate": 0.0}, "rate must be above 0"),
        ({"rate": float("nan")}, "rate must be above 0"),
        ({"content_weight": float("inf")}, "content weight must be"),
    ],
)
def test_a_plan_that_cannot_be_run_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(StudioError, match=message):
        plan(tmp_path, **change)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="none is not a folder"):
        TrainingPlan(tmp_path / "none", tmp_path, tmp_path)
    with pytest.raises(StudioError, match="none is not a folder"):
        TrainingPlan(tmp_path, tmp_path / "none", tmp_path)
