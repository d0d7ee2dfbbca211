"""Where nothing could be written is said before anything is painted, and no picture is replaced by its own artwork."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from PIL import Image

from studio.cli import main
from studio.core.engine_api.contract import StyleRequest
from studio.core.image_io import open_picture
from studio.core.storage import atomic_write
from studio.core.styles.style_library import StyleLibrary
from studio.core.training.ablation import ComparisonNews, ComparisonPlan
from studio.core.training.training_plan import TrainingNews, TrainingPlan
from tests.support.command_line import STYLE, Studio, in_this_process
from tests.support.fakes import make_picture

RENDER = ("render", "photo.png", "--style", STYLE, "-o")
TUNE = ("tune", "photo.png", "--name", "x", "--anyway", "-o")


def symlink(name: str) -> None:
    Path("other.png").symlink_to(name)


def hard_link(name: str) -> None:
    Path("other.png").hardlink_to(name)


def linked_folder(name: str) -> None:
    Path("folder").symlink_to(".")
    Path("other.png").symlink_to(f"folder/{name}")


def refuse_to_open(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    true_open = os.open

    def refuse(path: str | Path, flags: int, *others: int) -> int:
        if flags & os.O_CREAT:
            raise OSError(code, os.strerror(code))
        return true_open(path, flags, *others)

    monkeypatch.setattr(atomic_write.os, "open", refuse)


@pytest.fixture(autouse=True)
def pictures(studio: Studio) -> None:
    """A style, a second photo and a picture with a recipe, beside the photo the studio has."""
    for seed, name in enumerate(("style.png", "sky.png")):
        Image.fromarray(make_picture(32, 32, seed=seed).pixels).save(name)
    assert studio(*RENDER, "made.png") == 0
    studio.engine.requests.clear()
    studio.settings.clear()


@pytest.mark.parametrize("link", [None, symlink, hard_link, linked_folder])
@pytest.mark.parametrize("name", ["photo.png", "style.png", "sky.png", "made.png"])
def test_nothing_that_a_picture_is_made_of_is_replaced_by_it(
    studio: Studio, name: str, link: Callable[[str], None] | None
) -> None:
    before = Path(name).read_bytes()
    if link is not None:
        link(name)
    output = name if link is None else "other.png"
    words = ("--style", "style.png", "--blend-with", "sky.png", "--recipe", "made.png", "--overwrite")
    assert studio("render", "photo.png", *words, "-o", output) == 2
    assert studio.err.startswith(f"style-studio: {output} is a picture that the artwork is made of.")
    assert Path(name).read_bytes() == before
    assert studio.is_untouched


def test_a_style_of_ones_own_is_not_replaced_either(studio: Studio) -> None:
    card = StyleLibrary().add(make_picture(40, 40, "mine"))
    assert studio("render", "photo.png", "--style", card.id, "-o", card.file, "--overwrite") == 2
    assert "is a picture that the artwork is made of" in studio.err


def test_a_photo_is_replaced_where_that_is_asked_for(studio: Studio) -> None:
    before = Path("photo.png").read_bytes()
    assert studio(*RENDER, "photo.png", "--in-place") == 0
    assert Path("photo.png").read_bytes() != before
    assert open_picture(Path("photo.png")).width == 48
    assert studio(*RENDER, "sky.png", "--in-place") == 2  # that it is not made of
    assert "sky.png exists already" in studio.err


def test_in_place_a_link_is_followed_and_another_name_of_the_file_is_left(studio: Studio) -> None:
    before = Path("photo.png").read_bytes()
    Path("other.png").hardlink_to("photo.png")
    assert studio(*RENDER, "other.png", "--in-place") == 0
    assert Path("photo.png").read_bytes() == before, "what was not named stays as it is"
    assert Path("other.png").read_bytes() != before
    Path("link.png").symlink_to("photo.png")
    assert studio(*RENDER, "link.png", "--in-place") == 0
    assert Path("link.png").is_symlink() and Path("photo.png").read_bytes() != before


def test_a_name_in_other_letters_is_the_photo_where_the_disk_says_so(studio: Studio) -> None:
    if not Path("PHOTO.PNG").exists():  # a disk that tells letters apart
        assert studio(*RENDER, "PHOTO.PNG") == 0
        Path("PHOTO.PNG").unlink()
        Path("PHOTO.PNG").hardlink_to("photo.png")  # as another disk has it: one file by both names
    assert studio(*RENDER, "PHOTO.PNG", "--overwrite") == 2
    assert "PHOTO.PNG is a picture that the artwork is made of" in studio.err
    assert studio(*RENDER, "PHOTO.PNG", "--in-place") == 0


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("x" * 300 + ".png", "is too long"),
        ("photo.png/out.png", "There is no folder photo.png."),
        ("pipe.png", "pipe.png is not an ordinary file."),
        ("empty/gone.png/out.png", "There is no folder empty/gone.png."),
        ("dangling.png", "The folder"),
    ],
)
def test_an_output_that_could_not_be_written_is_a_mistake_before_painting(
    studio: Studio, output: str, sentence: str
) -> None:
    os.mkfifo("pipe.png")
    Path("empty").mkdir()
    Path("dangling.png").symlink_to("nowhere/out.png")
    assert studio(*RENDER, output, "--overwrite") == 2
    assert sentence in studio.err and len(studio.err.splitlines()) == 1
    assert studio.is_untouched


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (RENDER, "out.png"),
        ((*RENDER, "out.png", "--frames"), "way"),
        (("batch", "photo.png", "--style", STYLE, "-o"), "out"),
        (TUNE, "mine.safetensors"),
    ],
    ids=["render", "frames", "batch", "tune"],
)
@pytest.mark.parametrize(("number", "code"), [(errno.EROFS, 2), (errno.EACCES, 2), (errno.ENOSPC, 1)])
def test_a_disk_that_takes_nothing_is_found_before_painting(
    studio: Studio, words: tuple[str, ...], place: str, number: int, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(studio.folder.rglob("*"))
    refuse_to_open(number, monkeypatch)
    assert studio(*words, place) == code
    assert studio.err.splitlines()[-1].startswith("style-studio: ")
    assert studio.is_untouched
    assert sorted(studio.folder.rglob("*")) == before


def test_looking_leaves_nothing_behind_and_an_old_file_as_it_is(studio: Studio) -> None:
    Path("old.png").write_text("old")
    before = sorted(studio.folder.iterdir())
    assert studio(*RENDER, "old.png", "--overwrite", "--recipe", "missing.json") == 2
    assert studio("render", "missing.png", "--style", STYLE, "-o", "old.png", "--overwrite") == 2
    assert Path("old.png").read_text() == "old"
    assert sorted(studio.folder.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("-o", "out.png", "--frames", "photo.png"), "photo.png is not a folder."),
        (("-o", "out.png", "--frames", "photo.png/way"), "photo.png is not a folder."),
        (("-o", "out.png", "--frames", "x" * 300), "is too long"),
        (("-o", "way/frame-0002.png", "--frames", "way"), "way/frame-0002.png has the name of a frame"),
        (("-o", "out.png", "--frames", "shots", "--overwrite"), "A frame would overwrite shots/frame-0001.png"),
    ],
)
def test_frames_are_kept_where_they_replace_nothing(studio: Studio, words: tuple[str, ...], sentence: str) -> None:
    for folder in ("way", "shots"):
        Path(folder).mkdir()
    Path("shots/frame-0001.png").hardlink_to("photo.png")
    assert studio("render", "photo.png", "--style", STYLE, *words) == 2
    assert sentence in studio.err
    assert studio.is_untouched


def test_a_batch_replaces_no_photo_and_no_style_through_a_link(studio: Studio) -> None:
    Path("out").mkdir()
    Path("out/photo.png").hardlink_to("photo.png")
    Path("out/sky.png").hardlink_to("style.png")
    words = ("batch", "photo.png", "sky.png", "made.png", "--style", "style.png", "-o", "out", "--overwrite")
    before = [Path(name).read_bytes() for name in ("out/photo.png", "out/sky.png")]
    assert studio(*words) == 1
    assert [Path(name).read_bytes() for name in ("out/photo.png", "out/sky.png")] == before
    assert studio.err.count("is the same file as one of the photos or styles") == 2
    assert Path("out/made.png").is_file()
    assert [request.content.name for request in studio.engine.requests if isinstance(request, StyleRequest)] == [
        "made.png"
    ]


@pytest.mark.parametrize("name", ["folder.safetensors", "x" * 300 + ".safetensors", "blocked.safetensors"])
def test_a_style_that_could_not_be_written_is_a_mistake_before_learning(studio: Studio, name: str) -> None:
    Path("folder.safetensors").mkdir()
    Path("blocked.training").mkdir()
    assert studio(*TUNE, name, "--overwrite") == 2
    assert studio.is_untouched


@pytest.mark.parametrize("place", ["photo.png", "photo.png/below", "x" * 300])
def test_training_and_comparing_want_a_folder(studio: Studio, place: str, capsys: pytest.CaptureFixture[str]) -> None:
    def train(plan: TrainingPlan) -> Generator[TrainingNews, None, None]:
        raise AssertionError("Nothing is to be trained.")

    def compare(plan: ComparisonPlan) -> Generator[ComparisonNews, None, None]:
        raise AssertionError("Nothing is to be compared.")

    for words in (["train-base", "--content", ".", "--styles", "."], ["compare-tuning", "hokusai"]):
        assert main([*words, "-o", place], studio.make_engine, in_this_process, train, compare) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
