"""The targets: tiles are cut for the memory there is, and the memory for a tile is what it really takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from studio.core.engine_api.finish_memory import LARGEST_WHOLE, SMALLEST_TILE, bytes_per_pixel
from studio.core.generators import run_to_end
from studio.core.recipe import StyleRecipe
from studio.engine.networks.vgg import Encoder
from studio.engine.optimization import targets
from studio.engine.optimization.features import PhotoFeatures, StyleFeatures
from studio.engine.optimization.targets import (
    Painting,
    make_objective,
    targets_at,
    tile_pixels_for,
)
from tests.support.live_memory import LiveMemory
from tests.support.scenes import waves, weave

MakeEncoder = Callable[..., Encoder]
BOTH_PRECISIONS = pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
GIGABYTE = 1 << 30


@BOTH_PRECISIONS
@torch.no_grad()
def test_an_evaluation_takes_the_memory_that_tiles_are_cut_for(dtype: torch.dtype, make_encoder: MakeEncoder) -> None:
    encoder, photo = make_encoder(dtype), waves(192, 256)
    weak = StyleRecipe(strength=0.2)  # with all content layers
    painting = Painting(photo, (weave(),), (1.0,), weak, (192, 256))
    objective = run_to_end(make_objective(encoder, painting, targets_at(painting, 256), ("weave",), {}))
    with LiveMemory() as memory:
        run_to_end(objective.evaluate(waves(192, 256, turn=1.0)))
    taken = memory.peak / (192 * 256)
    assert 0.9 * taken < bytes_per_pixel(dtype.itemsize) < 1.2 * taken


def test_tiles_are_cut_for_the_precision_and_the_memory_there_is(
    make_encoder: MakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "free_memory", lambda device: 4 * GIGABYTE)
    for dtype in (torch.float32, torch.bfloat16):
        pixels = tile_pixels_for(make_encoder(dtype), (1000, 1000))
        assert 1.0 * GIGABYTE < pixels * bytes_per_pixel(dtype.itemsize) < 2 * GIGABYTE


def test_a_little_more_or_less_memory_does_not_change_the_tiles(
    make_encoder: MakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = set[int]()
    for free in range(2 * GIGABYTE, 3 * GIGABYTE, GIGABYTE // 16):
        monkeypatch.setattr(targets, "free_memory", lambda device, free=free: free)
        found.add(tile_pixels_for(make_encoder(torch.bfloat16), (1000, 1000)))
    assert len(found) <= 2


def test_a_picture_that_takes_the_memory_itself_leaves_less_to_its_tiles(
    make_encoder: MakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "free_memory", lambda device: 6 * GIGABYTE)
    encoder = make_encoder(torch.bfloat16)
    found = [tile_pixels_for(encoder, (edge, edge)) for edge in (100, 1000, 2000, 3000, 4000)]
    assert found == sorted(found, reverse=True)
    assert found[-1] < found[0] / 2


@pytest.mark.parametrize(("free", "pixels"), [(0, SMALLEST_TILE**2), (1 << 50, LARGEST_WHOLE)], ids=["none", "plenty"])
def test_tiles_have_a_smallest_and_a_largest_size(
    free: int, pixels: int, make_encoder: MakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "free_memory", lambda device: free)
    assert tile_pixels_for(make_encoder(), (500, 500)) == pixels


def test_what_was_measured_of_a_photo_is_not_measured_again(
    make_encoder: MakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder, cache = make_encoder(), dict[object, StyleFeatures | PhotoFeatures]()
    painting = Painting(waves(48, 64), (weave(),), (1.0,), StyleRecipe(), (48, 64), content_key="waves")
    image = waves(48, 64, turn=1.0)

    def losses(changed: Painting) -> dict[str, float]:
        with torch.no_grad():
            objective = run_to_end(make_objective(encoder, changed, targets_at(changed, 64), ("weave",), cache))
            return run_to_end(objective.evaluate(image)).losses

    first, measured = losses(painting), len(cache)
    assert losses(painting) == first
    assert losses(replace(painting, recipe=StyleRecipe(strength=0.8, quality="draft"))) != first
    assert len(cache) == measured  # another strength matches the same
    losses(replace(painting, recipe=StyleRecipe(strength=0.2)))
    assert len(cache) == measured + 1  # a weak style holds on to the photo at more layers
    losses(replace(painting, content_key=""))
    assert len(cache) == measured + 1  # a photo without a name is not remembered
    monkeypatch.setattr(targets, "LARGEST_REMEMBERED", 1)
    losses(replace(painting, content_key="large"))
    assert len(cache) == measured + 1
