"""The state of a training run between two steps, in one file that is read without running any code from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim import Adam
from torch.optim.swa_utils import AveragedModel

from studio.core.errors import StudioError
from studio.core.storage.atomic_write import replace_file
from studio.core.storage.untrusted import check_fields, check_measured, check_ordinary, parse_object
from studio.core.training.training_plan import TrainingPlan
from studio.engine.runtime.optimizer_state import load_optimizer_tensors, optimizer_tensors
from studio.engine.train.optimizer import make_average, make_optimizer

_FORMAT = "style-studio-training-3"  # of the losses as well: what another one has begun cannot be continued
_PARTS = ("network", "average", "best", "optimizer")
_NUMBERS = ("step", "skipped", "seconds", "best_step", "base_errors", "best_errors", "processes")
# Settings that may differ when a run is continued. Of these, `memory` says among how many views each step draws, and
# the device how it rounds: with others, the numbers are no longer those of a run that never stopped.
_FREE = ("out", "device", "memory", "validate_every", "save_every")


@dataclass
class TrainingState:
    """All that changes during a run; the learning rate follows from `step` alone.

    network: being trained. average: its exponential moving average. optimizer: of the parameters of the network.
    best: the average's parameters where its errors were lowest, by name. base_errors, best_errors: by name, of the
    network before training and of the best; {} while not known. processes: that the run was begun by; each step draws
    a batch for each of them, however many there are now.
    """

    network: nn.Module
    average: AveragedModel
    optimizer: Adam
    best: dict[str, Tensor]
    step: int = 0
    skipped: int = 0
    seconds: float = 0.0
    best_step: int = 0
    base_errors: dict[str, float] = field(default_factory=dict)
    best_errors: dict[str, float] = field(default_factory=dict)
    processes: int = 1


def fresh_state(network: nn.Module, plan: TrainingPlan, processes: int = 1) -> TrainingState:
    """The state before the first step."""
    best = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    return TrainingState(network, make_average(network), make_optimizer(network, plan), best, processes=processes)


def save_state(state: TrainingState, plan: TrainingPlan, path: Path) -> None:
    """Replace the checkpoint as one act: a crash leaves the old one or the new one."""
    parts: dict[str, Mapping[str, Tensor]] = {
        "network": state.network.state_dict(),
        "average": state.average.state_dict(),
        "best": state.best,
        "optimizer": optimizer_tensors(state.optimizer, dict(state.network.named_parameters())),
    }
    tensors = {
        f"{part}.{name}": tensor.detach().cpu().contiguous() for part in _PARTS for name, tensor in parts[part].items()
    }
    numbers = json.dumps({name: getattr(state, name) for name in _NUMBERS})
    replace_file(path, save(tensors, {"format": _FORMAT, "numbers": numbers, "plan": json.dumps(_fixed(plan))}))


def load_state(state: TrainingState, plan: TrainingPlan, path: Path) -> None:
    """Continue a fresh state where the checkpoint of the same plan was written.

    Raises StudioError if the checkpoint is of another plan, of another version of the studio, or damaged.
    """
    parts: dict[str, dict[str, Tensor]] = {part: {} for part in _PARTS}
    try:
        check_ordinary(path)
        with safe_open(path, "pt") as file:
            header = file.metadata() or {}
            if header.get("format") != _FORMAT:
                raise StudioError(
                    f"{path} was written by another version of Style Studio: the run cannot be continued.",
                    "Name another folder to begin anew.",
                )
            known, numbers = parse_object(header["plan"]), parse_object(header["numbers"])
            for key in file.keys():  # noqa: SIM118
                part, name = key.split(".", 1)
                parts[part][name] = file.get_tensor(key)
        other = [name for name, value in _fixed(plan).items() if known.get(name) != value]
        if other:
            raise StudioError(
                f"{path.parent} holds a run with another {' and '.join(other).replace('_', ' ')}.",
                "Name another folder, or the same settings to continue it.",
            )
        check_fields(TrainingState, numbers)
        if numbers["processes"] < 1:
            raise ValueError("it was begun by no process")
        check_measured(numbers)
        numbers = {name: numbers[name] for name in _NUMBERS}
        parameters = dict(state.network.named_parameters())
        fitting = {"network": state.network.state_dict(), "average": state.average.state_dict(), "best": parameters}
        for part, expected in fitting.items():
            if _shapes(parts[part]) != _shapes(expected):
                raise ValueError(f"its {part} does not fit the network")
            if not all(bool(torch.isfinite(tensor).all()) for tensor in parts[part].values()):
                raise ValueError(f"its {part} holds invalid numbers")
        state.network.load_state_dict(parts["network"])
        state.average.load_state_dict(parts["average"])
        load_optimizer_tensors(state.optimizer, parameters, parts["optimizer"])
        state.best = {name: tensor.to(parameters[name].device) for name, tensor in parts["best"].items()}
        for name, value in numbers.items():
            setattr(state, name, value)
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise StudioError(f"{path} is damaged: {error}.", "Name another folder.") from error


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in tensors.items()}


def _fixed(plan: TrainingPlan) -> dict[str, Any]:
    values = {name: value for name, value in asdict(plan).items() if name not in _FREE}
    plain: dict[str, Any] = json.loads(json.dumps(values, default=str))
    return plain
