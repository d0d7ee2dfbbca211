"""What a picture is like: three short vectors for its style, its subject and its palette.

Style: mean and deviation of the features of seven layers, in a basis that tells artists apart (linear discriminants,
Fisher 1936, with shrinkage: Ledoit & Wolf 2004). Subject: the last features, in their own principal directions.
Palette: how much of the picture has which colour, in OKLab (Ottosson 2020).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from studio.core.engine_api.features import STYLE_LAYERS
from studio.engine.networks.weights import verified_card
from studio.engine.runtime.oklab import to_oklab
from studio.engine.runtime.tensors import resize
from studio.engine.vision.mobilenet import MobileNetEncoder

HEAD = "style_head"  # id of its card
SUBJECT_LAYER = "features.18"
SHORT_EDGE, LONG_EDGE = 256, 448  # px of a picture as it is looked at: the shorter edge, unless the longer is too long
LEAST = 32  # px of any edge
_PALETTE_EDGE = 64  # px
_LIGHTNESS, _CHROMA = (0.0, 1.0, 6), (-0.3, 0.3, 7)  # first, last, how many: middles of the cells of a palette


@dataclass(frozen=True)
class Description:
    """Vectors of length 1, so that their product is a similarity. style (128,), subject (128,), palette (294,)."""

    style: Tensor
    subject: Tensor
    palette: Tensor


class ArtEncoder:
    """Describes pictures; loads what it needs when it is made. Raises WeightsError if that is damaged or missing."""

    def __init__(self, device: torch.device) -> None:
        self.encoder = MobileNetEncoder(device)
        head = load_file(verified_card(HEAD).file, device=str(device))
        self._head = {name: tensor.float() for name, tensor in head.items()}

    @torch.no_grad()
    def describe(self, image: Tensor) -> Description:
        """What a picture (1, 3, H, W) in [0, 1] is like."""
        image = at_working_size(image)
        features = self.encoder(image, STYLE_LAYERS)
        style = style_statistics(features) @ self._head["style.weight"] + self._head["style.bias"]
        subject = subject_statistics(features) @ self._head["subject.weight"] + self._head["subject.bias"]
        return Description(functional.normalize(style, dim=0), functional.normalize(subject, dim=0), palette_of(image))


def at_working_size(image: Tensor) -> Tensor:
    """The image as it is looked at. Shapes: (1, 3, H, W) -> (1, 3, h, w), edges from 32 to 448 px."""
    height, width = image.shape[2:]
    scale = min(SHORT_EDGE / min(height, width), LONG_EDGE / max(height, width))
    return resize(image, (max(LEAST, round(height * scale)), max(LEAST, round(width * scale)))).clamp(0, 1)


def style_statistics(features: dict[str, Tensor]) -> Tensor:
    """Signed roots of mean and deviation of every channel, layer by layer. Shapes: (1, C, h, w) each -> (N,)."""
    numbers = torch.cat([part for layer in STYLE_LAYERS for part in _moments(features[layer])])
    return numbers.sign() * numbers.abs().sqrt()


def subject_statistics(features: dict[str, Tensor]) -> Tensor:
    """Roots of the means of the last features. Shapes: (1, 1280, h, w) -> (1280,)."""
    return features[SUBJECT_LAYER].mean((2, 3))[0].clamp_min(0).sqrt()


def palette_of(image: Tensor) -> Tensor:
    """Roots of the shares of colours, each pixel shared among the cells around it. Shapes: (1, 3, H, W) -> (294,).

    The product of two of them is 1 for the same colours in the same amounts (Bhattacharyya 1943).
    """
    small = resize(image, (_PALETTE_EDGE, _PALETTE_EDGE)).clamp(0, 1)
    lightness, red, yellow = to_oklab(small)[0].flatten(1)
    near = [_nearness(values, grid) for values, grid in ((lightness, _LIGHTNESS), (red, _CHROMA), (yellow, _CHROMA))]
    shares = torch.einsum("na,nb,nc->abc", *near).flatten()
    return (shares / shares.sum()).sqrt()


def _nearness(values: Tensor, grid: tuple[float, float, int]) -> Tensor:
    """How much of each value belongs to each middle of a grid, by linear interpolation. Shapes: (N,) -> (N, cells)."""
    first, last, count = grid
    places = ((values - first) / (last - first) * (count - 1)).clamp(0, count - 1)
    return (1 - (places[:, None] - torch.arange(count, device=values.device)).abs()).clamp_min(0)


def _moments(features: Tensor) -> tuple[Tensor, Tensor]:
    return features.mean((2, 3))[0], features.std((2, 3))[0]
