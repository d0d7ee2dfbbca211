"""The network that tells people from what is behind them: MediaPipe Selfie Segmentation.

Source: Google, MediaPipe Selfie Segmentation (2020), Apache-2.0: a MobileNetV3 (Howard et al. 2019) with a lite
reduced-atrous pooling head. Ported from its graph; `resources/models` says where the weights are from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.engine.networks.same_convolution import SameConvolution

EDGE = 256  # px; the network sees every picture as a square of this size

Activation = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class _Stage:
    """A row of the table of blocks: `inside` channels in the middle, `outputs` at the end, `gate` channels or none."""

    inside: int
    outputs: int
    size: int
    stride: int
    gate: int
    activation: Activation = functional.hardswish


_STAGES = (
    _Stage(16, 16, 3, 2, 8, functional.relu),
    _Stage(72, 24, 3, 2, 0, functional.relu),
    _Stage(88, 24, 3, 1, 0, functional.relu),
    _Stage(96, 32, 5, 2, 24),
    _Stage(128, 32, 5, 1, 32),
    _Stage(128, 32, 5, 1, 32),
    _Stage(96, 32, 5, 1, 24),
    _Stage(96, 32, 5, 1, 24),
)
_STEM = 16  # channels
_POOLED = 128  # channels of the pooling head


class SubjectSeen(NamedTuple):
    """What the network says of pictures (B, 3, 256, 256).

    mask (B, 1, 256, 256): how likely each pixel is of a person, in [0, 1]. features: of its last three sizes,
    (B, 24, 32, 32), (B, 16, 64, 64) and (B, 16, 128, 128).
    """

    mask: Tensor
    features: tuple[Tensor, ...]


class SubjectNetwork(nn.Module):
    """From a picture to how likely each pixel belongs to a person in front."""

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        """weights: by name, as in its `state_dict`, in any float type; kept as float32."""
        super().__init__()
        self.stem = SameConvolution(3, _STEM, 3, stride=2)
        widths = [_STEM, *(stage.outputs for stage in _STAGES)]
        self.blocks = nn.ModuleList(_Block(width, stage) for width, stage in zip(widths, _STAGES, strict=False))
        self.pool = _PoolingHead(widths[-1])
        self.up = nn.ModuleList((_Up(_POOLED, 24), _Up(24, 16), _Up(16, 16)))
        self.mask = nn.ConvTranspose2d(16, 1, 2, stride=2, device="meta")
        self.load_state_dict({name: tensor.float() for name, tensor in weights.items()}, assign=True)
        self.requires_grad_(False).eval()

    @torch.no_grad()
    def forward(self, picture: Tensor) -> SubjectSeen:
        """What it sees in pictures (B, 3, 256, 256) in [0, 1]."""
        current = functional.hardswish(self.stem(picture))
        passed = [current]
        for block in self.blocks:
            current = block(current)
            passed.append(current)
        current = self.pool(current)
        features = []
        for up, skip in zip(self.up, (passed[3], passed[1], passed[0]), strict=True):
            current = up(current, skip)
            features.append(current)
        return SubjectSeen(self.mask(current).sigmoid(), tuple(features))


class _Gate(nn.Module):
    """Squeeze and excitation: how much each channel counts, from the mean of all positions."""

    def __init__(self, width: int, inside: int) -> None:
        super().__init__()
        self.narrow = SameConvolution(width, inside, 1)
        self.widen = SameConvolution(inside, width, 1)

    def forward(self, source: Tensor) -> Tensor:
        gate: Tensor = self.widen(functional.relu(self.narrow(source.mean((2, 3), keepdim=True))))
        return gate.sigmoid()


class _Block(nn.Module):
    """An inverted residual block."""

    def __init__(self, source: int, stage: _Stage) -> None:
        super().__init__()
        self._activation = stage.activation
        self.expand = SameConvolution(source, stage.inside, 1)
        self.depthwise = SameConvolution(stage.inside, stage.inside, stage.size, stage.stride, groups=stage.inside)
        self.gate = _Gate(stage.inside, stage.gate) if stage.gate else None
        self.project = SameConvolution(stage.inside, stage.outputs, 1)

    def forward(self, source: Tensor) -> Tensor:
        current = self._activation(self.depthwise(self._activation(self.expand(source))))
        if self.gate is not None:
            current = current * self.gate(current)
        narrow: Tensor = self.project(current)
        return narrow + source if narrow.shape == source.shape else narrow


class _PoolingHead(nn.Module):
    """What is at each position, weighed by what is anywhere."""

    def __init__(self, source: int) -> None:
        super().__init__()
        self.here = SameConvolution(source, _POOLED, 1)
        self.anywhere = SameConvolution(source, _POOLED, 1)

    def forward(self, source: Tensor) -> Tensor:
        gate: Tensor = self.anywhere(source.mean((2, 3), keepdim=True))
        here: Tensor = functional.relu(self.here(source))
        return here * gate.sigmoid()


class _Up(nn.Module):
    """Twice as large, with what an earlier block saw at that size."""

    def __init__(self, source: int, width: int) -> None:
        super().__init__()
        self.project = SameConvolution(source, width, 1)
        self.gate = _Gate(width, width)
        self.mix = SameConvolution(width, width, 1)
        self.depthwise = SameConvolution(width, width, 3, groups=width)

    def forward(self, source: Tensor, skip: Tensor) -> Tensor:
        large = functional.interpolate(source, scale_factor=2, mode="bilinear", align_corners=False)
        large = self.project(large)
        mixed = functional.relu(self.mix(skip * self.gate(skip + large) + large))
        seen: Tensor = functional.relu(self.depthwise(mixed))
        return mixed + seen
