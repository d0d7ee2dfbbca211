"""What names styles for Live networks; and the style predictor, a MobileNetV2 that turns any picture into a vector.

Source: Sandler et al. 2018, "MobileNetV2", as trained by Ghiasi et al. 2017 in TensorFlow, whose paddings it keeps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Mapping
from itertools import pairwise
from typing import Self

import torch
from cachetools import LRUCache
from torch import Tensor, nn
from torch.nn import functional

from studio.core.generators import run_to_end
from studio.engine.networks.same_convolution import SameConvolution
from studio.engine.runtime.tensors import resize

EDGE = 256  # px; the predictor sees every picture as a square of this size
KEPT_VECTORS = 4096  # 400 bytes each, or 912 with a texture descriptor
_HALVING = (1, 3, 6, 13)  # blocks with stride 2
_BLOCKS = 17
_EXPANSION = 6  # times the channels between the first and last layer of a block


class Predictor(nn.Module):
    """From a picture to the numbers of its style, and what was made of the last pictures."""

    def __init__(self) -> None:
        super().__init__()
        self._vectors: LRUCache[str, Tensor] = LRUCache(KEPT_VECTORS)
        self.register_load_state_dict_post_hook(lambda predictor, _: predictor._vectors.clear())  # type: ignore[no-untyped-call]

    def __call__(self, picture: Tensor, opacity: Tensor | None = None) -> Tensor:
        """As `forward` of the kind there is, with its type."""
        vector: Tensor = super().__call__(picture, opacity)
        return vector

    def knows(self, key: str) -> bool:
        """Whether the vector of these pixels is remembered."""
        return key in self._vectors

    def vector(self, key: str, look: Callable[[], tuple[Tensor, Tensor | None]]) -> Tensor:
        """The style vector (1, N), remembered. key: unique to the picture; look: gives it and its opacity."""
        vector = self._vectors.get(key)
        return self.remember(key, *look()) if vector is None else vector

    def recall(self, picture: Tensor) -> Tensor:
        """The style vector (1, N) of a picture (1, 3, H, W), remembered by its pixels: a lesson's crops come again."""
        pixels = picture.contiguous().cpu().numpy()
        key = hashlib.blake2b(pixels.tobytes(), digest_size=16).hexdigest() + str(pixels.shape)
        return self.vector(key, lambda: (picture, None))

    def remember(self, key: str, picture: Tensor, opacity: Tensor | None = None) -> Tensor:
        """The style vector (1, N) of a picture (1, 3, H, W), which is known by this key from now on."""
        return run_to_end(self.remembering(key, picture, opacity))

    def remembering(self, key: str, picture: Tensor, opacity: Tensor | None) -> Generator[None, None, Tensor]:
        """As `remember`; yields between pieces of the work."""
        self._vectors[key] = vector = self(picture, opacity)
        yield
        return vector

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """What `to`, `cuda`, `half` and the like come down to."""
        self._vectors.clear()  # they are where the network was
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        return self


class StylePredictor(Predictor):
    """A frozen network from a picture to the 100 numbers of its style."""

    def __init__(self, weights: Mapping[str, Tensor], device: torch.device) -> None:
        """weights: by name ("stem.weight", "blocks.0.depthwise.weight" and so on), as in its `state_dict`."""
        super().__init__()
        widths = [weights[f"blocks.{number}.project.weight"].shape[0] for number in range(_BLOCKS)]
        first, last = weights["stem.weight"].shape[0], weights["head.weight"].shape[0]
        self.stem = SameConvolution(3, first, 3, stride=2)
        self.blocks = nn.Sequential(
            *(_Block(source, width, number) for number, (source, width) in enumerate(pairwise((first, *widths))))
        )
        self.head = SameConvolution(widths[-1], last, 1)
        self.bottleneck = SameConvolution(last, weights["bottleneck.weight"].shape[0], 1)
        self.load_state_dict({name: tensor.float() for name, tensor in weights.items()}, assign=True)
        self.requires_grad_(False).eval()
        self.to(device)

    @torch.no_grad()
    def forward(self, picture: Tensor, opacity: Tensor | None = None) -> Tensor:
        """The style vector. Shapes: (B, 3, H, W) in [0, 1] -> (B, 100).

        opacity: (B, 1, H, W) in [0, 1], not 0 everywhere; the network averages over places, and they count as much as
        they are seen. None: all are seen.
        """
        current = resize(picture, (EDGE, EDGE)).clamp(0, 1).to(self.stem.weight.dtype)
        current = functional.relu6(self.stem(current.contiguous(memory_format=torch.channels_last)), inplace=True)
        current = functional.relu6(self.head(self.blocks(current)), inplace=True)
        if opacity is not None:
            shares = functional.adaptive_avg_pool2d(opacity, (current.shape[2], current.shape[3])).to(current.dtype)
            current = current * (shares / shares.mean((2, 3), keepdim=True))
        current = current.mean((2, 3), keepdim=True)
        vector: Tensor = self.bottleneck(current).flatten(1)
        return vector


class _Block(nn.Module):
    """An inverted residual block; the first one does not expand."""

    def __init__(self, source: int, width: int, number: int) -> None:
        super().__init__()
        inside = source if number == 0 else source * _EXPANSION
        self.expand = None if number == 0 else SameConvolution(source, inside, 1)
        stride = 2 if number in _HALVING else 1
        self.depthwise = SameConvolution(inside, inside, 3, stride, groups=inside)
        self.project = SameConvolution(inside, width, 1)

    def forward(self, source: Tensor) -> Tensor:
        current = source if self.expand is None else functional.relu6(self.expand(source), inplace=True)
        narrow: Tensor = self.project(functional.relu6(self.depthwise(current), inplace=True))
        return narrow + source if narrow.shape == source.shape else narrow
