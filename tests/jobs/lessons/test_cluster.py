"""Lessons on a real cluster of two worker processes, one of which is killed in the middle of a lesson."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studio.core.engine_api.contract import EngineSettings, Event, Request
from studio.core.engine_api.learning import TuneRequest
from studio.core.styles.learned_style_file import read_learned, training_file
from studio.core.training.tune_log import read_training_log
from tests.support.fakes import FakeEngine, make_picture
from tests.support.local_cluster import ENVIRONMENT, client_code, local_cluster
from tests.support.mortal_engine import MortalEngine

MAKER = "tests.jobs.lessons.test_cluster:make_engine"
ARTISTS = ("cassatt", "durer", "hokusai", "monet")

pytestmark = pytest.mark.slow  # a scheduler, two workers and a client: four times the start of Python


class RecordedEngine(MortalEngine):
    """Leaves word in its folder of each lesson that it begins or resumes: the size of the checkpoint, in bytes."""

    def run(self, request: Request) -> Iterator[Event]:
        assert isinstance(request, TuneRequest)
        mark = "resumed" if request.is_resumed else "begun"
        known = training_file(request.output).read_bytes() if request.is_resumed else b""
        with (self.folder / f"{request.card.title} {mark}").open("a") as file:
            file.write(f"{len(known)}\n")
        yield from super().run(request)


def make_engine(settings: EngineSettings) -> FakeEngine:
    assert settings.device is not None
    return RecordedEngine(Path(settings.device))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of the scheduler of two worker processes."""
    with local_cluster() as address:
        yield address


@pytest.fixture(autouse=True)
def art(tmp_path: Path) -> None:
    (tmp_path / "word").mkdir()
    for seed, artist in enumerate(ARTISTS):
        (tmp_path / "art" / artist).mkdir(parents=True)
        for number in range(3):
            pixels = make_picture(300, 260, seed=10 * seed + number).pixels
            Image.fromarray(pixels).save(tmp_path / "art" / artist / f"{number}.png")


def command(folder: Path, address: str) -> list[str]:
    """With pieces of one step, so that a checkpoint travels after each."""
    before = "import studio.jobs.lessons.cluster as cluster; cluster.PIECE_SECONDS = 0.0; "
    words = ["tune-many", "art", "-o", "styles", "--json", "--device", str(folder / "word"), "--cluster", address]
    return [sys.executable, "-c", client_code(MAKER, before), *words]


def run(folder: Path, address: str) -> tuple[int, list[dict[str, Any]]]:
    done = subprocess.run(command(folder, address), cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.stdout, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def ends(events: list[dict[str, Any]]) -> dict[str, str]:
    return {
        event["output"].removesuffix(".safetensors"): event["state"]
        for event in events
        if event["event"] == "item" and event["state"] in ("done", "skipped", "failed")
    }


def word(folder: Path, name: str) -> list[int]:
    """The sizes of the checkpoints of all beginnings that were noted."""
    path = folder / "word" / name
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_lesson_whose_worker_dies_goes_on_at_its_last_checkpoint(tmp_path: Path, address: str) -> None:
    (tmp_path / "word" / "durer dies").touch()
    code, events = run(tmp_path, address)
    assert code == 0
    assert ends(events) == dict.fromkeys(ARTISTS, "done")
    assert not (tmp_path / "word" / "durer dies").exists()
    assert word(tmp_path, "durer begun") == [0]
    (size,) = word(tmp_path, "durer resumed")
    assert size > 0
    for artist in ARTISTS:
        path = tmp_path / "styles" / f"{artist}.safetensors"
        card, _ = read_learned(path)
        assert card.title == artist and not training_file(path).exists()
    assert code == run(tmp_path, address)[0]
    assert len(word(tmp_path, "durer resumed")) == 1  # the second time nothing was left


def test_what_fails_or_kills_every_worker_is_listed_and_costs_no_other(tmp_path: Path, address: str) -> None:
    (tmp_path / "word" / "cassatt fails").touch()
    (tmp_path / "word" / "monet kills").touch()
    code, events = run(tmp_path, address)
    assert code == 1
    assert ends(events) == {"cassatt": "failed", "durer": "done", "hokusai": "done", "monet": "failed"}
    reasons = {event["output"]: event["reason"] for event in events if "reason" in event}
    assert reasons["cassatt.safetensors"] == "There is not enough memory."
    assert reasons["monet.safetensors"].startswith("Every worker that learnt this style died")
    for name in ("cassatt fails", "monet kills"):
        (tmp_path / "word" / name).unlink()
    code, events = run(tmp_path, address)
    assert (code, ends(events)) == (0, {"cassatt": "done", "monet": "done"})
    assert word(tmp_path, "cassatt resumed")[-1] > 0 and word(tmp_path, "monet resumed")[-1] > 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the gate is a named pipe")
def test_ctrl_c_keeps_checkpoints_and_the_same_command_goes_on(tmp_path: Path, address: str) -> None:
    gate = tmp_path / "word" / "hokusai waits"
    os.mkfifo(gate)
    with subprocess.Popen(
        command(tmp_path, address), cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    ) as learning:
        assert learning.stdout is not None
        heard = []
        for line in learning.stdout:
            heard.append(json.loads(line))
            if heard[-1].get("output") == "hokusai.safetensors" and heard[-1].get("step") == 2:
                break
        learning.send_signal(signal.SIGINT)
        rest = learning.stdout.read()
    assert learning.returncode == 130, rest
    assert json.loads(rest.splitlines()[-1])["event"] == "stopped"
    assert [step.step for step in read_training_log(tmp_path / "styles" / "hokusai.safetensors")] == [1, 2]
    both_ends = os.open(gate, os.O_RDWR)  # whoever waits at the pipe goes on
    try:
        code, events = run(tmp_path, address)
    finally:
        os.close(both_ends)
    assert code == 0 and events[-1]["done"] == 4
    assert word(tmp_path, "hokusai begun") == [0] and word(tmp_path, "hokusai resumed")[-1] > 0


def test_a_cluster_of_ones_own_is_started_and_ended(tmp_path: Path) -> None:
    code, events = run(tmp_path, "local:2")
    assert (code, ends(events)) == (0, dict.fromkeys(ARTISTS, "done"))
