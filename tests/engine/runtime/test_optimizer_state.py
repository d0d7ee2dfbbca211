"""What Adam remembers: it comes back by name, in the parameter's memory format, and what does not fit is refused."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.optim import Adam

from studio.engine.runtime.optimizer_state import load_optimizer_tensors, optimizer_tensors


def make_parameters() -> dict[str, Tensor]:
    weight = torch.ones(2, 3, 2, 2).contiguous(memory_format=torch.channels_last)
    return {"out.weight": weight.requires_grad_(), "bias": torch.zeros(2, requires_grad=True)}


def make_optimizer(parameters: dict[str, Tensor]) -> Adam:
    return Adam(parameters.values(), lr=0.1)


def step(optimizer: Adam, parameters: dict[str, Tensor]) -> None:
    for parameter in parameters.values():
        parameter.grad = torch.full_like(parameter, 2.0)
    optimizer.step()


@pytest.fixture
def tensors() -> dict[str, Tensor]:
    """After one step with gradients of 2."""
    parameters = make_parameters()
    optimizer = make_optimizer(parameters)
    step(optimizer, parameters)
    return optimizer_tensors(optimizer, parameters)


def test_the_moments_have_the_names_of_their_parameters(tensors: dict[str, Tensor]) -> None:
    keys = ("step", "exp_avg", "exp_avg_sq")
    assert tensors.keys() == {f"{key}.{name}" for key in keys for name in ("out.weight", "bias")}
    assert float(tensors["step.bias"]) == 1
    assert tensors["exp_avg.bias"].tolist() == pytest.approx([0.2, 0.2])  # (1 - 0.9) of the gradient
    assert tensors["exp_avg_sq.bias"].tolist() == pytest.approx([0.004, 0.004])  # (1 - 0.999) of its square


def test_before_the_first_step_there_are_none() -> None:
    parameters = make_parameters()
    optimizer = make_optimizer(parameters)
    assert optimizer_tensors(optimizer, parameters) == {}
    load_optimizer_tensors(optimizer, parameters, {})
    step(optimizer, parameters)


def test_another_optimizer_goes_on_with_them_at_its_own_rate(tensors: dict[str, Tensor]) -> None:
    parameters = make_parameters()
    optimizer = Adam(parameters.values(), lr=0.5)
    contiguous = {name: tensor.contiguous() for name, tensor in tensors.items()}  # as a file has them
    load_optimizer_tensors(optimizer, parameters, contiguous)
    step(optimizer, parameters)
    assert float(optimizer.state[parameters["bias"]]["step"]) == 2
    assert parameters["bias"].tolist() == pytest.approx([-0.5, -0.5])  # equal gradients: a whole step of the rate
    weight = parameters["out.weight"]
    assert optimizer.state[weight]["exp_avg"].stride() == weight.stride()


@pytest.mark.parametrize(
    "change",
    [
        {"exp_avg.bias": torch.ones(3)},
        {"exp_avg.bias": torch.tensor(1.0)},
        {"exp_avg.bias": torch.tensor([1.0, float("inf")])},
        {"step.bias": torch.ones(2)},
        {"exp_avg.other": torch.ones(2)},
        {"surprise.bias": torch.ones(2)},
        {"surprise": torch.ones(2)},
        {"step.bias": None},
        {"step.bias": None, "exp_avg.bias": None, "exp_avg_sq.bias": None},
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Tensor | None], tensors: dict[str, Tensor]) -> None:
    parameters = make_parameters()
    changed = {name: tensor for name, tensor in (tensors | change).items() if tensor is not None}
    with pytest.raises(ValueError):
        load_optimizer_tensors(make_optimizer(parameters), parameters, changed)
