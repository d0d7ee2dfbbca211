"""What the engine answers to a LiveRequest and paints by the method "live", and what a draft starts from."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from studio.core.engine_api.contract import ColorRequest, LiveRequest
from studio.core.errors import EngineError, RecipeError
from studio.core.generators import run_to_end
from studio.core.picture import Picture
from studio.core.recipe import NETWORKS, StyleRecipe
from studio.engine import keep_colors, torch_engine
from studio.engine.feed_forward import live_painter
from studio.engine.feed_forward.live_painter import LivePainter
from studio.engine.feed_forward.live_planner import LivePlanner
from studio.engine.losses.band_statistics import band_covariances, blend_bands
from studio.engine.networks.style_predictor import StylePredictor
from studio.engine.networks.vgg import Encoder
from studio.engine.optimization.optimize import Snapshot, finish
from studio.engine.optimization.targets import Painting
from studio.engine.runtime.oklab import to_oklab
from studio.engine.runtime.tensors import to_tensor
from studio.engine.torch_engine import TorchEngine
from tests.engine.test_torch_engine import difference
from tests.support.fakes import make_learned
from tests.support.requests import LONG_EDGE, OTHER_STYLE, PHOTO, STYLE, events_of, paint, request_of


def live_request(**recipe: object) -> LiveRequest:
    return LiveRequest(PHOTO, (STYLE,), StyleRecipe().change(**{"long_edge": LONG_EDGE, **recipe}), 4096)


def test_live_gives_a_picture_of_the_size_asked_for_at_once(engine: TorchEngine) -> None:
    _, frames, done = events_of(engine, live_request())
    assert frames[-1].is_final
    assert (done.result.width, done.result.height) == (PHOTO.width, PHOTO.height)
    assert difference(done.result, PHOTO) > 12


def test_live_on_a_slow_device_gives_a_coarse_picture_first_and_a_smaller_one_in_the_end(
    engine: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = {edge: edge * edge // 4 for edge in (768, 512, 256, 192)}  # PHOTO is four times as wide as high
    monkeypatch.setattr(LivePainter, "seconds", lambda self, job: 0.19 * job.pixels / pixels[512])
    request = replace(live_request(), recipe=StyleRecipe())
    _, frames, done = events_of(engine, request)
    assert [frame.picture.long_edge for frame in frames] == [256, 512]
    assert [frame.is_final for frame in frames] == [False, True]
    assert done.result is frames[-1].picture


def test_live_keeps_colors_as_finish_does(engine: TorchEngine) -> None:
    done = paint(engine, live_request(keep_color=0.4))
    assert done.uncolored is not None
    recolored = paint(engine, ColorRequest(PHOTO, done.uncolored, 0.4)).result
    assert difference(recolored, done.result) < 1


def count_labs(monkeypatch: pytest.MonkeyPatch) -> list[Tensor]:
    """What was brought into OKLab from now on."""
    seen: list[Tensor] = []

    def look(image: Tensor) -> Tensor:
        seen.append(image)
        return to_oklab(image)

    monkeypatch.setattr(keep_colors, "to_oklab", look)
    return seen


def test_while_the_slider_of_colors_moves_no_picture_is_looked_at_twice(
    engine: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = count_labs(monkeypatch)
    for amount in (0.3, 0.4, 0.5):
        paint(engine, live_request(keep_color=amount))
    assert len(seen) == 2  # the painting and the photo
    for amount in (0.3, 0.4, 0.5):
        paint(engine, ColorRequest(PHOTO, OTHER_STYLE, amount))
    assert len(seen) == 4


def test_another_look_of_the_same_painting_has_colors_of_its_own(engine: TorchEngine) -> None:
    def at(**recipe: object) -> Picture:
        return paint(engine, live_request(keep_color=0.5, **recipe)).result

    looks: list[dict[str, object]] = [{"detail": 0.9}, {"smoothness": 0.9}, {"strength": 0.3}, {"network": NETWORKS[1]}]
    remembered = [at(**recipe) for recipe in looks]
    for recipe, result in zip(looks, remembered, strict=True):
        engine.close()  # from nothing
        assert difference(at(**recipe), result) == 0


def test_live_without_a_style_is_a_sentence(engine: TorchEngine) -> None:
    with pytest.raises(RecipeError, match="no style"):
        list(engine.run(replace(live_request(), styles=())))


def test_the_method_live_paints_at_full_size_and_the_same_pixels_each_time(engine: TorchEngine) -> None:
    first, second = (paint(engine, request_of(method="live", long_edge=256)).result for _ in range(2))
    assert first.long_edge == 256
    assert difference(first, second) == 0


def test_the_network_that_the_recipe_names_paints(engine: TorchEngine) -> None:
    own, original, larger = (paint(engine, request_of(method="live", network=network)).result for network in NETWORKS)
    for other in (original, larger):
        assert 1 < difference(own, other) < difference(own, PHOTO)


def test_networks_share_their_predictor_and_what_it_made_of_photo_and_style(
    engine: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[StylePredictor] = []
    predict = StylePredictor.__call__

    def look(predictor: StylePredictor, picture: Tensor, opacity: Tensor | None = None) -> Tensor:
        asked.append(predictor)
        return predict(predictor, picture, opacity)

    monkeypatch.setattr(StylePredictor, "__call__", look)
    for network, styles in zip(NETWORKS, ((STYLE,), (STYLE, OTHER_STYLE), (STYLE,)), strict=True):
        paint(engine, request_of(styles=styles, method="live", network=network))
    assert len(asked) == 3  # for the photo and each style once
    assert len(set(asked)) == 1


def test_networks_share_the_photo_as_they_are_given_it(engine: TorchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    smoothed: list[Tensor] = []
    deband = live_painter.deband

    def smooth(photo: Tensor) -> Tensor:
        smoothed.append(photo)
        return deband(photo)

    monkeypatch.setattr(live_painter, "deband", smooth)
    for network in NETWORKS:
        paint(engine, request_of(method="live", network=network))
    assert len({tuple(photo.shape) for photo in smoothed}) == len(smoothed) == 1


def test_a_learned_style_is_painted_by_the_network_it_was_learnt_with(engine: TorchEngine) -> None:
    learned = make_learned()
    assert learned.network != NETWORKS[0]
    by_default, by_name = (
        paint(engine, replace(request_of(method="live", **recipe), learned=(learned,))).result
        for recipe in ({}, {"network": learned.network})
    )
    assert difference(by_default, by_name) == 0


def test_of_two_learned_styles_the_larger_share_decides_on_the_network(engine: TorchEngine) -> None:
    known, other = make_learned(), replace(make_learned(1), network=NETWORKS[0])
    request = replace(request_of(method="live", style_shares=(0.7, 0.3)), styles=(STYLE, STYLE), learned=(known, other))
    without_its_layers = replace(request, learned=(known, replace(other, delta={})))
    first, second = (paint(engine, one).result for one in (request, without_its_layers))
    assert difference(first, second) == 0


def test_the_bands_of_styles_are_mixed_and_references_share_their_share() -> None:
    planner = LivePlanner(torch.device("cpu"))
    learned = replace(make_learned(), references=(OTHER_STYLE, PHOTO))
    recipe = StyleRecipe(style_shares=(0.6, 0.4))
    request = LiveRequest(PHOTO, (STYLE, OTHER_STYLE), recipe, 64, (None, learned))
    run_to_end(planner.predict_vectors(request))
    parts = [band_covariances(to_tensor(picture, torch.device("cpu"))) for picture in (STYLE, OTHER_STYLE, PHOTO)]
    expected = blend_bands(parts, [0.6, 0.2, 0.2])
    assert all(torch.allclose(*pair) for pair in zip(planner.job(request, 64).bands, expected, strict=True))


def test_numbers_that_fell_apart_are_never_shown(engine: TorchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LivePainter, "_run", lambda self, job, image: numbers_that_are_none(image))
    with pytest.raises(EngineError, match="fell apart"):
        list(engine.run(live_request()))


def numbers_that_are_none(image: Tensor) -> Generator[float, None, Tensor]:
    yield 0.5
    return image * float("nan")


def test_a_picture_is_after_live_unless_it_has_all_freedom_and_is_no_draft_of_some_strength(
    engine: TorchEngine, monkeypatch: pytest.MonkeyPatch, few_steps: None
) -> None:
    paintings: list[bool] = []

    def looked_at(encoder: Encoder, painting: Painting, *others: Any) -> Generator[Snapshot | None, None, Tensor]:
        paintings.append(painting.live is not None)
        return finish(encoder, painting, *others)

    monkeypatch.setattr(torch_engine, "finish", looked_at)
    free = {"freedom": 1.0}
    for recipe in ({}, {"quality": "standard"}, free, free | {"quality": "standard"}, free | {"strength": 0.1}):
        paint(engine, request_of(**recipe))
    paint(engine, request_of(method="pattern", long_edge=128))
    assert paintings == [True, True, True, False, False, False]
