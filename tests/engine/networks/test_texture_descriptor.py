"""The texture descriptor: what it tells apart, and that hidden colours have no say in it."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.generators import run_to_end
from studio.engine.networks.style_predictor import Predictor
from studio.engine.networks.texture_descriptor import (
    FEATURES,
    DescribingPredictor,
    TextureDescriptor,
    feature_statistics,
    predictor_for,
)
from studio.engine.networks.weights import bundled_encoder

CPU = torch.device("cpu")
LENGTH = 6


def noise(scale: int, seed: int = 0) -> Tensor:
    """Blots of `scale` px, (1, 3, 96, 96)."""
    coarse = torch.rand((1, 3, 96 // scale, 96 // scale), generator=torch.Generator().manual_seed(seed))
    return functional.interpolate(coarse, (96, 96), mode="nearest")


class Fixed(Predictor):
    """Says the same of every picture."""

    def forward(self, picture: Tensor, opacity: Tensor | None = None) -> Tensor:
        return torch.ones(picture.shape[0], 100)


def fitted() -> TextureDescriptor:
    descriptor = TextureDescriptor(LENGTH)
    encoder = bundled_encoder(CPU)
    pictures = [noise(scale, seed) for scale in (1, 2, 4, 8) for seed in range(3)]
    descriptor.fit(torch.cat([run_to_end(feature_statistics(encoder, picture)) for picture in pictures]))
    return descriptor


def test_pictures_of_one_texture_are_nearer_than_those_of_others() -> None:
    predictor = DescribingPredictor(Fixed(), fitted(), bundled_encoder(CPU))
    one, again, other = (predictor(picture) for picture in (noise(2, 10), noise(2, 11), noise(8, 10)))
    assert one.shape == (1, 100 + LENGTH) and torch.equal(one[:, :100], other[:, :100])
    assert 3 * (one - again).norm() < (one - other).norm()


def test_what_it_was_fitted_to_comes_out_around_nothing_and_uncorrelated() -> None:
    encoder, descriptor = bundled_encoder(CPU), fitted()
    pictures = [noise(scale, seed) for scale in (1, 2, 4, 8) for seed in range(3)]
    described = descriptor(torch.cat([run_to_end(feature_statistics(encoder, picture)) for picture in pictures]))
    assert float(described.mean(0).abs().max()) < 1e-3
    covariance = described.T @ described / len(described)
    assert torch.allclose(covariance, torch.diag(covariance.diagonal()), atol=1e-3)
    assert float(covariance.diagonal().max()) <= 1.001


def test_hidden_places_have_no_say() -> None:
    encoder = bundled_encoder(CPU)
    opacity = torch.ones(1, 1, 96, 96)
    opacity[..., 48:] = 0
    seen = torch.cat((noise(2)[..., :48], noise(8)[..., 48:]), 3)
    beside = torch.cat((noise(2)[..., :48], torch.zeros(1, 3, 96, 48)), 3)
    first, second = (run_to_end(feature_statistics(encoder, picture, opacity)) for picture in (seen, beside))
    plain = run_to_end(feature_statistics(encoder, seen))
    assert first.shape == (1, FEATURES)
    assert (first - second).norm() < 0.5 * (first - plain).norm()  # features see across the edge


def test_without_a_descriptor_a_predictor_stays_itself() -> None:
    def never() -> None:
        raise AssertionError

    predictor = Fixed()
    assert predictor_for(predictor, None, never) is predictor  # type: ignore[arg-type]
