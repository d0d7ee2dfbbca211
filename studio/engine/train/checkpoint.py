"""All there is to know of a training run between two steps, in one file that is read without running any of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from studio.core.errors import StudioError
from studio.core.storage.atomic_write import replace_file
from studio.core.storage.untrusted import check_fields, parse_object
from studio.core.training.training_plan import TrainingPlan

_PARTS = ("weights", "average", "best", "first", "second")
# What may differ between the two halves of a run without a difference to its numbers.
_FREE = ("out", "device", "memory", "judge_every", "save_every")


@dataclass
class TrainingState:
    """weights, and by the same names: their moving average, the best of these, and the two moments of Adam.

    base_errors, best_errors: by name, of the network before training and of the best; {} while not known.
    """

    weights: dict[str, Tensor]
    average: dict[str, Tensor]
    best: dict[str, Tensor]
    first: dict[str, Tensor]
    second: dict[str, Tensor]
    step: int = 0
    skipped: int = 0
    seconds: float = 0.0
    best_step: int = 0
    base_errors: dict[str, float] = field(default_factory=dict)
    best_errors: dict[str, float] = field(default_factory=dict)


def fresh_state(weights: Mapping[str, Tensor]) -> TrainingState:
    """The state before the first step."""
    zeros = {name: torch.zeros_like(tensor) for name, tensor in weights.items()}
    return TrainingState(_copy(weights), _copy(weights), _copy(weights), zeros, _copy(zeros))


def save_state(state: TrainingState, plan: TrainingPlan, path: Path) -> None:
    """Replace the checkpoint as one act: a crash leaves the old one or the new one."""
    tensors = {
        f"{part}.{name}": tensor.detach().cpu().contiguous()
        for part in _PARTS
        for name, tensor in getattr(state, part).items()
    }
    numbers = {name: value for name, value in vars(state).items() if name not in _PARTS}
    replace_file(path, save(tensors, {"numbers": json.dumps(numbers), "plan": json.dumps(_fixed(plan))}))


def load_state(plan: TrainingPlan, path: Path, device: torch.device) -> TrainingState:
    """The state in a checkpoint of the same plan. Raises StudioError if it is of another, or damaged."""
    parts: dict[str, Any] = {part: {} for part in _PARTS}
    try:
        with safe_open(path, "pt") as file:
            known = parse_object(file.metadata()["plan"])
            numbers = parse_object(file.metadata()["numbers"])
            for key in file.keys():  # noqa: SIM118
                part, name = key.split(".", 1)
                parts[part][name] = file.get_tensor(key).to(device)
        other = [name for name, value in _fixed(plan).items() if known.get(name) != value]
        if other:
            raise StudioError(
                f"{path.parent} holds a run with another {' and '.join(other).replace('_', ' ')}.",
                "Name another folder, or the same settings to go on with it.",
            )
        check_fields(TrainingState, numbers)
        shapes = {name: tensor.shape for name, tensor in parts["weights"].items()}
        if any({name: tensor.shape for name, tensor in part.items()} != shapes for part in parts.values()):
            raise ValueError("its parts do not fit")
        return TrainingState(**parts, **numbers)
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise StudioError(f"{path} is damaged: {error}.", "Name another folder.") from error


def _copy(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in tensors.items()}


def _fixed(plan: TrainingPlan) -> dict[str, Any]:
    values = {name: value for name, value in asdict(plan).items() if name not in _FREE}
    plain: dict[str, Any] = json.loads(json.dumps(values, default=str))
    return plain
