"""The trainer's optimizer: Adam, its learning rate and the average of the weights, against formulas in plain code."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import nn

from studio.core.training.training_plan import TrainingPlan
from studio.engine.train.optimizer import make_average, make_optimizer, make_scheduler

STEPS = 60


@pytest.fixture
def plan(tmp_path: Path) -> TrainingPlan:
    return TrainingPlan(tmp_path, tmp_path, tmp_path, steps=STEPS, rate=1e-2)


def gradient(step: int) -> torch.Tensor:
    return torch.randn(3, 4, generator=torch.Generator().manual_seed(step))


def test_steps_and_average_are_those_of_the_formulas(plan: TrainingPlan) -> None:
    network = nn.Linear(4, 3, bias=False)
    weight, average = (network.weight.detach().clone() for _ in range(2))
    first, second = torch.zeros(3, 4), torch.zeros(3, 4)
    optimizer = make_optimizer(network, plan)
    scheduler, averaged = make_scheduler(optimizer, plan, 0), make_average(network)
    for step in range(1, STEPS + 1):
        network.weight.grad = gradient(step)
        optimizer.step()
        scheduler.step()
        averaged.update_parameters(network)
        # Kingma & Ba 2014, and the average that forgets the weights before training within some steps.
        share = step / STEPS
        cosine = 0.5 + 0.5 * math.cos(math.pi * (share - 0.04) / 0.96)
        rate = 1e-2 * (share / 0.04 if share < 0.04 else 0.05 + 0.95 * cosine)
        first = 0.9 * first + 0.1 * gradient(step)
        second = 0.99 * second + 0.01 * gradient(step) ** 2
        weight = weight - rate * (first / (1 - 0.9**step)) / ((second / (1 - 0.99**step)).sqrt() + 1e-8)
        keep = min(0.998, step / (step + 9))
        average = keep * average + (1 - keep) * weight
        assert torch.allclose(network.weight, weight, atol=1e-5)
        assert torch.allclose(averaged.module.weight, average, atol=1e-5)
    assert not torch.allclose(network.weight, averaged.module.weight, atol=1e-3)


def test_the_learning_rate_follows_from_the_step_alone(plan: TrainingPlan) -> None:
    optimizer = make_optimizer(nn.Linear(1, 1), plan)
    straight = make_scheduler(optimizer, plan, 0)
    rates = []
    for _ in range(STEPS):
        rates.append(straight.get_last_lr()[0])
        optimizer.step()
        straight.step()
    assert rates[0] == pytest.approx(1e-2 / STEPS / 0.04)
    assert max(rates) == pytest.approx(1e-2, rel=0.01)
    assert rates[-1] == pytest.approx(0.05 * 1e-2)
    for step in (1, 20, STEPS - 1):
        other = make_optimizer(nn.Linear(1, 1), plan)
        assert make_scheduler(other, plan, step).get_last_lr()[0] == rates[step]
