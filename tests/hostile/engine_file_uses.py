"""Files that only the engine reads: how a sound one is written, and how it is read and used. As `data_file_uses`."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

import torch

from studio.core.engine_api.learning import TrainingStep
from studio.core.training.training_plan import TrainingNews, TrainingPlan
from studio.engine.finetune.checkpoint import TuningState
from studio.engine.networks import probes
from studio.engine.networks.network_file import predictor_of, read_network, save_network
from studio.engine.networks.style_network import StyleNetwork, Widths
from studio.engine.train.checkpoint import fresh_state, load_state, save_state
from studio.engine.train.run_log import LOG, Record

_WEIGHTS = {"vector": torch.zeros(100), "up_1.weight": torch.zeros(4, 4, 3, 3)}
_LOSSES = {"style": 0.5, "content": 0.1, "total": 0.6}


def write_tuning_state(home: Path) -> Path:
    path = home / "learning" / "style.training"
    path.parent.mkdir()
    training_log = [TrainingStep(step, 3, _LOSSES, _LOSSES, is_best=True) for step in (1, 2)]
    weights, average, best = _copy(), _copy(), _copy()
    state = TuningState("identity", torch.get_rng_state(), weights, average, best, step=2, training_log=training_log)
    state.optimizer = {f"exp_avg.{name}": tensor for name, tensor in _copy().items()}
    state.base = state.best_losses = dict(_LOSSES)
    state.write(path)
    return path


def use_tuning_state(path: Path) -> None:
    state = TuningState.read(path, _WEIGHTS, "identity")
    torch.Generator().set_state(state.draws)
    state.write(path)


def write_checkpoint(home: Path) -> Path:
    path = home / "run" / "checkpoint.safetensors"
    path.parent.mkdir()
    save_state(fresh_state(_small_network(), _plan(path)), _plan(path), path)
    return path


def use_checkpoint(path: Path) -> None:
    state = fresh_state(_small_network(), _plan(path))
    load_state(state, _plan(path), path)
    save_state(state, _plan(path), path)


def _small_network() -> torch.nn.Module:
    return torch.nn.Conv2d(4, 4, 3)


def _plan(path: Path) -> TrainingPlan:
    home = path.parent.parent
    return TrainingPlan(home, home, path.parent)


def write_network(home: Path) -> Path:
    path = home / "run" / "network.safetensors"
    path.parent.mkdir()
    widths = Widths(stem=8, down=8, body=8, inside=8, up=8, last=8, blocks=1)
    save_network(StyleNetwork(widths).state_dict(), widths, "arbitrary_style_magenta", path)
    return path


def use_network(path: Path) -> None:
    predictor_of(path)
    read_network(path)


def write_training_log(home: Path) -> Path:
    folder = home / "run"
    folder.mkdir()
    record = Record(folder, 0)
    for step in range(4):
        record.add(TrainingNews(step, 4, _LOSSES, _LOSSES if step % 2 else None))
    return folder / LOG


def use_training_log(path: Path) -> None:
    record = Record(path.parent, 2)
    record.add(TrainingNews(3, 4, _LOSSES))


def write_probes(home: Path) -> Path:
    path = home / "cache" / "probes.json"
    path.parent.mkdir()
    use_probes(path)
    return path


def use_probes(path: Path) -> None:
    """Choose as at a start; what is not remembered is found out at once, without any measuring."""
    with (
        patch.dict(os.environ, STYLE_STUDIO_CACHE=str(path.parent)),
        patch.multiple(probes, is_bfloat16_better=lambda _: True, is_winograd_better=lambda _: True),
    ):
        dtype = probes.choose_dtype(torch.device("cpu"))
        probes.choose_winograd(torch.device("cpu"), dtype)


def _copy() -> dict[str, torch.Tensor]:
    """Of the weights; a file must not hold the same memory twice."""
    return {name: tensor.clone() for name, tensor in _WEIGHTS.items()}
