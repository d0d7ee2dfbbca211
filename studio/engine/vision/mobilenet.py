"""MobileNetV2, the encoder of the library and the curator: lighter than VGG, and better at telling artists apart.

Source: Sandler et al. 2018, "MobileNetV2", as torchvision trained it on ImageNet.
"""

from __future__ import annotations

import torch
from torch import nn

from studio.engine.networks.weights import load_bundled_weights
from studio.engine.vision.encoders import TorchvisionEncoder, network_with, untrained_network


class MobileNetEncoder(TorchvisionEncoder):
    """A frozen MobileNetV2, from sRGB in [0, 1] to the features of named layers; any size from 32 px on."""

    def __init__(self, device: torch.device, is_trained: bool = True) -> None:
        """is_trained: else its weights are random, the same each time. Raises WeightsError if they are damaged."""
        super().__init__("mobilenet_v2", mobilenet(is_trained), device)


def mobilenet(is_trained: bool = True) -> nn.Module:
    """The network: bundled weights, or random ones, the same each time. Raises WeightsError if they are damaged."""
    if not is_trained:
        return untrained_network("mobilenet_v2")
    return network_with("mobilenet_v2", load_bundled_weights("mobilenet_v2_imagenet"))
