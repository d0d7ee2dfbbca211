"""Checkpoints, of learning a style and of training a network: what is damaged in them is told and never worked with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from studio.core.engine_api.contract import Lesson
from studio.core.errors import StudioError
from studio.core.training.training_plan import TrainingPlan
from studio.core.training.tune_log import lessons_json, parse_lessons
from studio.engine.finetune.checkpoint import TuningState
from studio.engine.train.checkpoint import fresh_state, load_state, save_state

CPU = torch.device("cpu")


@pytest.fixture
def plan(tmp_path: Path) -> TrainingPlan:
    return TrainingPlan(content=tmp_path, styles=tmp_path, out=tmp_path)


@pytest.fixture
def checkpoint(plan: TrainingPlan, tmp_path: Path) -> Path:
    """Of a network of two weights."""
    path = tmp_path / "checkpoint.safetensors"
    save_state(fresh_state({"a": torch.ones(2, 3), "b": torch.zeros(4)}), plan, path)
    return path


def change(path: Path, header: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
    data = path.read_bytes()
    known = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
    save_file(load_file(path) | tensors, path, known | header)


@pytest.mark.parametrize(
    ("header", "tensors"),
    [
        ({"numbers": "[" * 5000}, {}),
        ({"numbers": "[]"}, {}),
        ({"numbers": '{"step": "3"}'}, {}),
        ({"numbers": '{"step": 3.5}'}, {}),
        ({"numbers": '{"base_errors": [1]}'}, {}),
        ({"numbers": '{"base_errors": {"style": "low"}}'}, {}),
        ({"numbers": '{"surprise": 3}'}, {}),
        ({"plan": "[" * 5000}, {}),
        ({"plan": "7"}, {}),
        ({}, {"best.a": torch.ones(3, 2)}),
        ({}, {"first.c": torch.ones(1)}),
        ({}, {"surprise.a": torch.ones(1)}),
    ],
)
def test_a_damaged_checkpoint_of_a_network_is_refused(
    header: dict[str, str], tensors: dict[str, torch.Tensor], plan: TrainingPlan, checkpoint: Path
) -> None:
    assert load_state(plan, checkpoint, CPU).step == 0
    change(checkpoint, header, tensors)
    with pytest.raises(StudioError, match="is damaged"):
        load_state(plan, checkpoint, CPU)


@pytest.mark.parametrize(
    "state",
    [
        "[" * 5000,
        "7",
        {"step": "3"},
        {"seconds": None},
        {"identity": 7},
        {"base": [1]},
        {"best_losses": {"style": "low"}},
    ],
)
def test_a_damaged_checkpoint_of_a_style_is_refused(state: str | dict[str, object], tmp_path: Path) -> None:
    path, weights = tmp_path / "style.training", {"vector": torch.zeros(3)}
    TuningState("identity", torch.get_rng_state(), weights, {"vector": torch.ones(3)}).write(path)
    assert TuningState.read(path, weights).step == 0
    data = path.read_bytes()
    known = json.loads(json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]["state"])
    change(path, {"state": state if isinstance(state, str) else json.dumps(known | state)}, {})
    with pytest.raises(StudioError, match="is not there or damaged"):
        TuningState.read(path, weights)


@pytest.mark.parametrize(
    "text", ["{", "{}", "[" * 5000, "[7]", "[{}]", '[{"step": "1", "steps": 2, "losses": {}}]', '[{"step": 1}]']
)
def test_what_are_no_lessons_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_lessons(text)
    whole = Lesson(1, 2, {"style": 0.5}, {"style": 0.6}, is_best=True)
    assert parse_lessons(lessons_json([whole])) == [whole]
