"""Statistics of features by values one can compute by hand."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from studio.engine.losses.statistics import (
    Moments,
    add_sums,
    blend_moments,
    gram_matrix,
    moments,
    positions,
    sums_around,
    total_variation,
)

# Two channels over four positions, first (1, 3, 5, 7), second (2, 2, 6, 6): means 4 and 4.
FOUR = torch.tensor([[[[1.0, 3.0], [5.0, 7.0]], [[2.0, 2.0], [6.0, 6.0]]]])
COVARIANCE = torch.tensor([[5.0, 4.0], [4.0, 4.0]])  # of (-3, -1, 1, 3) and (-2, -2, 2, 2)


def features_of(height: int, width: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn((1, 5, height, width), generator=generator) + torch.arange(5.0).view(1, 5, 1, 1)


def covariance_of(product: Tensor, offset: Tensor, number: int) -> Tensor:
    return product / number - torch.outer(offset / number, offset / number)


def test_positions_are_one_row_each() -> None:
    assert positions(FOUR).tolist() == [[1, 2], [3, 2], [5, 6], [7, 6]]


def test_positions_of_channels_last_features_are_no_copy() -> None:
    features = FOUR.contiguous(memory_format=torch.channels_last)
    assert positions(features).data_ptr() == features.data_ptr()


def test_the_gram_matrix_is_the_mean_of_products() -> None:
    assert gram_matrix(positions(FOUR)).tolist() == [[21, 20], [20, 20]]


def test_moments_are_mean_and_covariance() -> None:
    found = moments(FOUR)
    assert found.mean.tolist() == [4, 4]
    assert torch.equal(found.covariance, COVARIANCE)


def test_moments_are_float32_whatever_the_features_are() -> None:
    found = moments(FOUR.bfloat16())
    assert (found.mean.dtype, found.covariance.dtype) == (torch.float32, torch.float32)


def test_sums_around_a_center_are_of_what_is_left_without_it() -> None:
    sums = sums_around(torch.tensor([4.0, 2.0]), FOUR)
    assert sums.number == 4
    assert sums.offset.tolist() == [0, 8]  # of (-3, -1, 1, 3) and (0, 0, 4, 4)
    assert sums.product.tolist() == [[20, 16], [16, 32]]


@pytest.mark.parametrize("center", [(0.0, 0.0), (4.0, 4.0), (-3.0, 7.0)])
def test_moments_follow_from_sums_around_any_center(center: tuple[float, float]) -> None:
    sums = sums_around(torch.tensor(center), FOUR)
    assert (torch.tensor(center) + sums.offset / sums.number).tolist() == [4, 4]
    assert torch.allclose(covariance_of(sums.product, sums.offset, sums.number), COVARIANCE)


def test_sums_of_parts_add_up_to_those_of_the_whole() -> None:
    features, center = features_of(12, 10), torch.arange(5.0)
    parts = [features[:, :, :5], features[:, :, 5:, :3], features[:, :, 5:, 3:]]
    whole, added = sums_around(center, features), add_sums([sums_around(center, part) for part in parts])
    assert added.number == whole.number == 120
    assert torch.allclose(added.offset, whole.offset, atol=1e-4)
    assert torch.allclose(added.product, whole.product, atol=1e-3)


def test_products_around_the_center_stay_precise_in_bfloat16_where_raw_ones_do_not() -> None:
    generator = torch.Generator().manual_seed(2)
    features = (100 + 4 * torch.randn((1, 3, 40, 40), generator=generator)).bfloat16()
    exact = moments(features.double().float()).covariance
    size = exact.diagonal().mean()
    sums = sums_around(torch.full((3,), 100.0), features)
    centered = covariance_of(sums.product, sums.offset, sums.number)
    rows = positions(features)
    mean = rows.float().mean(0)
    raw = gram_matrix(rows) - torch.outer(mean, mean)
    assert (centered - exact).abs().max() < 0.01 * size
    assert (raw - exact).abs().max() > 0.2 * size


@pytest.mark.parametrize("sizes", [((6, 8), (6, 8)), ((6, 8), (3, 4)), ((5, 5), (1, 9))])
def test_a_blend_by_size_has_the_moments_of_all_samples_together(sizes: tuple[tuple[int, int], ...]) -> None:
    parts = [features_of(*size, seed=seed) + 3 * seed for seed, size in enumerate(sizes)]
    together = torch.cat([positions(part) for part in parts]).T.reshape(1, 5, 1, -1)
    numbers = [height * width for height, width in sizes]
    blend = blend_moments([moments(part) for part in parts], [number / sum(numbers) for number in numbers])
    expected = moments(together)
    assert torch.allclose(blend.mean, expected.mean, atol=1e-4)
    assert torch.allclose(blend.covariance, expected.covariance, atol=1e-3)


def test_the_spread_between_two_flat_styles_is_covariance_of_their_blend() -> None:
    nothing = torch.zeros((1, 1))
    blend = blend_moments([Moments(torch.tensor([0.0]), nothing), Moments(torch.tensor([8.0]), nothing)], [0.25, 0.75])
    assert blend.mean.item() == 6
    assert blend.covariance.item() == 12  # 0.25 x 6 x 6 + 0.75 x 2 x 2


def test_a_share_of_all_or_nothing_picks_one_style() -> None:
    first, second = moments(features_of(6, 8)), moments(features_of(6, 8, seed=1))
    blend = blend_moments([first, second], [1.0, 0.0])
    assert torch.equal(blend.mean, first.mean)
    assert torch.allclose(blend.covariance, first.covariance, atol=1e-5)


def test_total_variation_is_the_mean_square_across_plus_down() -> None:
    image = torch.tensor([[[[0.0, 1.0, 1.0], [0.0, 3.0, 3.0]]]])
    assert total_variation(image).item() == pytest.approx((1 + 9) / 4 + (4 + 4) / 3)


def test_a_flat_picture_has_no_variation() -> None:
    assert total_variation(torch.full((1, 3, 5, 4), 0.7)).item() == 0
