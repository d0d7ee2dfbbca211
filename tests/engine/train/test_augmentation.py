"""Augmented views: the same whenever computed, within the memory, of all works; and what they are of."""

from __future__ import annotations

import pytest
import torch

from studio.engine.networks.style_predictor import StylePredictor
from studio.engine.networks.vgg import Encoder
from studio.engine.networks.weights import ORIGINAL_NETWORK, load_style_network
from studio.engine.train import augmentation
from studio.engine.train.augmentation import ENDLESS, AugmentedViews, between, crop_photo, seeded
from studio.engine.train.dataset import Pictures
from tests.support.scenes import waves, weave
from tests.support.small_training import shrink_training

CPU = torch.device("cpu")
LAYERS = (("relu1_1",), ("relu1_1", "relu2_1"))


@pytest.fixture(scope="module")
def predictor() -> StylePredictor:
    return StylePredictor(load_style_network(ORIGINAL_NETWORK)[1], CPU)


def bytes_of(image: torch.Tensor) -> torch.Tensor:
    return (image[0] * 255).round().byte()


def make_views(encoder: Encoder, predictor: StylePredictor, memory: int) -> AugmentedViews:
    photos = Pictures((bytes_of(waves(48, 64)),), ("waves",))
    styles = Pictures((bytes_of(weave()),), ("weave",))
    return AugmentedViews(photos, styles, encoder, predictor, LAYERS, 32, 7, memory)


def test_a_view_is_the_same_whether_remembered_or_taken_again(
    encoder: Encoder, predictor: StylePredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    shrink_training(monkeypatch)
    keeping, forgetting = (make_views(encoder, predictor, memory) for memory in (10**8, 0))
    assert forgetting.content_count == ENDLESS
    assert keeping.content(3) is keeping.content(3)
    for number in (0, 3, 11):
        one, other = keeping.content(number), forgetting.content(number)
        assert torch.equal(one.image, other.image)
        assert torch.equal(one.features["relu1_1"], other.features["relu1_1"])
        one_style, other_style = keeping.style(number), forgetting.style(number)
        assert torch.equal(one_style.vector, other_style.vector)
        assert torch.equal(one_style.moments["relu2_1"].covariance, other_style.moments["relu2_1"].covariance)
    assert not torch.equal(keeping.content(0).image, keeping.content(3).image)


def test_what_is_remembered_fits_the_memory(encoder: Encoder, predictor: StylePredictor) -> None:
    one_photo = 3 * 32 * 32 + 2 * 64 * 32 * 32
    one_style = 2 * 64 * 64 + 2 * 128 * 128
    views = make_views(encoder, predictor, 10 * one_photo)
    assert views.content_count == 5
    assert views.style_count == 5 * one_photo // one_style
    view = views.content(0)
    assert sum(tensor.nbytes for tensor in (view.levels, *view.features.values())) == one_photo


def test_where_there_are_more_pictures_than_views_these_are_of_works_all_over(
    encoder: Encoder, predictor: StylePredictor
) -> None:
    works = tuple(f"work{number}" for number in range(10))
    images = tuple(torch.full((3, 40, 40), 20 * number, dtype=torch.uint8) for number in range(10))
    one_photo = 3 * 32**2 + 2 * 64 * 32**2
    views = AugmentedViews(
        Pictures(images, works), Pictures(images, works), encoder, predictor, LAYERS, 32, 7, 10 * one_photo
    )
    assert views.content_count == 5
    shown = {round(float(views.content(number).image.mean()) * 255) for number in range(5)}
    assert shown == {0, 40, 80, 120, 160}
    assert views.works[0] == {"work0", "work2", "work4", "work6", "work8"}
    assert views.works[1] == set(works)


def test_a_photo_is_a_square_crop_in_whole_levels_with_its_features(
    encoder: Encoder, predictor: StylePredictor
) -> None:
    view = make_views(encoder, predictor, 0).content(5)
    assert view.image.shape == (1, 3, 32, 32)
    levels = view.image * 255
    assert torch.allclose(levels, levels.round(), atol=1e-3)
    assert view.features["relu1_1"].shape == (1, 64, 32, 32)
    assert view.features["relu1_1"].dtype == torch.bfloat16


def test_a_style_of_one_colour_has_the_moments_of_that_colour(
    encoder: Encoder, predictor: StylePredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    shrink_training(monkeypatch)
    monkeypatch.setattr(augmentation, "PROCEDURAL", 0.0)
    monkeypatch.setattr(augmentation, "_recolored", lambda image, draws: image)
    grey = Pictures((torch.full((3, 40, 40), 51, dtype=torch.uint8),), ("grey",))
    views = AugmentedViews(grey, grey, encoder, predictor, LAYERS, 32, 7, 0)
    view = views.style(0)
    assert view.vector.shape == (1, 100)
    assert view.moments["relu2_1"].mean.shape == (128,)
    assert view.moments["relu2_1"].covariance.shape == (128, 128)
    assert all(float(band.abs().max()) < 1e-6 for band in view.bands)


def test_colours_are_exchanged_where_that_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    image = torch.zeros(1, 3, 4, 4)
    image[:, 0], image[:, 1] = 1.0, 0.5
    for share, seen in ((0.0, {0}), (1.0, {0, 1, 2})):
        monkeypatch.setattr(augmentation, "TURNED_COLORS", share)
        brightest = {int(augmentation._recolored(image, seeded(n)).mean((0, 2, 3)).argmax()) for n in range(30)}
        assert brightest == seen


def test_draws_depend_on_all_numbers_and_nothing_else() -> None:
    first = [between(0, 1, seeded(1, 2, number)) for number in range(200)]
    assert first == [between(0, 1, seeded(1, 2, number)) for number in range(200)]
    assert len({*first, between(0, 1, seeded(2, 1, 0)), between(0, 1, seeded(1, 2))}) == 202
    assert sum(first) / 200 == pytest.approx(0.5, abs=0.07)  # three standard deviations of such a mean
    assert all(2 <= between(2, 3, seeded(number)) <= 3 for number in range(50))


@pytest.mark.parametrize("shape", [(1, 64), (64, 1), (2, 64), (3, 3)])
def test_strips_have_crops_as_well(shape: tuple[int, int]) -> None:
    for seed in range(20):
        assert crop_photo(torch.full((1, 3, *shape), 0.5), 32, seeded(seed)).shape == (1, 3, 32, 32)
