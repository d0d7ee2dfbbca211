"""The log of a fine-tuning, a TrainingStep per step, as it lies in the header of its training file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError, safe_open

from studio.core.engine_api.learning import TrainingStep
from studio.core.storage.untrusted import make_checked, parse_json
from studio.core.styles.learned_style_file import training_file

TRAINING_LOG_KEY = "training_log"


def training_log_json(log: Sequence[TrainingStep]) -> str:
    """What `parse_training_log` reads."""
    return json.dumps([asdict(step) for step in log])


def parse_training_log(text: str) -> list[TrainingStep]:
    """The log in a text. Raises ValueError if the text is not a log."""
    steps = parse_json(text)
    if not isinstance(steps, list):
        raise ValueError("this is not a training log")
    return [make_checked(TrainingStep, values) for values in steps]


def read_training_log(output: Path) -> list[TrainingStep]:
    """The log of the style begun in `output`, up to the step it resumes at; [] if it cannot be read.

    No weights are read for that.
    """
    try:
        with safe_open(training_file(output), framework="numpy") as file:
            return parse_training_log((file.metadata() or {})[TRAINING_LOG_KEY])
    except (OSError, SafetensorError, ValueError, KeyError):
        return []
