"""At rest the larger network paints what the small one showed: at its size, in its colours, and in nobody's way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from studio.core.engine_api.contract import LiveRequest, RegionRequest
from studio.core.generators import run_to_end
from studio.core.picture import Picture
from studio.core.recipe import AUTO_NETWORK, FINE_NETWORK, NETWORKS, QUICK_NETWORK, StyleRecipe
from studio.engine.feed_forward.held_colors import hold_colors
from studio.engine.feed_forward.job import FeedForwardJob
from studio.engine.feed_forward.live_painter import LivePainter
from studio.engine.feed_forward.live_planner import FINE_PACE, REST_SECONDS, LivePlanner
from studio.engine.runtime.tensors import coarse_colors, coarse_size, to_tensor
from studio.engine.torch_engine import TorchEngine
from tests.engine.test_torch_engine import difference
from tests.support.fakes import make_learned
from tests.support.requests import LONG_EDGE, OTHER_STYLE, PHOTO, STYLE, events_of, paint, request_of
from tests.support.scenes import waves, weave

CPU = torch.device("cpu")


def moving(**recipe: object) -> LiveRequest:
    return LiveRequest(PHOTO, (STYLE,), StyleRecipe().change(**{"long_edge": LONG_EDGE, **recipe}), 4096)


def resting(edge: int = LONG_EDGE, **recipe: object) -> LiveRequest:
    return replace(moving(**recipe), long_edge=edge, is_at_rest=True)


def shown(engine: TorchEngine, request: LiveRequest) -> tuple[str, Picture]:
    """Who painted the picture, and what it is."""
    _, frames, done = events_of(engine, request)
    assert frames[-1].picture is done.result
    return frames[-1].network, done.result


def coarse_distance(one: Picture, other: Picture) -> float:
    first, second = (coarse_colors(to_tensor(picture, CPU)) for picture in (one, other))
    return float((first - second).abs().mean())


def test_the_small_network_paints_while_settings_change_and_the_larger_one_at_rest(engine: TorchEngine) -> None:
    (quick, small), (fine, larger) = shown(engine, moving()), shown(engine, resting())
    assert (quick, fine) == (QUICK_NETWORK, FINE_NETWORK)
    assert (small.width, small.height) == (larger.width, larger.height)
    assert difference(small, larger) > 1


def test_at_rest_a_picture_has_the_size_that_was_shown(engine: TorchEngine) -> None:
    assert shown(engine, resting(128))[1].long_edge == 128


@pytest.mark.parametrize("style", [STYLE, OTHER_STYLE], ids=["weave", "ripples"])
@pytest.mark.parametrize("strength", [0.3, 0.6, 1.0])
def test_both_have_the_same_coarse_colors(engine: TorchEngine, style: Picture, strength: float) -> None:
    _, small = shown(engine, replace(moving(strength=strength), styles=(style,)))
    _, larger = shown(engine, replace(resting(strength=strength), styles=(style,)))
    assert coarse_distance(small, larger) < 0.01


def test_where_the_larger_one_is_too_slow_the_small_one_paints_the_same_again(
    engine: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, small = shown(engine, moving())
    monkeypatch.setattr(LivePainter, "seconds", lambda self, job: REST_SECONDS * 1.1 * (job.network == FINE_NETWORK))
    network, again = shown(engine, resting())
    assert network == QUICK_NETWORK
    assert difference(small, again) == 0


@pytest.mark.parametrize("network", NETWORKS)
def test_a_named_network_paints_whatever_happens(engine: TorchEngine, network: str) -> None:
    assert shown(engine, moving(network=network))[0] == shown(engine, resting(network=network))[0] == network


def test_what_was_shown_at_rest_is_painted_again_by_the_recipe_that_names_it(engine: TorchEngine) -> None:
    _, larger = shown(engine, resting())
    for network in (FINE_NETWORK, AUTO_NETWORK):  # whole artworks: by the larger one, too
        assert difference(larger, paint(engine, request_of(method="live", network=network)).result) == 0


def test_a_taught_style_is_painted_by_its_network_at_once_and_in_its_own_colors() -> None:
    learned = replace(make_learned(is_deep=False), network=FINE_NETWORK)
    planner = LivePlanner(CPU)
    for request in (moving(), resting()):
        (taught,) = run_to_end(planner.planning(replace(request, learned=(learned,))))
        assert isinstance(taught, FeedForwardJob)
        assert (taught.network, taught.held) == (FINE_NETWORK, None)
    (plain,) = run_to_end(planner.planning(resting()))
    assert isinstance(plain, FeedForwardJob)
    assert plain.held is not None
    assert plain.held.network == QUICK_NETWORK


def test_what_a_style_lacks_that_was_learnt_with_fewer_numbers_comes_from_its_pictures() -> None:
    planner = LivePlanner(CPU)
    short, described = replace(make_learned(is_deep=False), network=FINE_NETWORK), make_learned().references
    request = replace(resting(network=FINE_NETWORK), learned=(short,))
    wanted = planner._painter(FINE_NETWORK).vector_length
    run_to_end(planner.predict_vectors(request))
    assert all(planner.predictor(FINE_NETWORK).knows(picture.fingerprint) for picture in described)
    found = planner._learned_vector(request.recipe, short)
    own = [planner._vector(request.recipe, picture) for picture in described]
    assert found.shape == (1, wanted)
    assert torch.equal(found[0, :100], torch.from_numpy(short.vector))
    assert torch.allclose(found[:, 100:], (own[0] + own[1])[:, 100:] / 2)


def test_of_numbers_that_the_small_network_does_not_know_it_takes_its_own() -> None:
    planner = LivePlanner(CPU)
    vector = np.concatenate((make_learned().vector, np.ones(50, np.float32)))
    learned = replace(make_learned(is_deep=False), network=QUICK_NETWORK, vector=vector)
    found = planner._learned_vector(StyleRecipe(network=QUICK_NETWORK), learned)
    assert torch.equal(found, torch.from_numpy(vector[None, :100]))


def test_regions_are_painted_by_the_larger_network_as_well(engine: TorchEngine) -> None:
    mask = np.zeros((48, 192), np.uint8)
    mask[:, :96] = 255
    region = RegionRequest(mask, (OTHER_STYLE,), StyleRecipe(long_edge=LONG_EDGE, strength=0.9))
    (quick, small), (fine, larger) = (
        shown(engine, replace(request, regions=(region,))) for request in (moving(), resting())
    )
    assert (quick, fine) == (QUICK_NETWORK, FINE_NETWORK)
    assert difference(small, larger) > 1
    assert coarse_distance(small, larger) < 0.01


def test_it_gives_way_many_times_while_it_paints() -> None:
    planner = LivePlanner(CPU)
    (job,) = run_to_end(planner.planning(resting()))
    steps = sum(1 for _ in planner.paint(job, to_tensor(PHOTO, CPU)))
    assert steps >= 8


def test_the_larger_one_is_expected_to_take_its_share_of_the_small_ones_pace_until_it_is_measured() -> None:
    planner = LivePlanner(CPU)
    planner._painter(QUICK_NETWORK).pace = 1e-6
    assert planner._painter(FINE_NETWORK).pace == pytest.approx(FINE_PACE * 1e-6)


def test_a_pace_that_was_too_slow_once_is_doubted_until_it_is_tried_again() -> None:
    planner = LivePlanner(CPU)
    planner._painter(QUICK_NETWORK).pace, planner._painter(FINE_NETWORK).pace = 1e-9, 1e-3
    networks = [run_to_end(planner.planning(resting()))[0].recipe.network for _ in range(60)]
    assert networks[0] == QUICK_NETWORK
    assert networks[-1] == FINE_NETWORK


@pytest.mark.parametrize("size", [(40, 64), (64, 24), (37, 200)])
def test_held_colors_are_those_of_the_other_picture_and_detail_is_its_own(size: tuple[int, int]) -> None:
    painted, reference = waves(*size), (0.3 + 0.4 * weave(*size))
    before = painted.clone()
    run_to_end(hold_colors(painted, reference))
    assert _coarse(painted, reference) < 0.25 * _coarse(before, reference)
    assert 0 <= float(painted.min()) < float(painted.max()) <= 1


def test_colors_are_held_to_a_picture_whose_edges_were_rounded_otherwise() -> None:
    painted, reference = waves(236, 666), (0.3 + 0.4 * weave(180, 512))  # coarse ones of 9 and 8 px high
    assert coarse_colors(painted).shape != coarse_colors(reference).shape
    before = painted.clone()
    run_to_end(hold_colors(painted, reference))
    assert _coarse(painted, reference) < 0.25 * _coarse(before, reference)


def _coarse(one: Tensor, other: Tensor) -> float:
    size = coarse_size(one)
    return float((coarse_colors(one, size) - coarse_colors(other, size)).abs().mean())
