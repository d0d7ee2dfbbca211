"""Magenta's style transformer written down layer by layer at full size, to compare ours with."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional


def paint_plainly(weights: Mapping[str, Tensor], content: Tensor, vector: Tensor) -> Tensor:
    """Shapes: content (1, 3, H, W) in [0, 1], H and W multiples of 4, vector (1, 100) -> (1, 3, H, W)."""
    current = content
    for number, stride in ((1, 1), (2, 2), (3, 2)):
        bias = weights[f"contract.{number}.bias"]
        current = functional.relu(_convolve(weights, f"contract.{number}", current, stride, bias))
    for number in range(1, 6):
        name = f"residual.{number}"
        inner = _norm(weights, f"{name}.conv1", _convolve(weights, f"{name}.conv1", current), vector)
        outer = _convolve(weights, f"{name}.conv2", functional.relu(inner))
        current = current + _norm(weights, f"{name}.conv2", outer, vector)
    for number in (1, 2):
        current = functional.interpolate(current, scale_factor=2.0, mode="nearest")
        outer = _convolve(weights, f"expand.{number}", current)
        current = functional.relu(_norm(weights, f"expand.{number}", outer, vector))
    return torch.sigmoid(_norm(weights, "expand.3", _convolve(weights, "expand.3", current), vector))


def _convolve(
    weights: Mapping[str, Tensor], name: str, source: Tensor, stride: int = 1, bias: Tensor | None = None
) -> Tensor:
    weight = weights[f"{name}.weight"]
    padded = functional.pad(source, (weight.shape[2] // 2,) * 4, mode="reflect")
    return functional.conv2d(padded, weight, bias, stride=stride)


def _norm(weights: Mapping[str, Tensor], name: str, features: Tensor, vector: Tensor) -> Tensor:
    scales, shifts = (
        functional.linear(vector, weights[f"{name}.{kind}.weight"], weights[f"{name}.{kind}.bias"])[:, :, None, None]
        for kind in ("gamma", "beta")
    )
    return functional.instance_norm(features, eps=1e-5) * scales + shifts
