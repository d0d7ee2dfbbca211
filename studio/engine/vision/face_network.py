"""The network that finds faces: CenterFace.

Source: Xu et al. 2019, "CenterFace: joint face detection and alignment using face as point", MIT. A MobileNetV2 with a
feature pyramid; ported from its graph with the normalisations folded in.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

MULTIPLE = 32  # px; both edges of what the network sees are divisible by it
STRIDE = 4  # px of the picture for one position of the answer
_STEM = 32  # channels
_EXPANSION = 6  # times the channels between the first and last layer of a block
_NECK = 24  # channels
_STAGES = (
    (16, 1, 1),
    (24, 2, 2),
    (32, 3, 2),
    (64, 4, 2),
    (96, 3, 1),
    (160, 3, 2),
    (320, 1, 1),
)  # width, blocks, stride
_READ = (2, 5, 12, 16)  # after these blocks the pyramid reads, at 1/4, 1/8, 1/16 and 1/32


class FaceMaps(NamedTuple):
    """What the network says at each position, for pictures (B, 3, H, W).

    heat (B, 1, H/4, W/4): how likely a face has its middle here, in [0, 1]. size (B, 2, H/4, W/4): logarithm of its
    height and width in positions. offset (B, 2, H/4, W/4): of its middle, down and right, in positions. points
    (B, 10, H/4, W/4): eyes, nose and corners of the mouth, each down and right, as shares of the face's size.
    """

    heat: Tensor
    size: Tensor
    offset: Tensor
    points: Tensor


class FaceNetwork(nn.Module):
    """From a picture to where faces are."""

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        """weights: by name, as in its `state_dict`, in any float type; kept as float32."""
        super().__init__()
        self.stem = _convolution(3, _STEM, 3, stride=2)
        rows = [(width, stride if number == 0 else 1) for width, count, stride in _STAGES for number in range(count)]
        widths = [_STEM, *(width for width, _ in rows)]
        self.blocks = nn.ModuleList(
            _Block(source, width, stride, is_first=number == 0)
            for number, ((source, width), (_, stride)) in enumerate(zip(pairwise(widths), rows, strict=True))
        )
        self.lateral = nn.ModuleList(_convolution(widths[read + 1], _NECK, 1) for read in _READ)
        self.up = nn.ModuleList(nn.ConvTranspose2d(_NECK, _NECK, 2, stride=2, device="meta") for _ in _READ[1:])
        self.head = _convolution(_NECK, _NECK, 3)
        self.heat = _convolution(_NECK, 1, 1)
        self.size = _convolution(_NECK, 2, 1)
        self.offset = _convolution(_NECK, 2, 1)
        self.points = _convolution(_NECK, 10, 1)
        self.load_state_dict({name: tensor.float() for name, tensor in weights.items()}, assign=True)
        self.requires_grad_(False).eval()

    @torch.no_grad()
    def forward(self, picture: Tensor) -> FaceMaps:
        """Shapes: (B, 3, H, W) in [0, 1], H and W divisible by 32 -> maps of H/4 by W/4."""
        current = functional.relu(self.stem(picture * 255), inplace=True)
        read: list[Tensor] = []
        for number, block in enumerate(self.blocks):
            current = block(current)
            if number in _READ:
                read.append(functional.relu(self.lateral[len(read)](current), inplace=True))
        current = read.pop()
        for up in reversed(self.up):
            current = functional.relu(up(current), inplace=True) + read.pop()
        current = functional.relu(self.head(current), inplace=True)
        return FaceMaps(self.heat(current).sigmoid(), self.size(current), self.offset(current), self.points(current))


class _Block(nn.Module):
    """An inverted residual block; the first one does not expand."""

    def __init__(self, source: int, width: int, stride: int, *, is_first: bool) -> None:
        super().__init__()
        inside = source if is_first else source * _EXPANSION
        self.expand = None if is_first else _convolution(source, inside, 1)
        self.depthwise = _convolution(inside, inside, 3, stride, groups=inside)
        self.project = _convolution(inside, width, 1)

    def forward(self, source: Tensor) -> Tensor:
        current = source if self.expand is None else functional.relu(self.expand(source), inplace=True)
        narrow: Tensor = self.project(functional.relu(self.depthwise(current), inplace=True))
        return narrow + source if narrow.shape == source.shape else narrow


def _convolution(inputs: int, outputs: int, size: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    """One whose weights are yet to be loaded."""
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, device="meta")
