"""Finish with regions: each after its own styles and settings, and nothing is seen of them where none differs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from studio.core.engine_api.contract import Done, RegionRequest, StyleRequest
from studio.core.picture import Picture, Pixels
from studio.core.recipe import StyleRecipe
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
