"""What a picture at one size should become: all losses and their gradient, piece by piece and in tiles."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional

from studio.engine.losses.losses import ObjectiveWeights, relative_moments_loss, variance_of
from studio.engine.losses.opacity import opacity_at
from studio.engine.losses.self_similarity import CellGrid, self_similarity_loss
from studio.engine.losses.statistics import Moments, Sums, add_sums, positions, sums_around, total_variation
from studio.engine.networks.vgg import ActivationTape, Encoder
from studio.engine.runtime.tiling import Tile, cut_into_tiles

LEAST_TOTAL_VARIATION = 1e-4  # a flat style: a step of 1/100 from pixel to pixel
LEAST_COLOR_VARIANCE = 3e-3  # of coarse colours in [0, 1]


@dataclass(frozen=True)
class ObjectiveTargets:
    """What the losses hold the picture against, at one size.

    moments: of the style, by layer. matched, content: features by layer, of the whole picture (1, C, h, w). structure:
    self-similarity of the photo (N, N), by layer. colors: coarse colours (1, 3, gh, gw). total_variation: of the style.
    opacity: (1, 1, H, W) in [0, 1], how much of the picture is seen at each place; all losses but the smoothness weigh
    places by it. None or {}: there is no such target, or the picture is opaque.
    """

    moments: Mapping[str, Moments]
    matched: Mapping[str, Tensor] = field(default_factory=dict)
    content: Mapping[str, Tensor] = field(default_factory=dict)
    structure: Mapping[str, Tensor] = field(default_factory=dict)
    colors: Tensor | None = None
    total_variation: float = 0.0
    opacity: Tensor | None = None


@dataclass(frozen=True)
class Evaluation:
    """The losses by name, "total" among them, weights applied; gradient of the total, shaped like the image."""

    losses: dict[str, float]
    gradient: Tensor


@dataclass(frozen=True)
class _FixedTarget:
    """Features that a layer should have at each place. factor: of the sum of squares of what they differ by."""

    loss: str
    layer: str
    features: Tensor
    factor: float


class Objective:
    """Losses and gradient of a picture at one size, computed in tiles where it is large.

    tile_pixels: most px to encode at once. is_seamless: the picture goes on at its other side, so that copies of it fit
    together without a seam; its edges must be multiples of tiling.GRID.
    """

    def __init__(
        self,
        encoder: Encoder,
        weights: ObjectiveWeights,
        targets: ObjectiveTargets,
        tile_pixels: int,
        is_seamless: bool = False,
    ) -> None:
        self._is_seamless = is_seamless
        self._encoder = encoder
        self._weights = weights
        wanted = [layer for layer, weight in weights.moments.items() if weight > 0]
        self._moments = {layer: targets.moments[layer] for layer in wanted}
        self._opacity_of_image = targets.opacity
        by_stride = {stride: opacity_at(targets.opacity, stride) for stride in map(encoder.stride, encoder.layers)}
        self._opacity = {layer: by_stride[encoder.stride(layer)] for layer in encoder.layers}
        self._fixed = [
            _FixedTarget(loss, layer, features, by_layer[layer] / self._size_of(features, layer))
            for loss, by_layer, of_layers in (
                ("matched", weights.matched, targets.matched),
                ("content", weights.content, targets.content),
            )
            for layer, features in of_layers.items()
            if by_layer.get(layer, 0) > 0
        ]
        alike = weights.structure
        self._structure = {layer: target for layer, target in targets.structure.items() if alike.get(layer, 0) > 0}
        self._colors = targets.colors if weights.colors > 0 else None
        self._total_variation = max(targets.total_variation, LEAST_TOTAL_VARIATION)
        self._tile_pixels = tile_pixels
        self._layers = sorted({*self._moments, *self._structure, *(target.layer for target in self._fixed)})

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
        height, width = image.shape[2:]
        tiles = self._tiles(height, width)
        is_whole = len(tiles) == 1
        sums: dict[str, list[Sums]] = {layer: [] for layer in self._moments}
        losses = dict.fromkeys(("style", "matched", "content", "structure", "colors", "smoothness"), 0.0)
        strides = {layer: self._encoder.stride(layer) for layer in self._layers}
        grids = {
            layer: CellGrid(height // strides[layer], width // strides[layer], image.device, self._opacity[layer])
            for layer in self._structure
        }
        cells: dict[str, Tensor] = {}
        trace = ActivationTape([])
        for tile in tiles:
            trace = yield from self._encoder.trace(tile.crop(image), self._layers, with_gradient=is_whole)
            for layer, target in self._moments.items():
                seen = tile.inner(trace[layer].detach(), strides[layer])
                sums[layer].append(sums_around(target.mean, seen, self._inner_opacity(tile, layer)))
            for fixed in self._fixed:
                difference = tile.inner(self._difference(trace, fixed, tile), strides[fixed.layer])
                squares = _weighed(difference.float().square(), self._inner_opacity(tile, fixed.layer))
                losses[fixed.loss] += fixed.factor * float(squares.sum())
            for layer, grid in grids.items():
                seen, stride = tile.inner(trace[layer].detach(), strides[layer]), strides[layer]
                _add(cells, layer, grid.add_up(seen, tile.inner_rows[0] // stride, tile.inner_columns[0] // stride))
            yield
        losses["style"], slopes = self._compare_moments(sums)
        losses["structure"], by_cells = self._compare_structure(cells, grids)
        gradient = torch.zeros_like(image)
        for tile in tiles:
            if not is_whole:
                trace = yield from self._encoder.trace(tile.crop(image), self._layers)
            at_layers = {layer: self._moments_gradient(trace[layer].detach(), layer, slopes[layer]) for layer in slopes}
            for fixed in self._fixed:
                _add(at_layers, fixed.layer, self._difference(trace, fixed, tile) * (2 * fixed.factor))
            if self._opacity_of_image is not None:
                at_layers = {layer: _weighed(part, self._opacity_in(tile, layer)) for layer, part in at_layers.items()}
            for layer, grid in grids.items():
                features, stride = trace[layer], strides[layer]
                top, left = tile.outer_rows[0] // stride, tile.outer_columns[0] // stride
                part = grid.spread(by_cells[layer], features.shape, top, left).to(features.dtype)
                _add(at_layers, layer, part.contiguous(memory_format=torch.channels_last))
            yield
            at_image = yield from self._encoder.backward(trace, at_layers)
            tile.paste(tile.inner(at_image), gradient)
        losses["smoothness"] = self._add_image_loss(image, gradient, self._smoothness)
        losses["colors"] = self._add_image_loss(image, gradient, self._color_difference)
        return Evaluation({"total": sum(losses.values()), **losses}, gradient)

    def _tiles(self, height: int, width: int) -> list[Tile]:
        if not self._layers:  # losses of the pixels alone
            return []
        margin = self._encoder.margin(self._layers)
        return cut_into_tiles(height, width, self._tile_pixels, margin, self._is_seamless)

    def _compare_moments(self, sums: Mapping[str, list[Sums]]) -> tuple[float, dict[str, tuple[Tensor, Tensor]]]:
        """Style loss, and by layer its slopes with regard to the sums of offsets (C,) and of products (C, C)."""
        total, slopes = 0.0, {}
        for layer, parts in sums.items():
            whole, target = add_sums(parts), self._moments[layer]
            offset, product = whole.offset.requires_grad_(), whole.product.requires_grad_()
            with torch.enable_grad():
                shift = offset / whole.number
                covariance = product / whole.number - torch.outer(shift, shift)
                loss = relative_moments_loss(Moments(target.mean + shift, covariance), target)
                loss = loss * self._weights.moments[layer]
            by_offset, by_product = torch.autograd.grad(loss, (offset, product))
            slopes[layer] = (by_offset, by_product)
            total += float(loss.detach())
        return total, slopes

    def _compare_structure(
        self, cells: Mapping[str, Tensor], grids: Mapping[str, CellGrid]
    ) -> tuple[float, dict[str, Tensor]]:
        """Structure loss, and by layer its slope with regard to the cells (C, gh, gw)."""
        total, slopes = 0.0, {}
        for layer, target in self._structure.items():
            leaf = cells[layer].requires_grad_()
            with torch.enable_grad():
                loss = self._weights.structure[layer] * self_similarity_loss(grids[layer].seen(leaf), target)
            (slopes[layer],) = torch.autograd.grad(loss, leaf)
            total += float(loss.detach())
        return total, slopes

    def _moments_gradient(self, features: Tensor, layer: str, slopes: tuple[Tensor, Tensor]) -> Tensor:
        rows = positions(features) - self._moments[layer].mean.to(features.dtype)  # (N, C)
        by_offset, by_product = (slope.to(features.dtype) for slope in slopes)
        rows = torch.addmm(by_offset, rows, by_product + by_product.T)
        return rows.view(1, features.shape[2], features.shape[3], -1).permute(0, 3, 1, 2)

    def _difference(self, trace: ActivationTape, target: _FixedTarget, tile: Tile) -> Tensor:
        return trace[target.layer].detach() - tile.crop(target.features, self._encoder.stride(target.layer))

    def _size_of(self, features: Tensor, layer: str) -> float:
        """What the sum of squared differences from features is a share of: their variance at all places together."""
        opacity = self._opacity[layer]
        places = 1.0 if opacity is None else float(opacity.mean())
        return variance_of(features, opacity) * features.numel() * places

    def _opacity_in(self, tile: Tile, layer: str) -> Tensor | None:
        """The opacity of all a tile sees, as features of a layer."""
        opacity = self._opacity[layer]
        return None if opacity is None else tile.crop(opacity, self._encoder.stride(layer))

    def _inner_opacity(self, tile: Tile, layer: str) -> Tensor | None:
        """The same of the part it is responsible for."""
        opacity = self._opacity_in(tile, layer)
        return None if opacity is None else tile.inner(opacity, self._encoder.stride(layer))

    def _smoothness(self, image: Tensor) -> Tensor | None:
        if self._weights.smoothness == 0:
            return None
        return total_variation(image) * (self._weights.smoothness / self._total_variation)

    def _color_difference(self, image: Tensor) -> Tensor | None:
        if self._colors is None:
            return None
        size = (self._colors.shape[2], self._colors.shape[3])
        differences = (functional.adaptive_avg_pool2d(image, size) - self._colors).square()
        variance = self._colors.var(unbiased=False).clamp_min(LEAST_COLOR_VARIANCE)
        if self._opacity_of_image is not None:
            opacity = functional.adaptive_avg_pool2d(self._opacity_of_image, size)
            differences = differences * (opacity / opacity.mean())
        return self._weights.colors * differences.mean() / variance

    @staticmethod
    def _add_image_loss(image: Tensor, gradient: Tensor, loss_of: Callable[[Tensor], Tensor | None]) -> float:
        """The value of a loss of the pixels themselves; its gradient is added."""
        leaf = image.detach().requires_grad_()
        with torch.enable_grad():
            loss = loss_of(leaf)
        if loss is None:
            return 0.0
        gradient.add_(torch.autograd.grad(loss, leaf)[0])
        return float(loss.detach())


def _add(gradients: dict[str, Tensor], layer: str, part: Tensor) -> None:
    gradients[layer] = gradients[layer] + part if layer in gradients else part


def _weighed(features: Tensor, opacity: Tensor | None) -> Tensor:
    return features if opacity is None else features * opacity.to(features.dtype)
