"""A batch on an output folder, with a fake engine: what is painted, skipped, failed, resumed and never lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from studio.core.batch.job import BatchItem, BatchJob, ItemReport
from studio.core.batch.journal import Journal, read_journal
from studio.core.card import Card
from studio.core.engine_api.contract import Done, Event, Failed, Request, SeeRequest, StyleRequest
from studio.core.errors import EngineError, RecipeError, StudioError, WeightsError
from studio.core.image_io import ExportOptions, open_picture
from studio.core.image_io.xmp import read_recipe
from studio.core.recipe import StyleRecipe
from studio.core.regions.region import Region
from studio.core.regions.shapes import Found, Mask
from studio.core.styles.style import Style
from studio.jobs.batch.batch import open_batch, resume_batch
from studio.jobs.batch.runner import run_batch
from tests.support.fakes import FakeEngine, make_picture


class MoodyEngine(FakeEngine):
    """Raises, where the photo's name is among `errors`, at the second frame."""

    def __init__(self, **errors: Exception) -> None:
        super().__init__()
        self.errors = errors

    def before_frame(self, request: StyleRequest, step: int) -> None:
        assert request.content is not None
        error = self.errors.get(Path(request.content.name).stem)
        if error is not None and step == 2:
            raise error

    @property
    def painted(self) -> list[str]:
        return [request.content.name for request in self.requests]


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    """Writes a photo into the folder of photos."""

    def save(name: str) -> Path:
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(make_picture(32, 24, seed=len(name)).pixels).save(path)
        return path

    return save


@pytest.fixture
def photos(save: Callable[..., Path]) -> Path:
    """A folder of three photos."""
    for name in ("a.png", "b.png", "c.png"):
        save(name)
    return save("a.png").parent


@pytest.fixture
def job(tmp_path: Path) -> BatchJob:
    path = tmp_path / "style.png"
    Image.fromarray(make_picture(24, 24, seed=9).pixels).save(path)
    card = Card("own", "style", "Waves", "Anna", "", "unknown", "style.png", path, category="mine")
    return BatchJob((Style(open_picture(path), card),), StyleRecipe(long_edge=128))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out"


def paint(
    output: Path, job: BatchJob, place: Path, engine: FakeEngine | None = None, *, may_overwrite: bool = False
) -> dict[str, ItemReport]:
    """Run a batch to its end; the last report of each photo that was left."""
    with closing(open_batch(output, job, [place], may_overwrite=may_overwrite)) as batch:
        return {report.item.photo.name: report for report in run_batch(batch, engine or MoodyEngine())}


def states(reports: dict[str, ItemReport]) -> dict[str, str]:
    return {name: report.state for name, report in reports.items()}


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.*") if not p.name.startswith(".")}


def test_every_photo_becomes_an_artwork_with_recipe_and_credits(output: Path, job: BatchJob, photos: Path) -> None:
    reports = paint(output, job, photos)
    assert states(reports) == {"a.png": "done", "b.png": "done", "c.png": "done"}
    assert sorted(files(output)) == ["a.png", "b.png", "c.png"]
    assert read_recipe(output / "a.png") == job.recipe
    assert b"Waves" in (output / "a.png").read_bytes()
    assert reports["a.png"].size == (output / "a.png").stat().st_size


def test_an_item_is_opened_painted_saved_and_done(output: Path, job: BatchJob, save: Callable[..., Path]) -> None:
    with closing(open_batch(output, job, [save("a.png")])) as batch:
        reports = list(run_batch(batch, FakeEngine(frames=2)))
    told = [(report.state, report.progress) for report in reports]
    expected = [("opening", 0), ("painting", 0), ("painting", 0.5), ("painting", 1), ("saving", 1), ("done", 1)]
    assert told == expected


