"""Checkpoints of a training run: all comes back; what is damaged, old or of another plan is refused in a sentence."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from studio.core.errors import StudioError
from studio.core.training.training_plan import TrainingPlan
from studio.engine.train.checkpoint import TrainingState, fresh_state, load_state, save_state
from studio.engine.train.optimizer import make_scheduler


@pytest.fixture
def plan(tmp_path: Path) -> TrainingPlan:
    return TrainingPlan(content=tmp_path, styles=tmp_path, out=tmp_path, steps=8)


def train(state: TrainingState, plan: TrainingPlan, last: int) -> None:
    """Steps up to `last` with gradients that the step alone decides."""
    scheduler = make_scheduler(state.optimizer, plan, state.step)
    for step in range(state.step, last):
        draws = torch.Generator().manual_seed(step)
        for parameter in state.network.parameters():
            parameter.grad = torch.randn(parameter.shape, generator=draws)
        state.optimizer.step()
        scheduler.step()
        state.average.update_parameters(state.network)
    state.step = last


@pytest.fixture
def state(plan: TrainingPlan) -> TrainingState:
    """Of a network of two weights, (3, 2) and (3,), after two steps."""
    torch.manual_seed(0)
    state = fresh_state(nn.Linear(2, 3), plan)
    train(state, plan, 2)
    state.skipped, state.seconds, state.best_step = 1, 2.5, 2
    state.base_errors = state.best_errors = {"style": 0.5}
    return state


@pytest.fixture
def checkpoint(state: TrainingState, plan: TrainingPlan, tmp_path: Path) -> Path:
    path = tmp_path / "checkpoint.safetensors"
    save_state(state, plan, path)
    return path


def change(path: Path, header: dict[str, Any], tensors: dict[str, torch.Tensor | None]) -> None:
    """Put other values into a checkpoint; None takes a tensor out."""
    data = path.read_bytes()
    known = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
    both = {name: tensor for name, tensor in (load_file(path) | tensors).items() if tensor is not None}
    save_file(both, path, known | header)


def test_a_continued_run_takes_the_very_steps_of_one_never_stopped(
    state: TrainingState, plan: TrainingPlan, checkpoint: Path
) -> None:
    continued = fresh_state(nn.Linear(2, 3), plan)
    load_state(continued, plan, checkpoint)
    assert (continued.step, continued.skipped, continued.seconds, continued.best_step) == (2, 1, 2.5, 2)
    assert continued.base_errors == continued.best_errors == {"style": 0.5}
    assert all(torch.equal(continued.best[name], state.best[name]) for name in state.best)
    for each in (state, continued):
        train(each, plan, 6)
    for found, expected in ((continued.network, state.network), (continued.average, state.average)):
        assert all(torch.equal(found.state_dict()[name], tensor) for name, tensor in expected.state_dict().items())


def test_a_checkpoint_before_the_first_step_has_nothing_of_the_optimizer(plan: TrainingPlan, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    save_state(fresh_state(nn.Linear(2, 3), plan), plan, path)
    assert {name.split(".")[0] for name in load_file(path)} == {"network", "average", "best"}
    state = fresh_state(nn.Linear(2, 3), plan)
    load_state(state, plan, path)
    train(state, plan, 1)


NUMBERS = {
    "step": 2,
    "skipped": 1,
    "seconds": 2.5,
    "best_step": 2,
    "base_errors": {},
    "best_errors": {},
    "processes": 1,
}


@pytest.mark.parametrize(
    ("header", "tensors"),
    [
        ({"numbers": "[" * 5000}, {}),
        ({"numbers": "[]"}, {}),
        ({"numbers": "{}"}, {}),
        *(
            ({"numbers": json.dumps(NUMBERS | change)}, {})
            for change in (
                {"step": "3"},
                {"step": 3.5},
                {"base_errors": [1]},
                {"base_errors": {"style": "low"}},
                {"processes": 0},
                {"processes": "two"},
                {"surprise": 3},
                {"step": -1},
                {"step": 10**30},
                {"skipped": -7},
                {"seconds": float("nan")},
                {"base_errors": {"style": float("inf")}},
                {"best_errors": {"style": float("nan")}},
                {"network": 3},
            )
        ),
        ({"plan": "[" * 5000}, {}),
        ({"plan": "7"}, {}),
        ({}, {"network.weight": torch.ones(2, 3)}),
        ({}, {"network.bias": None}),
        ({}, {"network.bias": torch.full((3,), float("nan"))}),
        ({}, {"average.module.bias": torch.full((3,), float("inf"))}),
        ({}, {"best.bias": torch.full((3,), float("-inf"))}),
        ({}, {"average.module.bias": torch.ones(4)}),
        ({}, {"average.n_averaged": None}),
        ({}, {"best.weight": torch.ones(2, 3)}),
        ({}, {"optimizer.exp_avg.weight": torch.ones(2, 3)}),
        ({}, {"optimizer.exp_avg.weight": None}),
        ({}, {"optimizer.exp_avg_sq.weight": torch.full((3, 2), float("nan"))}),
        ({}, {"optimizer.step.bias": torch.ones(3)}),
        ({}, {"optimizer.exp_avg.other": torch.ones(1)}),
        ({}, {"optimizer.surprise.bias": torch.ones(3)}),
        ({}, {"surprise.a": torch.ones(1)}),
        ({}, {"nothing": torch.ones(1)}),
    ],
)
def test_a_damaged_checkpoint_is_refused(
    header: dict[str, str], tensors: dict[str, torch.Tensor | None], plan: TrainingPlan, checkpoint: Path
) -> None:
    load_state(fresh_state(nn.Linear(2, 3), plan), plan, checkpoint)
    change(checkpoint, header, tensors)
    with pytest.raises(StudioError, match="is damaged"):
        load_state(fresh_state(nn.Linear(2, 3), plan), plan, checkpoint)


def test_a_checkpoint_of_another_version_is_refused(plan: TrainingPlan, checkpoint: Path) -> None:
    change(checkpoint, {"format": "style-studio-training-1"}, {})
    with pytest.raises(StudioError, match="by another version of Style Studio"):
        load_state(fresh_state(nn.Linear(2, 3), plan), plan, checkpoint)
    save_file(
        {"weights.a": torch.ones(1)}, checkpoint, {"numbers": "{}", "plan": "{}"}
    )  # as it was before there were any
    with pytest.raises(StudioError, match="by another version of Style Studio") as caught:
        load_state(fresh_state(nn.Linear(2, 3), plan), plan, checkpoint)
    assert caught.value.remedy


def test_only_what_changes_the_numbers_must_be_as_before(plan: TrainingPlan, checkpoint: Path) -> None:
    load_state(fresh_state(nn.Linear(2, 3), plan), replace(plan, validate_every=7, memory=1.0), checkpoint)
    with pytest.raises(StudioError, match="another rate and seed"):
        load_state(fresh_state(nn.Linear(2, 3), plan), replace(plan, rate=5e-4, seed=1), checkpoint)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
def test_a_pipe_in_place_of_a_checkpoint_is_not_waited_for(plan: TrainingPlan, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StudioError, match="is damaged: it is not an ordinary file"):
        load_state(fresh_state(nn.Linear(2, 3), plan), plan, tmp_path / "pipe")
