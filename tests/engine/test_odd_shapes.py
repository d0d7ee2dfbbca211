"""Pictures nobody thinks of: strips, specks and nothing but grey end in a picture, or in one clear sentence."""

from __future__ import annotations

import numpy as np
import pytest

from studio.core.errors import RecipeError
from studio.core.picture import Picture
from studio.engine.torch_engine import TorchEngine
from tests.support.requests import PHOTO, STYLE, paint, request_of
from tests.support.scenes import flat, picture_of, waves, weave

pytestmark = pytest.mark.usefixtures("few_steps")


def check_painted(
    engine: TorchEngine, content: Picture | None, style: Picture, contrast: float = 2.0, **recipe: object
) -> Picture:
    """The request ends in a picture of the right shape and size that shows something, without any excuse.

    contrast: standard deviation that it has at least, in levels of 255.
    """
    request = request_of(content, (style,), **recipe)
    done = paint(engine, request)
    shape = 1.0 if content is None else content.width / content.height
    assert done.result.width / done.result.height == pytest.approx(shape, rel=0.02)
    assert done.result.long_edge == request.recipe.long_edge
    assert done.result.pixels.std() > contrast
    assert done.notes == ()
    return done.result


@pytest.mark.parametrize("size", [(16, 800), (800, 16)], ids=["wide", "high"])
def test_a_panorama_is_painted(size: tuple[int, int], engine: TorchEngine) -> None:
    check_painted(engine, picture_of(waves(*size)), STYLE, long_edge=800)


def test_a_panorama_made_too_small_is_refused_with_its_size_and_the_limit(engine: TorchEngine) -> None:
    with pytest.raises(RecipeError, match=r"128 x 3 px; no edge may be below 16 px") as refused:
        paint(engine, request_of(picture_of(waves(16, 800)), long_edge=128))
    assert "larger size" in refused.value.remedy


def test_a_photo_that_is_too_narrow_at_every_size_is_not_to_be_made_larger(engine: TorchEngine) -> None:
    with pytest.raises(RecipeError, match=r"1024 x 2 px; no edge may be below 16 px") as refused:
        paint(engine, request_of(picture_of(waves(2, 1200)), long_edge=1024))
    assert "Crop" in refused.value.remedy and "larger" not in refused.value.remedy


@pytest.mark.parametrize("size", [(40, 800), (320, 16)], ids=["wide", "high"])
def test_a_strip_of_style_is_used(size: tuple[int, int], engine: TorchEngine) -> None:
    check_painted(engine, PHOTO, picture_of(weave(*size)))


def test_a_strip_of_style_with_the_finest_strokes_is_used(engine: TorchEngine) -> None:
    check_painted(engine, PHOTO, picture_of(weave(40, 200)), stroke_size=0.25)


@pytest.mark.parametrize(
    "style", [weave(16, 16), weave(1, 1), flat(), flat(grey=0.0)], ids=["16", "1", "grey", "black"]
)
def test_a_style_with_next_to_nothing_in_it_is_used(style: object, engine: TorchEngine) -> None:
    check_painted(engine, PHOTO, picture_of(style))  # type: ignore[arg-type]


def test_a_narrow_strip_of_style_is_used_by_live(engine: TorchEngine) -> None:
    check_painted(engine, PHOTO, picture_of(weave(3, 200)), method="live")


@pytest.mark.parametrize("photo", [waves(16, 16), flat(48, 192), waves(1, 1)], ids=["16", "grey", "1"])
def test_a_photo_with_next_to_nothing_in_it_is_painted(photo: object, engine: TorchEngine) -> None:
    check_painted(engine, picture_of(photo), STYLE, long_edge=128)  # type: ignore[arg-type]


def test_a_flat_photo_in_a_flat_style_is_painted(engine: TorchEngine) -> None:
    check_painted(engine, picture_of(flat(48, 192)), picture_of(flat(grey=0.2)), strength=1.0)


def test_a_pattern_of_a_flat_style_is_painted(engine: TorchEngine) -> None:
    pattern = check_painted(engine, None, picture_of(flat()), contrast=0.1, method="pattern", long_edge=128)
    assert np.abs(pattern.pixels.astype(int) - 128).mean() < 3  # as grey and as calm


@pytest.mark.parametrize("stroke_size", [0.25, 4.0])
def test_strokes_of_every_size_work(stroke_size: float, engine: TorchEngine) -> None:
    check_painted(engine, PHOTO, STYLE, stroke_size=stroke_size)


def test_sizes_that_no_pooling_divides_work(engine: TorchEngine) -> None:
    check_painted(engine, picture_of(waves(53, 131)), picture_of(weave(37, 41)), long_edge=149)
