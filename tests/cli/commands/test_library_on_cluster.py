"""The library on a real cluster of two worker processes, one of which may die: it sees what this machine sees."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio.core.engine_api.contract import DescribeRequest
from studio.core.library.library_index import LibraryIndex
from tests.support.command_line import Studio
from tests.support.fakes import describe, make_picture
from tests.support.local_cluster import ENVIRONMENT, client_code, local_cluster

MAKER = "tests.support.mortal_engine:make_counted_engine"
NAMES = [f"{letter}.png" for letter in "abcdefghij"]

pytestmark = pytest.mark.slow  # a scheduler, two workers and a client: four times the start of Python


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of the scheduler of two worker processes."""
    with local_cluster() as address:
        yield address


@pytest.fixture(autouse=True)
def pictures(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "word").mkdir()
    for seed, name in enumerate(NAMES):
        Image.fromarray(make_picture(32, 24, seed=seed).pixels).save(tmp_path / "pictures" / name)


def command(folder: Path, address: str, *words: str) -> list[str]:
    more = ["--json", "--device", str(folder / "word"), "--cluster", address]
    return [sys.executable, "-c", client_code(MAKER), *words, *more]


def run(folder: Path, address: str, *words: str) -> subprocess.CompletedProcess[str]:
    for name in (*word(folder, "engine"), *word(folder, "closed")):  # of an earlier command, on the same workers
        (folder / "word" / name).unlink()
    return subprocess.run(command(folder, address, *words), cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)


def events_of(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def word(folder: Path, start: str) -> list[str]:
    return [path.name for path in (folder / "word").iterdir() if path.name.startswith(start)]


def test_a_worker_that_dies_costs_no_picture_and_what_was_seen_is_in_the_index(tmp_path: Path, address: str) -> None:
    (tmp_path / "pictures" / "b.png").write_text("Dear diary")
    (tmp_path / "word" / "d.png dies").touch()
    done = run(tmp_path, address, "index", "pictures", "--index", "index")
    assert done.returncode == 0, done.stderr
    events = events_of(done)
    assert [Path(event["path"]).name for event in events if event["event"] == "left_out"] == ["b.png"]
    assert events[-1] == {"event": "done", "looked_at": 10, "left_out": 1, "pictures": 9}
    assert not (tmp_path / "word" / "d.png dies").exists()
    assert len(word(tmp_path, "engine")) >= 2
    assert len(word(tmp_path, "closed")) >= 1
    with LibraryIndex(tmp_path / "index") as index:
        pictures = index.pictures(index.rows())
        assert len(pictures) == 9
        for picture in pictures:
            pixels = make_picture(32, 24, picture.path.name, NAMES.index(picture.path.name))
            expected = describe(DescribeRequest(pixels)).vectors
            assert picture.fingerprint == pixels.fingerprint
            np.testing.assert_allclose(index.vectors("style", np.array([picture.row]))[0], expected["style"], atol=1e-3)
    again = run(tmp_path, address, "index", "pictures", "--index", "index")
    assert events_of(again) == [{"event": "done", "looked_at": 0, "left_out": 0, "pictures": 9}]


def test_a_picture_that_kills_every_worker_is_left_out_until_the_next_time(tmp_path: Path, address: str) -> None:
    (tmp_path / "word" / "f.png kills").touch()
    done = run(tmp_path, address, "index", "pictures", "--index", "index")
    assert done.returncode == 0, done.stderr
    left_out = [event for event in events_of(done) if event["event"] == "left_out"]  # with others on these workers
    assert "f.png" in [Path(event["path"]).name for event in left_out]
    assert all(event["problem"].startswith("Every worker that had this picture died") for event in left_out)
    (tmp_path / "word" / "f.png kills").unlink()
    again = run(tmp_path, address, "index", "pictures", "--index", "index")
    assert events_of(again)[-1] == {
        "event": "done",
        "looked_at": len(left_out),
        "left_out": 0,
        "pictures": 10,
    }


def test_what_fails_on_a_worker_ends_the_command_as_it_does_here_and_keeps_what_was_seen(
    tmp_path: Path, address: str
) -> None:
    (tmp_path / "word" / "g.png fails").touch()
    done = run(tmp_path, address, "index", "pictures", "--index", "index")
    assert done.returncode == 1
    assert events_of(done)[-1]["message"] == "There is not enough memory."
    with LibraryIndex(tmp_path / "index") as index:
        assert index.count == 6


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the gate is a named pipe")
def test_ctrl_c_keeps_what_was_seen_and_the_same_command_goes_on(tmp_path: Path, address: str) -> None:
    gate = tmp_path / "word" / "c.png waits"
    os.mkfifo(gate)
    words = command(tmp_path, address, "index", "pictures", "--index", "index")
    with subprocess.Popen(words, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as indexing:
        assert indexing.stdout is not None
        assert json.loads(indexing.stdout.readline()) == {"event": "progress", "done": 1, "total": 10}
        indexing.send_signal(signal.SIGINT)
        rest = indexing.stdout.read()
    assert indexing.returncode == 130
    assert json.loads(rest.splitlines()[-1])["message"] == "Interrupted."
    with LibraryIndex(tmp_path / "index") as index:
        known = index.count
        assert 1 <= known <= 2
    both_ends = os.open(gate, os.O_RDWR)  # whoever waits at the pipe goes on
    try:
        done = run(tmp_path, address, "index", "pictures", "--index", "index")
    finally:
        os.close(both_ends)
    assert events_of(done)[-1] == {"event": "done", "looked_at": 10 - known, "left_out": 0, "pictures": 10}


def test_features_of_a_cluster_are_those_of_this_machine_in_the_order_of_the_pictures(
    tmp_path: Path, address: str, studio: Studio
) -> None:
    (tmp_path / "word" / "a.png dies").touch()
    done = run(tmp_path, address, "features", "pictures", "-o", "there.npz", "--weights", "/not/here")
    assert done.returncode == 0, done.stderr
    assert studio("features", tmp_path / "pictures", "-o", tmp_path / "here.npz") == 0
    here, there = (dict(np.load(tmp_path / name)) for name in ("here.npz", "there.npz"))
    assert [Path(path).name for path in there["paths"]] == NAMES
    assert [Path(path).name for path in here["paths"]] == NAMES
    for layer in set(here) - {"paths"}:
        np.testing.assert_array_equal(here[layer], there[layer])
