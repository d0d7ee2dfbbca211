"""Frozen networks as encoders: from a picture to the features of layers by their names, whatever the network.

VGG (Simonyan & Zisserman 2014) is the studio's own; the others are built by torchvision: MobileNetV2 (Sandler et al.
2018), ResNet-50 (He et al. 2015), Inception v3 (Szegedy et al. 2015), EfficientNet-B0 (Tan & Le 2019).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import efficientnet_b0, inception_v3, mobilenet_v2, resnet50

from studio.core.engine_api.features import EncoderName, no_such_layer
from studio.core.errors import WeightsError
from studio.engine.networks.torchvision_weights import load_torchvision_weights
from studio.engine.networks.vgg import Encoder, EncoderLayout, best_encoder
from studio.engine.networks.weights import LAYOUTS, load_bundled_weights

_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_HALVES = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
_VGG19 = EncoderLayout("vgg19", (2, 2, 4, 4, 4), LAYOUTS["vgg19-torchvision"].mean, LAYOUTS["vgg19-torchvision"].scale)
_SEED = 0

_BUILDERS: Mapping[str, Callable[[], nn.Module]] = {
    "mobilenet_v2": mobilenet_v2,
    "resnet50": resnet50,
    "inception_v3": lambda: inception_v3(init_weights=False),
    "efficientnet_b0": efficientnet_b0,
}
_INPUTS: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]] = {"inception_v3": _HALVES}  # mean, std
_LEAST_EDGES: Mapping[str, int] = {"inception_v3": 80}  # px; it halves without padding


class FeatureEncoder(Protocol):
    """From an image (B, 3, H, W) in [0, 1] to the features of the layers asked for, (B, C, h, w) each."""

    def __call__(self, image: Tensor, layers: Collection[str]) -> Mapping[str, Tensor]:
        """The features by layer."""


class TorchvisionEncoder(nn.Module):
    """A frozen network of torchvision in evaluation mode; it runs up to the deepest layer that is asked for.

    Any size will do from 32 px on; what is too small for the network is enlarged.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, name: EncoderName, network: nn.Module, device: torch.device) -> None:
        """name: of torchvision's builder."""
        super().__init__()
        self.name = name
        for module in network.modules():
            if hasattr(module, "inplace"):  # else the layer after one that is kept would overwrite it
                setattr(module, "inplace", False)  # noqa: B010 - not all modules have it
        self.network = network
        mean, std = _INPUTS.get(name, _IMAGENET)
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1), persistent=False)
        self.requires_grad_(False).eval()
        self.to(device).to(memory_format=torch.channels_last)

    def __call__(self, image: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
        """As `forward`, with its types."""
        features: dict[str, Tensor] = super().__call__(image, layers)
        return features

    def forward(self, image: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
        """Features by layer. Raises StudioError for a layer that the network does not have."""
        shortest = min(image.shape[2:])
        if shortest < (least := _LEAST_EDGES.get(self.name, 1)):
            size = [max(least, round(edge * least / shortest)) for edge in image.shape[2:]]
            image = functional.interpolate(image, size, mode="bilinear", align_corners=False)
        modules = dict(self.network.named_modules())
        unknown = next((layer for layer in layers if layer not in modules), None)
        if unknown is not None:
            raise no_such_layer(self.name, unknown)
        found: dict[str, Tensor] = {}
        hooks = [modules[layer].register_forward_hook(_keep(found, layer, len(layers))) for layer in layers]
        try:
            with suppress(_AllFound):
                self.network(((image - self.mean) / self.std).contiguous(memory_format=torch.channels_last))
        finally:
            for hook in hooks:
                hook.remove()
        return {layer: found[layer] for layer in layers}


class _AllFound(Exception):  # noqa: N818 - no error: what is deeper is not needed
    pass


def _keep(found: dict[str, Tensor], layer: str, count: int) -> Callable[[nn.Module, object, Tensor], None]:
    def hook(module: nn.Module, inputs: object, output: Tensor) -> None:
        found.setdefault(layer, output)  # a module that is used again gives its first features
        if len(found) == count:
            raise _AllFound

    return hook


def untrained_network(name: str) -> nn.Module:
    """The network with random weights, the same each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        return _BUILDERS[name]()


def network_with(name: str, weights: Mapping[str, Tensor]) -> nn.Module:
    """The network with these weights. Raises WeightsError if they are of another one."""
    network = _BUILDERS[name]()
    try:
        network.load_state_dict({key: tensor.float() for key, tensor in weights.items()})
    except (RuntimeError, AttributeError) as error:
        raise _wrong_weights(name) from error
    return network


def load_encoder(
    name: EncoderName, device: torch.device, folder: Path | None = None, may_download: bool = False
) -> Generator[float, None, FeatureEncoder]:
    """The encoder; yields the share that is downloaded, where that is needed and allowed.

    folder: where the user keeps weights, besides torch's own cache. Raises WeightsError if they are missing or damaged.
    """
    match name:
        case "vgg16":
            return _vgg(LAYOUTS["vgg16"], load_bundled_weights("vgg16_features_relu4_3"), device)
        case "vgg19":
            return _vgg(_VGG19, (yield from load_torchvision_weights(name, folder, may_download)), device)
        case "mobilenet_v2":
            network = network_with(name, load_bundled_weights("mobilenet_v2_imagenet"))
        case "mobilenet_v2-untrained":
            network = untrained_network("mobilenet_v2")
        case _:
            network = network_with(name, (yield from load_torchvision_weights(name, folder, may_download)))
    return TorchvisionEncoder("mobilenet_v2" if name == "mobilenet_v2-untrained" else name, network, device)


def _vgg(layout: EncoderLayout, weights: Mapping[str, Tensor], device: torch.device) -> Encoder:
    try:
        return best_encoder(layout, weights, device)
    except (KeyError, RuntimeError) as error:
        raise _wrong_weights(layout.name) from error


def _wrong_weights(name: str) -> WeightsError:
    return WeightsError(f"These are not weights of {name}.", "Delete the file, and get torchvision's.")
