"""Convolutions padded as TensorFlow's "same", for networks that were trained there."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


class SameConvolution(nn.Conv2d):
    """A convolution whose weights are yet to be loaded; at stride 2 the odd row and column are added right and bottom.

    Shapes: (B, inputs, H, W) -> (B, outputs, H / stride, W / stride), H and W divisible by the stride.
    """

    def __init__(self, inputs: int, outputs: int, size: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inputs, outputs, size, stride, groups=groups, device="meta")
        self._before = (size - stride) // 2
        self._after = size - stride - self._before

    def forward(self, source: Tensor) -> Tensor:
        """The convolution of the padded source."""
        if self.kernel_size[0] > 1:
            source = functional.pad(source, (self._before, self._after, self._before, self._after))
        return super().forward(source)
