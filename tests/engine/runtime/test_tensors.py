"""Pictures become tensors and come back; resizing keeps what it can."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch

from studio.core.generators import run_to_end
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.core.resources import resource_folder
from studio.engine.runtime import tensors
from studio.engine.runtime.tensors import (
    coarse_colors,
    fine_band,
    picture_at,
    resize,
    resize_to,
    shrinking_opacity,
    to_picture,
    to_tensor,
)
from tests.support.live_memory import LiveMemory
from tests.support.scenes import flat, picture_of, waves

CPU = torch.device("cpu")


def test_every_byte_survives_the_way_there_and_back() -> None:
    pixels = np.arange(256 * 3, dtype=np.uint16).reshape(16, 16, 3).astype(np.uint8)
    picture = Picture(pixels, "bytes")
    image = to_tensor(picture, CPU)
    assert image.shape == (1, 3, 16, 16)
    assert image[0, :, 2, 3].tolist() == pytest.approx((pixels[2, 3] / 255).tolist())
    back = to_picture(image, picture)
    assert np.array_equal(back.pixels, pixels)
    assert back.name == "bytes"


def test_values_out_of_range_are_cut_off_and_not_wrapped_around() -> None:
    image = torch.tensor([-0.5, 1.5, 0.5]).view(1, 3, 1, 1)
    assert to_picture(image, picture_of(flat())).pixels.tolist() == [[[0, 255, 128]]]


def test_transparency_comes_back_at_the_images_size() -> None:
    alpha = np.zeros((20, 20), np.uint8)
    alpha[:, 10:] = 255
    found = to_picture(flat(40, 40), picture_of(flat(20, 20), alpha=alpha)).alpha
    assert found is not None
    assert found.shape == (40, 40)
    assert found[:, :16].max() <= 2
    assert found[:, 24:].min() >= 253


def test_the_opacity_is_as_large_as_the_shrunk_picture() -> None:
    alpha = np.zeros((20, 40), np.uint8)
    alpha[:, :20] = 255
    picture = picture_of(flat(20, 40), alpha=alpha)
    for edge, size in ((100, (20, 40)), (10, (5, 10))):
        found = run_to_end(shrinking_opacity(picture, edge, CPU))
        assert found is not None
        assert found.shape == (1, 1, *size)
        assert float(found[..., 0].min()) == 1
        assert float(found[..., -1].max()) == 0


def test_specks_that_are_too_small_to_be_seen_do_not_count() -> None:
    alpha = np.zeros((200, 200), np.uint8)
    alpha[100, 100] = 9
    assert run_to_end(shrinking_opacity(picture_of(flat(200, 200), alpha=alpha), 10, CPU)) is None


@pytest.mark.parametrize("alpha", [None, 255, 0], ids=["none", "opaque", "nothing is seen"])
def test_a_picture_without_transparent_and_visible_parts_counts_as_a_whole(alpha: int | None) -> None:
    plane = None if alpha is None else np.full((20, 40), alpha, np.uint8)
    assert run_to_end(shrinking_opacity(picture_of(flat(20, 40), alpha=plane), 10, CPU)) is None


def test_an_opaque_picture_stays_opaque() -> None:
    assert to_picture(flat(), picture_of(flat())).alpha is None


def test_a_large_photo_is_never_there_in_float32() -> None:
    photo = Picture(np.zeros((3000, 2000, 3), np.uint8), alpha=np.full((3000, 2000), 9, np.uint8))
    tracemalloc.start()
    try:
        with LiveMemory() as memory:
            image = picture_at(photo, 300, CPU)
            to_picture(image, photo)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert image.shape == (1, 3, 300, 200)
    assert memory.peak < 4 * image.nbytes
    assert peak < photo.pixels.nbytes / 2


def test_there_and_back_only_a_strip_is_there_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensors, "STRIP", 10_000)
    photo = picture_of(waves(500, 600))
    with LiveMemory() as memory:
        image = to_tensor(photo, CPU)
    assert image.nbytes <= memory.peak < 1.3 * image.nbytes
    with LiveMemory() as memory:
        back = to_picture(image, photo)
    assert memory.peak < 0.2 * image.nbytes
    assert np.array_equal(back.pixels, photo.pixels)


def test_a_photo_is_never_enlarged() -> None:
    assert picture_at(picture_of(waves(20, 30)), 100, CPU).shape == (1, 3, 20, 30)


def test_a_photo_that_was_shrunk_looks_as_if_it_had_been_resized_in_one_go() -> None:
    photo = open_picture(resource_folder("demo/kingfisher.jpg"))
    found, expected = picture_at(photo, 96, CPU), resize_to(to_tensor(photo, CPU), 96)
    assert (found - expected).abs().max() < 8 / 255
    assert (found - expected).abs().mean() < 1 / 255


def test_the_longer_edge_becomes_what_was_asked_for() -> None:
    assert resize_to(waves(40, 80), 20).shape == (1, 3, 10, 20)
    assert resize_to(waves(80, 40), 100).shape == (1, 3, 100, 50)


def test_resizing_keeps_a_flat_picture_flat() -> None:
    assert torch.allclose(resize(flat(30, 40, 0.7), (11, 57)), torch.tensor(0.7), atol=1e-5)


def test_shrinking_averages_and_does_not_skip() -> None:
    stripes = torch.zeros((1, 3, 32, 32))
    stripes[..., ::2] = 1
    inner = resize(stripes, (8, 8))[..., 2:-2]
    assert torch.allclose(inner, torch.tensor(0.5), atol=0.05)


def test_the_fine_band_is_what_a_smaller_picture_lacks() -> None:
    image = waves(40, 40)
    band = fine_band(image, (20, 20))
    assert torch.allclose(resize(resize(image, (20, 20)), (40, 40)) + band, image, atol=1e-5)
    assert band.abs().max() > 0.05
    assert fine_band(flat(40, 40), (20, 20)).abs().max() < 1e-5


def test_in_coarse_colors_each_pixel_counts_alike() -> None:
    image = torch.rand(1, 3, 50, 37, requires_grad=True)  # no multiples of 24 x 18 cells
    coarse = coarse_colors(image)
    assert coarse.shape == (1, 3, 24, 18)
    assert float(coarse.mean().detach()) == pytest.approx(float(image.mean().detach()), abs=1e-6)
    (slope,) = torch.autograd.grad(coarse.mean(), image)
    assert slope.numpy() == pytest.approx(1 / image.numel(), rel=1e-4)


def test_coarse_colors_are_means_of_the_cells() -> None:
    image = torch.arange(96.0).view(1, 1, 8, 12)
    assert torch.allclose(coarse_colors(image, (4, 6)), image.view(1, 1, 4, 2, 6, 2).mean((3, 5)))
