"""The loss that the larger Live network learns by: moments of the style, self-similarity of the photo, coarse colours.

In a lesson, for each place of the photo features of the works as well, the most similar ones (`matching.py`).

Distances of layers are added up and not their squares: large ones would outweigh the small. Where the photo is flat,
detail of the painting costs as well: it is where a network prints its patterns.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from studio.engine.losses.losses import FLOOR, HELD_MOMENTS, MATCHED
from studio.engine.losses.statistics import Moments
from studio.engine.networks.vgg import Encoder

MOMENTS = {layer: weight for layer, weight in HELD_MOMENTS.items() if weight > 0}
STRUCTURE_LAYERS = ("relu3_3", "relu4_1")
THINNED = ("relu1_1", "relu2_1")  # layers of which every second row and column is enough
CELL = {"relu3_3": 4, "relu4_1": 2}  # features of an edge of a cell: 16 px
COLOR_CELL = 21  # px: 24 along the longer edge of a picture of 512 px
FLAT = 3.6e-5  # variance of lightness within 8 px at which a place counts as half flat
PIXELS, STARTED = "pixels", "started"  # what else but features there is to keep
LOST = "lost"  # (B,): how much of the photos pictures lose that nothing was learnt for, as by `lost_structure`
NEAREST = 1e-3  # least squared distance
LEAST_VARIANCE = 0.01  # of coarse colours


@dataclass(frozen=True)
class LossResult:
    """The losses of a batch of B pictures.

    losses: by name, weights applied, each (B,). gradient: of the mean total with respect to the batch (B, 3, H, W);
    None if none was wanted.
    """

    losses: Mapping[str, Tensor]
    gradient: Tensor | None


@dataclass(frozen=True)
class PaintingWeights:
    """How much the parts count against the style's moments. excess: of what lies outside [0, 1].

    matched: 1 is as in Finish.
    """

    structure: float = 0.8
    colors: float = 0.2
    calm: float = 2.0
    excess: float = 20.0
    matched: float = 0.0


class PaintingLoss:
    """Measures batches of small pictures, and finds the way down."""

    content_layers = STRUCTURE_LAYERS

    def __init__(
        self, encoder: Encoder, weights: PaintingWeights | None = None, bank: Mapping[str, Tensor] | None = None
    ) -> None:
        """weights: of now; they may be others from step to step. bank: features to match, (N, C) by layer."""
        self._encoder, self.weights, self.bank = encoder, weights or PaintingWeights(), bank or {}

    def compute(
        self,
        images: Tensor,
        style: Mapping[str, Moments],
        content: Mapping[str, Tensor],
        with_gradient: bool = True,
        unseen: Mapping[str, Moments] | None = None,
    ) -> Generator[None, None, LossResult]:
        """The losses of images (B, 3, H, W), about [0, 1]; yields between pieces of the work.

        style: by layer the moments to have, of one style (C,), (C, C) or of one per image (B, C), (B, C, C). unseen: a
        style of the same layers, whose loss is measured and no part of the total.
        content: the photos' features by layer, (B, C, h, w), or their `self_similarities`, (B, N, N); the photos
        themselves as PIXELS, (B, 3, H, W); `coarse_cells` of pictures whose colours to keep as STARTED; the rows of the
        bank to match by `nearest_name` of the layer, (B, h w). What is missing costs nothing.
        Losses by name: "style", "content" (what is alike within the photo) and "total", which has the rest as well.
        """
        seen = images.detach().clamp(-0.05, 1.05)  # beyond, features are of what no picture shows
        kept = [layer for layer in STRUCTURE_LAYERS if layer in content]
        layers = [layer for layer in dict.fromkeys([*MOMENTS, *kept]) if layer in style or layer in kept]
        trace = yield from self._encoder.trace(seen, layers, with_gradient)
        names = ("style", "content", "matched", *(() if unseen is None else ("unseen",)))
        losses = {name: images.new_zeros(images.shape[0]) for name in names}
        gradients: dict[str, Tensor] = {}
        for layer in layers:
            features = trace[layer].detach().requires_grad_(with_gradient)
            with torch.set_grad_enabled(with_gradient):
                parts = self._of_features(layer, features, style, content)
            for name, part in parts.items():
                losses[name] += part.detach()
            if unseen is not None and layer in MOMENTS and layer in style:
                losses["unseen"] += self._of_moments(layer, features.detach(), unseen[layer])
            if with_gradient:
                (gradients[layer],) = torch.autograd.grad(torch.stack([*parts.values()]).sum(0).mean(), features)
            yield
        leaf = images.detach().requires_grad_(with_gradient)
        with torch.set_grad_enabled(with_gradient):
            extra = self._of_pixels(leaf, content)
        losses["total"] = losses["style"] + losses["content"] + losses.pop("matched") + extra.detach()
        if not with_gradient:
            return LossResult(losses, None)
        gradient = yield from self._encoder.backward(trace, gradients)
        inside = images.detach() == seen
        (own,) = torch.autograd.grad(extra.mean(), leaf)
        return LossResult(losses, gradient * inside + own)

    def _of_features(
        self, layer: str, features: Tensor, style: Mapping[str, Moments], content: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        """The losses at a layer, each (B,)."""
        weights, losses = self.weights, {}
        if layer in MOMENTS and layer in style:
            losses["style"] = self._of_moments(layer, features, style[layer])
        if layer in STRUCTURE_LAYERS and layer in content:
            wanted = content[layer]
            if wanted.dim() != 3:
                with torch.no_grad():
                    wanted = self_similarities(wanted, layer)
            distance = _similarity_distance(self_similarities(features, layer), wanted)
            losses["content"] = weights.structure * distance / sum(each in content for each in STRUCTURE_LAYERS)
        if layer in self.bank and nearest_name(layer) in content:
            rows = self.bank[layer][content[nearest_name(layer)]]
            losses["matched"] = weights.matched * MATCHED[layer] * _matched_distance(features, rows)
        return losses

    def _of_moments(self, layer: str, features: Tensor, style: Moments) -> Tensor:
        return MOMENTS[layer] * _style_distance(thinned_moments(features, layer), style)

    def lost_structure(self, images: Tensor, content: Mapping[str, Tensor]) -> Generator[None, None, Tensor]:
        """How far what is alike within images is from what it is within photos, without a weight. Shape: (B,)."""
        plain = PaintingLoss(self._encoder, PaintingWeights(structure=1.0))
        result = yield from plain.compute(images, {}, content, with_gradient=False)
        return result.losses["content"]

    def _of_pixels(self, images: Tensor, content: Mapping[str, Tensor]) -> Tensor:
        """What needs no encoder. Shapes: (B, 3, H, W) -> (B,)."""
        weights = self.weights
        loss = weights.excess * (images - images.clamp(0, 1)).square().flatten(1).mean(1)
        if PIXELS in content:
            loss = loss + weights.calm * _unrest(images, content[PIXELS])
        if STARTED in content:
            loss = loss + weights.colors * _color_distance(images, content[STARTED])
        return loss


def nearest_name(layer: str) -> str:
    """What the rows of the bank that a photo is to match at this layer are called among its content."""
    return f"nearest {layer}"


def thinned_moments(features: Tensor, layer: str) -> Moments:
    """Mean and covariance of each picture. Shapes: (B, C, H, W) -> (B, C), (B, C, C), float32.

    Products are taken in the features' precision, around the mean, as in `statistics.sums_around`.
    """
    if layer in THINNED:
        features = features[:, :, ::2, ::2]
    rows = features.permute(0, 2, 3, 1).flatten(1, 2)  # (B, N, C)
    count = rows.shape[1]
    mean = (rows.new_ones((rows.shape[0], 1, count)) @ rows)[:, 0].float() / count
    offsets = rows - mean[:, None].to(rows.dtype)
    return Moments(mean, (offsets.transpose(1, 2) @ offsets).float() / count)


def coarse_cells(images: Tensor) -> Tensor:
    """Mean colours of cells of COLOR_CELL px, smaller ones at the far edges. Shapes: (B, 3, H, W) -> (B, N)."""
    return functional.avg_pool2d(images, min(COLOR_CELL, *images.shape[2:]), ceil_mode=True).flatten(1)


def self_similarities(features: Tensor, layer: str) -> Tensor:
    """Cosines of all pairs of cells, around their mean. Shapes: (B, C, H, W) -> (B, N, N), float32.

    Source: as of `self_similarity.py`.
    """
    rows = functional.avg_pool2d(features, CELL[layer]).float().permute(0, 2, 3, 1).flatten(1, 2)
    rows = functional.normalize(rows - rows.mean(1, keepdim=True), dim=2, eps=1e-6)
    return rows @ rows.transpose(1, 2)


def _style_distance(found: Moments, target: Moments) -> Tensor:
    """Distance of mean and of covariance, relative to the target, the mean of both. Shapes: -> (B,)."""
    size = target.mean.square().sum(-1)
    by_mean = (found.mean - target.mean).square().sum(-1) / size
    by_covariance = (found.covariance - target.covariance).square().sum((-2, -1))
    by_covariance = by_covariance / (target.covariance.square().sum((-2, -1)) + (FLOOR * size) ** 2)
    return ((by_mean + NEAREST / 10).sqrt() + (by_covariance + NEAREST).sqrt()) / 2


def _similarity_distance(found: Tensor, target: Tensor) -> Tensor:
    variance = target.flatten(1).var(1).clamp_min(NEAREST)
    return ((found - target).square().mean((1, 2)) / variance + NEAREST).sqrt()


def _matched_distance(features: Tensor, wanted: Tensor) -> Tensor:
    """Relative to the variance of what is wanted. Shapes: (B, C, h, w), (B, h w, C) -> (B,)."""
    rows, wanted = features.permute(0, 2, 3, 1).flatten(1, 2), wanted.float()
    size = wanted.var(1).sum(1) + FLOOR * wanted.square().mean(1).sum(1)
    return ((rows - wanted).square().mean(1).sum(1) / size + NEAREST).sqrt()


def _color_distance(images: Tensor, wanted: Tensor) -> Tensor:
    """Squared distance of `coarse_cells` as a share of their variance. Shapes: (B, 3, H, W), (B, N) -> (B,)."""
    return (coarse_cells(images) - wanted).square().mean(1) / wanted.var(1).clamp_min(LEAST_VARIANCE)


def _unrest(images: Tensor, photos: Tensor) -> Tensor:
    """Deviation of lightness within 8 px where the photo has none. Shapes: (B, 3, H, W) twice -> (B,)."""
    flatness = FLAT / (_variance(photos) + FLAT)
    return (flatness * (_variance(images) + 1e-6).sqrt()).flatten(1).mean(1)


def _variance(images: Tensor) -> Tensor:
    lightness = images.mean(1, keepdim=True)
    mean = functional.avg_pool2d(lightness, 8)
    return (functional.avg_pool2d(lightness * lightness, 8) - mean * mean).clamp_min(0)
