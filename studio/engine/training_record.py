"""What a training run leaves in its folder to look at: a log line for line, a plot of it, and sample sheets."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image
from torch import Tensor

from studio.core.training_plan import TrainingNews

LOG, PLOT = "log.jsonl", "log.png"
_SMOOTHED = 25  # steps that one point of the plot is the mean of


class Record:
    """The written side of a run."""

    def __init__(self, folder: Path, step: int) -> None:
        """step: where the run goes on; what the log says of later ones was lost with them and is taken out."""
        self._folder = folder
        self._log = folder / LOG
        lines = self._log.read_text(encoding="utf-8").splitlines() if self._log.is_file() and step else []
        kept = [line for line in lines if json.loads(line)["step"] <= step]
        self._log.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")

    def add(self, news: TrainingNews) -> None:
        """A line for a step."""
        with self._log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(news), allow_nan=True) + "\n")

    def add_sheet(self, sheet: Tensor, step: int) -> None:
        """A picture (1, 3, H, W) of what the network paints now."""
        folder = self._folder / "samples"
        folder.mkdir(exist_ok=True)
        pixels = (sheet[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0).cpu().numpy()
        Image.fromarray(pixels).save(folder / f"step-{step:06}.png")

    def plot(self) -> None:
        """Draw the log, where matplotlib is installed."""
        if find_spec("matplotlib") is None:
            return
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot

        news = [json.loads(line) for line in self._log.read_text(encoding="utf-8").splitlines()]
        figure, axes = pyplot.subplots(1, 2, figsize=(11, 4))
        _draw_losses(axes[0], [line for line in news if line["losses"]])
        judged = [line for line in news if line["judged"]]
        for name in ("style", "content"):
            axes[1].plot([line["step"] for line in judged], [line["judged"][name] for line in judged], label=name)
        axes[1].set(title="errors on works not trained on", xlabel="step", ylim=(0, None))
        axes[1].legend()
        figure.tight_layout()
        figure.savefig(self._folder / PLOT, dpi=90)
        pyplot.close(figure)


def _draw_losses(axis: Any, news: list[dict[str, Any]]) -> None:
    for name in ("style", "content"):
        values = [line["losses"][name] for line in news]
        parts = [values[start : start + _SMOOTHED] for start in range(0, len(values), _SMOOTHED)]
        steps = [news[min(start + _SMOOTHED, len(news)) - 1]["step"] for start in range(0, len(values), _SMOOTHED)]
        axis.plot(steps, [sum(part) / len(part) for part in parts], label=name)
    axis.set(title="losses trained on", xlabel="step", yscale="log")
    if news:
        axis.legend()