def test_what_is_missing_of_a_photo_is_noted_with_its_artwork(output: Path, job: BatchJob, photos: Path) -> None:
    data = (photos / "a.png").read_bytes()
    (photos / "a.png").write_bytes(data[: len(data) // 2] + bytes(len(data) // 2))
    reports = paint(output, job, photos)
    assert states(reports) == {"a.png": "done", "b.png": "done", "c.png": "done"}
    assert reports["a.png"].notes == ("Part of this file is missing or damaged.",)
    assert reports["b.png"].notes == ()


def test_folders_below_keep_their_places(output: Path, job: BatchJob, save: Callable[..., Path]) -> None:
    save("summer/sea.png")
    paint(output, job, save("sea.png").parent)
    assert sorted(files(output)) == ["sea.png", "summer/sea.png"]


def test_a_file_that_is_no_picture_is_skipped_and_the_rest_goes_on(output: Path, job: BatchJob, photos: Path) -> None:
    (photos / "b.png").write_text("no picture")
    reports = paint(output, job, photos)
    assert states(reports) == {"a.png": "done", "b.png": "skipped", "c.png": "done"}
    assert "b.png is not a picture" in reports["b.png"].reason


@pytest.mark.parametrize("error", [MemoryError(), EngineError("Out of memory."), ZeroDivisionError("brush")])
def test_what_befalls_one_item_does_not_end_the_batch(
    output: Path, job: BatchJob, photos: Path, error: Exception
) -> None:
    engine = MoodyEngine(b=error)
    reports = paint(output, job, photos, engine)
    assert states(reports) == {"a.png": "done", "b.png": "failed", "c.png": "done"}
    assert reports["b.png"].reason
    assert len(engine.requests) == 3


def test_an_engine_that_tells_of_its_failure_says_nonsense_or_ends_in_silence_fails_the_item(
    output: Path, job: BatchJob, photos: Path
) -> None:
    class Telling(FakeEngine):
        def run(self, request: Request) -> Iterator[Event]:
            yield Failed(request.id, EngineError("Not today."))

    assert {report.reason for report in paint(output, job, photos, Telling()).values()} == {"Not today."}

    class Silent(FakeEngine):
        def run(self, request: Request) -> Iterator[Event]:
            return iter(())

    assert "ended without a picture" in paint(output, job, photos, Silent())["a.png"].reason

    class Lying(FakeEngine):
        def run(self, request: Request) -> Iterator[Event]:
            yield Done(request.id, None)  # type: ignore[arg-type]

    assert "sent something invalid" in paint(output, job, photos, Lying())["a.png"].reason


@pytest.mark.parametrize("where", ["describe", "paint"])
def test_what_would_befall_every_item_ends_the_batch_at_once(
    output: Path, job: BatchJob, photos: Path, where: str
) -> None:
    error = WeightsError("vgg.safetensors is missing.")
    engine = FakeEngine(describe_error=error) if where == "describe" else MoodyEngine(a=error)
    with pytest.raises(WeightsError):
        paint(output, job, photos, engine)
    assert len(engine.requests) == (where == "paint")
    assert not read_journal(output).has_ended


def test_weights_that_no_photo_can_be_looked_at_without_end_the_batch_at_once(
    output: Path, job: BatchJob, photos: Path
) -> None:
    class Blind(MoodyEngine):
        def run(self, request: Request) -> Iterator[Event]:
            if isinstance(request, SeeRequest):
                self.started.append(request)
                raise WeightsError("u2netp.safetensors is missing.")
            return super().run(request)

    engine = Blind()
    job = replace(job, regions=(Region("Subject", Mask.of(Found("subject")), is_painted=False),))
    with pytest.raises(WeightsError, match="u2netp"):
        paint(output, job, photos, engine)
    assert len(engine.started) == 1
    assert not read_journal(output).has_ended


def test_a_result_that_cannot_be_written_fails_the_item(output: Path, job: BatchJob, photos: Path) -> None:
    output.mkdir()
    (output / "b.png").mkdir()
    with closing(open_batch(output, job, [photos], may_overwrite=True)) as batch:
        reports = {report.item.photo.name: report for report in run_batch(batch, MoodyEngine())}
    assert states(reports) == {"a.png": "done", "b.png": "failed", "c.png": "done"}
    assert "b.png is a folder" in reports["b.png"].reason


def test_photos_whose_names_some_system_refuses_are_painted_and_found_again(
    output: Path, job: BatchJob, photos: Path
) -> None:
    long = "x" * 251 + ".png"  # as long as a name can be; ".webp" is longer
    (photos / "a.png").rename(photos / long)
    (photos / "b.png").rename(photos / "aux.png")
    job, engine = replace(job, options=ExportOptions("webp")), MoodyEngine()
    assert set(states(paint(output, job, photos, engine)).values()) == {"done"}
    assert {path.name for path in output.glob("*.webp")} == {"x" * 200 + ".webp", "aux_.webp", "c.webp"}
    assert paint(output, job, photos, engine) == {}
    assert len(engine.painted) == 3


def test_a_name_too_long_for_the_disk_is_skipped_before_it_is_painted(
    output: Path, job: BatchJob, photos: Path
) -> None:
    long = BatchItem(0, photos / "b.png", "x" * 252 + ".png")  # which a disk of another kind took
    output.mkdir()
    journal = Journal(output)
    journal.begin(job.to_values(), [long, BatchItem(1, photos / "c.png", "c.png")])
    journal.close()
    engine = MoodyEngine()
    with closing(resume_batch(output)) as batch:
        reports = {report.item.photo.name: report for report in run_batch(batch, engine)}
    assert states(reports) == {"b.png": "skipped", "c.png": "done"}
    assert "too long for this disk" in reports["b.png"].reason
    assert engine.painted == ["c.png"]


def test_a_file_where_a_folder_is_to_be_fails_the_item_in_a_sentence(
    output: Path, job: BatchJob, save: Callable[..., Path]
) -> None:
    save("summer/sea.png")
    output.mkdir()
    (output / "summer").write_text("mine")
    reports = paint(output, job, save("a.png").parent)
    assert states(reports) == {"sea.png": "failed", "a.png": "done"}
    assert "summer cannot be made" in reports["sea.png"].reason
    assert (output / "summer").read_text() == "mine"


def test_an_output_folder_that_cannot_be_made_is_told(job: BatchJob, photos: Path) -> None:
    with pytest.raises(StudioError, match="cannot be made"):
        paint(photos / "a.png", job, photos)


def test_the_same_batch_again_paints_nothing_twice(output: Path, job: BatchJob, photos: Path) -> None:
    paint(output, job, photos)
    before, engine = files(output), MoodyEngine()
    assert paint(output, job, photos, engine) == {}
    assert engine.requests == [] and files(output) == before


def test_what_was_left_out_is_tried_again_and_new_photos_are_added(
    output: Path, job: BatchJob, photos: Path, save: Callable[..., Path]
) -> None:
    (photos / "a.png").write_text("no picture")
    paint(output, job, photos, MoodyEngine(b=MemoryError()))
    save("a.png")
    save("d.png")
    engine = MoodyEngine()
    paint(output, job, photos, engine)
    assert engine.painted == ["a.png", "b.png", "d.png"]
    assert sorted(files(output)) == ["a.png", "b.png", "c.png", "d.png"]


def test_an_artwork_that_was_removed_is_painted_again(output: Path, job: BatchJob, photos: Path) -> None:
    paint(output, job, photos)
    (output / "b.png").unlink()
    engine = MoodyEngine()
    paint(output, job, photos, engine)
    assert engine.painted == ["b.png"]


def test_a_batch_left_in_the_middle_of_an_item_goes_on_with_it(output: Path, job: BatchJob, photos: Path) -> None:
    engine = MoodyEngine()
    with closing(open_batch(output, job, [photos])) as batch:
        reports = run_batch(batch, engine)
        next(report for report in reports if report.item.number == 1 and report.progress > 0)
        reports.close()
    assert engine.closed == [engine.requests[1].id]
    again = MoodyEngine()
    paint(output, job, photos, again)
    assert again.painted == ["b.png", "c.png"]


def test_a_batch_goes_on_in_another_process_with_the_settings_it_began_with(
    output: Path, job: BatchJob, photos: Path
) -> None:
    job = replace(job, options=ExportOptions("webp", quality=80), artist="Anna")
    with closing(open_batch(output, job, [photos])) as batch:
        reports = run_batch(batch, MoodyEngine())
        next(report for report in reports if report.state == "done")
        reports.close()
    with closing(resume_batch(output)) as batch:
        assert batch.job.identity == job.identity
        assert [item.output for item in batch.left] == ["b.webp", "c.webp"]
        assert {report.state for report in run_batch(batch, MoodyEngine())} >= {"done"}
    assert read_journal(output).has_ended
    assert sorted(files(output)) == ["a.webp", "b.webp", "c.webp"]


@pytest.mark.parametrize("change", ["removed", "repainted"])
def test_a_batch_whose_style_is_no_longer_there_is_not_gone_on_with(
    output: Path, job: BatchJob, photos: Path, change: str
) -> None:
    open_batch(output, job, [photos]).close()
    style = job.styles[0].card.file
    style.unlink() if change == "removed" else shutil.copy(photos / "a.png", style)
    with pytest.raises(StudioError, match=r"style\.png"):
        resume_batch(output)
    Journal(output).close()  # and the folder is free


def test_where_no_batch_was_there_is_none_to_go_on_with(output: Path) -> None:
    output.mkdir()
    with pytest.raises(StudioError, match="No batch was interrupted"):
        resume_batch(output)
    assert list(output.iterdir()) == []


def test_nothing_is_overwritten_unless_told(output: Path, job: BatchJob, photos: Path) -> None:
    output.mkdir()
    (output / "b.png").write_text("mine")
    reports = paint(output, job, photos)
    assert states(reports) == {"a.png": "done", "b.png": "skipped", "c.png": "done"}
    assert (output / "b.png").read_text() == "mine"
    assert reports["b.png"].reason.startswith("b.png exists already.")
    assert states(paint(output, job, photos, may_overwrite=True)) == {"a.png": "done", "b.png": "done", "c.png": "done"}
    assert read_recipe(output / "b.png") == job.recipe


def test_a_file_that_appears_while_its_picture_is_painted_is_not_overwritten(
    output: Path, job: BatchJob, save: Callable[..., Path]
) -> None:
    with closing(open_batch(output, job, [save("a.png")])) as batch:
        for report in run_batch(batch, FakeEngine()):
            if report.progress == 1 and report.state == "painting":
                (output / "a.png").write_text("mine")
    assert report.state == "failed"
    assert (output / "a.png").read_text() == "mine"


def test_a_photo_is_never_overwritten_even_where_that_is_allowed(output: Path, job: BatchJob, photos: Path) -> None:
    before = files(photos)
    output.mkdir()
    (output / "a.png").symlink_to(photos / "a.png")
    assert "one of the photos" in paint(output, job, photos, may_overwrite=True)["a.png"].reason
    assert states(paint(photos, job, photos, may_overwrite=True)) == dict.fromkeys(("a.png", "b.png", "c.png"), "done")
    assert {name: data for name, data in files(photos).items() if name in before} == before


def test_other_settings_wait_until_the_batch_before_them_is_at_its_end(
    output: Path, job: BatchJob, photos: Path
) -> None:
    other = replace(job, recipe=job.recipe.change(strength=0.9), options=ExportOptions("webp"))
    open_batch(output, job, [photos]).close()
    with pytest.raises(StudioError, match="other settings was interrupted"):
        open_batch(output, other, [photos])
    paint(output, job, photos)
    assert states(paint(output, other, photos)) == dict.fromkeys(("a.png", "b.png", "c.png"), "done")
    assert len(files(output)) == 6


def test_other_settings_may_begin_anew_where_overwriting_is_allowed(output: Path, job: BatchJob, photos: Path) -> None:
    other = replace(job, recipe=job.recipe.change(strength=0.9))
    with closing(open_batch(output, job, [photos])) as batch:
        next(report for report in run_batch(batch, MoodyEngine()) if report.state == "done")
    engine = MoodyEngine()
    paint(output, other, photos, engine, may_overwrite=True)
    assert engine.painted == ["a.png", "b.png", "c.png"]
    assert read_recipe(output / "a.png") == other.recipe


def test_two_batches_in_one_folder_are_refused(output: Path, job: BatchJob, photos: Path) -> None:
    with closing(open_batch(output, job, [photos])), pytest.raises(StudioError, match="Another Style Studio is"):
        open_batch(output, job, [photos])


def test_a_job_needs_a_style_and_photos(job: BatchJob) -> None:
    with pytest.raises(RecipeError, match="no style"):
        replace(job, styles=())
    with pytest.raises(RecipeError, match="needs no photos"):
        replace(job, recipe=job.recipe.change(method="pattern"))
    with pytest.raises(RecipeError, match="2 shares"):
        replace(job, recipe=job.recipe.change(style_shares=(1, 2)))
