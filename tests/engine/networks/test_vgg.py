"""The encoder sees what VGG sees: pinned features, torchvision's own network, and autograd in one piece."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional
from torchvision.models import vgg16, vgg19

from studio.core.generators import run_to_end
from studio.core.image_io import open_picture
from studio.core.resources import resource_folder
from studio.engine.networks.vgg import Encoder
from studio.engine.networks.weights import LAYOUTS
from studio.engine.runtime.tensors import resize_to, to_tensor
from tests.support.plain_vgg import plain_features
from tests.support.scenes import flat, relative_error, waves

MakeEncoder = Callable[..., Encoder]

# Means of channels over the picture `waves()`, 48 x 64 px, in float32.
KNOWN_MEANS = {
    "relu1_1": {1: 67.4154, 5: 75.1783, 8: 108.319, 9: 36.9786, 12: 99.4653},
    "relu2_1": {3: 738.154, 5: 382.0, 6: 464.287, 7: 450.958, 9: 338.111},
    "relu3_1": {2: 2137.71, 3: 2876.47, 7: 1201.43, 8: 2908.53, 13: 3267.69},
    "relu4_1": {0: 2913.82, 3: 1786.35, 9: 1566.55, 14: 463.401, 16: 551.864},
    "relu4_3": {2: 54.6725, 7: 215.716, 8: 588.66, 10: 72.4601, 11: 41.6951},
}
# Positions of a 128 px picture that no pixel at the border can reach: (first, last).
INNER = {"relu1_1": (1, 127), "relu2_1": (4, 60), "relu3_1": (5, 27), "relu4_1": (5, 11), "relu4_3": (6, 10)}


@pytest.mark.parametrize("layer", KNOWN_MEANS)
def test_features_of_a_known_picture_are_the_known_ones(layer: str, encoder: Encoder) -> None:
    means = encoder(waves(), [layer])[layer].mean((0, 2, 3))
    found = {channel: float(means[channel]) for channel in KNOWN_MEANS[layer]}
    assert found == pytest.approx(KNOWN_MEANS[layer], rel=1e-3)


def test_features_are_those_of_torchvisions_network_away_from_the_border(
    encoder: Encoder, weights: dict[str, Tensor]
) -> None:
    with torch.device("meta"):  # the shape without 500 MB of random numbers
        network = vgg16(weights=None, init_weights=False).features[:23].eval()
    missing = network.load_state_dict(
        {key.removeprefix("features."): tensor.float() for key, tensor in weights.items()}, assign=True
    )
    assert not missing.missing_keys
    image = waves(128, 128)
    seen = (image - torch.tensor([0.48235, 0.45882, 0.40784]).view(1, 3, 1, 1)) * 255
    expected = {}
    with torch.no_grad():
        names = iter(encoder.layers)
        for module in network:
            seen = module(seen)
            if isinstance(module, torch.nn.ReLU):
                expected[next(names)] = seen.clone()
    found = encoder(image, list(INNER))
    for layer, (first, last) in INNER.items():
        inner = (..., slice(first, last), slice(first, last))
        assert relative_error(found[layer][inner], expected[layer][inner]) < 1e-5, layer


@pytest.mark.parametrize("pooling", ["max", "average"])
@pytest.mark.parametrize("padding", ["replicate", "reflect"])
def test_features_are_those_of_a_plain_network_up_to_the_border(
    pooling: str, padding: str, make_encoder: MakeEncoder, weights: dict[str, Tensor]
) -> None:
    encoder = make_encoder(pooling=pooling, padding=padding)
    image = waves(30, 45)  # pooling drops an odd rest
    expected = plain_features(weights, image, pooling, padding)
    for layer, features in encoder(image, encoder.layers).items():
        assert features.shape == expected[layer].shape
        assert relative_error(features, expected[layer]) < 1e-5, layer


def test_average_pooling_sees_another_picture_than_max_pooling(make_encoder: MakeEncoder) -> None:
    layers = ("relu1_2", "relu4_1")
    largest, average = (make_encoder(pooling=pooling)(waves(), layers) for pooling in ("max", "average"))
    assert torch.equal(largest["relu1_2"], average["relu1_2"])
    assert relative_error(average["relu4_1"], largest["relu4_1"]) > 0.1


@pytest.mark.parametrize("name", ["demo/kingfisher.jpg", "demo/neuschwanstein.jpg"])
def test_features_are_as_strong_with_average_pooling_as_with_max_pooling(name: str, make_encoder: MakeEncoder) -> None:
    image = resize_to(to_tensor(open_picture(resource_folder(name)), torch.device("cpu")), 256)
    layers = ("relu2_1", "relu2_2", "relu3_1", "relu3_3", "relu4_1", "relu4_3")
    largest, average = (make_encoder(pooling=pooling)(image, layers) for pooling in ("max", "average"))
    for layer in layers:
        strength = float(average[layer].square().mean().sqrt() / largest[layer].square().mean().sqrt())
        assert 0.8 < strength < 1.25, layer


@pytest.mark.parametrize("padding", ["replicate", "reflect"])
def test_a_flat_picture_has_no_frame(padding: str, make_encoder: MakeEncoder) -> None:
    features = make_encoder(padding=padding)(flat(16, 20, 0.9), ["relu1_1"])["relu1_1"]
    assert torch.allclose(features, features[:, :, 8:9, 8:9].expand_as(features), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("padding", ["replicate", "reflect"])
def test_the_border_is_continued_as_asked(padding: str, make_encoder: MakeEncoder) -> None:
    encoder = make_encoder(padding=padding)
    image = waves(20, 24)
    features = encoder(image, ["relu1_1"])["relu1_1"]
    wider = encoder(functional.pad(image, (1, 1, 1, 1), mode=padding), ["relu1_1"])["relu1_1"]
    assert torch.allclose(features, wider[:, :, 1:-1, 1:-1], rtol=1e-4, atol=1e-2)
    other = make_encoder(padding="reflect" if padding == "replicate" else "replicate")
    assert not torch.allclose(features, other(image, ["relu1_1"])["relu1_1"], rtol=1e-2, atol=1e-2)


def test_bfloat16_sees_nearly_the_same(make_encoder: MakeEncoder) -> None:
    encoder, precise = make_encoder(torch.bfloat16), make_encoder()
    found = encoder(waves(), precise.layers)
    for layer, expected in precise(waves(), precise.layers).items():
        assert found[layer].dtype == torch.bfloat16
        assert relative_error(found[layer], expected) < 0.02, layer


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_features_are_channels_last(dtype: torch.dtype, make_encoder: MakeEncoder) -> None:
    encoder = make_encoder(dtype)
    for layer, features in encoder(waves(), encoder.layers).items():
        assert features.is_contiguous(memory_format=torch.channels_last), layer


def test_layers_are_named_as_in_the_paper_and_strides_are_their_pixels(encoder: Encoder) -> None:
    assert encoder.layers == (
        "relu1_1", "relu1_2", "relu2_1", "relu2_2", "relu3_1", "relu3_2", "relu3_3", "relu4_1", "relu4_2", "relu4_3",
    )  # fmt: skip
    image = waves(64, 96)
    for layer, features in encoder(image, encoder.layers).items():
        stride = encoder.stride(layer)
        assert features.shape[2:] == (64 // stride, 96 // stride), layer


@pytest.mark.parametrize(
    ("name", "build"), [("vgg16", vgg16), ("vgg16-torchvision", vgg16), ("vgg19-torchvision", vgg19)]
)
def test_layers_stand_at_torchvisions_places(name: str, build: Callable[..., torch.nn.Module]) -> None:
    with torch.device("meta"):
        features = build(weights=None, init_weights=False).features
    pools = [index for index, module in enumerate(features) if isinstance(module, torch.nn.MaxPool2d)]
    convolutions = [index for index, module in enumerate(features) if isinstance(module, torch.nn.Conv2d)]
    expected = {}
    for index in convolutions:
        block = 1 + sum(pool < index for pool in pools)
        number = 1 + sum(previous < index for previous in convolutions if previous > max([-1, *pools[: block - 1]]))
        if block <= 4:
            expected[f"relu{block}_{number}"] = index
    assert dict(LAYOUTS[name].layers) == expected


def test_it_is_a_frozen_module_with_torchvisions_names(encoder: Encoder, weights: dict[str, Tensor]) -> None:
    assert set(encoder.state_dict()) == set(weights)
    assert not encoder.training
    assert not any(parameter.requires_grad for parameter in encoder.parameters())


@pytest.mark.parametrize("is_winograd", [False, True])
def test_brought_to_another_precision_it_sees_as_if_made_in_it(is_winograd: bool, make_encoder: MakeEncoder) -> None:
    moved, made = make_encoder(is_winograd=is_winograd), make_encoder(torch.bfloat16, is_winograd=is_winograd)
    moved(waves(), ["relu4_3"])  # whatever is prepared when it is first needed
    moved.to(torch.bfloat16)
    found, expected = (encoder(waves(), ["relu1_1", "relu4_3"]) for encoder in (moved, made))
    assert moved.dtype == torch.bfloat16
    assert all(torch.equal(found[layer], expected[layer]) for layer in expected)


@pytest.mark.parametrize("is_winograd", [False, True])
def test_with_other_weights_loaded_it_sees_by_those(is_winograd: bool, make_encoder: MakeEncoder) -> None:
    made = make_encoder(is_winograd=is_winograd)
    others = {name: tensor.flip(0) for name, tensor in made.state_dict().items()}
    changed = Encoder(LAYOUTS["vgg16"], others, torch.device("cpu"), torch.float32, is_winograd=is_winograd)
    average = changed.with_pooling("average")
    for encoder in (changed, average):
        encoder(waves(), ["relu4_3"])  # whatever is prepared when it is first needed
    changed.load_state_dict(made.state_dict())
    for encoder, expected in ((changed, made), (average, made.with_pooling("average"))):
        assert torch.equal(encoder(waves(), ["relu4_3"])["relu4_3"], expected(waves(), ["relu4_3"])["relu4_3"])


def test_vgg19_expects_pictures_as_imagenet_normalises_them() -> None:
    layout = LAYOUTS["vgg19-torchvision"]
    assert layout.mean == pytest.approx((0.485, 0.456, 0.406))
    assert layout.scale == pytest.approx((1 / 0.229, 1 / 0.224, 1 / 0.225))


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_going_back_piece_by_piece_equals_autograd_in_one_go(
    pooling: str, make_encoder: MakeEncoder, weights: dict[str, Tensor]
) -> None:
    encoder = make_encoder(pooling=pooling)
    generator = torch.Generator().manual_seed(1)
    image = waves(32, 40).requires_grad_()
    plain = plain_features(weights, image, pooling)
    layers = ("relu1_1", "relu2_2", "relu3_1", "relu4_2")  # relu4_2: nothing deeper may be needed
    wanted = {
        layer: torch.randn(plain[layer].shape, generator=generator) / plain[layer].detach().std() for layer in layers
    }
    (expected,) = torch.autograd.grad(sum((plain[layer] * wanted[layer]).sum() for layer in layers), image)
    with torch.no_grad():  # as the engine runs it
        trace = run_to_end(encoder.trace(image.detach(), layers))
        found = run_to_end(encoder.backward(trace, wanted))
    assert relative_error(found, expected) < 1e-5


def test_a_trace_is_used_up_while_it_goes_back(encoder: Encoder) -> None:
    trace = run_to_end(encoder.trace(waves(16, 16), ["relu2_1"]))
    run_to_end(encoder.backward(trace, {"relu2_1": torch.ones_like(trace["relu2_1"])}))
    assert trace.segments == []


def test_going_back_from_nowhere_is_refused(encoder: Encoder) -> None:
    trace = run_to_end(encoder.trace(waves(16, 16), ["relu1_2"]))
    with pytest.raises(ValueError, match="no gradient"):
        run_to_end(encoder.backward(trace, {}))


def test_only_the_picture_can_change(encoder: Encoder) -> None:
    trace = run_to_end(encoder.trace(waves(16, 16), ["relu2_1"]))
    assert len(trace.segments) == 4  # relu1_1, relu1_2, pool2, relu2_1
    for name, source, output in trace.segments:
        assert [id(leaf) for leaf in leaves_below(output)] == [id(source)], f"{name} would learn"


def leaves_below(output: Tensor) -> list[Tensor]:
    """What autograd would give gradients to."""
    found, ahead = [], [output.grad_fn]
    while ahead:
        node = ahead.pop()
        if node is None:
            continue
        if hasattr(node, "variable"):
            found.append(node.variable)
        ahead.extend(following for following, _ in node.next_functions)
    return found


@pytest.mark.parametrize("is_enabled", [True, False])
def test_between_pieces_autograd_is_as_the_caller_left_it(is_enabled: bool, encoder: Encoder) -> None:
    with torch.set_grad_enabled(is_enabled):
        pieces = encoder.trace(waves(16, 16), ["relu2_1"], with_gradient=not is_enabled)
        assert [torch.is_grad_enabled() for _ in pieces] == [is_enabled] * 4


def test_features_for_comparison_carry_no_graph(encoder: Encoder) -> None:
    with torch.enable_grad():
        features = encoder(waves(16, 16).requires_grad_(), ["relu2_1"])["relu2_1"]
    assert not features.requires_grad


def test_the_picture_itself_is_not_touched(encoder: Encoder) -> None:
    image = waves(16, 16)
    before = image.clone()
    trace = run_to_end(encoder.trace(image, ["relu2_1"]))
    run_to_end(encoder.backward(trace, {"relu2_1": torch.ones_like(trace["relu2_1"])}))
    assert torch.equal(image, before)
    assert not image.requires_grad
    assert image.grad is None
