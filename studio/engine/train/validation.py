"""Validation of a network in training: on photos and styles it never learns from, by errors that no loss is made of.

Three of the four layers are among those of the losses, which compare them in another measure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.generators import run_to_end
from studio.engine.losses.losses import FLOOR, relative_moments_loss
from studio.engine.losses.statistics import Moments, moments
from studio.engine.networks.style_predictor import Predictor
from studio.engine.networks.vgg import Encoder
from studio.engine.runtime.tensors import resize_to
from studio.engine.train.dataset import Pictures

VALIDATION_STYLE_LAYERS = ("relu2_1", "relu3_1", "relu4_1")
VALIDATION_CONTENT_LAYERS = ("relu3_2", "relu4_1")
PAIRS = 12
EDGE = 384  # px of the longer edge
SHEET_EDGE = 192  # px of a field of the sample sheet
SHEET_FIELDS = 5  # photos and styles on it

Paint = Callable[[Tensor, Tensor], Tensor]
"""From a photo (1, 3, H, W) and a style vector (1, N) to a picture like the photo."""


@dataclass(frozen=True)
class ValidationPair:
    """A photo and a style, (1, 3, H, W) each, and what a picture painted of them is compared with.

    vector: of the style, (1, N). colors: moments of the style's pixels. moments: of the style by layer, (C,) and
    (C, C). features: of the photo by layer, (1, C, h, w).
    """

    photo: Tensor
    style: Tensor
    vector: Tensor
    colors: Moments
    moments: Mapping[str, Moments]
    features: Mapping[str, Tensor]


class ErrorMetrics:
    """Measures how far a picture is from its style and from its photo, otherwise than the losses do."""

    def __init__(self, encoder: Encoder, predictor: Predictor) -> None:
        self._encoder, self._predictor = encoder, predictor

    def pair(self, photo: Tensor, style: Tensor) -> ValidationPair:
        """The pair of two pictures (1, 3, H, W) at the sizes they are given in."""
        seen = self._features(style, VALIDATION_STYLE_LAYERS)
        return ValidationPair(
            photo,
            style,
            self._predictor(style),
            moments(style),
            {layer: moments(seen[layer]) for layer in VALIDATION_STYLE_LAYERS},
            self._features(photo, VALIDATION_CONTENT_LAYERS),
        )

    def errors(self, pair: ValidationPair, painted: Tensor) -> dict[str, float]:
        """Relative errors of a painted picture (1, 3, H, W).

        "style" is 0 with the style's statistics, "content" for the photo itself, "color" with the style's colours.
        """
        layers = dict.fromkeys((*VALIDATION_STYLE_LAYERS, *VALIDATION_CONTENT_LAYERS))
        seen = self._features(painted.clamp(0, 1), tuple(layers))
        style = [
            float(relative_moments_loss(moments(seen[layer]), target)) ** 0.5 for layer, target in pair.moments.items()
        ]
        content = [_content_error(seen[layer], target) for layer, target in pair.features.items()]
        color = float(relative_moments_loss(moments(painted.clamp(0, 1)), pair.colors)) ** 0.5
        return {"style": sum(style) / len(style), "content": sum(content) / len(content), "color": color}

    def _features(self, image: Tensor, layers: tuple[str, ...]) -> dict[str, Tensor]:
        trace = run_to_end(self._encoder.trace(image, layers, with_gradient=False))
        return {layer: trace[layer] for layer in layers}


class Validator:
    """Measures every network on the same pairs of a photo and a style."""

    @torch.no_grad()
    def __init__(self, photos: Pictures, styles: Pictures, encoder: Encoder, predictor: Predictor) -> None:
        self._metrics = ErrorMetrics(encoder, predictor)
        count = min(PAIRS, max(len(photos), len(styles)))
        self._validation_set = [
            self._metrics.pair(resize_to(photos.image(number), EDGE), resize_to(styles.image(number), EDGE))
            for number in range(count)
        ]

    @torch.no_grad()
    def validate(self, paint: Paint) -> dict[str, float]:
        """The mean errors over all pairs, by name."""
        found = [self._metrics.errors(pair, paint(pair.photo, pair.vector)) for pair in self._validation_set]
        return {name: sum(errors[name] for errors in found) / len(found) for name in found[0]}

    @torch.no_grad()
    def sheet(self, paint: Paint) -> Tensor:
        """Some photos (rows) in some styles (columns), with both at the margins. Shapes: (1, 3, H, W)."""
        some = self._validation_set[:SHEET_FIELDS]
        rows = [torch.cat([torch.ones(1, 3, SHEET_EDGE, SHEET_EDGE), *(_field(each.style) for each in some)], 3)]
        for row in some:
            fields = [_field(paint(row.photo, column.vector)) for column in some]
            rows.append(torch.cat([_field(row.photo), *fields], 3))
        return torch.cat(rows, 2)


def _field(image: Tensor) -> Tensor:
    small = resize_to(image, SHEET_EDGE).cpu()
    height, width = SHEET_EDGE - small.shape[2], SHEET_EDGE - small.shape[3]
    return functional.pad(small, (0, width, 0, height), value=1.0)


def _content_error(features: Tensor, target: Tensor) -> float:
    """Root of the mean squared difference as a share of the target's variance. Shapes: (1, C, h, w) twice."""
    features, target = features.float(), target.float()
    values = target.flatten()
    variance = values.var() + FLOOR * values.square().mean()
    return float(((features - target).square().mean() / variance.clamp_min(1e-12)).sqrt())
