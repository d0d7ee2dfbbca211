"""The style predictor: a MobileNetV2 that turns any picture into a style vector.

Source: Sandler et al. 2018, "MobileNetV2", as trained by Ghiasi et al. 2017 in TensorFlow, whose paddings it keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from cachetools import LRUCache
from torch import Tensor
from torch.nn import functional

from studio.engine.runtime.tensors import resize

EDGE = 256  # px; the predictor sees every picture as a square of this size
KEPT_VECTORS = 4096  # 400 bytes each
_HALVING = (1, 3, 6, 13)  # blocks with stride 2
_BLOCKS = 17


class StylePredictor:
    """A frozen network from a picture to the 100 numbers of its style, and what it made of the last pictures."""

    def __init__(self, weights: Mapping[str, Tensor], device: torch.device) -> None:
        """weights: by name ("stem.weight", "blocks.0.depthwise.weight" and so on)."""
        self._weights = {name: tensor.to(device, torch.float32) for name, tensor in weights.items()}
        self._vectors: LRUCache[str, Tensor] = LRUCache(KEPT_VECTORS)

    def knows(self, key: str) -> bool:
        """Whether the vector of these pixels is remembered."""
        return key in self._vectors

    def vector(self, key: str, picture: Callable[[], Tensor]) -> Tensor:
        """The style vector (1, 100), remembered. key: unique to the pixels; picture: gives them as (1, 3, H, W)."""
        vector = self._vectors.get(key)
        return self.remember(key, picture()) if vector is None else vector

    def remember(self, key: str, picture: Tensor) -> Tensor:
        """The style vector (1, 100) of a picture (1, 3, H, W), which is known by this key from now on."""
        self._vectors[key] = vector = self(picture)
        return vector

    @torch.no_grad()
    def __call__(self, picture: Tensor) -> Tensor:
        """The style vector. Shapes: (1, 3, H, W) in [0, 1] -> (1, 100)."""
        current = resize(picture, (EDGE, EDGE)).clamp(0, 1).contiguous(memory_format=torch.channels_last)
        current = self._layer("stem", current, stride=2)
        for number in range(_BLOCKS):
            current = self._block(number, current)
        current = self._layer("head", current).mean((2, 3), keepdim=True)
        return self._convolve("bottleneck", current).flatten(1)

    def _block(self, number: int, source: Tensor) -> Tensor:
        name, current = f"blocks.{number}", source
        if number > 0:
            current = self._layer(f"{name}.expand", current)
        current = self._layer(f"{name}.depthwise", current, 2 if number in _HALVING else 1, groups=current.shape[1])
        current = self._convolve(f"{name}.project", current)
        return current + source if current.shape == source.shape else current

    def _layer(self, name: str, source: Tensor, stride: int = 1, groups: int = 1) -> Tensor:
        return functional.relu6(self._convolve(name, source, stride, groups), inplace=True)

    def _convolve(self, name: str, source: Tensor, stride: int = 1, groups: int = 1) -> Tensor:
        weight = self._weights[f"{name}.weight"]
        size = weight.shape[2]
        if size > 1:  # "same" in TensorFlow: at stride 2 the odd row and column go to the right and the bottom
            before = (size - stride) // 2
            after = size - stride - before
            source = functional.pad(source, (before, after, before, after))
        return functional.conv2d(source, weight, self._weights[f"{name}.bias"], stride=stride, groups=groups)
