"""Finish with regions: each after its own styles and settings, and nothing is seen of them where none differs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from studio.core.engine_api.contract import Done, RegionRequest, StyleRequest
from studio.core.engine_api.request_id import new_request_id
from studio.core.picture import Picture, Pixels
from studio.core.recipe import StyleRecipe
from studio.engine.optimization import targets
from studio.engine.torch_engine import TorchEngine
from tests.support.scenes import picture_of, waves, weave

HEIGHT, WIDTH = 96, 128
PHOTO = picture_of(waves(HEIGHT, WIDTH))
STYLE, OTHER = picture_of(weave(64, 64)), picture_of(waves(64, 64, turn=1.0))
RECIPE = StyleRecipe(long_edge=WIDTH)
LEFT = np.zeros((HEIGHT, WIDTH), np.uint8)
LEFT[:, : WIDTH // 2] = 255


def region(mask: Pixels, *styles: Picture, is_painted: bool = True, **changes: Any) -> RegionRequest:
    return RegionRequest(mask, styles or (STYLE,), RECIPE.change(**changes), is_painted=is_painted)


def paint(engine: TorchEngine, *regions: RegionRequest) -> Pixels:
    events = list(engine.run(StyleRequest(PHOTO, (STYLE,), RECIPE, regions=regions)))
    assert isinstance(events[-1], Done)
    return events[-1].result.pixels


def apart(first: Pixels, second: Pixels) -> float:
    return float(np.abs(first.astype(float) - second).mean())


@pytest.mark.usefixtures("few_steps")
def test_regions_are_painted_as_they_say_or_stay_the_photo(engine: TorchEngine) -> None:
    plain = paint(engine)
    assert np.array_equal(paint(engine, region(LEFT)), plain)

    off = paint(engine, region(LEFT, is_painted=False))
    middle = WIDTH // 2
    assert np.abs(off[:, :middle].astype(int) - PHOTO.pixels[:, :middle]).max() <= 1
    assert apart(off[:, middle:], PHOTO.pixels[:, middle:]) > 5

    speck = np.zeros_like(LEFT)
    speck[40:50, 40:52] = 255
    both = paint(engine, region(LEFT, OTHER, strength=0.9), region(speck, strength=0.0, detail=1.0))
    assert apart(both[:, : middle - 16], plain[:, : middle - 16]) > 2 * apart(
        both[:, middle + 16 :], plain[:, middle + 16 :]
    )
    assert apart(both[40:50, 40:52], PHOTO.pixels[40:50, 40:52]) < apart(
        plain[40:50, 40:52], PHOTO.pixels[40:50, 40:52]
    )


@pytest.mark.usefixtures("few_steps")
def test_in_tiles_there_is_no_seam(engine: TorchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = picture_of(waves(64, 512))
    mask = np.zeros((64, 512), np.uint8)
    mask[:, 150:400] = np.linspace(0, 255, 250)
    recipe = RECIPE.change(long_edge=512, quality="draft")
    regions = (RegionRequest(mask, (OTHER,), recipe.change(strength=0.9)),)
    request = StyleRequest(photo, (STYLE,), recipe, regions=regions)
    painted = []
    for pixels in (1 << 22, 64 * 320):
        monkeypatch.setattr(targets, "tile_pixels_for", lambda *_, pixels=pixels: pixels)
        *_, done = engine.run(replace(request, id=new_request_id()))
        assert isinstance(done, Done)
        painted.append(done.result.pixels.astype(int))
    # Sums of floats differ in their last digits, and steps of the optimiser with them: but nowhere by a step one sees.
    difference = np.abs(painted[0] - painted[1])
    assert difference.max() <= 8 and difference.mean() < 0.5


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_a_region_of_one_per_cent_is_painted_and_leaves_the_rest(engine: TorchEngine, strength: float) -> None:
    plain = paint(engine)
    speck = np.zeros_like(LEFT)
    speck[40:51, 60:71] = 255  # 121 of 12,288 px
    painted = paint(engine, region(speck, OTHER, strength=strength))
    inside, outside = speck > 0, np.ones_like(speck, bool)
    outside[24:67, 44:87] = False
    assert apart(painted[outside], plain[outside]) < 4
    # Its colours stay between those of photo and style: nothing is driven to black, white or a pure colour.
    extreme = (painted[inside] <= 1) | (painted[inside] >= 254)
    assert extreme.mean() < 0.1
    assert painted[inside].std() < 2 * max(PHOTO.pixels.std(), OTHER.pixels.std())


@pytest.mark.usefixtures("few_steps")
def test_regions_alike_are_painted_as_one(engine: TorchEngine) -> None:
    own = {"strength": 0.9, "smoothness": 0.4}
    parts = paint(engine, region(LEFT, OTHER, **own), region(LEFT[:, ::-1].copy(), OTHER, **own))
    whole = paint(engine, region(np.full_like(LEFT, 255), OTHER, **own))
    assert np.abs(parts.astype(int) - whole).max() <= 2


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize("is_whole", [False, True])
def test_where_strength_is_nothing_beside_a_painted_part_the_photo_stays(engine: TorchEngine, is_whole: bool) -> None:
    recipe = RECIPE.change(quality="draft", strength=0.0 if is_whole else 0.7)
    one = RegionRequest(LEFT, (OTHER,), recipe.change(strength=0.7 if is_whole else 0.0))
    event = list(engine.run(StyleRequest(PHOTO, (STYLE,), recipe, regions=(one,))))[-1]
    assert isinstance(event, Done)
    still, painted = slice(WIDTH // 2, None), slice(0, WIDTH // 2)
    if not is_whole:
        still, painted = painted, still
    pixels, photo = event.result.pixels.astype(int), PHOTO.pixels.astype(int)
    assert np.abs(pixels[:, still] - photo[:, still]).max() <= 1
    assert np.abs(pixels[:, painted] - photo[:, painted]).mean() > 2


@pytest.mark.usefixtures("few_steps")
def test_a_draft_with_a_region_like_the_rest_is_the_draft_without_it(engine: TorchEngine) -> None:
    recipe, drafts = RECIPE.change(quality="draft"), []
    for regions in ((), (RegionRequest(LEFT, (STYLE,), recipe),)):
        event = list(engine.run(StyleRequest(PHOTO, (STYLE,), recipe, regions=regions)))[-1]
        assert isinstance(event, Done)
        drafts.append(event.result.pixels)
    assert np.array_equal(*drafts)
