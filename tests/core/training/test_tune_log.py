"""The log of a style that is being learnt: it comes back from the training file, and what is none is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from studio.core.engine_api.learning import TrainingStep
from studio.core.styles.learned_style_file import training_file
from studio.core.training.tune_log import TRAINING_LOG_KEY, parse_training_log, read_training_log, training_log_json

LOG = [
    TrainingStep(0, 2, {"total": 2.0}, {"total": 2.5}, is_best=True),
    TrainingStep(1, 2, {"style": 0.5, "total": 1.5}),
    TrainingStep(2, 2, {"total": 1.0}, {"total": 1.25, "unseen": 0.75}, is_best=True),
]


def write(output: Path, header: dict[str, str]) -> None:
    save_file({"draws": np.zeros(1, np.uint8)}, training_file(output), header)


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    output = tmp_path / "style.safetensors"
    write(output, {TRAINING_LOG_KEY: training_log_json(LOG)})
    assert read_training_log(output) == LOG


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        "[" * 5000,
        "[7]",
        "[{}]",
        '[{"step": "1", "steps": 2, "losses": {}}]',
        '[{"step": 1}]',
        '[{"step": 1, "steps": 2, "losses": {"total": "low"}}]',
        '[{"step": 1, "steps": 2, "losses": {}, "surprise": 1}]',
    ],
)
def test_what_is_no_log_is_refused_and_read_as_empty(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        parse_training_log(text)
    output = tmp_path / "style.safetensors"
    write(output, {TRAINING_LOG_KEY: text})
    assert read_training_log(output) == []


@pytest.mark.parametrize("content", [None, b"", b"nonsense" * 50])
def test_without_a_training_file_there_is_no_log(content: bytes | None, tmp_path: Path) -> None:
    output = tmp_path / "style.safetensors"
    if content is not None:
        training_file(output).write_bytes(content)
    assert read_training_log(output) == []
    write(output, {})
    assert read_training_log(output) == []
