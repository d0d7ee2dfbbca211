"""Where the photo is flat, the network is given no noise, and what it paints is calmed; and nowhere else."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from studio.engine.feed_forward import flat_regions
from studio.engine.feed_forward.flat_regions import Calm, calm_flat_regions, deband
from tests.support.scenes import flat, waves

PAINTED = waves(96, 128)
CALM = Calm(0.6, 0.006)


def half_flat() -> Tensor:
    """Flat on the left, ripples on the right. Shapes: (1, 3, 96, 128)."""
    photo = waves(96, 128, turn=1.0)
    photo[..., :64] = 0.5
    return photo


def fine_spread(image: Tensor) -> float:
    return float((image[..., 1:] - image[..., :-1]).std())


def test_detail_fades_where_the_photo_is_flat_and_stays_where_it_is_not() -> None:
    calm = calm_flat_regions(PAINTED, half_flat(), CALM)
    assert fine_spread(calm[..., :40]) < 0.6 * fine_spread(PAINTED[..., :40])
    assert fine_spread(calm[..., 88:]) > 0.95 * fine_spread(PAINTED[..., 88:])


def test_what_is_coarse_stays_in_a_flat_region_too() -> None:
    slope = torch.linspace(0, 1, 128).expand(1, 3, 96, 128)
    calm = calm_flat_regions(slope, flat(96, 128), Calm(1.0, 0.006))
    assert torch.allclose(calm[..., 8:-8], slope[..., 8:-8], atol=1e-5)


def test_by_nothing_it_stays_as_it_is() -> None:
    assert torch.equal(calm_flat_regions(PAINTED, half_flat(), Calm(0.0, 0.006)), PAINTED)


@pytest.mark.parametrize("size", [(1, 1), (33, 50), (3, 200)], ids=str)
def test_any_size_keeps_its_size(size: tuple[int, int]) -> None:
    assert calm_flat_regions(waves(*size), flat(*size), CALM).shape == (1, 3, *size)


def test_in_tiles_it_is_calmed_as_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    painted, photo = waves(64, 1600), waves(64, 1600, turn=1.0) * torch.linspace(0, 1, 1600)
    whole = calm_flat_regions(painted, photo, CALM)
    monkeypatch.setattr(flat_regions, "CALMED_AT_ONCE", 64)
    assert torch.allclose(calm_flat_regions(painted, photo, CALM), whole, atol=1e-6)
    assert float((whole - painted).abs().mean()) > 0.01


def levels(image: Tensor) -> Tensor:
    """As a picture of 8 bits has it."""
    return (image * 255).round() / 255


def test_steps_of_eight_bits_in_a_slope_are_smoothed() -> None:
    slope = torch.linspace(0.4, 0.46, 128).expand(1, 3, 96, 128)
    inner = (..., slice(16, -16))
    left = (deband(levels(slope)) - slope)[inner]
    assert float(left.abs().max()) < 0.6 * float((levels(slope) - slope)[inner].abs().max())
    assert float(left.std()) < 0.5 * float((levels(slope) - slope)[inner].std())


def test_noise_of_a_level_is_no_longer_there_and_what_is_drawn_stays() -> None:
    photo = half_flat() + torch.randn(1, 3, 96, 128, generator=torch.Generator().manual_seed(0)) / 510
    clean = deband(photo)
    assert fine_spread(clean[..., :40]) < 0.35 * fine_spread(photo[..., :40])
    assert torch.allclose(clean[..., 88:], photo[..., 88:], atol=2 / 255)


def test_photos_of_a_batch_are_smoothed_each_by_itself() -> None:
    photos = torch.cat([half_flat(), waves(96, 128)])
    assert torch.allclose(deband(photos)[1:], deband(photos[1:]), atol=1e-6)


def test_blocks_of_a_jpeg_in_a_sky_are_evened_out_and_an_edge_is_not() -> None:
    slope = torch.linspace(0.4, 0.6, 192).expand(1, 3, 128, 192)
    draws = torch.Generator().manual_seed(0)
    blocks = (torch.rand(1, 3, 8, 12, generator=draws) - 0.5).mul(3 / 255)  # of 16 px, as those of colours
    sky = slope + blocks.repeat_interleave(16, 2).repeat_interleave(16, 3)
    inner = (..., slice(32, -32), slice(32, -32))
    found = deband(sky)
    assert float((found - slope)[inner].std()) < 0.6 * float((sky - slope)[inner].std())
    edge = sky.clone()
    edge[..., 100:] -= 0.2
    assert float(deband(edge)[..., 112:120].mean()) < float(deband(edge)[..., 80:88].mean()) - 0.15
