"""Live with regions: each is painted after its own settings, and where nothing differs, nothing is seen of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from studio.core.engine_api.contract import LiveRequest, RegionRequest
from studio.core.generators import run_to_end
from studio.core.picture import Pixels
from studio.core.recipe import FINE_NETWORK, NETWORKS, QUICK_NETWORK, StyleRecipe
from studio.core.regions.region import PROTECTION
from studio.engine.feed_forward import live_painter, region_painter
from studio.engine.feed_forward.live_planner import LivePlanner, network_of
from studio.engine.feed_forward.region_painter import RegionalJob
from studio.engine.networks.fine_network import FineNetwork
from studio.engine.networks.style_network import Statistics
from studio.engine.runtime.tensors import coarse_colors, resize, to_tensor
from tests.support.fakes import make_learned
from tests.support.scenes import picture_of, waves, weave

CPU, BFLOAT16 = torch.device("cpu"), torch.bfloat16
MAGENTA = NETWORKS[1]
HEIGHT, WIDTH = 128, 192
PHOTO = picture_of(waves(HEIGHT, WIDTH))
STYLE, OTHER = picture_of(weave(64, 64)), picture_of(waves(64, 64, turn=1.0))
RECIPE = StyleRecipe(method="live", long_edge=WIDTH, smoothness=0.0, network=QUICK_NETWORK)


@pytest.fixture(scope="module")
def planner() -> LivePlanner:
    return LivePlanner(CPU)


def half(start: int = 0, stop: int = WIDTH // 2) -> Pixels:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[:, start:stop] = 255
    return mask


def region(mask: Pixels, *styles: Any, is_painted: bool = True, **changes: Any) -> RegionRequest:
    return RegionRequest(mask, styles or (STYLE,), RECIPE.change(**changes), is_painted=is_painted)


def paint(planner: LivePlanner, *regions: RegionRequest, recipe: StyleRecipe = RECIPE) -> Tensor:
    request = LiveRequest(PHOTO, (STYLE,), recipe, WIDTH, regions=regions)
    run_to_end(planner.predict_vectors(request))
    return run_to_end(planner.paint(planner.job(request, WIDTH), to_tensor(PHOTO, CPU)))


def far(first: Tensor, second: Tensor) -> float:
    return float((first - second).abs().max())


def apart(first: Tensor, second: Tensor) -> float:
    return float((first - second).abs().mean())


@pytest.mark.parametrize("change", [{}, {"detail": 0.501}, {"strength": 0.6001}, {"stroke_size": 1.001}])
def test_regions_that_are_painted_alike_are_as_one(planner: LivePlanner, change: dict[str, Any]) -> None:
    whole = paint(planner)
    assert far(paint(planner, region(half(), **change), region(half(40, 150))), whole) <= 2 / 255


def test_two_regions_alike_are_painted_as_one_of_both(planner: LivePlanner) -> None:
    own = {"strength": 0.9, "smoothness": 0.4}
    both = paint(planner, region(half(), OTHER, **own), region(half(WIDTH // 2, WIDTH), OTHER, **own))
    assert far(both, paint(planner, region(half(0, WIDTH), OTHER, **own))) <= 2 / 255


def test_each_side_is_painted_in_its_own_style(planner: LivePlanner) -> None:
    plain, other = paint(planner), paint(planner, region(half(0, WIDTH), OTHER))
    both = paint(planner, region(half(), OTHER))
    left, right = slice(0, WIDTH // 2 - 32), slice(WIDTH // 2 + 32, WIDTH)
    # However rough the other is: what is left of it is within the reach of a layer, and bands of the whole.
    assert apart(both[..., left], other[..., left]) < apart(both[..., left], plain[..., left]) / 5
    assert apart(both[..., right], plain[..., right]) < apart(both[..., right], other[..., right]) / 5


def test_a_region_that_is_off_is_the_photo_and_no_more_than_it(planner: LivePlanner) -> None:
    photo = to_tensor(PHOTO, CPU)
    painted = paint(planner, region(half(), is_painted=False))
    assert far(painted[..., : WIDTH // 2], photo[..., : WIDTH // 2]) <= 1 / 255
    assert far(painted[..., WIDTH // 2 :], paint(planner)[..., WIDTH // 2 :]) <= 1 / 255


def test_a_protected_region_has_the_colours_of_the_painting_around_and_the_detail_of_the_photo(
    planner: LivePlanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, protected = to_tensor(PHOTO, CPU), region(half(0, WIDTH), **PROTECTION)
    painted, found = paint(planner), paint(planner, protected)
    monkeypatch.setattr(region_painter, "HARMONY", 0.0)
    pasted = paint(planner, protected)

    def colors(image: Tensor) -> Tensor:
        return coarse_colors(image, (4, 6))

    def detail(image: Tensor) -> Tensor:
        lightness = image.mean(1, keepdim=True)
        return (lightness - resize(coarse_colors(lightness, (16, 24)), (HEIGHT, WIDTH))).flatten()

    assert apart(colors(found), colors(painted)) < 0.8 * apart(colors(pasted), colors(painted))
    assert apart(detail(found), detail(photo)) < 0.8 * apart(detail(painted), detail(photo))


@pytest.mark.parametrize("change", [{"strength": 0.0}, {"strength": 0.4}, {"strength": 0.0, "detail": 1.0}])
def test_a_region_that_keeps_no_detail_or_is_the_photo_keeps_its_colours(
    planner: LivePlanner, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = paint(planner, region(half(), **change))
    monkeypatch.setattr(region_painter, "HARMONY", 0.0)
    assert far(found, paint(planner, region(half(), **change))) < 1e-6


def test_where_all_is_as_faint_a_region_is_not_set_off_by_its_colours(planner: LivePlanner) -> None:
    recipe = RECIPE.change(**PROTECTION)
    whole = paint(planner, recipe=recipe)
    almost = replace(region(half()), recipe=recipe.change(strength=0.2001))
    assert far(paint(planner, almost, recipe=recipe), whole) <= 2 / 255


def test_a_later_region_lies_over_an_earlier_one(planner: LivePlanner) -> None:
    over = paint(planner, region(half(), OTHER), region(half(0, WIDTH), is_painted=False))
    assert far(over, to_tensor(PHOTO, CPU)) <= 1 / 255


def test_detail_and_smoothness_hold_where_their_region_is(planner: LivePlanner) -> None:
    plain = paint(planner)
    for change in ({"detail": 1.0}, {"smoothness": 0.8}):
        alone = paint(planner, recipe=RECIPE.change(**change))
        both = paint(planner, region(half(), **change))
        assert far(both[..., : WIDTH // 2], alone[..., : WIDTH // 2]) < 1e-5
        assert far(both[..., WIDTH // 2 :], plain[..., WIDTH // 2 :]) < 1e-5


def test_other_strokes_take_a_pass_of_their_own_as_large_as_the_region(planner: LivePlanner) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[48:80, 64:96] = 255
    request = LiveRequest(PHOTO, (STYLE,), RECIPE, WIDTH, regions=(region(mask, stroke_size=0.5),))
    run_to_end(planner.predict_vectors(request))
    job = planner.job(request, WIDTH)
    assert isinstance(job, RegionalJob)
    small, rest = sorted(job.passes, key=lambda one: one.work_size, reverse=True)
    assert (small.work_size, rest.work_size) == ((2 * HEIGHT, 2 * WIDTH), (HEIGHT, WIDTH))
    assert not small.is_whole and rest.is_whole
    painted = run_to_end(planner.paint(job, to_tensor(PHOTO, CPU)))
    plain = paint(planner)
    assert far(painted[..., :56], plain[..., :56]) < 1e-5
    assert far(painted[..., 48:80, 64:96], plain[..., 48:80, 64:96]) > 0.02


def test_in_tiles_regions_are_painted_as_in_one_piece(planner: LivePlanner, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = picture_of(waves(64, 1600))
    mask = np.zeros((64, 1600), np.uint8)
    mask[:, 500:900] = np.linspace(0, 255, 400)
    regions = (replace(region(mask, OTHER), recipe=RECIPE), replace(region(mask[:, ::-1].copy(), stroke_size=0.5)))
    request = LiveRequest(photo, (STYLE,), RECIPE, 1600, regions=regions)
    run_to_end(planner.predict_vectors(request))
    monkeypatch.setattr(live_painter, "WHOLE", 64 * 800)  # statistics from half the size, either way
    painted = []
    for tile in (1 << 20, 64 * 900):
        monkeypatch.setattr(live_painter, "TILE", tile)
        planner._painter(RECIPE.network)._paintings.clear()
        painted.append(run_to_end(planner.paint(planner.job(request, 1600), to_tensor(photo, CPU))))
    assert far(*painted) < 1e-5


def test_a_region_of_one_style_costs_no_other_pass(planner: LivePlanner) -> None:
    request = LiveRequest(PHOTO, (STYLE,), RECIPE, WIDTH, regions=(region(half(), OTHER, strength=0.3, detail=1.0),))
    run_to_end(planner.predict_vectors(request))
    job = planner.job(request, WIDTH)
    assert isinstance(job, RegionalJob)
    assert len(job.passes) == 1


@pytest.mark.parametrize("chosen", [QUICK_NETWORK, FINE_NETWORK])
@pytest.mark.parametrize("taught", [QUICK_NETWORK, MAGENTA])
def test_beside_learned_styles_the_network_that_was_chosen_is_told(
    planner: LivePlanner, chosen: str, taught: str
) -> None:
    style = replace(make_learned(is_deep=False), network=taught)
    recipe = RECIPE.change(network=chosen)
    part = replace(region(half(), OTHER), recipe=recipe)
    assert network_of(job_of(planner, recipe, part, replace(part, learned=(style,)))) == chosen
    learned_everywhere = job_of(planner, recipe, replace(part, learned=(style,)), learned=(style,))
    assert network_of(learned_everywhere) == taught


def job_of(planner: LivePlanner, recipe: StyleRecipe, *regions: RegionRequest, learned: Any = ()) -> RegionalJob:
    job = planner.job(LiveRequest(PHOTO, (STYLE,), recipe, WIDTH, learned, regions), WIDTH)
    assert isinstance(job, RegionalJob)
    return job


def test_the_larger_network_is_measured_as_it_paints_beside_other_styles(
    planner: LivePlanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = planner._painter(FINE_NETWORK)._exact
    assert isinstance(network, FineNetwork)
    seen: list[Statistics | None] = []
    paint_small = network.live.forward

    def forward(content: Tensor, conditions: Tensor, statistics: Statistics | None, shares: Tensor | None) -> Tensor:
        seen.append(statistics)
        return paint_small(content, conditions, statistics, shares)

    monkeypatch.setattr(network.live, "forward", forward)
    monkeypatch.setattr(live_painter, "WHOLE", HEIGHT * WIDTH // 2)
    recipe = RECIPE.change(network=FINE_NETWORK)
    job = job_of(planner, recipe, replace(region(half(), OTHER), recipe=recipe))
    run_to_end(planner.paint(job, to_tensor(PHOTO, CPU)))
    measured, *tiles = seen
    assert tiles and measured is not None and all(tile is not None for tile in tiles)
    for tile in tiles:
        for one, other in zip(measured, tile or (), strict=True):
            assert torch.equal(one[0], other[0]) and torch.equal(one[1], other[1])


@pytest.mark.parametrize("name", NETWORKS)
def test_several_conditions_are_measured_together_as_alone(
    planner: LivePlanner, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = planner._painter(name)._exact
    monkeypatch.setattr(network, "is_bfloat16", False, raising=False)
    image = to_tensor(PHOTO, CPU)
    with torch.no_grad():
        vectors = torch.rand(3, network.vector_length, generator=torch.Generator().manual_seed(1))
        conditions = network.conditions(vectors)
        together = network.measure(image, conditions)
        for number, one in enumerate(conditions):
            for found, wanted in zip(together, network.measure(image, one[None]), strict=True):
                for several, alone in zip(found, wanted, strict=True):
                    assert torch.allclose(several.expand(3, -1)[number], alone[0], rtol=1e-3, atol=1e-4)


def test_styles_are_measured_once_on_a_photo(planner: LivePlanner, monkeypatch: pytest.MonkeyPatch) -> None:
    network = planner._painter(RECIPE.network)._exact
    measured: list[int] = []
    honest = network.measure

    def measure(image: Tensor, conditions: Tensor) -> Any:
        measured.append(len(conditions))
        return honest(image, conditions)

    monkeypatch.setattr(network, "measure", measure)
    planner._painter(RECIPE.network)._alone.clear()
    paint(planner, region(half(), OTHER, strength=0.31))
    paint(planner, region(half(WIDTH // 3, WIDTH), OTHER, strength=0.31))  # another mask
    paint(planner, region(half(), OTHER, strength=0.71))
    assert measured == [2, 1]


def test_all_of_a_picture_with_regions_is_painted_in_one_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.engine.networks.live_precision.choose_live_dtype", lambda network, device: BFLOAT16)
    rounding = LivePlanner(CPU)
    of_two = paint(rounding, region(half(), OTHER), region(half(WIDTH // 2, WIDTH), OTHER))
    assert far(of_two, paint(rounding, region(half(0, WIDTH), OTHER))) <= 2 / 255
    off, right = region(half(), is_painted=False), region(half(WIDTH // 2, WIDTH))
    assert far(paint(rounding, off), paint(rounding, off, right)) <= 2 / 255


def test_what_is_known_of_a_style_may_be_the_oldest_that_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_painter, "KEPT_STATISTICS", 3)
    planner = LivePlanner(CPU)
    for strength in (0.6, 0.5):
        paint(planner, region(half(), OTHER, strength=strength), recipe=RECIPE.change(strength=strength))
    changed = region(half(), OTHER, strength=0.9)  # of the rest the statistics are there, to be pushed out next
    assert far(paint(planner, changed), paint(LivePlanner(CPU), changed)) == 0
