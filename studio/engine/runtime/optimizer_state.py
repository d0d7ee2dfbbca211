"""What Adam remembers of its parameters, as tensors by name, so that it can lie in a safetensors file."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.optim import Adam

_KEYS = {"step", "exp_avg", "exp_avg_sq"}  # of each parameter


def optimizer_tensors(optimizer: Adam, parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state by "KEY.NAME", such as "exp_avg.out.weight"; without that of parameters that took no step yet.

    parameters: those of the optimizer, by name.
    """
    return {
        f"{key}.{name}": tensor
        for name, parameter in parameters.items()
        for key, tensor in optimizer.state.get(parameter, {}).items()
    }


def load_optimizer_tensors(optimizer: Adam, parameters: Mapping[str, Tensor], tensors: Mapping[str, Tensor]) -> None:
    """Inverse of `optimizer_tensors`; learning rates and other options stay those of the optimizer.

    parameters: all of the optimizer, in its order. Raises ValueError if the tensors do not fit them.
    """
    numbers = {name: number for number, name in enumerate(parameters)}
    state: dict[int, dict[str, Tensor]] = {}
    for full_name, tensor in tensors.items():
        key, _, name = full_name.partition(".")
        if name not in numbers:
            raise ValueError(f"the optimizer has no {name}")
        parameter, is_count = parameters[name], key == "step"
        if tensor.shape != (() if is_count else parameter.shape) or not bool(torch.isfinite(tensor).all()):
            raise ValueError(f"{key} of {name} does not fit")
        # In the memory format of the parameter, so that the same kernels run as if the run had not been interrupted.
        kept = tensor if is_count else torch.empty_like(parameter, requires_grad=False).copy_(tensor)
        state.setdefault(numbers[name], {})[key] = kept
    if state and (len(state) < len(numbers) or any(set(values) != _KEYS for values in state.values())):
        raise ValueError("the state of the optimizer is incomplete")
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
