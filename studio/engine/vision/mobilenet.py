"""MobileNetV2, the encoder of the library and the curator: lighter than VGG, and better at telling artists apart.

Source: Sandler et al. 2018, "MobileNetV2", as torchvision trained it on ImageNet.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import nn

from studio.core.engine_api.features import STYLE_LAYERS
from studio.engine.networks.weights import load_bundled_weights
from studio.engine.vision.encoders import TorchvisionEncoder, network_with, untrained_network


class MobileNetEncoder(TorchvisionEncoder):
    """A frozen MobileNetV2, from sRGB in [0, 1] to the features of named layers; any size from 32 px on."""

    def __init__(self, device: torch.device, is_trained: bool = True) -> None:
        """is_trained: else its weights are random, the same each time. Raises WeightsError if they are damaged."""
        super().__init__("mobilenet_v2", mobilenet(is_trained), device)

    @property
    def stages(self) -> nn.Sequential:
        """The network's stages, "features.0" and so on."""
        return cast(nn.Sequential, self.network.features)

    @property
    def block_lengths(self) -> tuple[int, ...]:
        """How many moments each of STYLE_LAYERS has."""
        stages = (cast(Any, self.stages[int(layer.split(".")[1])]) for layer in STYLE_LAYERS)
        return tuple(2 * int(stage.out_channels) for stage in stages)


def mobilenet(is_trained: bool = True) -> nn.Module:
    """The network: bundled weights, or random ones, the same each time. Raises WeightsError if they are damaged."""
    if not is_trained:
        return untrained_network("mobilenet_v2")
    return network_with("mobilenet_v2", load_bundled_weights("mobilenet_v2_imagenet"))
