"""Smaller copies: of the right size, with their colours, and nothing made where nothing is to do."""

from __future__ import annotations

import numpy as np
import pytest

from studio.core.picture import Picture
from studio.core.reduce import middle_square, reduced
from tests.fakes import make_picture


@pytest.mark.parametrize("has_alpha", [False, True])
def test_a_large_picture_is_reduced_and_its_colours_and_holes_stay(has_alpha: bool) -> None:
    pixels = np.full((10, 800, 3), (200, 100, 50), np.uint8)
    alpha = np.full(pixels.shape[:2], 128, np.uint8) if has_alpha else None
    small = reduced(Picture(pixels, alpha=alpha), 400)
    assert (small.width, small.height) == (400, 5)
    assert np.abs(small.pixels.astype(int) - (200, 100, 50)).max() <= 1
    assert (small.alpha is not None and set(small.alpha.flat) == {128}) == has_alpha


def test_a_small_picture_is_itself() -> None:
    picture = make_picture(32, 24)
    assert reduced(picture, 32) is picture


@pytest.mark.parametrize(("width", "height", "left", "top"), [(60, 20, 20, 0), (20, 60, 0, 10), (20, 20, 0, 0)])
def test_the_square_is_cut_from_the_middle_and_rather_from_above(width: int, height: int, left: int, top: int) -> None:
    picture = make_picture(width, height)
    np.testing.assert_array_equal(middle_square(picture).pixels, picture.pixels[top : top + 20, left : left + 20])
