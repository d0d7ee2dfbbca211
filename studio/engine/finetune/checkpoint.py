"""The state of a fine-tuning, saved as one act, so that it can be resumed exactly whatever happens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from studio.core.engine_api.learning import TrainingStep
from studio.core.errors import StudioError
from studio.core.storage.atomic_write import replace_file
from studio.core.storage.untrusted import check_fields, check_measured, check_ordinary, parse_object
from studio.core.training.tune_log import TRAINING_LOG_KEY, parse_training_log, training_log_json
from studio.engine.finetune.photo_weight import ALLOWED

_FORMAT = "style-studio-tuning-5"


@dataclass
class TuningState:
    """All that changes while a style is learnt.

    identity: of what is learnt from and how; equal for two runs of which one may resume the other. draws: state of the
    random generator. weights: that learn, by name. average: of them over the steps, which is what paints. best: the
    average with the lowest validation loss, with `best_losses` and `best_step`. stage: "vector", "layers" or "over".
    step: done, over all stages. stage_step: done of the stage. worse: validations in a row without a better one.
    setbacks: steps whose numbers blew up. seconds: of work.
    photo_weight: of the photo in the loss. photo_allowed: the share of it that may be lost, see `photo_weight.py`.
    photo_lost: the mean of what was lost lately; 0 before the first step.
    base: validation losses before the first step. optimizer: what it remembers of each weight, see `optimizer_tensors`.
    training_log: the steps so far.
    """

    identity: str
    draws: Tensor
    weights: dict[str, Tensor]
    average: dict[str, Tensor]
    best: dict[str, Tensor]
    stage: Literal["vector", "layers", "over"] = "vector"
    step: int = 0
    stage_step: int = 0
    best_step: int = 0
    worse: int = 0
    setbacks: int = 0
    seconds: float = 0.0
    photo_weight: float = 0.0
    photo_allowed: float = ALLOWED
    photo_lost: float = 0.0
    base: dict[str, float] = field(default_factory=dict)
    best_losses: dict[str, float] = field(default_factory=dict)
    optimizer: dict[str, Tensor] = field(default_factory=dict)
    training_log: list[TrainingStep] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write it as one act. Raises PictureError if the disk refuses; the file of before is unchanged then."""
        tensors = {"draws": self.draws}
        for kind in _TENSORS:
            tensors |= {f"{kind} {name}": tensor.detach().cpu() for name, tensor in getattr(self, kind).items()}
        state = json.dumps({name: getattr(self, name) for name in _VALUES})
        header = {"format": _FORMAT, "state": state, TRAINING_LOG_KEY: training_log_json(self.training_log)}
        replace_file(path, save({name: tensor.contiguous() for name, tensor in tensors.items()}, header))

    @classmethod
    def read(cls, path: Path, like: Mapping[str, Tensor], identity: str) -> TuningState:
        """The state in a file, on the device of the weights it is for.

        Raises StudioError if it is none, or that of a run with another identity.
        """
        try:
            check_ordinary(path)
            with safe_open(path, framework="pt") as file:
                header = file.metadata() or {}
                if header.get("format") != _FORMAT:
                    raise StudioError(
                        f"{path.name} was written by another version of Style Studio: learning cannot be continued.",
                        "Learn afresh.",
                    )
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
            values = parse_object(header["state"])
            known_values = {name: values[name] for name in _VALUES}
            check_fields(cls, known_values)
            check_measured(known_values)
            if known_values["identity"] != identity:  # before the shapes, which are those of another network perhaps
                raise StudioError(
                    f"The style begun in {path.name} was learnt from other pictures, with other settings, or with "
                    "another version of the network.",
                    "Name the same pictures and settings, or learn afresh.",
                )
            training_log = parse_training_log(header[TRAINING_LOG_KEY])
            kinds = {kind: _of_kind(kind, tensors) for kind in _TENSORS}
            for kind in ("weights", "average", "best"):
                kinds[kind] = {name: _fitted(kinds[kind][name], known) for name, known in like.items()}
            torch.Generator().set_state(tensors["draws"])
            return cls(**known_values, **cast(dict[str, Any], kinds), draws=tensors["draws"], training_log=training_log)
        except (OSError, SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise damaged(path) from error


def damaged(path: Path) -> StudioError:
    """What to say of a training file that cannot be read."""
    return StudioError(f"{path.name} is not there or damaged: learning cannot be continued from it.", "Learn afresh.")


_TENSORS = ("weights", "average", "best", "optimizer")
_VALUES = (
    "identity",
    "stage",
    "step",
    "stage_step",
    "best_step",
    "worse",
    "setbacks",
    "seconds",
    "photo_weight",
    "photo_allowed",
    "photo_lost",
    "base",
    "best_losses",
)


def _of_kind(kind: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(f"{kind} "): tensor for name, tensor in tensors.items() if name.startswith(f"{kind} ")}


def _fitted(tensor: Tensor, like: Tensor) -> Tensor:
    """The tensor on the device and in the memory format of another. Raises ValueError if it does not fit."""
    if tensor.shape != like.shape or not bool(torch.isfinite(tensor).all()):
        raise ValueError("a weight does not fit")
    return torch.empty_like(like, requires_grad=False).copy_(tensor)
