"""The losses of Finish, all relative to their target, and their gradient at the picture, piece by piece.

Relative means: 1 is as far off as having nothing of the target at all. One weight then means the same for every layer,
size, picture and encoder.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from studio.core.recipe import StyleRecipe
from studio.engine.losses.statistics import Moments, Sums, add_sums, positions, sums_around, total_variation
from studio.engine.networks.vgg import Encoder, Trace
from studio.engine.runtime.tiling import Tile, cut_into_tiles

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu4_3")
CONTENT_LAYERS = ("relu2_2", "relu3_3", "relu4_2")
# A flat grey style has next to no covariance; dividing by that would make the smallest noise a catastrophe.
FLOOR = 0.02


@dataclass(frozen=True)
class LossWeights:
    """How much the losses count. style, smoothness: factors. content: factor by layer; {} for a pattern."""

    style: float
    content: Mapping[str, float]
    smoothness: float


def weights_of(recipe: StyleRecipe) -> LossWeights:
    """The weights a recipe asks for.

    Strength moves the content weight over two and a half decades: equal travel, equal visible change. Detail moves it
    from large shapes (relu4_2) to small ones (relu3_3). The weakest third of the slider also holds on to the photo's
    texture and colours (relu2_2), and at 0 nothing of the style is left.
    """
    smoothness = 0.5 * recipe.smoothness**2
    if recipe.method == "pattern":
        return LossWeights(1.0, {}, smoothness)
    content = 0.2 * 10 ** (2.5 * (0.6 - recipe.strength))
    return LossWeights(
        style=min(1.0, recipe.strength / 0.1),
        content={
            "relu4_2": content * (1 - 0.5 * recipe.detail),
            "relu3_3": content * recipe.detail,
            "relu2_2": max(0.0, 1 - recipe.strength / 0.35) * content,
        },
        smoothness=smoothness,
    )


@dataclass(frozen=True)
class Evaluation:
    """The losses by name, "total" among them, weights applied; gradient of the total, shaped like the image."""

    losses: dict[str, float]
    gradient: Tensor


class Objective:
    """What an image at one size should become: losses and gradient, computed in tiles where it is large.

    style: blended target moments by layer. content: target features by layer, of the whole image at this size.
    rough: total variation of the style at this size, the unit of smoothness. tile_pixels: most px to encode at once.
    """

    def __init__(
        self,
        encoder: Encoder,
        weights: LossWeights,
        style: Mapping[str, Moments],
        content: Mapping[str, Tensor],
        rough: float,
        tile_pixels: int,
    ) -> None:
        self._encoder = encoder
        self._weights = weights
        self._style = dict(style)
        self._content = {layer: content[layer] for layer, weight in weights.content.items() if weight > 0}
        self._spread = {layer: _spread(target) for layer, target in self._content.items()}
        self._rough = max(rough, 1e-4)  # a flat style: 1e-4 is a step of 1/100 from pixel to pixel
        self._tile_pixels = tile_pixels

    @property
    def tile_pixels(self) -> int:
        """Most px encoded at once."""
        return self._tile_pixels

    def use_smaller_tiles(self, pixels: int) -> None:
        """Halve the tiles of an image of `pixels` px, for less memory and more time."""
        self._tile_pixels = min(self._tile_pixels, pixels) // 2

    def evaluate(self, image: Tensor) -> Generator[None, None, Evaluation]:
        """Losses and gradient at image (1, 3, H, W); yields between pieces of some 10 ms each at 512 px.

        Tiles: a first pass adds up the statistics of the whole picture, a second one takes the gradient per tile.
        Source: Galerne et al. 2024, "Scaling Painting Style Transfer" (SPST), whose result equals the untiled one.
        """
        layers = [*self._style, *self._content]
        tiles = cut_into_tiles(image.shape[2], image.shape[3], self._tile_pixels, self._encoder.margin(layers))
        is_whole = len(tiles) == 1
        sums: dict[str, list[Sums]] = {layer: [] for layer in self._style}
        misses = dict.fromkeys(self._content, 0.0)
        trace = Trace([])
        for tile in tiles:
            trace = yield from self._encoder.trace(tile.crop(image), layers, with_gradient=is_whole)
            for layer, target in self._style.items():
                seen = tile.inner(trace[layer].detach(), self._encoder.stride(layer))
                sums[layer].append(sums_around(target.mean, seen))
            for layer in self._content:
                missed = tile.inner(self._miss(trace, layer, tile), self._encoder.stride(layer))
                misses[layer] += float(missed.float().square().sum())
            yield
        style_loss, slopes = self._compare(sums)
        gradient = torch.empty_like(image)
        for tile in tiles:
            if not is_whole:
                trace = yield from self._encoder.trace(tile.crop(image), layers)
            at_layers = {layer: self._style_gradient(trace[layer].detach(), layer, slopes[layer]) for layer in slopes}
            for layer in self._content:
                part = self._miss(trace, layer, tile) * (2 * self._content_factor(layer))
                at_layers[layer] = at_layers[layer] + part if layer in at_layers else part
            yield
            at_image = yield from self._encoder.backward(trace, at_layers)
            tile.paste(tile.inner(at_image), gradient)
        content_loss = sum(self._content_factor(layer) * missed for layer, missed in misses.items())
        smoothness_loss, smoothness_gradient = self._smoothness(image)
        losses = {"style": style_loss, "content": content_loss, "smoothness": smoothness_loss}
        return Evaluation({"total": sum(losses.values()), **losses}, gradient.add_(smoothness_gradient))

    def _compare(self, sums: Mapping[str, list[Sums]]) -> tuple[float, dict[str, tuple[Tensor, Tensor]]]:
        """Style loss, and by layer its slopes with regard to the sums of offsets (C,) and of products (C, C)."""
        total, slopes = 0.0, {}
        for layer, parts in sums.items():
            whole, target = add_sums(parts), self._style[layer]
            offset, product = whole.offset.requires_grad_(), whole.product.requires_grad_()
            with torch.enable_grad():
                shift = offset / whole.number
                covariance = product / whole.number - torch.outer(shift, shift)
                loss = relative_moments_loss(Moments(target.mean + shift, covariance), target)
                loss = loss * (self._weights.style / len(sums))
            by_offset, by_product = torch.autograd.grad(loss, (offset, product))
            slopes[layer] = (by_offset, by_product)
            total += float(loss.detach())
        return total, slopes

    def _style_gradient(self, features: Tensor, layer: str, slopes: tuple[Tensor, Tensor]) -> Tensor:
        rows = positions(features) - self._style[layer].mean.to(features.dtype)  # (N, C)
        by_offset, by_product = (slope.to(features.dtype) for slope in slopes)
        rows = torch.addmm(by_offset, rows, by_product + by_product.T)
        return rows.view(1, features.shape[2], features.shape[3], -1).permute(0, 3, 1, 2)

    def _miss(self, trace: Trace, layer: str, tile: Tile) -> Tensor:
        return trace[layer].detach() - tile.crop(self._content[layer], self._encoder.stride(layer))

    def _content_factor(self, layer: str) -> float:
        target = self._content[layer]
        return self._weights.content[layer] / (self._spread[layer] * target.numel())

    def _smoothness(self, image: Tensor) -> tuple[float, Tensor]:
        if self._weights.smoothness == 0:
            return 0.0, torch.zeros_like(image)
        leaf = image.detach().requires_grad_()
        with torch.enable_grad():
            loss = total_variation(leaf) * (self._weights.smoothness / self._rough)
        (gradient,) = torch.autograd.grad(loss, leaf)
        return float(loss.detach()), gradient


def relative_moments_loss(found: Moments, target: Moments) -> Tensor:
    """Squared distance of mean and of covariance, each as a share of the target's square.

    Shapes: means (C,) and covariances (C, C) -> (), or (B, C) and (B, C, C) on either side -> (B,).
    """
    size = target.mean.square().sum(-1)
    by_mean = (found.mean - target.mean).square().sum(-1) / size
    by_covariance = (found.covariance - target.covariance).square().sum((-2, -1))
    return by_mean + by_covariance / (target.covariance.square().sum((-2, -1)) + (FLOOR * size) ** 2)


def _spread(target: Tensor) -> float:
    rows = positions(target).float()
    return float(rows.var() + FLOOR * rows.square().mean()) or 1.0
