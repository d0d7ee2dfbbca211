"""Training in miniature: folders of tiny pictures, crops of few pixels, and a process of a group as a program."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from studio.core.training.training_plan import TrainingPlan
from studio.engine.train import augmentation, run_log, train_base, validation
from studio.engine.train.checkpoint import TrainingState
from studio.engine.train.trainer import Trainer
from tests.support.scenes import waves, weave

WORKS = 4


def make_folders(folder: Path) -> tuple[Path, Path]:
    """A folder of photos and one of styles: some works, each whole and in one crop."""
    for name in ("photos", "styles"):
        (folder / name).mkdir(parents=True)
    for number in range(WORKS):
        _save(waves(40, 44, turn=number), folder / "photos" / f"photo{number}_full.png")
        _save(waves(36, 36, turn=number + 0.1), folder / "photos" / f"photo{number}_crop1.png")
        _save((weave() * (0.4 + 0.2 * number)).clamp(0, 1), folder / "styles" / f"style{number}_full.png")
        _save(weave(34, 34).roll(number, 1), folder / "styles" / f"style{number}_crop1.png")
    return folder / "photos", folder / "styles"


def small_plan(folders: tuple[Path, Path], out: Path, **changes: Any) -> TrainingPlan:
    """Four steps on pictures of 32 px."""
    settings: dict[str, Any] = {"steps": 4, "batch": 1, "crop": 32, "device": "cpu", "memory": 0.01}
    settings |= {"validate_every": 4, "save_every": 2, "rate": 1e-3}
    return TrainingPlan(*folders, out, **(settings | changes))


def shrink_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let styles and validation be of few pixels, and descriptors of few numbers; leave out nothing, draw no plots.

    All processes compute in float32, by torch's own convolution: what is quickest may differ while others are busy.
    """
    monkeypatch.setattr(augmentation, "STYLE_EDGES", (32, 40))
    monkeypatch.setattr(validation, "EDGE", 32)
    monkeypatch.setattr(validation, "SHEET_EDGE", 16)
    monkeypatch.setattr(train_base, "bundled_cards", lambda kind: ())
    monkeypatch.setattr(train_base, "LENGTH", 8)
    monkeypatch.setattr(train_base, "choose_dtype", lambda device: torch.float32)
    monkeypatch.setattr(train_base, "choose_winograd", lambda device, dtype: False)
    monkeypatch.setattr(run_log, "find_spec", lambda name: None)


def digest(tensors: Mapping[str, Tensor]) -> str:
    """Equal for equal tensors."""
    found = hashlib.sha256()
    for name in sorted(tensors):
        found.update(tensors[name].detach().numpy().tobytes())
    return found.hexdigest()


def _save(image: Tensor, path: Path) -> None:
    pixels = (image[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    Image.fromarray(pixels).save(path)


def main(photos: str, styles: str, out: str, told: str, options: str = "{}") -> None:
    """Train as a process of the group in the environment; write to `told` what this process said and has learnt.

    told: "RANK" in it stands for that of the process. options: changes of the plan as JSON, and "death": the rank of a
    process that is killed before a step, once, and the number of that step.
    """
    states: list[TrainingState] = []
    fresh_state, step = train_base.fresh_state, Trainer._step
    changes = {"steps": 2} | json.loads(options)
    rank, last = changes.pop("death", (None, 0))

    def remember(network: nn.Module, plan: TrainingPlan, processes: int) -> TrainingState:
        states.append(fresh_state(network, plan, processes))
        return states[-1]

    def die(trainer: Trainer) -> dict[str, float]:
        mark = Path(f"{told}.death")
        if trainer._group.rank == rank and trainer.state.step == last and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return step(trainer)

    with pytest.MonkeyPatch.context() as patch:
        shrink_training(patch)
        patch.setattr(train_base, "fresh_state", remember)
        patch.setattr(Trainer, "_step", die)
        plan = small_plan((Path(photos), Path(styles)), Path(out), **changes)
        steps = [news.step for news in train_base.train_base(plan)]
    said = {"weights": digest(states[0].network.state_dict()), "news": len(steps)}
    Path(told.replace("RANK", os.environ.get("RANK", "0"))).write_text(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
