"""The losses that networks are trained with: those of Finish, for many pictures at once, and their gradient there."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from studio.engine.losses.losses import FLOOR, LossWeights, relative_moments_loss
from studio.engine.losses.statistics import Moments, batch_moments
from studio.engine.networks.vgg import Encoder

NEAREST = 1e-4  # squared distance from which on nearer is no better: the root would have no slope left to go by


@dataclass(frozen=True)
class LossResult:
    """What a batch of pictures is worth.

    losses: "style", "content" and "total", weights applied, each (B,); and "unseen", where there was something to
    compare with that is not learnt from. gradient: of the mean total, shaped like the batch; None where none was asked
    for.
    """

    losses: Mapping[str, Tensor]
    gradient: Tensor | None


class TrainingLoss:
    """Style and content losses of batches of small pictures, relative to their targets as those of `Objective` are."""

    def __init__(self, encoder: Encoder, weights: LossWeights, is_rooted: bool = False) -> None:
        """is_rooted: layers count by distances and not by their squares, where layers far off drown the near."""
        self._encoder, self._is_rooted = encoder, is_rooted
        self._content = {layer: weight for layer, weight in weights.content.items() if weight > 0}
        self._style = weights.style

    @property
    def content_layers(self) -> tuple[str, ...]:
        """The layers that content targets are needed of."""
        return tuple(self._content)

    def compute(
        self,
        images: Tensor,
        style: Mapping[str, Moments],
        content: Mapping[str, Tensor],
        with_gradient: bool = True,
        unseen: Mapping[str, Moments] | None = None,
    ) -> Generator[None, None, LossResult]:
        """Look at images (B, 3, H, W) in [0, 1]; yields between pieces.

        style: by layer the moments to have, of one style (C,), (C, C) or of one per image (B, C), (B, C, C).
        content: by layer the features to have, (B, C, h, w); {} to measure the style alone.
        unseen: a style, of the same layers, that counts for nothing and is compared with all the same.
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
                    missed = self._measured(relative_moments_loss(found, style[layer])) * share
                    losses["style"] += missed.detach()
                    total = total + missed
                    if unseen is not None:
                        missed = self._measured(relative_moments_loss(found, unseen[layer])) * share
                        losses["unseen"] += missed.detach()
                if layer in kept:
                    missed = self._measured(relative_content_loss(features, content[layer])) * self._content[layer]
                    losses["content"] += missed.detach()
                    total = total + missed
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
    """The roots of squared distances, with a slope also where there is next to none left."""
    return squares.clamp_min(NEAREST).sqrt()


def relative_content_loss(features: Tensor, target: Tensor) -> Tensor:
    """Mean squared distance as a share of the target's spread. Shapes: (B, C, h, w) twice -> (B,)."""
    rows = target.flatten(1).float()
    spread = rows.var(1) + FLOOR * rows.square().mean(1)
    missed = (features.float() - target.float()).square().flatten(1).mean(1)
    return missed / spread.clamp_min(1e-12)
