"""Smaller copies: of the right size, with their colours, and nothing made where nothing is to do."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from PIL import Image

from studio.core import resampling
from studio.core.picture import Picture
from studio.core.resampling import middle_square, reduced, resized, resizing
from tests.support.fakes import make_picture


@pytest.mark.parametrize("has_alpha", [False, True])
def test_a_large_picture_is_reduced_and_its_colours_and_holes_stay(has_alpha: bool) -> None:
    pixels = np.full((10, 800, 3), (200, 100, 50), np.uint8)
    alpha = np.full(pixels.shape[:2], 128, np.uint8) if has_alpha else None
    small = reduced(Picture(pixels, alpha=alpha), 400)
    assert (small.width, small.height) == (400, 5)
    assert np.abs(small.pixels.astype(int) - (200, 100, 50)).max() <= 1
    assert (small.alpha is not None and set(small.alpha.flat) == {128}) == has_alpha


@pytest.mark.parametrize("size", [(20, 14), (70, 48), (300, 204), (457, 311), (700, 476), (1, 1)])
@pytest.mark.parametrize("strip", [1 << 20, 5000], ids=["in one piece", "in strips"])
@pytest.mark.parametrize("shape", [(311, 457, 3), (311, 457)], ids=["colours", "grey"])
def test_pixels_are_resized_as_pillow_does_it(
    shape: tuple[int, ...], strip: int, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    whole = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC, reducing_gap=resampling.GAP)
    monkeypatch.setattr(resampling, "STRIP", strip)
    assert np.array_equal(resized(pixels, size), np.asarray(whole))


@pytest.mark.parametrize("strip", [1 << 20, 5000], ids=["in one piece", "in strips"])
def test_colours_are_weighed_by_their_alpha(strip: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resampling, "STRIP", strip)
    pixels = np.zeros((200, 300, 3), np.uint8)
    pixels[:, 101:] = 255  # hidden, and no edge of it falls on a pixel of the result
    alpha = np.where(pixels[:, :, 0] == 0, 255, 0).astype(np.uint8)
    small = reduced(Picture(pixels, alpha=alpha), 30)
    assert small.alpha is not None
    assert small.pixels[small.alpha > 20].max() == 0


def test_a_large_picture_is_shrunk_without_a_second_copy() -> None:
    picture = Picture(np.zeros((2000, 3000, 3), np.uint8), alpha=np.full((2000, 3000), 9, np.uint8))
    tracemalloc.start()
    try:
        reduced(picture, 300)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12 * resampling.STRIP < picture.pixels.nbytes


def test_shrinking_gives_others_their_turn_after_each_strip() -> None:
    pixels = np.zeros((3000, 2000, 3), np.uint8)
    assert sum(1 for _ in resizing(pixels, (200, 300))) >= pixels.size / 3 // resampling.STRIP


def test_a_small_picture_is_itself() -> None:
    picture = make_picture(32, 24)
    assert reduced(picture, 32) is picture


@pytest.mark.parametrize(("width", "height", "left", "top"), [(60, 20, 20, 0), (20, 60, 0, 10), (20, 20, 0, 0)])
def test_the_square_is_cut_from_the_middle_and_rather_from_above(width: int, height: int, left: int, top: int) -> None:
    picture = make_picture(width, height)
    np.testing.assert_array_equal(middle_square(picture).pixels, picture.pixels[top : top + 20, left : left + 20])
