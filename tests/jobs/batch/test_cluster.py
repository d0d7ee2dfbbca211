"""A batch on a real cluster of two worker processes, one of which is killed while it paints."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image

from studio.core.batch.journal import JOURNAL_NAME
from studio.core.image_io.xmp import read_recipe
from tests.support.fakes import make_picture
from tests.support.local_cluster import ENVIRONMENT, client_code, local_cluster

STYLE = "durer-lion"
NAMES = [f"{letter}.png" for letter in "abcdefgh"]
MAKER = "tests.support.mortal_engine:make_counted_engine"

pytestmark = pytest.mark.slow  # a scheduler, two workers and a client: four times the start of Python


@pytest.fixture
def address() -> Iterator[str]:
    """Of the scheduler of two worker processes."""
    with local_cluster() as address:
        yield address


def run(folder: Path, address: str, before: str = "", more: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    words = ["batch", "photos", "--style", STYLE, "-o", "out", "--json", "--device", str(folder / "word"), *more]
    command = [sys.executable, "-c", client_code(MAKER, before), *words, "--cluster", address]
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)


@pytest.fixture(autouse=True)
def photos(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "word").mkdir()
    (tmp_path / "word" / "d.png dies").touch()
    (tmp_path / "word" / "f.png fails").touch()
    for seed, name in enumerate(NAMES):
        Image.fromarray(make_picture(32, 24, seed=seed).pixels).save(tmp_path / "photos" / name)


def test_a_worker_killed_half_way_costs_no_picture_and_doubles_none(tmp_path: Path, address: str) -> None:
    (tmp_path / "photos" / "b.png").write_text("Dear diary")
    done = run(tmp_path, address)
    assert done.returncode == 1, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[-1] == {
        "event": "done", "folder": "out", "items": 8, "done": 6, "skipped": 1, "failed": 1, "left": 0
    }  # fmt: skip
    ends = Counter((Path(line["photo"]).name, line["state"]) for line in events[1:-1])
    whole = [name for name in NAMES if name not in ("b.png", "f.png")]
    assert all(ends[name, "done"] == 1 for name in whole)
    assert ends["b.png", "skipped"] == ends["f.png", "failed"] == 1
    lines = [json.loads(line) for line in (tmp_path / "out" / JOURNAL_NAME).read_text().splitlines()]
    assert Counter(line["item"] for line in lines if line.get("state") == "done") == dict.fromkeys(
        (0, 2, 3, 4, 6, 7), 1
    )
    assert sorted(path.name for path in (tmp_path / "out").glob("*.png") if read_recipe(path)) == whole
    word = {path.name for path in (tmp_path / "word").iterdir()}
    assert "d.png dies" not in word
    assert len([name for name in word if name.startswith("engine")]) >= 2
    assert len([name for name in word if name.startswith("closed")]) >= 1


def test_a_scheduler_that_cannot_be_reached_is_told_in_a_sentence(tmp_path: Path) -> None:
    impatient = "import studio.jobs.cluster as cluster; cluster.CONNECT_SECONDS = 0.2; "
    done = run(tmp_path, "tcp://127.0.0.1:9", impatient)
    assert done.returncode == 2
    assert json.loads(done.stdout.splitlines()[-1])["message"] == (
        "No scheduler of a cluster answers at tcp://127.0.0.1:9."
    )


def test_workers_look_at_the_photos_whose_regions_have_to_be_found(tmp_path: Path, address: str) -> None:
    (tmp_path / "photos" / "b.png").write_text("Dear diary")
    regions = ("--region", "background:style=hokusai-poppies", "--region", "faces:protect", "--format", "ora")
    done = run(tmp_path, address, more=regions)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["done"] == 6
    with ZipFile(tmp_path / "out" / "a.ora") as archive:
        stack = archive.read("stack.xml").decode()
    assert 'name="Region: Background"' in stack and 'name="Region: Faces"' in stack
