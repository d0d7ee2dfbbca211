"""A folder that somebody else has prepared: whatever its journal and its links say, nothing outside is written to."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from studio.core.batch.job import BatchItem, BatchJob
from studio.core.batch.journal import JOURNAL_NAME, Journal
from studio.core.card import Card
from studio.core.errors import StudioError
from studio.core.image_io import open_picture
from studio.core.recipe import StyleRecipe
from studio.core.styles.style import Style
from studio.jobs.batch.batch import open_batch, resume_batch
from studio.jobs.batch.runner import run_batch
from tests.support.fakes import FakeEngine, make_picture


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of two photos, one of them in a folder below."""
    for name in ("a.png", "summer/sea.png"):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(make_picture(32, 24, seed=len(name)).pixels).save(path)
    return tmp_path / "photos"


@pytest.fixture
def job(tmp_path: Path) -> BatchJob:
    path = tmp_path / "style.png"
    Image.fromarray(make_picture(24, 24, seed=9).pixels).save(path)
    card = Card("own", "style", "Waves", "Anna", "", "unknown", "style.png", path, category="mine")
    return BatchJob((Style(open_picture(path), card),), StyleRecipe(long_edge=128))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def add_to_journal(output: Path, *lines: object) -> None:
    with (output / JOURNAL_NAME).open("a") as journal:
        journal.writelines(json.dumps(line) + "\n" for line in lines)


@pytest.mark.parametrize("name", ["../victim.png", "{}/victim.png", "sub/../../victim.png", "C:\\victim.png"])
def test_a_journal_that_names_a_file_elsewhere_does_not_get_it_overwritten(
    name: str, output: Path, job: BatchJob, photos: Path, tmp_path: Path
) -> None:
    (tmp_path / "victim.png").write_text("mine")
    name = name.format(tmp_path)
    open_batch(output, job, [photos], may_overwrite=True).close()
    add_to_journal(output, {"item": 3, "photo": str(photos / "a.png"), "output": name})
    with pytest.raises(StudioError, match=r"others have changed its journal: .*victim\.png.* leads out"):
        resume_batch(output)
    with closing(open_batch(output, job, [photos])) as batch:  # the photos of one's own are painted as ever
        assert "victim.png" in batch.notes[0]
        assert {report.state for report in run_batch(batch, FakeEngine())} >= {"done"}
    assert (output / "a.png").is_file() and (output / "summer" / "sea.png").is_file()
    assert (tmp_path / "victim.png").read_text() == "mine"


@pytest.mark.parametrize("link", ["a.png", "summer"])
def test_a_link_out_of_the_folder_is_not_written_through(
    link: str, output: Path, job: BatchJob, photos: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "sea.png").write_text("mine")
    open_batch(output, job, [photos], may_overwrite=True).close()
    (output / link).symlink_to(outside / "new.png" if link == "a.png" else outside)
    with closing(resume_batch(output)) as batch:
        reports = {report.item.output: report for report in run_batch(batch, FakeEngine())}
    skipped, painted = ("a.png", "summer/sea.png") if link == "a.png" else ("summer/sea.png", "a.png")
    assert (reports[skipped].state, reports[painted].state) == ("skipped", "done")
    assert "leads out of its folder" in reports[skipped].reason
    assert {path.name: path.read_bytes() for path in outside.iterdir()} == {"sea.png": b"mine"}


@pytest.mark.parametrize(
    "change",
    [
        {"recipe": "{}]"},
        {"recipe": 7},
        {"recipe": "[" * 5000},
        {"recipe": '{"long_edge": 1000000000}'},
        {"recipe": '{"version": "1"}'},
        {"options": None},
        {"options": {"size": [1_000_000_000, 1_000_000_000]}},
        {"options": {"quality": "high"}},
        {"options": {"quality": True}},
        {"options": {"format": "exe"}},
        {"options": {"format": ["png"]}},
        {"options": {"dpi": float("nan")}},
        {"options": {"surprise": 1}},
        {"title": 7},
        {"artist": ["Anna"]},
        {"cards": None},
        {"cards": []},
        {"cards": ["style.png"]},
        {"cards": [{}]},
        {"cards": [{"file": 7}]},
        {"styles": None},
        {"styles": [7]},
        {"styles": []},
    ],
    ids=str,
)
def test_a_job_that_no_studio_writes_is_one_sentence(
    change: dict[str, object], output: Path, job: BatchJob, photos: Path
) -> None:
    with closing(Journal(output)) as journal:
        journal.begin(job.to_values() | change, [BatchItem(0, photos / "a.png", "a.png")])
    with pytest.raises(StudioError) as caught:
        resume_batch(output)
    assert caught.value.message.endswith(".") and not list(output.glob("*.png"))


@pytest.mark.parametrize("file", ["style.png", "../style.png", "a\0.png", "", 7])
def test_a_card_in_a_job_says_where_its_picture_is(file: object, output: Path, job: BatchJob, photos: Path) -> None:
    values = job.to_values()
    values["cards"][0]["file"] = file
    with closing(Journal(output)) as journal:
        journal.begin(values, [BatchItem(0, photos / "a.png", "a.png")])
    with pytest.raises(StudioError, match="can no longer be read"):
        resume_batch(output)
