"""Bands of detail: their covariances by hand, how they blend, and an image brought to those of another."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from studio.core.generators import run_to_end
from studio.engine.losses import band_statistics
from studio.engine.losses.band_statistics import (
    BANDS,
    LARGEST_GAIN,
    band_covariances,
    blend_bands,
    match_bands,
    match_bands_to_learn,
    transport_map,
)
from tests.support.scenes import flat, waves, weave


def checkers(cell: int, swing: float, edge: int = 32) -> Tensor:
    """Squares of `cell` px in red, `swing` above and below grey. Shapes: (1, 3, edge, edge)."""
    places = torch.arange(edge) // cell
    image = flat(edge, edge)
    image[0, 0] += swing * (1 - 2.0 * ((places[:, None] + places) % 2))
    return image


@pytest.mark.parametrize("band", range(BANDS))
def test_squares_are_in_the_band_of_their_size(band: int) -> None:
    covariances = band_covariances(checkers(2**band, 0.2))
    for number, covariance in enumerate(covariances):
        expected = torch.zeros(3, 3)
        expected[0, 0] = 0.04 if number == band else 0.0
        assert torch.allclose(covariance, expected, atol=1e-6)


def test_a_flat_picture_has_no_detail() -> None:
    assert all(bool((band.abs() < 1e-6).all()) for band in band_covariances(flat(20, 30)))


def test_a_mixture_has_the_mean_of_the_parts() -> None:
    one, other = band_covariances(checkers(1, 0.2)), band_covariances(checkers(1, 0.4))
    assert float(blend_bands([one, other], [0.25, 0.75])[0][0, 0]) == pytest.approx(0.25 * 0.04 + 0.75 * 0.16)


def test_the_map_gives_colours_the_covariance_that_is_wanted() -> None:
    generator = torch.Generator().manual_seed(0)
    own, wanted = (torch.cov(torch.randn((3, 50), generator=generator)) for _ in range(2))
    matrix = transport_map(own, wanted, 1e-9)
    assert torch.allclose(matrix @ own @ matrix.T, wanted, atol=1e-4)
    assert torch.allclose(matrix, matrix.T, atol=1e-5)  # the smallest change turns nothing


def matched(image: Tensor, style: Tensor, amount: float) -> Tensor:
    return run_to_end(match_bands(image, band_covariances(style), amount))


@pytest.mark.parametrize("size", [(64, 96), (61, 35), (1, 1), (3, 50)], ids=str)
def test_matched_by_nothing_it_stays_as_it_is(size: tuple[int, int]) -> None:
    assert torch.allclose(matched(waves(*size), weave(), 0.0), waves(*size), atol=1e-6)


def test_the_more_it_is_matched_the_nearer_are_the_bands_to_those_wanted() -> None:
    image, style = waves(64, 96) * 0.4 + 0.3, weave(64, 64) * 0.4 + 0.3

    def distance(found: Tensor) -> float:
        pairs = zip(band_covariances(found), band_covariances(style), strict=True)
        return sum(float((own - wanted).norm()) for own, wanted in pairs)

    distances = [distance(matched(image, style, amount)) for amount in (0.0, 0.3, 0.6, 1.0)]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 0.8 * distances[0]


def test_what_is_coarser_than_the_bands_stays() -> None:
    image = checkers(16, 0.2, 64)
    found = matched(image, checkers(16, 0.05, 64), 1.0)
    assert float((found - image).abs().mean()) < 0.01


def test_detail_becomes_as_weak_as_wanted_but_never_much_stronger() -> None:
    weak, strong = checkers(1, 0.05), checkers(1, 0.3)
    assert float(matched(strong, weak, 1.0).std()) == pytest.approx(float(weak.std()), rel=0.02)
    assert float(matched(weak, strong, 1.0).std()) == pytest.approx(LARGEST_GAIN * float(weak.std()), rel=0.02)


def test_a_flat_picture_gets_no_grain_from_any_style() -> None:
    assert torch.allclose(matched(flat(32, 32), weave(), 1.0), flat(32, 32), atol=1e-4)


def test_to_learn_by_it_pictures_are_matched_alike_each_to_its_own_style_with_a_gradient() -> None:
    images = (
        torch.cat((waves(40, 48), waves(40, 48, turn=0.3))).mul(0.5).add(0.25).requires_grad_()
    )  # nothing is clamped
    targets = [(band_covariances(weave()), 0.7), (band_covariances(waves(30, 30, turn=0.7)), 0.4)]
    learnt = match_bands_to_learn(images, targets)
    for image, found, (target, amount) in zip(images.split(1), learnt.split(1), targets, strict=True):
        assert torch.allclose(found, run_to_end(match_bands(image, target, amount)), atol=1e-5)
    learnt.sum().backward()
    assert images.grad is not None
    # Bands sum to nothing, whatever they are made: all pixels brighter is the picture brighter.
    assert torch.allclose(images.grad.sum((1, 2, 3)), torch.full((2,), 3 * 40 * 48.0), rtol=1e-3)


def test_in_tiles_it_is_matched_as_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    image = waves(64, 1600)
    whole = matched(image, weave(), 0.8)
    monkeypatch.setattr(band_statistics, "MATCHED_AT_ONCE", 64)
    assert torch.allclose(matched(image, weave(), 0.8), whole, atol=1e-6)
    assert float((whole - image).abs().mean()) > 0.01
