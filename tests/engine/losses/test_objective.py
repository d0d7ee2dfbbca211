"""The objective: right in value and gradient, the same in tiles, and finite where there is nothing to see."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from studio.core.generators import run_to_end
from studio.engine.losses.losses import (
    CONTENT_LAYERS,
    FLOOR,
    MATCHED_LAYERS,
    STRUCTURE_LAYERS,
    STYLE_LAYERS,
    ObjectiveWeights,
)
from studio.engine.losses.objective import Evaluation, Objective
from studio.engine.losses.objective_targets import ObjectiveTargets
from studio.engine.losses.self_similarity import CellGrid, self_similarity
from studio.engine.losses.statistics import moments, total_variation
from studio.engine.networks.vgg import Encoder, EncoderLayout, Pooling
from studio.engine.networks.weights import LAYOUTS
from studio.engine.runtime import tiling
from tests.support.plain_vgg import plain_features
from tests.support.scenes import flat, relative_error, waves, weave

NOTHING = ObjectiveWeights({}, {}, {}, {}, 0.0, 0.0)
ALL = ObjectiveWeights(
    moments={"relu1_1": 0.2, "relu2_1": 0.3, "relu3_1": 0.1, "relu4_1": 0.2, "relu4_3": 0.2},
    matched={"relu3_1": 0.2, "relu4_1": 0.3},
    content={"relu2_2": 0.1, "relu3_3": 0.2, "relu4_2": 0.3},
    structure={"relu3_3": 0.2, "relu4_2": 0.4},
    colors=0.3,
    smoothness=0.05,
)
WHOLE = 1 << 30  # px per tile: never cut
MakeEncoder = Callable[..., Encoder]
DEEPER = replace(LAYOUTS["vgg16"], name="deeper", convolutions=(2, 2, 6, 4))  # looks farther than those of the recipe
EYES = (LAYOUTS["vgg16"], LAYOUTS["vgg19-torchvision"], DEEPER)


def objective_of(
    encoder: Encoder, weights: ObjectiveWeights, photo: Tensor, style: Tensor, tile_pixels: int = WHOLE
) -> Objective:
    seen, kept = encoder(style, STYLE_LAYERS), encoder(photo, (*CONTENT_LAYERS, *MATCHED_LAYERS))
    targets = ObjectiveTargets(
        moments={layer: moments(seen[layer]) for layer in STYLE_LAYERS},
        matched={layer: _turned(kept[layer]) for layer in MATCHED_LAYERS},
        content={layer: kept[layer] for layer in CONTENT_LAYERS},
        structure={layer: _cells_alike(kept[layer]) for layer in STRUCTURE_LAYERS},
        colors=_coarse(photo.flip(1)),
        total_variation=float(total_variation(style)),
    )
    return Objective(encoder, weights, targets, tile_pixels)


def _cells_alike(features: Tensor) -> Tensor:
    return self_similarity(CellGrid(features.shape[2], features.shape[3], features.device).add_up(features))


def _turned(features: Tensor) -> Tensor:
    """Some other features of the same shape, to be matched."""
    return features.flip(1)


def _coarse(image: Tensor) -> Tensor:
    """Means over 3 x 4 cells of equal size: whole ones of a copy that many times as large."""
    enlarged = image.repeat_interleave(3, 2).repeat_interleave(4, 3)
    return functional.avg_pool2d(enlarged, (image.shape[2], image.shape[3]))


@torch.no_grad()  # as the engine runs it
def evaluate(objective: Objective, image: Tensor) -> Evaluation:
    return run_to_end(objective.evaluate(image))


def plain_loss(
    network: Mapping[str, Tensor], weights: ObjectiveWeights, photo: Tensor, style: Tensor, image: Tensor
) -> Tensor:
    """The total loss in one go, as one would write it down first, in the precision of the image."""
    found, wanted, kept = (plain_features(network, picture.to(image.dtype)) for picture in (image, style, photo))
    total = image.new_zeros(())
    for layer, weight in weights.moments.items():
        (mean, covariance), (target_mean, target_covariance) = (_moments(part[layer]) for part in (found, wanted))
        size = (target_mean**2).sum()
        unit = (target_covariance**2).sum() + (FLOOR * size) ** 2
        loss = ((mean - target_mean) ** 2).sum() / size + ((covariance - target_covariance) ** 2).sum() / unit
        total = total + weight * loss
    fixed = [(layer, weight, kept[layer]) for layer, weight in weights.content.items()]
    fixed += [(layer, weight, _turned(kept[layer])) for layer, weight in weights.matched.items()]
    for layer, weight, target in fixed:
        spread = target.var() + FLOOR * (target**2).mean()
        total = total + weight * ((found[layer] - target) ** 2).mean() / spread
    for layer, weight in weights.structure.items():
        alike, target = (_alike(part[layer]) for part in (found, kept))
        total = total + weight * ((alike - target) ** 2).mean() / target.var()
    colors = _coarse(photo.to(image.dtype).flip(1))
    total = total + weights.colors * ((_coarse(image) - colors) ** 2).mean() / colors.var(unbiased=False)
    rough = max(float(total_variation(style)), 1e-4)
    return total + weights.smoothness * total_variation(image) / rough


def _alike(features: Tensor) -> Tensor:
    """Cosines of all pairs of places, their mean taken off; pictures here are too small to be averaged into cells."""
    rows = features.flatten(2)[0].T
    rows = rows - rows.mean(0)
    return functional.cosine_similarity(rows[:, None], rows[None], dim=2)


def _moments(features: Tensor) -> tuple[Tensor, Tensor]:
    rows = features.flatten(2)[0]  # (C, N)
    mean = rows.mean(1, keepdim=True)
    return mean[:, 0], (rows - mean) @ (rows - mean).T / rows.shape[1]


def test_the_losses_are_nothing_at_their_target(encoder: Encoder) -> None:
    photo = waves(32, 48)
    at_target = evaluate(
        objective_of(encoder, replace(ALL, matched={}, colors=0.0, smoothness=0.0), photo, photo), photo
    )
    assert at_target.losses["style"] < 1e-6
    assert at_target.losses["content"] == 0
    assert at_target.losses["structure"] < 1e-6
    assert at_target.losses["total"] == pytest.approx(sum(at_target.losses.values()) - at_target.losses["total"])
    elsewhere = evaluate(
        objective_of(encoder, replace(ALL, matched={}, colors=0.0, smoothness=0.0), photo, photo), weave(32, 48)
    )
    assert at_target.gradient.norm() < 1e-3 * elsewhere.gradient.norm()


def test_having_nothing_but_the_average_of_the_photo_costs_one_per_content_layer(weights: dict[str, Tensor]) -> None:
    photo, layer = waves(32, 48), "relu1_2"
    seeing = {key: tensor for key, tensor in weights.items() if int(key.split(".")[1]) <= 2}
    encoder = Encoder(LAYOUTS["vgg16"], seeing, torch.device("cpu"), torch.float32)
    target = encoder(photo, [layer])
    blind = {key: torch.zeros_like(tensor, dtype=torch.float32) for key, tensor in seeing.items()}
    blind["features.2.bias"] += target[layer].mean()  # sees the average everywhere
    seeing_one = Encoder(LAYOUTS["vgg16"], blind, torch.device("cpu"), torch.float32)
    objective = Objective(
        seeing_one, replace(NOTHING, content={layer: 1.0}), ObjectiveTargets({}, content=target), WHOLE
    )
    assert evaluate(objective, photo).losses["content"] == pytest.approx(1, abs=0.05)


def test_the_smoothness_loss_is_the_roughness_in_units_of_the_styles(encoder: Encoder) -> None:
    style, image = weave(32, 48), waves(32, 48)
    objective = objective_of(encoder, replace(NOTHING, smoothness=0.5), image, style)
    expected = 0.5 * float(total_variation(image) / total_variation(style))
    assert evaluate(objective, image).losses["smoothness"] == pytest.approx(expected, rel=1e-4)


def test_the_losses_do_not_depend_on_how_loud_the_features_are(weights: dict[str, Tensor], encoder: Encoder) -> None:
    # The network is linear up to its ReLUs: a louder first layer and louder biases make everything as much louder.
    louder = {
        key: tensor.float() * (8 if key.endswith("bias") or key == "features.0.weight" else 1)
        for key, tensor in weights.items()
    }
    loud = Encoder(LAYOUTS["vgg16"], louder, torch.device("cpu"), torch.float32)
    photo, style, image = waves(32, 48), weave(), waves(32, 48, turn=1.0)
    expected = evaluate(objective_of(encoder, ALL, photo, style), image)
    found = evaluate(objective_of(loud, ALL, photo, style), image)
    assert found.losses == pytest.approx(expected.losses, rel=1e-3)
    assert relative_error(found.gradient, expected.gradient) < 1e-2


@pytest.mark.parametrize("size", [(32, 48), (41, 35)], ids=["even", "odd"])
def test_losses_and_gradient_are_those_of_plain_autograd(
    size: tuple[int, int], encoder: Encoder, weights: dict[str, Tensor]
) -> None:
    photo, style = waves(*size), weave()
    image = waves(*size, turn=1.0)
    precise = image.double().requires_grad_()
    expected = plain_loss(weights, ALL, photo, style, precise)
    (gradient,) = torch.autograd.grad(expected, precise)
    found = evaluate(objective_of(encoder, ALL, photo, style), image)
    assert found.losses["total"] == pytest.approx(float(expected.detach()), rel=1e-3)
    assert relative_error(found.gradient, gradient) < 1e-3


@pytest.mark.parametrize("layer", CONTENT_LAYERS)
def test_each_content_layer_counts_by_itself(layer: str, encoder: Encoder, weights: dict[str, Tensor]) -> None:
    alone = replace(NOTHING, content={layer: 0.7})
    photo, image = waves(32, 40), weave(32, 40)
    precise = image.double().requires_grad_()
    expected = plain_loss(weights, alone, photo, weave(), precise)
    (gradient,) = torch.autograd.grad(expected, precise)
    found = evaluate(objective_of(encoder, alone, photo, weave()), image)
    assert found.losses["content"] == pytest.approx(float(expected.detach()), rel=1e-3)
    assert relative_error(found.gradient, gradient) < 1e-3


def test_the_gradient_tells_how_the_loss_changes(make_encoder: MakeEncoder) -> None:
    objective = objective_of(make_encoder(torch.float64), ALL, waves(32, 40), weave())
    image = waves(32, 40, turn=1.0)
    here = evaluate(objective, image)
    for seed in range(2):
        way = here.gradient / here.gradient.norm()
        if seed:  # not only straight up
            sideways = torch.randn(image.shape, generator=torch.Generator().manual_seed(seed))
            way = way + 0.3 * sideways / sideways.norm()
        ahead, behind = (evaluate(objective, image + step * way).losses["total"] for step in (0.01, -0.01))
        assert (ahead - behind) / 0.02 == pytest.approx(float((here.gradient * way).sum()), rel=0.02)


def test_a_step_downhill_makes_the_loss_smaller_in_bfloat16_too(make_encoder: MakeEncoder) -> None:
    objective = objective_of(make_encoder(torch.bfloat16), ALL, waves(32, 40), weave())
    image = waves(32, 40, turn=1.0)
    here = evaluate(objective, image)
    there = evaluate(objective, image - 0.5 * here.gradient / here.gradient.norm())
    assert there.losses["total"] < 0.99 * here.losses["total"]


def test_bfloat16_gives_nearly_the_same_losses_and_gradient(make_encoder: MakeEncoder) -> None:
    photo, style, image = waves(32, 48), weave(), waves(32, 48, turn=1.0)
    rough, precise = (
        evaluate(objective_of(make_encoder(dtype), ALL, photo, style), image)
        for dtype in (torch.bfloat16, torch.float32)
    )
    assert rough.losses == pytest.approx(precise.losses, rel=0.03)
    assert rough.gradient.dtype == torch.float32
    assert relative_error(rough.gradient, precise.gradient) < 0.2


@pytest.mark.parametrize("size", [(32, 400), (397, 27)], ids=["wide", "high and odd"])
@pytest.mark.parametrize("layout", EYES, ids=lambda layout: layout.name)
@pytest.mark.parametrize("pooling", ["max", "average"])
def test_in_tiles_losses_and_gradient_are_the_same(
    size: tuple[int, int], layout: EncoderLayout, pooling: Pooling, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = wide_eyed(layout, pooling, is_high=size[0] > size[1])
    margin = math.ceil(encoder.margin(STYLE_LAYERS) / tiling.GRID) * tiling.GRID
    monkeypatch.setattr(tiling, "SMALLEST_TILE", 2 * margin + 64)
    photo, style, image = waves(*size), weave(), waves(*size, turn=1.0)
    whole, cut = (objective_of(encoder, ALL, photo, style, pixels) for pixels in (WHOLE, 1))
    tiles = tiling.cut_into_tiles(*size, 1, margin)
    assert len(tiles) >= 4
    assert max(tile.crop(image).numel() for tile in tiles) < image.numel()  # no tile sees everything
    expected, found = evaluate(whole, image), evaluate(cut, image)
    assert found.losses == pytest.approx(expected.losses, rel=1e-5)
    assert (found.gradient - expected.gradient).abs().max() < 1e-5 * expected.gradient.abs().max()  # at no seam either


def wide_eyed(layout: EncoderLayout, pooling: Pooling, is_high: bool = False) -> Encoder:
    """An encoder in a real layout that looks as far away as it can and nowhere else; in double precision.

    Half of its channels only see what is farthest to the left (up, if is_high), half what is farthest to the right.
    Their covariance lets each pixel depend on those at twice that distance, as strongly as on itself.
    """
    generator = torch.Generator().manual_seed(0)
    weights, channels = {}, 3
    for layer, index in layout.layers:
        weight = torch.zeros((6, channels, 3, 3))
        half = 0 if layer == "relu1_1" else 3
        weight[:3, :3, :, 0] = torch.rand((3, 3, 1), generator=generator) / 6
        weight[3:, half:, :, 2] = torch.rand((3, 3, 1), generator=generator) / 6
        weights[f"features.{index}.weight"] = weight.transpose(2, 3) if is_high else weight
        weights[f"features.{index}.bias"] = torch.full((6,), 0.1)
        channels = 6
    return Encoder(layout, weights, torch.device("cpu"), torch.float64, pooling)


@pytest.mark.parametrize("layer", ["relu1_1", "relu2_2", "relu4_3"])
@pytest.mark.parametrize("layout", EYES, ids=lambda layout: layout.name)
def test_the_margin_is_as_far_as_a_pixel_matters_and_not_farther(layer: str, layout: EncoderLayout) -> None:
    encoder = wide_eyed(layout, "average")  # each pixel matters, not only the largest
    part = slice(160, 176)
    margin = encoder.margin([layer])

    def gradient(image: Tensor) -> Tensor:
        trace = run_to_end(encoder.trace(image, [layer]))
        mixed = trace[layer].detach().flip(1)  # what goes back to one side depends on the other
        return run_to_end(encoder.backward(trace, {layer: mixed}))[..., part]

    image = waves(16, 336).double() + 1  # no ReLU cuts anything off
    expected = gradient(image)
    for side in (slice(0, part.start - margin), slice(part.stop + margin, None)):
        beyond = image.clone()
        beyond[..., side] += 0.1
        assert torch.equal(gradient(beyond), expected)
    for place in (part.start - margin, part.stop - 1 + margin):
        within = image.clone()
        within[..., place] += 0.1
        assert not torch.equal(gradient(within), expected)


def test_smaller_tiles_are_at_most_half_of_what_failed(encoder: Encoder) -> None:
    objective = objective_of(encoder, ALL, waves(16, 16), weave(), tile_pixels=WHOLE)
    objective.use_smaller_tiles(1000)
    assert objective.tile_pixels == 500
    objective.use_smaller_tiles(1000)
    assert objective.tile_pixels == 250


def test_a_layer_without_weight_is_not_even_looked_at(encoder: Encoder) -> None:
    style = {layer: moments(features) for layer, features in encoder(weave(), ["relu1_1"]).items()}
    weights = replace(NOTHING, moments={"relu1_1": 1.0, "relu4_3": 0.0}, content={"relu4_2": 0.0})
    objective = Objective(encoder, weights, ObjectiveTargets(style), WHOLE)  # nothing of the deep layers at all
    pieces = sum(1 for _ in objective.evaluate(waves(16, 16)))
    assert pieces < len(encoder.layers)


@pytest.mark.parametrize("name", ["moments", "matched", "content", "structure", "colors", "smoothness"])
def test_each_loss_is_in_proportion_to_its_weight(name: str, encoder: Encoder) -> None:
    weight = getattr(ALL, name)
    doubled = 2 * weight if isinstance(weight, float) else {layer: 2 * part for layer, part in weight.items()}
    photo, style, image = waves(32, 40), weave(), waves(32, 40, turn=1.0)
    once, twice = (
        evaluate(objective_of(encoder, replace(NOTHING, **{name: part}), photo, style), image)
        for part in (weight, doubled)
    )
    assert once.losses["total"] > 0
    assert once.losses["total"] == once.losses["style" if name == "moments" else name]
    assert twice.losses["total"] == pytest.approx(2 * once.losses["total"], rel=1e-5)
    assert relative_error(twice.gradient, 2 * once.gradient) < 1e-4


def test_an_evaluation_gives_others_their_turn(encoder: Encoder) -> None:
    objective = objective_of(encoder, ALL, waves(16, 16), weave())
    assert sum(1 for _ in objective.evaluate(waves(16, 16))) >= 2 * len(encoder.layers)


@pytest.mark.parametrize("image", [flat(32, 40), waves(32, 40), flat(32, 40, 0.0)], ids=["flat", "waves", "black"])
@pytest.mark.parametrize("style", [flat(), flat(grey=0.0), weave()], ids=["flat", "black", "weave"])
def test_flat_pictures_keep_everything_finite(image: Tensor, style: Tensor, encoder: Encoder) -> None:
    found = evaluate(objective_of(encoder, ALL, flat(32, 40), style), image)
    assert all(0 <= loss < 1e6 for loss in found.losses.values()), found.losses
    assert torch.isfinite(found.gradient).all()


def test_a_flat_style_asks_for_a_calm_picture(encoder: Encoder) -> None:
    objective = objective_of(encoder, replace(NOTHING, moments=ALL.moments), waves(32, 40), flat())
    losses = [evaluate(objective, image).losses["style"] for image in (flat(32, 40), waves(32, 40))]
    assert losses[0] < 0.1 * losses[1]


@pytest.mark.parametrize("tile_pixels", [WHOLE, 1], ids=["whole", "in tiles"])
def test_a_seamless_picture_has_no_edge(tile_pixels: int, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiling, "SMALLEST_TILE", 16)
    style = {layer: moments(features) for layer, features in encoder(weave(), STYLE_LAYERS).items()}
    weights = replace(NOTHING, moments={"relu1_1": 0.5, "relu3_1": 0.5})
    objective = Objective(encoder, weights, ObjectiveTargets(style), tile_pixels, is_seamless=True)
    image = waves(160, 96, turn=1.0)
    here, moved = evaluate(objective, image), evaluate(objective, image.roll((48, 80), (2, 3)))
    assert moved.losses == pytest.approx(here.losses, rel=1e-4)
    assert relative_error(moved.gradient.roll((-48, -80), (2, 3)), here.gradient) < 1e-3
