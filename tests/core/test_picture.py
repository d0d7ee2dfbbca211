"""Picture and the errors: shared without copies, never changed, whole after a pipe."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest

from studio.core import picture as picture_module
from studio.core.errors import EngineDied, EngineError, PictureError, RecipeError, StudioError, WeightsError
from studio.core.picture import Metadata, Picture, fit_size
from tests.support.picture_files import noise


def test_pixels_cannot_be_changed() -> None:
    picture = Picture(noise(), alpha=noise()[..., 0])
    with pytest.raises(ValueError, match="read-only"):
        picture.pixels[0, 0, 0] = 1
    assert picture.alpha is not None
    with pytest.raises(ValueError, match="read-only"):
        picture.alpha[0, 0] = 1
    with pytest.raises(FrozenInstanceError):
        picture.name = "other"  # type: ignore[misc]


def test_making_a_picture_does_not_lock_the_callers_array() -> None:
    pixels = noise()
    Picture(pixels)
    pixels[0, 0, 0] = 1
    assert pixels[0, 0, 0] == 1


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 4), (8, 8, 1), (0, 8, 3), (8, 0, 3)])
def test_pixels_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(PictureError, match="height, width, 3"):
        Picture(np.zeros(shape, np.uint8))


def test_pixels_of_another_type_are_refused() -> None:
    with pytest.raises(PictureError, match="float32"):
        Picture(np.zeros((8, 8, 3), np.float32))  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [(8, 7), (7, 8), (8, 8, 1)])
def test_transparency_of_another_size_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(PictureError, match="does not fit"):
        Picture(np.zeros((8, 8, 3), np.uint8), alpha=np.zeros(shape, np.uint8))


def test_a_picture_is_the_same_after_a_pipe_and_still_locked() -> None:
    picture = Picture(noise(), "a", noise()[..., 1], Path("a.png"), Metadata(b"exif", 300.0))
    again = pickle.loads(pickle.dumps(picture))
    assert again.fingerprint == picture.fingerprint
    assert (again.name, again.source, again.metadata) == (picture.name, picture.source, picture.metadata)
    assert not again.pixels.flags.writeable
    assert not again.alpha.flags.writeable


def test_a_fingerprint_can_be_worked_out_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels, alpha = noise(20, 10), noise(20, 10)[:, :, 0]
    at_once = Picture(pixels, alpha=alpha).fingerprint
    monkeypatch.setattr(picture_module, "_PIECE", 100)
    picture = Picture(pixels, alpha=alpha)
    assert sum(1 for _ in picture.fingerprinting()) == 6 + 2
    assert picture.fingerprint == at_once
    assert not list(picture.fingerprinting())  # known by now


def test_fingerprints_tell_pixels_sizes_and_transparency_apart_and_ignore_names() -> None:
    pixels = np.zeros((4, 6, 3), np.uint8)
    other = pixels.copy()
    other[3, 5, 2] = 1
    distinct = [
        Picture(pixels),
        Picture(other),
        Picture(pixels.reshape(6, 4, 3)),
        Picture(pixels, alpha=np.zeros((4, 6), np.uint8)),
        Picture(pixels, alpha=np.ones((4, 6), np.uint8)),
    ]
    assert len({picture.fingerprint for picture in distinct}) == len(distinct)
    assert Picture(pixels, "a").fingerprint == Picture(pixels.copy(), "b").fingerprint


def test_a_picture_at_rest_knows_its_size_and_is_read_when_it_is_asked_for() -> None:
    pixels, alpha = np.full((3, 4, 3), 7, np.uint8), np.full((3, 4), 9, np.uint8)
    reads: list[int] = []

    def read() -> Picture:
        reads.append(1)
        return Picture(pixels, "other", alpha)

    picture = Picture(pixels, "boat", alpha)
    fingerprint = picture.fingerprint
    picture.release(read)
    again = Picture.at_rest((4, 3), fingerprint, read, name="boat")
    for resting in (picture, again):
        assert not resting.is_in_memory and (resting.width, resting.height) == (4, 3)
        assert resting.fingerprint == fingerprint and "boat" in repr(resting) and not resting.is_in_memory
    assert not reads
    assert again.alpha is not None and again.is_in_memory and np.array_equal(again.pixels, pixels)
    assert np.array_equal(picture.pixels, pixels) and not picture.pixels.flags.writeable and len(reads) == 2
    with pytest.raises(AttributeError):
        _ = picture.pixel  # type: ignore[attr-defined]


def test_a_picture_that_comes_back_in_another_size_is_refused() -> None:
    picture = Picture.at_rest((4, 3), None, lambda: Picture(np.zeros((3, 5, 3), np.uint8)))
    with pytest.raises(PictureError, match="another picture"):
        picture.load()


def test_a_view_with_steps_becomes_a_plain_array() -> None:
    mirrored = Picture(noise()[:, ::-1])
    assert mirrored.pixels.flags.c_contiguous
    assert np.array_equal(mirrored.pixels, noise()[:, ::-1])


def test_other_pixels_keep_name_source_and_metadata() -> None:
    picture = Picture(noise(), "a.jpg", source=Path("a.jpg"), metadata=Metadata(b"x", 72.0), notes=("Page 2 of 3.",))
    painted = picture.with_pixels(noise(20, 10))
    assert (painted.width, painted.height, painted.long_edge) == (20, 10, 20)
    assert (painted.name, painted.source, painted.metadata) == ("a.jpg", Path("a.jpg"), Metadata(b"x", 72.0))
    assert painted.alpha is None
    assert painted.notes == pickle.loads(pickle.dumps(picture)).notes == ("Page 2 of 3.",)


@pytest.mark.parametrize(
    ("width", "height", "long_edge", "fitted"),
    [(400, 300, 200, (200, 150)), (300, 400, 200, (150, 200)), (10, 10, 512, (512, 512)), (5000, 1, 100, (100, 1))],
)
def test_fit_size_keeps_the_shape(width: int, height: int, long_edge: int, fitted: tuple[int, int]) -> None:
    assert fit_size(width, height, long_edge) == fitted


@pytest.mark.parametrize("kind", [StudioError, PictureError, RecipeError, WeightsError, EngineError, EngineDied])
def test_an_error_keeps_its_kind_sentence_and_remedy_through_a_pipe(kind: type[StudioError]) -> None:
    again = pickle.loads(pickle.dumps(kind("It is too large.", "Make it smaller.")))
    assert type(again) is kind
    assert (again.message, again.remedy) == ("It is too large.", "Make it smaller.")
    assert str(again) == "It is too large. Make it smaller."
    assert str(kind("It is too large.")) == "It is too large."
