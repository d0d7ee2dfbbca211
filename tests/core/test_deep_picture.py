"""Pictures of more than 8 bits: what 8 leave out is kept beside them, exactly."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from PIL import Image

from studio.core.errors import PictureError
from studio.core.picture import Picture, from_deep, to_deep
from studio.core.resampling import resized_deep


def all_values() -> np.ndarray:
    return np.arange(65536, dtype=np.uint16).reshape(128, 512)


def test_every_16_bit_value_comes_back_but_for_those_half_way_between_two_bytes() -> None:
    values = all_values()
    pixels, fine = from_deep(values)
    assert np.array_equal(pixels, np.rint(values / 257))
    half_way = values.astype(int) % 257 == 128
    assert np.array_equal(to_deep(pixels, fine), values - half_way)


def test_a_picture_of_8_bits_is_the_same_in_16() -> None:
    levels = np.arange(256, dtype=np.uint8)
    assert to_deep(levels, None).tolist() == (np.arange(256) * 257).tolist()


def test_two_pictures_that_differ_in_16_bits_only_are_two() -> None:
    pixels, fine = from_deep(np.full((16, 16, 3), 1000, np.uint16))
    pictures = [Picture(pixels), Picture(pixels, fine=fine), Picture(pixels, fine=fine + np.int8(1))]
    assert len({picture.fingerprint for picture in pictures}) == 3


def test_a_picture_of_16_bits_can_be_sent_and_stays_read_only() -> None:
    pixels, fine = from_deep(np.full((16, 16, 3), 1000, np.uint16))
    again = pickle.loads(pickle.dumps(Picture(pixels, fine=fine), protocol=5))
    assert again.fine is not None
    assert not again.fine.flags.writeable
    assert (again.deep_rows(slice(3, 5)) == 1000).all()
    assert again.nbytes == 16 * 16 * 6


def test_finer_values_of_another_size_are_refused() -> None:
    with pytest.raises(PictureError, match="do not fit"):
        Picture(np.zeros((16, 16, 3), np.uint8), fine=np.zeros((16, 17, 3), np.int8))


@pytest.mark.parametrize("size", [(40, 30), (300, 200), (700, 90)])
def test_16_bits_are_resampled_as_pillow_resamples_floats(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    deep = rng.integers(0, 65536, (210, 320, 3), dtype=np.uint16)
    resample = Image.Resampling.LANCZOS
    found = resized_deep(lambda rows: deep[rows], deep.shape, size, resample)
    for channel in range(3):
        whole = Image.fromarray(deep[:, :, channel].astype(np.float32)).resize(size, resample, reducing_gap=3.0)
        # In between, Pillow does not clip either.
        assert np.abs(found[:, :, channel] - np.asarray(whole).clip(0, 65535)).max() <= 1


def test_hidden_colours_do_not_bleed_into_the_edge_in_16_bits() -> None:
    deep = np.zeros((32, 32, 4), np.uint16)
    deep[:, :16] = (40_000, 20_000, 10_000, 65_535)
    deep[:, 16:] = (0, 65_535, 0, 0)
    found = resized_deep(lambda rows: deep[rows], deep.shape, (20, 20))
    assert np.abs(found[:, :9, :3].astype(int) - (40_000, 20_000, 10_000)).max() <= 1
    seen = found[found[:, :, 3] > 600]
    assert np.abs(seen[:, :3].astype(int) - (40_000, 20_000, 10_000)).max() <= 60
