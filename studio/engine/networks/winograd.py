"""Convolutions of 3 x 3 with a quarter of the multiplications, for processors.

Source: Lavin & Gray 2016, "Fast algorithms for convolutional neural networks", F(4 x 4, 3 x 3): windows of 6 x 6 of the
input and the weights are each brought into a form in which the convolution is a product number by number, and over all
channels 36 products of matrices; what comes out is brought back to 4 x 4 of the output. That form is the values of
polynomials at some points (Toom & Cook), and which points decides how rounding grows (Barabasz et al. 2018, "Error
analysis and improving the accuracy of Winograd convolution"). With 0, +-1 and +-2 of the first article the output is
off by 2.6 per cent of its spread in bfloat16, with those below by 1.3; in float32 by some 1e-6.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.polynomial.polynomial import polyfromroots, polyval
from torch import Tensor
from torch.nn import functional

CELL = 4  # px of an edge of what one window gives
WINDOW = CELL + 2  # px of an edge of a window; neighbours overlap by 2
LARGEST_PART = 32 << 20  # bytes of windows at once: a large picture is done strip by strip
POINTS = (0, 5 / 8, -5 / 8, 8 / 5, -8 / 5)  # and infinity; next to the best of 640 pairs in bfloat16


def _matrices() -> tuple[Tensor, Tensor, Tensor]:
    """What transforms a row of input (6, 6), of weights (6, 3) and of products (4, 6)."""
    source, weight, output = np.zeros((WINDOW, WINDOW)), np.zeros((WINDOW, 3)), np.zeros((CELL, WINDOW))
    for row, point in enumerate(POINTS):
        polynomial = polyfromroots([other for other in POINTS if other != point])
        source[row, :-1] = polynomial
        weight[row] = point ** np.arange(3) / polyval(point, polynomial)
        output[:, row] = point ** np.arange(CELL)
    source[-1] = polyfromroots(POINTS)
    weight[-1, -1] = output[-1, -1] = 1
    return torch.from_numpy(source).float(), torch.from_numpy(weight).float(), torch.from_numpy(output).float()


_SOURCE, _WEIGHT, _OUTPUT = _matrices()


class WinogradConvolution:
    """One layer: a convolution with a border of zeros, and ReLU after it; gradients go through it to its input."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """weight: (O, I, 3, 3), bias: (O,), on the CPU and both float32 or both bfloat16."""
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
    rows = weight.float().permute(2, 3, 1, 0).reshape(9, -1)
    return (torch.kron(_WEIGHT, _WEIGHT) @ rows).view(WINDOW**2, inputs, outputs).to(weight.dtype)


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
    bytes_per_row = WINDOW**2 * batch * across * max(channels, outputs) * source.element_size()
    rows = max(1, LARGEST_PART // bytes_per_row)
    for top in range(0, down, rows):
        part = windows[:, :, :, top : top + rows]
        count = part[0, 0, ..., 0].numel()
        seen = _transformed(part.reshape(WINDOW, -1), _SOURCE)
        products = torch.bmm(seen.view(WINDOW**2, count, channels), weights)
        place = cells[:, :, :, top : top + rows]
        place.copy_(_transformed(products.view(WINDOW, -1), _OUTPUT).view(place.shape))
    whole = result.view(batch, down * CELL, across * CELL, outputs)[:, :height, :width]
    return whole.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def _transformed(windows: Tensor, matrix: Tensor) -> Tensor:
    """The matrix applied to rows and to columns. Shapes: (N, N * the rest), (M, N) -> (M, M, the rest)."""
    new, old = matrix.shape
    if windows.dtype != torch.float32:  # at once: rounds once, and multiplications are cheap
        both = torch.kron(matrix, matrix).to(windows.dtype)
        return (both @ windows.view(old**2, -1)).view(new, new, -1)
    rows = (matrix @ windows).view(new, old, -1)
    return torch.bmm(matrix.expand(new, new, old), rows)
