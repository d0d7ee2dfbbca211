"""What a training run leaves behind to look at: a log that goes on where the run does, and a plot of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from studio.core.errors import PictureError
from studio.core.training.training_plan import TrainingNews
from studio.engine.train import run_log
from studio.engine.train.run_log import LOG, PLOT, Record

STEPS = (
    TrainingNews(0, 3, {}, {"style": 0.6, "content": 0.3}),
    TrainingNews(1, 3, {"style": 1.0, "content": 0.5}),
    TrainingNews(2, 3, {"style": 0.9, "content": 0.6}, {"style": 0.5, "content": 0.3}),
)


@pytest.fixture
def record(tmp_path: Path) -> Record:
    record = Record(tmp_path, 0)
    for news in STEPS:
        record.add(news)
    return record


def test_what_was_logged_after_the_checkpoint_is_taken_back(record: Record, tmp_path: Path) -> None:
    Record(tmp_path, 1).add(TrainingNews(2, 3, {"style": 0.8, "content": 0.1}))
    lines = [json.loads(line) for line in (tmp_path / LOG).read_text().splitlines()]
    assert [line["step"] for line in lines] == [0, 1, 2]
    assert lines[2]["losses"]["style"] == 0.8


def test_a_run_from_the_start_begins_a_new_log(record: Record, tmp_path: Path) -> None:
    Record(tmp_path, 0)
    assert (tmp_path / LOG).read_text() == ""


@pytest.mark.parametrize("cut", [b'{"step": 2, "ste', b"\0\0\0\xff", b"[" * 5000, b'{"steps": 3}\n'])
def test_a_line_that_a_crash_has_cut_off_costs_only_itself(record: Record, tmp_path: Path, cut: bytes) -> None:
    with (tmp_path / LOG).open("ab") as file:
        file.write(cut)
    Record(tmp_path, 2).add(TrainingNews(3, 3, {"style": 0.7, "content": 0.5}))
    assert [json.loads(line)["step"] for line in (tmp_path / LOG).read_text().splitlines()] == [0, 1, 2, 3]


def test_a_log_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    record = Record(tmp_path, 0)
    (tmp_path / LOG).unlink()
    (tmp_path / LOG).mkdir()
    with pytest.raises(PictureError, match=r"log\.jsonl is a folder"):
        record.add(STEPS[0])
    (tmp_path / "samples").touch()
    with pytest.raises(PictureError, match="cannot be made"):
        record.add_sheet(torch.zeros(1, 3, 8, 8), 1)


@pytest.mark.slow  # matplotlib
def test_the_log_plots(record: Record, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    record.plot()
    assert (tmp_path / PLOT).stat().st_size > 10_000


def test_without_matplotlib_there_is_no_plot(record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_log, "find_spec", lambda name: None)
    record.plot()
    assert not (tmp_path / PLOT).exists()
