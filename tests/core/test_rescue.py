"""Work that could not be saved where it was wanted is in a place of safety, as good as the place allows."""

from __future__ import annotations

import tempfile
from pathlib import Path, PureWindowsPath

import pytest

from studio.core import rescue
from studio.core.errors import PictureError
from studio.core.image_io import ExportOptions, open_picture
from studio.core.image_io.xmp import Credits, read_recipe
from studio.core.recipe import StyleRecipe
from studio.core.rescue import keep_safe, keep_style_safe, unsaved
from studio.core.styles.learned_style_file import read_learned
from tests.support.fakes import make_card, make_learned, make_picture

PICTURE = make_picture()
RECIPE = StyleRecipe(seed=5)
MADE_OF = Credits("Boat", (make_card(),), (), RECIPE)


@pytest.fixture
def no_home(own_data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the temporary files are, while nothing can be made in the user's own folder."""
    own_data_folder.write_text("a file")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return temporary


def test_a_picture_is_kept_as_it_was_to_be_saved(own_data_folder: Path) -> None:
    path = keep_safe(PICTURE, "boats/a boat.webp", ExportOptions("webp", lossless=True), MADE_OF)
    assert path is not None and path.parent == own_data_folder / "rescued"
    assert path.name.startswith("a boat ") and path.suffix == ".webp"
    assert (open_picture(path).pixels == PICTURE.pixels).all()
    assert read_recipe(path) == RECIPE


def test_nothing_that_was_kept_before_is_replaced() -> None:
    paths = {keep_safe(PICTURE, "boat.png") for _ in range(5)}
    assert len(paths) == 5


@pytest.mark.parametrize("name", ["con.one.png", "aux.png", "LPT1.a.b.webp"])
def test_the_name_is_one_that_windows_takes(name: str) -> None:
    path = keep_safe(PICTURE, name)
    assert path is not None and not PureWindowsPath(path.name).is_reserved()


@pytest.mark.parametrize("name", ["x" * 5000 + ".png", "a\0b.png", "../../etc/passwd", "", "-", "caf\udce9.png", "..."])
def test_the_name_may_be_what_the_disk_refused(own_data_folder: Path, name: str) -> None:
    path = keep_safe(PICTURE, name)
    assert path is not None and path.parent == own_data_folder / "rescued"


def test_what_cannot_be_encoded_is_kept_as_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    save = rescue.save_picture

    def refuse_avif(*arguments: object, **others: object) -> None:
        if ExportOptions("avif") in arguments:
            raise PictureError("The picture could not be written as AVIF.")
        save(*arguments, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(rescue, "save_picture", refuse_avif)
    path = keep_safe(PICTURE, "boat.avif", ExportOptions("avif"), MADE_OF)
    assert path is not None and path.suffix == ".png"
    assert (open_picture(path).pixels == PICTURE.pixels).all()


def test_where_the_users_folder_takes_nothing_it_is_among_the_temporary_files(no_home: Path) -> None:
    path = keep_safe(PICTURE, "boat.png")
    assert path is not None and path.is_relative_to(no_home)


def test_where_no_place_takes_anything_that_is_said(no_home: Path) -> None:
    no_home.rmdir()
    assert keep_safe(PICTURE, "boat.png") is None
    error = unsaved(PictureError("The disk is full.", "Free some space."), None)
    assert str(error) == "The disk is full. Free some space. It could not be kept elsewhere either."


def test_a_style_that_was_learnt_is_kept_too() -> None:
    learned = make_learned()
    path = keep_style_safe(make_card(), learned, "mine.safetensors")
    assert path is not None
    card, found = read_learned(path)
    assert (card.title, found.fingerprint) == (make_card().title, learned.fingerprint)
    assert str(path) in str(unsaved(PictureError("The disk is full."), path))
