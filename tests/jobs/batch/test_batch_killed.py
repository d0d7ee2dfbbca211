"""A batch whose process is killed between any two bytes goes on: nothing is lost, half, painted twice or left over."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from studio.core.batch.journal import JOURNAL_NAME, read_journal
from studio.core.errors import StudioError
from studio.jobs.batch.batch import resume_batch
from studio.jobs.batch.runner import run_batch
from tests.support.fakes import FakeEngine, make_picture
from tests.support.killed_rounds import rounds_of

ROOT = Path(__file__).parents[3]
KILLS, SEED = 30, 1


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of as many photos as there are kills, and a style beside it."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(KILLS):
        Image.fromarray(make_picture(32, 24, seed=number).pixels).save(folder / f"{number:02}.png")
    Image.fromarray(make_picture(24, 24, seed=99).pixels).save(tmp_path / "style.png")
    return folder


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a new interpreter for each kill would take too long")
def test_a_batch_killed_thirty_times_is_painted_to_its_end(photos: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    rounds = rounds_of("killed_batch", photos, tmp_path / "style.png", output, SEED, KILLS)
    assert [one["status"] for one in rounds] == [-9] * KILLS + [0]
    there: set[str] = set()
    for one in rounds:
        assert there <= set(one["files"]), "an artwork is lost"
        assert not there & set(one["painted"]), "an artwork is painted that was there"
        there = set(one["files"])
    names = {path.name for path in photos.iterdir()}
    assert there == names
    assert sum(len(one["painted"]) for one in rounds) <= len(names) + KILLS  # a kill costs one picture at most
    record = read_journal(output)
    assert record is not None and record.has_ended and record.refused == []
    assert {path.name for path in output.iterdir()} == names | {JOURNAL_NAME}  # no temporary file, no lock


HOLDER = """
import sys
from pathlib import Path
from studio.core.styles.style import Style
from studio.core.batch.job import BatchJob
from studio.core.card import Card
from studio.core.image_io import open_picture
from studio.core.recipe import StyleRecipe
from studio.jobs.batch.batch import open_batch
from studio.jobs.batch.runner import run_batch
from tests.support.fakes import FakeEngine

photos, style, output = map(Path, sys.argv[1:])
card = Card("own", "style", "Waves", "Anna", "", "unknown", "style.png", style, category="mine")
job = BatchJob((Style(open_picture(style), card),), StyleRecipe(long_edge=128))
for report in run_batch(open_batch(output, job, [photos]), FakeEngine()):
    if report.state == "done":
        print("at work", flush=True)
        sys.stdin.read()
"""


def test_a_second_process_leaves_a_batch_alone_and_goes_on_when_the_first_is_dead(photos: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    command = [sys.executable, "-c", HOLDER, str(photos), str(tmp_path / "style.png"), str(output)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as holder:
        assert holder.stdout is not None and holder.stdout.readline().strip() == b"at work"
        before = (output / JOURNAL_NAME).read_bytes()
        with pytest.raises(StudioError, match="Another Style Studio is writing to"):
            resume_batch(output)
        assert (output / JOURNAL_NAME).read_bytes() == before
        holder.kill()
    with closing(resume_batch(output)) as batch:
        assert len(batch.left) == KILLS - 1
        assert {report.state for report in run_batch(batch, FakeEngine())} >= {"done"}
    assert len(list(output.glob("*.png"))) == KILLS
