"""The losses: relative to their target, and weighted as a recipe asks for."""

from __future__ import annotations

import pytest
import torch

from studio.core.recipe import StyleRecipe
from studio.engine.losses.losses import objective_weights, relative_moments_loss
from studio.engine.losses.statistics import Moments, blend_moments, moments
from studio.engine.networks.vgg import Encoder
from tests.support.scenes import waves, weave


def test_having_no_mean_and_no_covariance_costs_one_each(encoder: Encoder) -> None:
    target = moments(encoder(weave(), ["relu3_1"])["relu3_1"])
    nothing = Moments(torch.zeros_like(target.mean), torch.zeros_like(target.covariance))
    no_mean = float(relative_moments_loss(Moments(nothing.mean, target.covariance), target))
    no_covariance = float(relative_moments_loss(Moments(target.mean, nothing.covariance), target))
    assert no_mean == pytest.approx(1)
    assert no_covariance == pytest.approx(1, abs=0.1)  # a little less: the floor for flat styles
    assert float(relative_moments_loss(nothing, target)) == pytest.approx(no_mean + no_covariance)
    assert float(relative_moments_loss(target, target)) == 0


def test_halfway_between_two_styles_is_nearer_to_their_blend_than_either(encoder: Encoder) -> None:
    first, second = (moments(encoder(style, ["relu2_1"])["relu2_1"]) for style in (weave(), waves(40, 40)))
    blend = blend_moments([first, second], [0.5, 0.5])
    for single in (first, second):
        assert float(relative_moments_loss(single, blend)) > 0.01
    assert float(relative_moments_loss(blend, blend)) == 0


STRENGTHS = [0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 1.0]


def test_more_strength_always_means_less_photo_to_each_part_of_style() -> None:
    ratios = []
    for strength in STRENGTHS:
        weights = objective_weights(StyleRecipe(strength=strength))
        ratios.append(sum(weights.moments.values()) / (sum(weights.content.values()) + sum(weights.structure.values())))
    assert ratios == sorted(set(ratios))


def test_the_moments_count_more_the_stronger_the_style() -> None:
    found = [sum(objective_weights(StyleRecipe(strength=strength)).moments.values()) for strength in STRENGTHS]
    assert found == sorted(set(found))
    free = {sum(objective_weights(StyleRecipe(strength=s, freedom=1.0)).moments.values()) for s in (0.3, 0.6, 1.0)}
    assert len(free) == 1  # as it painted before there was a choice


def test_without_strength_nothing_of_the_style_counts() -> None:
    weights = objective_weights(StyleRecipe(strength=0.0))
    assert not any(weights.moments.values()) and not any(weights.matched.values())
    assert all(weight > 0 for layer, weight in weights.content.items() if layer != "relu3_3")


def test_at_full_strength_the_photo_is_still_there_but_faint() -> None:
    weights = objective_weights(StyleRecipe(strength=1.0))
    assert sum(weights.moments.values()) > 0.9
    assert 0 < sum(weights.content.values()) < 0.1
    assert weights.content["relu2_2"] == 0  # neither its texture nor its colours


def test_detail_moves_from_large_shapes_to_small_ones() -> None:
    coarse, fine = (objective_weights(StyleRecipe(detail=detail)).content for detail in (0.0, 1.0))
    assert coarse["relu3_3"] == 0
    assert fine["relu3_3"] > fine["relu4_2"] > 0
    assert coarse["relu4_2"] > fine["relu4_2"]


def test_smoothness_counts_from_not_at_all_upwards() -> None:
    found = [objective_weights(StyleRecipe(smoothness=smoothness)).smoothness for smoothness in (0.0, 0.1, 0.5, 1.0)]
    assert found[0] == 0
    assert found == sorted(set(found))


def test_a_pattern_has_no_content() -> None:
    weights = objective_weights(StyleRecipe(method="pattern", strength=0.0))
    assert weights.content == weights.matched == weights.structure == {}
    assert weights.colors == 0
    assert weights.moments["relu1_1"] > 0


def test_a_pattern_without_freedom_is_texture_and_with_it_shapes() -> None:
    texture, shapes = (objective_weights(StyleRecipe(method="pattern", freedom=freedom)) for freedom in (0.0, 1.0))
    assert texture.moments["relu4_3"] == 0
    assert shapes.moments == pytest.approx(dict.fromkeys(shapes.moments, 0.2))


def test_with_all_freedom_moments_and_content_are_all_there_is() -> None:
    weights = objective_weights(StyleRecipe(freedom=1.0))
    assert weights.moments == pytest.approx(dict.fromkeys(weights.moments, 0.2))
    assert not any(weights.matched.values()) and not any(weights.structure.values())
    assert weights.colors == 0
    assert weights.content["relu4_2"] == pytest.approx(0.2 * 0.75)


def test_small_pictures_do_not_learn_from_deep_statistics_where_things_are() -> None:
    found = [objective_weights(StyleRecipe(), pixels) for pixels in (96 * 64, 192 * 128, 256 * 256, 512 * 384)]
    for deep in ([one.moments["relu4_1"] for one in found], [one.matched["relu4_1"] for one in found]):
        assert 0 < deep[0] < deep[1] < deep[2] == deep[3]
    for shallow in ("relu1_1", "relu2_1", "relu3_1"):
        assert len({one.moments[shallow] for one in found}) == 1


@pytest.mark.parametrize("recipe", [{"freedom": 1.0}, {"method": "pattern"}], ids=["all freedom", "pattern"])
def test_where_shapes_may_roam_all_sizes_weigh_alike(recipe: dict[str, object]) -> None:
    small, large = (objective_weights(StyleRecipe().change(**recipe), pixels) for pixels in (96 * 64, 512 * 384))
    assert small == large


def test_freedom_lets_go_of_the_layout_step_by_step() -> None:
    found = [objective_weights(StyleRecipe(freedom=freedom / 10)) for freedom in range(11)]
    for held in (
        [one.structure["relu4_2"] for one in found],
        [one.colors for one in found],
        [sum(one.matched.values()) for one in found],
    ):
        assert held == sorted(set(held), reverse=True)
    assert found[0].moments["relu4_3"] == 0 < found[10].moments["relu4_3"]
