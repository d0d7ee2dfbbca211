"""Where a painting starts: the photo in other colours, seeded noise, and the way up a size."""

from __future__ import annotations

import pytest
import torch

from studio.engine.losses.statistics import Moments, moments
from studio.engine.optimization.initialization import enlarge, enlarge_seamless, noise, recolor, vary
from studio.engine.runtime.tensors import resize
from tests.support.scenes import flat, waves, weave

# Narrow enough around the middle that nothing has to be cut off at 0 or 1.
CALM = Moments(
    torch.tensor([0.4, 0.5, 0.6]), torch.tensor([[0.004, 0.001, 0.0], [0.001, 0.003, 0.0], [0.0, 0.0, 0.002]])
)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_recoloring_reaches_mean_and_covariance() -> None:
    found = moments(recolor(waves(), CALM))
    assert torch.allclose(found.mean, CALM.mean, atol=1e-4)
    assert torch.allclose(found.covariance, CALM.covariance, atol=2e-5)


def test_recoloring_to_its_own_colors_changes_nothing() -> None:
    assert torch.allclose(recolor(waves(), moments(waves())), waves(), atol=1e-4)


def test_recoloring_stretches_each_color_as_far_as_needed() -> None:
    generator = seeded(5)
    image = 0.5 + 0.1 * torch.randn((1, 3, 60, 60), generator=generator)
    narrower = Moments(torch.full((3,), 0.3), 0.25 * moments(image).covariance)  # half as wide
    assert torch.allclose(
        recolor(image, narrower), 0.3 + 0.5 * (image - moments(image).mean.view(1, 3, 1, 1)), atol=2e-3
    )


def test_recoloring_stays_in_range_where_colors_would_leave_it() -> None:
    wild = Moments(torch.tensor([0.9, 0.1, 0.5]), torch.eye(3))
    found = recolor(waves(), wild)
    assert 0 <= found.min() <= found.max() <= 1


@pytest.mark.parametrize("image", [flat(), flat(grey=0.0), flat(1, 1)], ids=["grey", "black", "one pixel"])
def test_a_flat_picture_takes_the_average_color(image: torch.Tensor) -> None:
    found = recolor(image, CALM)
    assert torch.allclose(found, CALM.mean.view(1, 3, 1, 1).expand_as(image), atol=1e-3)


def test_a_flat_style_makes_the_photo_flat_and_finite() -> None:
    found = recolor(waves(), moments(flat(grey=0.5)))
    assert (found - 0.5).abs().max() < 0.02


def test_noise_has_the_given_colors() -> None:
    image = noise((40, 50), CALM, seeded(0))
    assert image.shape == (1, 3, 40, 50)
    found = moments(image)
    assert torch.allclose(found.mean, CALM.mean, atol=2e-3)
    assert torch.allclose(found.covariance, CALM.covariance, atol=2e-4)


def test_the_same_seed_gives_the_same_noise_and_another_other_noise() -> None:
    first, again, other = (noise((8, 8), CALM, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_variation_is_seeded_faint_and_in_range() -> None:
    image = waves()
    first, again, other = (vary(image, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert 0 < (first - image).abs().mean() < 0.05
    assert 0 <= first.min() <= first.max() <= 1


def test_enlarging_without_a_photo_is_resizing() -> None:
    image = 0.2 + 0.6 * waves(24, 32)
    assert torch.allclose(enlarge(image, (36, 48), None), resize(image, (36, 48)).clamp(0, 1))


def test_enlarging_takes_fine_detail_from_the_photo() -> None:
    photo = waves(48, 64)
    small = resize(photo, (24, 32)).clamp(0, 1)
    with_detail, without = enlarge(small, (48, 64), photo), enlarge(small, (48, 64), None)
    assert (with_detail - photo).square().mean() < 0.5 * (without - photo).square().mean()


def test_enlarging_stays_in_range() -> None:
    larger = enlarge(weave(20, 20), (40, 40), waves(40, 40))
    assert 0 <= larger.min() <= larger.max() <= 1


def test_a_picture_of_the_right_size_stays_as_it_is() -> None:
    assert torch.allclose(enlarge(waves(20, 20), (20, 20), waves(20, 20, turn=2.0)), waves(20, 20))


def test_a_seamless_picture_stays_seamless_when_it_grows() -> None:
    image = torch.rand((1, 3, 16, 32), generator=torch.Generator().manual_seed(0))
    larger = enlarge_seamless(image, (32, 64))
    moved = enlarge_seamless(image.roll((4, 6), (2, 3)), (32, 64))
    assert torch.allclose(moved, larger.roll((8, 12), (2, 3)), atol=1e-5)
