"""The losses that networks are trained with, for a batch of pictures, and their gradient.

Style and content as in Finish with *Freedom* 1 (`losses/losses.py`: `weights_of`).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from studio.engine.losses.losses import FLOOR, LossWeights, relative_moments_loss
from studio.engine.losses.statistics import Moments, batch_moments
from studio.engine.networks.vgg import Encoder

NEAREST = 1e-4  # least squared distance, below which the loss is flat: the gradient of a root at 0 is infinite


@dataclass(frozen=True)
class LossResult:
    """The losses of a batch of B pictures.

    losses: "style", "content" and "total", weights applied, each (B,); and "unseen", where a style was given that is
    not learnt from. gradient: of the mean total with respect to the batch (B, 3, H, W); None if none was wanted.
    """

    losses: Mapping[str, Tensor]
    gradient: Tensor | None


class TrainingLoss:
    """Style and content losses of batches of small pictures, relative to their targets as those of `Objective` are."""

    def __init__(self, encoder: Encoder, weights: LossWeights, is_rooted: bool = False) -> None:
        """is_rooted: add up distances of layers and not their squares, among which large ones outweigh the small."""
        self._encoder, self._is_rooted = encoder, is_rooted
        self._content = {layer: weight for layer, weight in weights.content.items() if weight > 0}
        self._style = weights.style

    @property
    def content_layers(self) -> tuple[str, ...]:
        """The layers whose features are content targets."""
        return tuple(self._content)

    def compute(
        self,
        images: Tensor,
        style: Mapping[str, Moments],
        content: Mapping[str, Tensor],
        with_gradient: bool = True,
        unseen: Mapping[str, Moments] | None = None,
    ) -> Generator[None, None, LossResult]:
        """The losses of images (B, 3, H, W) in [0, 1]; yields between pieces of the work.

        style: by layer the moments to have, of one style (C,), (C, C) or of one per image (B, C), (B, C, C).
        content: by layer the features to have, (B, C, h, w); {} to measure the style alone.
        unseen: a style, of the same layers, whose loss is measured but not part of the total.
        """
        kept = [layer for layer in self._content if layer in content]
        trace = yield from self._encoder.trace(images, [*style, *kept], with_gradient)
        names = ("style", "content") if unseen is None else ("style", "content", "unseen")
        losses = {name: images.new_zeros(images.shape[0]) for name in names}
        gradients: dict[str, Tensor] = {}
        for layer in dict.fromkeys([*style, *kept]):
            features = trace[layer].detach().requires_grad_(with_gradient)
            with torch.set_grad_enabled(with_gradient):
                total = features.new_zeros(images.shape[0], dtype=torch.float32)
                if layer in style:
                    found, share = batch_moments(features), self._style / len(style)
                    style_difference = self._measured(relative_moments_loss(found, style[layer])) * share
                    losses["style"] += style_difference.detach()
                    total = total + style_difference
                    if unseen is not None:
                        unseen_difference = self._measured(relative_moments_loss(found, unseen[layer])) * share
                        losses["unseen"] += unseen_difference.detach()
                if layer in kept:
                    content_difference = self._measured(relative_content_loss(features, content[layer]))
                    content_difference = content_difference * self._content[layer]
                    losses["content"] += content_difference.detach()
                    total = total + content_difference
            if with_gradient:
                (gradients[layer],) = torch.autograd.grad(total.mean(), features)
            yield
        losses["total"] = losses["style"] + losses["content"]
        if not with_gradient:
            return LossResult(losses, None)
        gradient = yield from self._encoder.backward(trace, gradients)
        return LossResult(losses, gradient)

    def _measured(self, squares: Tensor) -> Tensor:
        return distance(squares) if self._is_rooted else squares


def distance(squares: Tensor) -> Tensor:
    """The roots of squared distances, which are at least NEAREST. Shapes: any -> the same."""
    return squares.clamp_min(NEAREST).sqrt()


def relative_content_loss(features: Tensor, target: Tensor) -> Tensor:
    """Mean squared difference as a share of the target's variance. Shapes: (B, C, h, w) twice -> (B,)."""
    rows = target.flatten(1).float()
    variance = rows.var(1) + FLOOR * rows.square().mean(1)
    content_difference = (features.float() - target.float()).square().flatten(1).mean(1)
    return content_difference / variance.clamp_min(1e-12)
