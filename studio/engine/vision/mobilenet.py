"""MobileNetV2 as a second encoder: lighter than VGG, and better at telling artists, and photos from paintings.

Source: Sandler et al. 2018, "MobileNetV2", as torchvision trained it on ImageNet.
"""

from __future__ import annotations

from collections.abc import Collection

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torchvision.models import mobilenet_v2

from studio.core.engine_api.features import LAYERS
from studio.engine.networks.weights import verified_card

_SEED = 0
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class MobileNetEncoder(nn.Module):
    """A frozen MobileNetV2, from sRGB in [0, 1] to the features of named layers; any size from 32 px on."""

    mean: Tensor
    std: Tensor

    def __init__(self, device: torch.device, is_trained: bool = True) -> None:
        """is_trained: else its weights are random, the same each time. Raises WeightsError if they are damaged."""
        super().__init__()
        if is_trained:
            weights = load_file(verified_card("mobilenet_v2_imagenet").file)
            network = mobilenet_v2()
            network.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
        else:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(_SEED)
                network = mobilenet_v2()
        self.features = network.features
        self.classifier = network.classifier
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(_STD).view(1, 3, 1, 1), persistent=False)
        self.requires_grad_(False).eval()
        self.to(device).to(memory_format=torch.channels_last)

    def __call__(self, image: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
        """As `forward`, with its types."""
        features: dict[str, Tensor] = super().__call__(image, layers)
        return features

    def forward(self, image: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
        """Features by layer. Shapes: (B, 3, H, W) in [0, 1] -> (B, C, h, w) each."""
        found = {}
        current = ((image - self.mean) / self.std).contiguous(memory_format=torch.channels_last)
        last = max(LAYERS["mobilenet_v2"].index(layer) for layer in layers)
        for name, layer in zip(LAYERS["mobilenet_v2"], self.features[: last + 1], strict=False):
            current = layer(current)
            if name in layers:
                found[name] = current
        return found
