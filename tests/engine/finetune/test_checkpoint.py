"""Checkpoints of fine-tuning: all comes back, and what is damaged or of another version is refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from studio.core.engine_api.learning import TrainingStep
from studio.core.errors import StudioError
from studio.engine.finetune.checkpoint import TuningState

LIKE = {"vector": torch.zeros(1, 3)}
IDENTITY = "identity"


def make_state() -> TuningState:
    return TuningState(
        IDENTITY,
        torch.Generator().manual_seed(5).get_state(),
        {"vector": torch.tensor([[1.0, 2.0, 3.0]])},
        {"vector": torch.tensor([[1.5, 2.5, 3.5]])},
        {"vector": torch.tensor([[4.0, 5.0, 6.0]])},
        step=3,
        stage_step=3,
        best_step=2,
        worse=1,
        seconds=1.5,
        base={"total": 2.0},
        best_losses={"total": 1.0},
        optimizer={"step.vector": torch.tensor(3.0), "exp_avg.vector": torch.tensor([[0.1, 0.2, 0.3]])},
        training_log=[
            TrainingStep(0, 4, {"total": 2.0}, {"total": 2.0}, is_best=True),
            TrainingStep(1, 4, {"total": 1.5}),
        ],
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "style.training"
    make_state().write(path)
    return path


def change(path: Path, header: dict[str, str], tensors: dict[str, Tensor | None]) -> None:
    """Put other values into a checkpoint; None takes a tensor out."""
    data = path.read_bytes()
    known = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
    both = {name: tensor for name, tensor in (load_file(path) | tensors).items() if tensor is not None}
    save_file(both, path, known | header)


def test_all_comes_back(path: Path) -> None:
    found, expected = TuningState.read(path, LIKE, IDENTITY), make_state()
    for name, value in vars(expected).items():
        if isinstance(value, dict) and any(isinstance(part, Tensor) for part in value.values()):
            other = getattr(found, name)
            assert other.keys() == value.keys()
            assert all(torch.equal(other[key], tensor) for key, tensor in value.items())
        elif isinstance(value, Tensor):
            assert torch.equal(getattr(found, name), value)
        else:
            assert getattr(found, name) == value


def test_weights_come_back_in_the_memory_format_of_those_they_are_for(tmp_path: Path) -> None:
    weights = {"out.weight": torch.rand(4, 3, 2, 2).contiguous(memory_format=torch.channels_last)}
    path = tmp_path / "style.training"
    TuningState("", torch.get_rng_state(), weights, weights, weights).write(path)
    found = TuningState.read(path, weights, "")
    assert found.weights["out.weight"].stride() == found.best["out.weight"].stride() == weights["out.weight"].stride()
    assert torch.equal(found.weights["out.weight"], weights["out.weight"])


@pytest.mark.parametrize(
    "state",
    [
        "[" * 5000,
        "7",
        "{}",
        {"step": "3"},
        {"seconds": None},
        {"identity": 7},
        {"base": [1]},
        {"best_losses": {"style": "low"}},
        {"step": -1},
        {"stage_step": 10**30},
        {"seconds": float("nan")},
        {"best_losses": {"style": float("inf")}},
    ],
)
def test_damaged_numbers_are_refused(state: str | dict[str, Any], path: Path) -> None:
    data = path.read_bytes()
    known = json.loads(json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]["state"])
    change(path, {"state": state if isinstance(state, str) else json.dumps(known | state)}, {})
    with pytest.raises(StudioError, match="is not there or damaged"):
        TuningState.read(path, LIKE, IDENTITY)


@pytest.mark.parametrize(
    "tensors",
    [
        {"weights vector": torch.zeros(3)},
        {"weights vector": None},
        {"weights vector": torch.tensor([[1.0, float("nan"), 3.0]])},
        {"average vector": torch.zeros(1, 4)},
        {"best vector": torch.zeros(1, 4)},
        {"best vector": None},
        {"draws": None},
        {"draws": torch.zeros(3)},
        {"draws": torch.zeros(7, dtype=torch.uint8)},
    ],
)
def test_damaged_tensors_are_refused(tensors: dict[str, Tensor | None], path: Path) -> None:
    change(path, {}, tensors)
    with pytest.raises(StudioError, match="is not there or damaged"):
        TuningState.read(path, LIKE, IDENTITY)


def test_a_run_that_another_network_began_is_told_from_a_damaged_one(path: Path) -> None:
    longer = {"vector": torch.zeros(1, 5)}
    with pytest.raises(StudioError, match="another version of the network"):
        TuningState.read(path, longer, "of another network")
    with pytest.raises(StudioError, match="is not there or damaged"):
        TuningState.read(path, longer, IDENTITY)


def test_a_checkpoint_of_another_version_is_refused(path: Path) -> None:
    change(path, {"format": "style-studio-tuning-2"}, {})
    with pytest.raises(StudioError, match=r"style\.training was written by another version") as caught:
        TuningState.read(path, LIKE, IDENTITY)
    assert caught.value.remedy
