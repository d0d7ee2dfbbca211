"""Artworks of 16 bits are kept as such, in projects, in saved sessions and while they rest on disk."""

from __future__ import annotations

import numpy as np
import pytest

from studio.core.picture import Picture
from studio.core.project.picture_bytes import PictureFile, keep_file, pack_pixels, packed_suffix, release, unpack


def painted(width: int = 50, height: int = 40, *, is_transparent: bool = False) -> Picture:
    rng = np.random.default_rng(6)
    pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    fine = rng.integers(-128, 128, (height, width, 3), dtype=np.int8)
    fine[pixels == 0] = np.abs(fine[pixels == 0].astype(int)).clip(0, 127)  # nothing is below black or above white
    fine[pixels == 255] = -np.abs(fine[pixels == 255].astype(int)).clip(0, 127)
    alpha = rng.integers(0, 256, (height, width), dtype=np.uint8) if is_transparent else None
    return Picture(pixels, "art", alpha, fine=fine)


@pytest.mark.parametrize("is_transparent", [False, True])
def test_16_bits_come_back_from_a_packed_file(is_transparent: bool) -> None:
    picture = painted(is_transparent=is_transparent)
    assert packed_suffix(picture) == ".png"
    assert unpack(pack_pixels(picture), "art", is_original=False).fingerprint == picture.fingerprint


def test_a_picture_at_rest_has_16_bits_when_it_is_read_again() -> None:
    picture = painted()
    fingerprint, fine = picture.fingerprint, np.array(picture.fine)
    data = pack_pixels(picture)
    keep_file(picture, PictureFile(".png", False, lambda: data))
    assert release(picture) and not picture.is_in_memory
    assert picture.fine is not None and np.array_equal(picture.fine, fine)
    assert Picture(picture.pixels, fine=picture.fine).fingerprint == fingerprint
