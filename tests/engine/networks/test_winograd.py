"""Winograd's way to convolve gives what the plain one gives, at every size and in both directions."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from studio.engine.networks import winograd
from studio.engine.networks.vgg import LEAST_CHANNELS, Encoder
from studio.engine.networks.weights import LAYOUTS
from studio.engine.networks.winograd import WinogradConvolution, convolve
from tests.support.scenes import relative_error, waves

LAYERS = ("relu2_2", "relu3_3", "relu4_1", "relu4_3")


def make_layer(inputs: int = 6, outputs: int = 10) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    weight = torch.randn((outputs, inputs, 3, 3), generator=generator) / (3 * inputs**0.5)
    return weight, torch.randn(outputs, generator=generator)


def features(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (4, 4), (5, 3), (16, 12), (33, 21)], ids=str)
@pytest.mark.parametrize("batch", [1, 3])
def test_it_gives_what_a_convolution_gives(size: tuple[int, int], batch: int) -> None:
    weight, bias = make_layer()
    source = features(batch, 6, *size)
    found = WinogradConvolution(weight, bias)(source)
    assert relative_error(found, functional.conv2d(source, weight, bias, padding=1).relu()) < 1e-5
    assert found.is_contiguous(memory_format=torch.channels_last)


def test_in_bfloat16_it_is_rough_but_not_too_rough() -> None:
    weight, bias = make_layer(64, 32)
    source = features(1, 64, 24, 24).relu()
    exact = functional.conv2d(source, weight, bias, padding=1).relu()
    found = WinogradConvolution(weight.bfloat16(), bias.bfloat16())(source.bfloat16())
    assert found.dtype == torch.bfloat16
    assert 1e-3 < relative_error(found.float(), exact) < 0.016


def test_its_gradient_is_that_of_a_convolution() -> None:
    weight, bias = make_layer()
    layer = WinogradConvolution(weight, bias)
    source = features(2, 6, 13, 10).requires_grad_()
    plain = functional.conv2d(source, weight, bias, padding=1).relu()
    pull = features(*plain.shape)
    (expected,) = torch.autograd.grad(plain, source, pull)
    (found,) = torch.autograd.grad(layer(source), source, pull)
    assert relative_error(found, expected) < 1e-5


def test_a_large_picture_is_done_in_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    transformed = WinogradConvolution(*make_layer()).forwards
    source = features(2, 6, 50, 17)
    whole = convolve(source, transformed)
    monkeypatch.setattr(winograd, "LARGEST_PART", 1)
    assert torch.allclose(convolve(source, transformed), whole, atol=1e-5)


def test_the_encoder_uses_it_where_there_are_many_channels_and_sees_the_same(
    encoder: Encoder, weights: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = []

    def remember(source: Tensor, transformed: Tensor) -> Tensor:
        shapes.append(transformed.shape[1:])
        return convolve(source, transformed)

    monkeypatch.setattr(winograd, "convolve", remember)
    quick = Encoder(LAYOUTS["vgg16"], weights, torch.device("cpu"), torch.float32, is_winograd=True)
    image = waves(52, 71)
    expected, found = encoder(image, LAYERS), quick(image, LAYERS)
    assert max(relative_error(found[layer], expected[layer]) for layer in LAYERS) < 1e-4
    assert [int(inputs * outputs) for inputs, outputs in shapes] == [
        LEAST_CHANNELS,
        128 * 256,
        256 * 256,
        256 * 256,
        256 * 512,
        512 * 512,
        512 * 512,
    ]


def test_another_pooling_shares_the_weights(encoder: Encoder) -> None:
    image, layers = waves(32, 32), ["relu2_1"]
    average = encoder.with_pooling("average")
    assert average.key != encoder.key and average.features is encoder.features
    assert not torch.equal(average(image, layers)["relu2_1"], encoder(image, layers)["relu2_1"])
