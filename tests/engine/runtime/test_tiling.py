"""Tiles: together they are the picture, each begins where the pooling grids do and sees enough around itself."""

from __future__ import annotations

import random

import pytest
import torch
from torch.nn import functional

from studio.core.engine_api.finish_memory import SMALLEST_TILE
from studio.engine.runtime.tiling import GRID, cut_into_tiles

MARGIN = 90  # px, what VGG-16 needs up to relu4_3
DEEPEST = 8  # px per feature of relu4
SIZES = [
    (generator.randint(1, 1500), generator.randint(1, 1500), generator.choice([1, 300_000, 500_000]))
    for generator in [random.Random(number) for number in range(25)]
]


@pytest.mark.parametrize(("height", "width", "pixels"), SIZES)
def test_tiles_cover_every_pixel_exactly_once(height: int, width: int, pixels: int) -> None:
    covered = torch.zeros((1, 1, height, width), dtype=torch.int8)
    for tile in cut_into_tiles(height, width, pixels, MARGIN):
        part = covered[:, :, slice(*tile.inner_rows), slice(*tile.inner_columns)]
        tile.paste(part + 1, covered)
    assert covered.min() == covered.max() == 1


@pytest.mark.parametrize(("height", "width", "pixels"), SIZES)
def test_tiles_begin_where_the_pooling_grids_do(height: int, width: int, pixels: int) -> None:
    for tile in cut_into_tiles(height, width, pixels, MARGIN):
        for span, length in (
            (tile.inner_rows, height), (tile.outer_rows, height),
            (tile.inner_columns, width), (tile.outer_columns, width),
        ):  # fmt: skip
            assert 0 <= span[0] < span[1] <= length
            assert span[0] % DEEPEST == 0
            assert span[1] % DEEPEST == 0 or span[1] == length


@pytest.mark.parametrize(("height", "width", "pixels"), SIZES)
def test_tiles_see_a_margin_around_themselves_unless_the_picture_ends(height: int, width: int, pixels: int) -> None:
    for tile in cut_into_tiles(height, width, pixels, MARGIN):
        for inner, outer, length in (
            (tile.inner_rows, tile.outer_rows, height),
            (tile.inner_columns, tile.outer_columns, width),
        ):
            assert outer[0] == 0 or inner[0] - outer[0] >= MARGIN
            assert outer[1] == length or outer[1] - inner[1] >= MARGIN


@pytest.mark.parametrize("pixels", [SMALLEST_TILE**2, 4 * SMALLEST_TILE**2])
def test_tiles_take_about_as_many_pixels_as_fit(pixels: int) -> None:
    for tile in cut_into_tiles(5000, 7000, pixels, MARGIN):
        rows, columns = tile.outer_rows, tile.outer_columns
        assert (rows[1] - rows[0]) * (columns[1] - columns[0]) <= 1.1 * pixels


@pytest.mark.parametrize("margin", [0, 1, 99, 251, 1000])
def test_any_margin_can_be_asked_for(margin: int) -> None:
    tiles = cut_into_tiles(3000, 2000, 1, margin)
    assert sum((t.inner_rows[1] - t.inner_rows[0]) * (t.inner_columns[1] - t.inner_columns[0]) for t in tiles) == 6e6
    for tile in tiles:
        assert tile.outer_rows[0] == 0 or margin <= tile.inner_rows[0] - tile.outer_rows[0] < margin + GRID


def test_a_picture_that_fits_is_one_tile() -> None:
    (tile,) = cut_into_tiles(100, 101, 10_100, MARGIN)
    image = torch.rand((1, 3, 100, 101))
    assert torch.equal(tile.crop(image), image)
    assert torch.equal(tile.inner(image), image)


@pytest.mark.parametrize("stride", [1, 2, 4, 8])
def test_features_of_tiles_put_together_are_those_of_the_picture(stride: int) -> None:
    image = torch.rand((1, 2, 701, 645), generator=torch.Generator().manual_seed(0))
    whole = functional.avg_pool2d(image, stride)
    found = torch.full_like(whole, -1)
    tiles = cut_into_tiles(701, 645, 1, MARGIN)
    assert len(tiles) > 1
    for tile in tiles:
        part = tile.inner(functional.avg_pool2d(tile.crop(image), stride), stride)
        assert torch.allclose(part, tile.inner(tile.crop(whole, stride), stride))
        top, left = tile.inner_rows[0] // stride, tile.inner_columns[0] // stride
        found[:, :, top : top + part.shape[2], left : left + part.shape[3]] = part
    assert torch.allclose(found, whole)


def test_a_seamless_picture_goes_on_at_its_other_side() -> None:
    (tile,) = cut_into_tiles(32, 48, 10_000, 16, is_seamless=True)
    image = torch.arange(32 * 48.0).view(1, 1, 32, 48)
    seen = tile.crop(image)
    assert torch.equal(seen, torch.nn.functional.pad(image, (16, 16, 16, 16), mode="circular"))
    assert torch.equal(tile.inner(seen), image)


def test_tiles_of_a_seamless_picture_see_their_margin_on_every_side() -> None:
    tiles = cut_into_tiles(1600, 1600, 1, MARGIN, is_seamless=True)
    assert len(tiles) > 1
    for tile in tiles:
        for inner, outer in ((tile.inner_rows, tile.outer_rows), (tile.inner_columns, tile.outer_columns)):
            assert inner[0] - outer[0] >= MARGIN and outer[1] - inner[1] >= MARGIN
            assert outer[0] % GRID == 0


def test_a_seamless_picture_has_edges_that_fit_the_pooling() -> None:
    with pytest.raises(ValueError, match="multiples of 16"):
        cut_into_tiles(100, 96, 10_000, MARGIN, is_seamless=True)
