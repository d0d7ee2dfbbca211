"""What fine-tuning learns from: crops of photos with features, and moments of the references but the held-out one."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from studio.core.generators import run_to_end
from studio.engine.finetune import dataset
from studio.engine.finetune.dataset import (
    HELD_OUT_BUNDLED,
    Photos,
    References,
    blend_targets,
    cut_crops,
    cut_photos,
    encode_references,
    hold_out,
    middle_one,
)
from studio.engine.losses.losses import STYLE_LAYERS
from studio.engine.losses.statistics import Moments
from studio.engine.networks.vgg import Encoder
from studio.engine.runtime.tensors import resize_to
from tests.support.scenes import flat, waves, weave


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few and small crops."""
    monkeypatch.setattr(dataset, "CROPS", 1)
    monkeypatch.setattr(dataset, "REFERENCE_EDGES", (64,))
    monkeypatch.setattr(dataset, "PHOTO_EDGES", (64, 96))


def draws(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def brightness(picture: Tensor) -> Tensor:
    """Stands in for the predictor: the mean brightness, a hundred times."""
    return picture.mean().expand(1, 100)


def encode(pictures: list[Tensor], encoder: Encoder, seed: int = 0) -> References:
    return run_to_end(encode_references(pictures, encoder, brightness, draws(seed)))


def test_photos_of_the_validation_set_are_never_learned_from() -> None:
    assert hold_out(1) == ((0,), (0,))
    assert hold_out(2) == ((0, 1), (0, 1))
    assert hold_out(3) == ((0, 2), (1,))
    assert hold_out(5) == ((0, 2, 3), (1, 4))
    learnt, held_out = hold_out(35)
    assert held_out == (1, 13, 25) and len(learnt) == 32  # more would take longer at every validation
    learnt, held_out = hold_out(39, HELD_OUT_BUNDLED)
    assert held_out == (1, 5, 9, 13, 17, 21, 25, 29, 33, 37) and len(learnt) == 29


@pytest.mark.parametrize("shape", [(2, 4096), (4096, 2), (1, 300)])
def test_of_a_strip_no_more_is_enlarged_than_crops_of_it_need(
    shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    enlarged: list[int] = []

    def resize(image: Tensor, edge: int) -> Tensor:
        enlarged.append(edge)
        return resize_to(image, edge)

    monkeypatch.setattr(dataset, "resize_to", resize)
    strip = waves(32, 4096)[:, :, : min(shape), : max(shape)]
    crops = cut_crops([strip if shape[0] < shape[1] else strip.mT], 3, 64, draws())
    assert crops.shape == (3, 3, 64, 64) and max(enlarged) <= 64 * dataset.LONGEST_STRIP + 1
    assert not torch.equal(crops[0], crops[1])  # of different parts


def test_the_reference_held_out_is_neither_the_most_typical_nor_the_least() -> None:
    vectors = torch.zeros((4, 100))
    vectors[:, 0] = torch.tensor([0.0, 4.0, 3.0, 9.0])  # off by 4, 0, 1 and 5
    assert middle_one(vectors) == 2
    assert middle_one(vectors[:3]) == 1  # off by 2 1/3, 1 2/3 and 2/3


def test_of_five_references_one_is_held_out(encoder: Encoder) -> None:
    lights = (0.2, 0.4, 0.9, 0.1, 0.6)  # off from their mean of 0.44 by 0.24, 0.04, 0.46, 0.34 and 0.16
    found = encode([flat(64, 64, light) for light in lights], encoder)
    assert found.vector.shape == (1, 100)
    assert found.held_out == 0
    assert found.vector[0, 0].item() == pytest.approx((0.4 + 0.9 + 0.1 + 0.6) / 4, abs=1e-4)
    assert found.mixed[0, 0].item() == pytest.approx(0.44, abs=1e-4)  # as a mix of all of them
    assert found.unseen is not None
    assert found.unseen.keys() == found.mean.keys() == set(STYLE_LAYERS)
    # The mean distance a hundred times, for a sample of five, of numbers of which all hundred are alike.
    assert found.spread == pytest.approx(10 * (0.24 + 0.04 + 0.46 + 0.34 + 0.16) / 5 * math.sqrt(5 / 4), rel=1e-3)
    assert found.is_mixed


def test_of_few_references_none_is_held_out_and_of_one_there_is_no_spread(encoder: Encoder) -> None:
    few = encode([flat(64, 64, light) for light in (0.2, 0.4, 0.3, 0.5)], encoder)
    assert few.unseen is None
    assert few.vector[0, 0].item() == pytest.approx(0.35, abs=1e-4)
    assert torch.equal(few.mixed, few.vector)
    one = encode([flat(64, 64, 0.2)], encoder)
    assert (one.unseen, one.spread, one.is_mixed) == (None, 0.0, False)


def test_the_same_draws_show_the_predictor_the_same_crops(encoder: Encoder) -> None:
    pictures = [waves(96, 80)]
    first, second, third = (encode(pictures, encoder, seed).vector for seed in (1, 1, 2))
    assert torch.equal(first, second)
    assert not torch.equal(first, third)


def test_references_are_measured_whole_at_all_sizes_and_count_alike(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset, "REFERENCE_EDGES", (64, 96))
    pictures = [weave(96, 80), waves(96, 96)]
    layer = STYLE_LAYERS[1]
    sizes = [resize_to(picture, edge) for picture in pictures for edge in (64, 96)]
    alone = [encoder(image, (layer,))[layer].float().mean((0, 2, 3)) for image in sizes]
    assert torch.allclose(encode(pictures, encoder).mean[layer].mean, torch.stack(alone).mean(0), rtol=1e-3, atol=1e-4)


def test_each_of_many_references_is_measured_at_the_middle_size(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset, "REFERENCE_EDGES", (64, 96))
    monkeypatch.setattr(dataset, "MOST_VIEWS", 3)
    shapes: list[tuple[int, ...]] = []
    trace = Encoder.trace

    def record(self: Encoder, image: torch.Tensor, *others: Any, **named: Any) -> Any:
        shapes.append(tuple(image.shape[2:]))
        return trace(self, image, *others, **named)

    monkeypatch.setattr(Encoder, "trace", record)
    encode([weave(96, 96), waves(96, 96)], encoder)
    assert set(shapes) == {(80, 80)}


def test_targets_blend_to_the_moments_of_all_together() -> None:
    """Of channels that are 1 and 3 everywhere: the mean is 2 and the variance 1."""
    targets = [{"a": Moments(torch.tensor([value]), torch.zeros(1, 1))} for value in (1.0, 3.0)]
    blended = blend_targets(targets)["a"]
    assert blended.mean.item() == pytest.approx(2)
    assert blended.covariance.item() == pytest.approx(1)


@pytest.mark.parametrize("size", [(64, 200), (200, 64), (70, 70)])
def test_crops_of_photos_have_the_size_wanted(encoder: Encoder, size: tuple[int, int]) -> None:
    photos = cut_photos([waves(*size)], 5, 64, encoder, ("relu2_1",), draws())
    assert len(photos) == 5
    crops, features = run_to_end(photos.take([0, 3, 3]))
    assert crops.shape == (3, 3, 64, 64)
    assert features["relu2_1"].shape == (3, 128, 32, 32)
    assert torch.equal(features["relu2_1"][1], features["relu2_1"][2])


def test_photos_take_turns(encoder: Encoder) -> None:
    photos = cut_photos([flat(80, 80, 0.2), flat(80, 80, 0.6)], 4, 64, encoder, ("relu1_1",), draws())
    crops, _ = run_to_end(photos.take(range(4)))
    assert crops.mean((1, 2, 3)).tolist() == pytest.approx([0.2, 0.6, 0.2, 0.6], abs=1e-4)


def test_features_of_a_crop_are_computed_once(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = Photos(waves(64, 64), encoder, ("relu1_1",))
    _, first = run_to_end(photos.take([0]))
    monkeypatch.setattr(Encoder, "trace", None)
    _, again = run_to_end(photos.take([0]))
    assert torch.equal(first["relu1_1"], again["relu1_1"])
