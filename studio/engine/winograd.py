"""Convolutions of 3 x 3 with a quarter of the multiplications, for processors that have to do them in float32.

Source: Lavin & Gray 2016, "Fast algorithms for convolutional neural networks", F(4 x 4, 3 x 3): windows of 6 x 6 of the
input and the weights are each brought into a form in which the convolution is a product number by number, and over all
channels 36 products of matrices; what comes out is brought back to 4 x 4 of the output. The matrices are those of the
article. In float32 the result is off by some 1e-6 of its spread.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

CELL = 4  # px of an edge of what one window gives
WINDOW = CELL + 2  # px of an edge of a window; neighbours overlap by 2
LARGEST_PART = 64 << 20  # bytes of windows at once: a large picture is done strip by strip
_INPUT = torch.tensor(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ],
    dtype=torch.float32,
)
_WEIGHT = torch.tensor(
    [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ],
    dtype=torch.float32,
)
_OUTPUT = torch.tensor([[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]).float()


class WinogradConvolution:
    """One layer: a convolution with a border of zeros, and ReLU after it; gradients go through it to its input."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """weight: (O, I, 3, 3), bias: (O,), both float32 on the CPU."""
        self._weight, self.bias = weight, bias

    def __call__(self, source: Tensor) -> Tensor:
        """Shapes: (B, I, H, W) -> (B, O, H, W), channels_last."""
        result: Tensor = _Rectified.apply(source, self)
        return result

    @cached_property
    def forwards(self) -> Tensor:
        """Transformed weights (36, I, O), made when first needed, for they take four times the room."""
        return transformed_weights(self._weight)

    @cached_property
    def backwards(self) -> Tensor:
        """Transformed weights (36, O, I) of the convolution that takes gradients back."""
        return transformed_weights(self._weight.flip(2, 3).transpose(0, 1))


class _Rectified(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, source: Tensor, layer: WinogradConvolution) -> Tensor:
        output = convolve(source, layer.forwards).add_(layer.bias.view(1, -1, 1, 1)).relu_()
        context.layer = layer
        context.save_for_backward(output)
        return output

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (output,) = context.saved_tensors
        passed = torch.ops.aten.threshold_backward(gradients[0], output, 0)  # where ReLU let something through
        return convolve(passed, context.layer.backwards), None


def transformed_weights(weight: Tensor) -> Tensor:
    """Weights as `convolve` takes them. Shapes: (O, I, 3, 3) -> (36, I, O)."""
    outputs, inputs = weight.shape[:2]
    return _transformed(weight.permute(2, 3, 1, 0).reshape(3, -1), _WEIGHT).view(WINDOW**2, inputs, outputs)


def convolve(source: Tensor, weights: Tensor) -> Tensor:
    """Convolve; zeros continue the border. Shapes: (B, I, H, W), (36, I, O) -> (B, O, H, W), channels_last."""
    batch, channels, height, width = source.shape
    outputs = weights.shape[2]
    down, across = -(-height // CELL), -(-width // CELL)
    padding = (1, 1 + across * CELL - width, 1, 1 + down * CELL - height)
    padded = functional.pad(source, padding).permute(0, 2, 3, 1).contiguous()  # (B, H', W', I)
    per_image, per_row, per_pixel, _ = padded.stride()
    windows = padded.as_strided(
        (WINDOW, WINDOW, batch, down, across, channels),
        (per_row, per_pixel, per_image, CELL * per_row, CELL * per_pixel, 1),
    )
    result = source.new_empty((batch, down, CELL, across, CELL, outputs))
    cells = result.permute(2, 4, 0, 1, 3, 5)  # (4, 4, B, down, across, O)
    rows = max(1, LARGEST_PART // (4 * WINDOW**2 * batch * across * max(channels, outputs)))
    for top in range(0, down, rows):
        part = windows[:, :, :, top : top + rows]
        count = part[0, 0, ..., 0].numel()
        seen = _transformed(part.reshape(WINDOW, -1), _INPUT)
        products = torch.bmm(seen.view(WINDOW**2, count, channels), weights)
        place = cells[:, :, :, top : top + rows]
        place.copy_(_transformed(products.view(WINDOW, -1), _OUTPUT).view(place.shape))
    whole = result.view(batch, down * CELL, across * CELL, outputs)[:, :height, :width]
    return whole.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def _transformed(windows: Tensor, matrix: Tensor) -> Tensor:
    """The matrix applied to rows and to columns. Shapes: (N, N * the rest), (M, N) -> (M, M, the rest)."""
    new, old = matrix.shape
    rows = (matrix @ windows).view(new, old, -1)
    return torch.bmm(matrix.expand(new, new, old), rows)
