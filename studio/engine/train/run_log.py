"""What a training run writes for people: a log with a line per step, a plot of it, and sample sheets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from torch import Tensor

from studio.core.storage.atomic_write import make_folder, replace_file, unwritable
from studio.core.training.training_plan import TrainingNews

LOG, PLOT = "log.jsonl", "log.png"
_SMOOTHED = 25  # steps that one point of the plot is the mean of


class Record:
    """The log, plot and samples in the folder of a run. All methods raise PictureError if the disk refuses."""

    def __init__(self, folder: Path, step: int) -> None:
        """step: at which the run resumes; lines of later steps are removed, as these steps are taken again."""
        self._folder = folder
        self._log = folder / LOG
        kept = [line for line in self._lines() if line["step"] <= step] if step else []
        replace_file(self._log, "".join(map(_as_line, kept)).encode())

    def add(self, news: TrainingNews) -> None:
        """A line for a step."""
        try:
            with self._log.open("a", encoding="utf-8") as file:
                file.write(_as_line(asdict(news)))
        except OSError as error:
            raise unwritable(self._log, error) from error

    def add_sheet(self, sheet: Tensor, step: int) -> None:
        """Write a sample sheet (1, 3, H, W) of what the network paints after `step` steps."""
        folder = self._folder / "samples"
        make_folder(folder)
        pixels = (sheet[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0).cpu().numpy()
        encoded = BytesIO()
        Image.fromarray(pixels).save(encoded, "PNG")
        replace_file(folder / f"step-{step:06}.png", encoded.getvalue())

    def plot(self) -> None:
        """Draw the log, where matplotlib is installed."""
        if find_spec("matplotlib") is None:
            return
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot

        news = self._lines()
        figure, axes = pyplot.subplots(1, 2, figsize=(11, 4))
        _draw_losses(axes[0], [line for line in news if line["losses"]])
        validated = [line for line in news if line["validation"]]
        for name in ("style", "content"):
            errors = [line["validation"][name] for line in validated]
            axes[1].plot([line["step"] for line in validated], errors, label=name)
        axes[1].set(title="errors on works not trained on", xlabel="step", ylim=(0, None))
        axes[1].legend()
        figure.tight_layout()
        encoded = BytesIO()
        figure.savefig(encoded, format="png", dpi=90)
        pyplot.close(figure)
        replace_file(self._folder / PLOT, encoded.getvalue())

    def _lines(self) -> list[dict[str, Any]]:
        """The lines of the log; those that a crash or a full disk has cut off are left out."""
        found: list[dict[str, Any]] = []
        if not self._log.is_file():
            return found
        for line in self._log.read_bytes().splitlines():
            with suppress(ValueError, RecursionError):
                values = json.loads(line)
                if isinstance(values, dict) and isinstance(values.get("step"), int):
                    found.append(values)
        return found


def _as_line(values: Mapping[str, Any]) -> str:
    return json.dumps(values, allow_nan=True) + "\n"


def _draw_losses(axis: Any, news: list[dict[str, Any]]) -> None:
    for name in ("style", "content"):
        values = [line["losses"][name] for line in news]
        parts = [values[start : start + _SMOOTHED] for start in range(0, len(values), _SMOOTHED)]
        steps = [news[min(start + _SMOOTHED, len(news)) - 1]["step"] for start in range(0, len(values), _SMOOTHED)]
        axis.plot(steps, [sum(part) / len(part) for part in parts], label=name)
    axis.set(title="losses trained on", xlabel="step", yscale="log")
    if news:
        axis.legend()
