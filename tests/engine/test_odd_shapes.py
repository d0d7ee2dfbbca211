"""Pictures nobody thinks of: strips, specks and nothing but grey end in a picture or in one clear sentence."""

from __future__ import annotations

import pytest

from studio.core.engine_api.contract import Done
from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.engine.torch_engine import TorchEngine
from tests.support.requests import PHOTO, STYLE, request_of
from tests.support.scenes import flat, picture_of, waves, weave

pytestmark = pytest.mark.usefixtures("few_steps")


def ends_well(engine: TorchEngine, content: Picture | None, style: Picture, **recipe: object) -> bool:
    """Whether the request ends in a picture of the right shape; True as well for a sentence with a limit."""
    try:
        *_, done = engine.run(request_of(content, (style,), **recipe))
    except StudioError as error:
        return bool(error.message)
    assert isinstance(done, Done)
    shape = 1.0 if content is None else content.width / content.height
    assert done.result.width / done.result.height == pytest.approx(shape, rel=0.2)
    return float(done.result.pixels.std()) > 0


@pytest.mark.parametrize("size", [(16, 800), (800, 16)], ids=["wide", "high"])
def test_a_panorama_is_painted_or_refused_with_a_sentence(size: tuple[int, int], engine: TorchEngine) -> None:
    assert ends_well(engine, picture_of(waves(*size)), STYLE, long_edge=800)


def test_a_panorama_made_small_is_painted_or_refused_with_a_sentence(engine: TorchEngine) -> None:
    assert ends_well(engine, picture_of(waves(16, 800)), STYLE, long_edge=128)


@pytest.mark.parametrize("size", [(40, 800), (320, 16)], ids=["wide", "high"])
def test_a_strip_of_style_is_used_or_refused_with_a_sentence(size: tuple[int, int], engine: TorchEngine) -> None:
    assert ends_well(engine, PHOTO, picture_of(weave(*size)))


def test_a_strip_of_style_with_the_finest_strokes_is_used_or_refused_with_a_sentence(engine: TorchEngine) -> None:
    assert ends_well(engine, PHOTO, picture_of(weave(40, 200)), stroke_size=0.25)


@pytest.mark.parametrize(
    "style", [weave(16, 16), weave(1, 1), flat(), flat(grey=0.0)], ids=["16", "1", "grey", "black"]
)
def test_a_style_with_next_to_nothing_in_it_is_used_or_refused_with_a_sentence(
    style: object, engine: TorchEngine
) -> None:
    assert ends_well(engine, PHOTO, picture_of(style))  # type: ignore[arg-type]


@pytest.mark.parametrize("photo", [waves(16, 16), flat(48, 192), waves(1, 1)], ids=["16", "grey", "1"])
def test_a_photo_with_next_to_nothing_in_it_is_painted_or_refused_with_a_sentence(
    photo: object, engine: TorchEngine
) -> None:
    assert ends_well(engine, picture_of(photo), STYLE, long_edge=128)  # type: ignore[arg-type]


def test_a_flat_photo_in_a_flat_style_ends_well(engine: TorchEngine) -> None:
    assert ends_well(engine, picture_of(flat(48, 192)), picture_of(flat(grey=0.2)), strength=1.0)


def test_a_pattern_of_a_flat_style_ends_well(engine: TorchEngine) -> None:
    assert ends_well(engine, None, picture_of(flat()), method="pattern", long_edge=128)


@pytest.mark.parametrize("stroke_size", [0.25, 4.0])
def test_strokes_of_every_size_work(stroke_size: float, engine: TorchEngine) -> None:
    assert ends_well(engine, PHOTO, STYLE, stroke_size=stroke_size)


def test_sizes_that_no_pooling_divides_work(engine: TorchEngine) -> None:
    assert ends_well(engine, picture_of(waves(53, 131)), picture_of(weave(37, 41)), long_edge=149)
