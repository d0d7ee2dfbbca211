"""What the features of a picture are like, in a few numbers: by them, too, the larger Live network knows a style.

A style vector comes from a network that was trained for another painter's losses, and says little about works unlike
those it was trained on. Here are means and deviations of the features that paintings are judged by, decorrelated.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core.generators import run_to_end
from studio.engine.networks.style_predictor import Predictor
from studio.engine.networks.vgg import Encoder

LAYERS = {"relu1_1": 64, "relu2_1": 128, "relu3_1": 256, "relu4_1": 512}  # channels of each
FEATURES = 2 * sum(LAYERS.values())  # a mean and a deviation of each channel
_FLOOR = 0.1, 1e-3  # as a share of the mean over pictures, and at least: of what is added before logarithms are taken
_LEAST_DEVIATION = 0.05  # of a logarithm over pictures
_LEAST_VARIANCE = 0.5  # of a principal component: what hardly differs between pictures stays small


class TextureDescriptor(nn.Module):
    """From means and deviations of features to the numbers that tell pictures apart: whitened principal components.

    Fitted to pictures once, before a network is trained that is conditioned by it.
    """

    floor: Tensor
    mean: Tensor
    matrix: Tensor

    def __init__(self, length: int) -> None:
        """length: how many numbers."""
        super().__init__()
        for name, shape in (("floor", (FEATURES,)), ("mean", (FEATURES,)), ("matrix", (length, FEATURES))):
            self.register_buffer(name, torch.zeros(shape))

    @property
    def length(self) -> int:
        """How many numbers describe a picture."""
        return self.matrix.shape[0]

    @property
    def is_fitted(self) -> bool:
        """Whether it knows what tells pictures apart."""
        return bool(self.matrix.any())

    def forward(self, found: Tensor) -> Tensor:
        """What `feature_statistics` found, decorrelated. Shapes: (B, FEATURES) -> (B, length)."""
        return (torch.log(found + self.floor) - self.mean) @ self.matrix.T

    @torch.no_grad()
    def fit(self, found: Tensor) -> None:
        """Learn what tells these pictures apart. Shape: (N, FEATURES), of more pictures than `length`."""
        share, least = _FLOOR
        self.floor.copy_(share * found.mean(0) + least)
        logarithms = torch.log(found + self.floor)
        self.mean.copy_(logarithms.mean(0))
        rows = logarithms - self.mean
        deviation = rows.std(0) + _LEAST_DEVIATION
        _, scales, components = torch.linalg.svd(rows / deviation, full_matrices=False)
        variances = scales[: self.length, None].square() / len(rows)
        self.matrix.copy_(components[: self.length] / deviation / (variances + _LEAST_VARIANCE).sqrt())


class DescribingPredictor(Predictor):
    """Style vector and texture descriptor of a picture, one after the other in one vector."""

    def __init__(self, predictor: Predictor, descriptor: TextureDescriptor, encoder: Encoder) -> None:
        """descriptor: as the network has it that is conditioned by it."""
        super().__init__()
        self._predictor, self._descriptor, self._encoder = predictor, descriptor, encoder

    @torch.no_grad()
    def forward(self, picture: Tensor, opacity: Tensor | None = None) -> Tensor:
        """Shapes: (B, 3, H, W) in [0, 1], (B, 1, H, W) or None -> (B, 100 + length).

        The descriptor tells sizes of strokes apart, so a style has to be as large as it is painted.
        """
        found = run_to_end(feature_statistics(self._encoder, picture, opacity))
        return torch.cat((self._predictor(picture, opacity), self._descriptor(found)), 1)

    def remembering(self, key: str, picture: Tensor, opacity: Tensor | None) -> Generator[None, None, Tensor]:
        """As of `Predictor`; what the style predictor made of the picture before is taken over."""
        found = yield from feature_statistics(self._encoder, picture, opacity)
        first = self._predictor.vector(key, lambda: (picture, opacity))
        self._vectors[key] = vector = torch.cat((first, self._descriptor(found)), 1)
        return vector


def feature_statistics(
    encoder: Encoder, picture: Tensor, opacity: Tensor | None = None
) -> Generator[None, None, Tensor]:
    """Mean and deviation of each channel, layer by layer; yields between layers.

    Shapes: (B, 3, H, W) in [0, 1] -> (B, FEATURES). opacity: (B, 1, H, W), not 0 everywhere; places count as much as
    they are seen. None: all are seen. Below one place of the coarsest layer, the last row and column are repeated.
    """
    least = encoder.stride("relu4_1")
    missing = (0, max(0, least - picture.shape[3]), 0, max(0, least - picture.shape[2]))
    if any(missing):
        picture = functional.pad(picture, missing, mode="replicate")
        opacity = None if opacity is None else functional.pad(opacity, missing, mode="replicate")
    trace = yield from encoder.trace(picture, tuple(LAYERS), with_gradient=False)
    parts = []
    for layer in LAYERS:
        rows = trace[layer].float().flatten(2)
        if opacity is None:
            parts += [rows.mean(2), rows.std(2, correction=0)]
            continue
        weights = functional.adaptive_avg_pool2d(opacity, (trace[layer].shape[2], trace[layer].shape[3])).flatten(2)
        weights = weights / weights.sum(2, keepdim=True)
        mean = (weights * rows).sum(2)
        parts += [mean, (weights * (rows - mean[:, :, None]).square()).sum(2).sqrt()]
    return torch.cat(parts, 1)


def predictor_for(
    predictor: Predictor, descriptor: TextureDescriptor | None, encoder: Callable[[], Encoder]
) -> Predictor:
    """What names styles for a network with this descriptor, or with none. encoder: called if it is needed."""
    return predictor if descriptor is None else DescribingPredictor(predictor, descriptor, encoder())
