"""The optimizer of the Live network's training, its learning rate, and the moving average of the weights."""

from __future__ import annotations

import math

from torch import Tensor, nn
from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel

from studio.core.training.training_plan import TrainingPlan
from studio.engine.runtime.moving_average import average_into

BETAS = (0.9, 0.99)  # decay of Adam's moments per step
AVERAGE = 0.998  # share of itself that the moving average keeps at each step, in the long run
WARM_UP = 0.04  # of all steps, in which the learning rate rises
LAST_RATE = 0.05  # of the highest learning rate, at the end


Weights = tuple[Tensor, ...] | list[Tensor]


def make_optimizer(network: nn.Module, plan: TrainingPlan) -> Adam:
    """Adam over all parameters of the network, before its first step."""
    return Adam(network.parameters(), lr=plan.rate, betas=BETAS)


def make_scheduler(optimizer: Adam, plan: TrainingPlan, step: int) -> LambdaLR:
    """The learning rate after `step` steps: it rises along a line and falls along half a cosine."""

    def factor(done: int) -> float:
        share = (done + 1) / plan.steps
        if share < WARM_UP:
            return share / WARM_UP
        cosine = (1 + math.cos(math.pi * (share - WARM_UP) / (1 - WARM_UP))) / 2
        return LAST_RATE + (1 - LAST_RATE) * cosine

    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] = plan.rate
    return LambdaLR(optimizer, factor, last_epoch=step - 1)


def make_average(network: nn.Module) -> AveragedModel:
    """The exponential moving average of the network's weights, which begins with those it has now."""
    average = AveragedModel(network, multi_avg_fn=_average_into)
    average.requires_grad_(False)
    average.update_parameters(network)
    return average


def _average_into(averaged: Weights, current: Weights, count: Tensor | int) -> None:
    average_into(averaged, current, int(count), AVERAGE)
