"""What a picture at one size should become: all losses and their gradient, piece by piece and in tiles."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from studio.engine.losses.losses import ObjectiveWeights, relative_moments_loss, variance_of
from studio.engine.losses.objective_targets import ObjectiveTargets, RegionTargets, inside
from studio.engine.losses.opacity import opacity_at
from studio.engine.losses.self_similarity import CellGrid, self_similarity_loss
from studio.engine.losses.statistics import Moments, Sums, add_sums, positions, sums_around, total_variation
from studio.engine.networks.vgg import ActivationTape, Encoder
from studio.engine.runtime.tensors import coarse_colors
from studio.engine.runtime.tiling import Tile, cut_into_tiles

LEAST_TOTAL_VARIATION = 1e-4  # a flat style: a step of 1/100 from pixel to pixel
LEAST_COLOR_VARIANCE = 3e-3  # of coarse colours in [0, 1]


@dataclass(frozen=True)
class Evaluation:
    """The losses by name, "total" among them, weights applied; gradient of the total, shaped like the image."""

    losses: dict[str, float]
    gradient: Tensor


@dataclass(frozen=True)
class _FixedTarget:
    """Features that a layer should have at each place. factor: of the sum of squares of what they differ by.

    places: (1, 1, h, w), how much each place counts; None: all count alike.
    """

    loss: str
    layer: str
    features: Tensor
    factor: float
    places: Tensor | None


@dataclass(frozen=True)
class _MomentsTarget:
    """Moments that a layer should have at places together; weight: of what they differ by. places: as above."""

    layer: str
    moments: Moments
    weight: float
    places: Tensor | None


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
        self._opacity_of_image = targets.opacity
        by_stride = {stride: opacity_at(targets.opacity, stride) for stride in map(encoder.stride, encoder.layers)}
        self._opacity = {layer: by_stride[encoder.stride(layer)] for layer in encoder.layers}
        self._regions = targets.regions or (
            RegionTargets(weights, targets.moments, torch.ones(()), targets.total_variation),
        )
        self._is_one = not targets.regions
        self._moments = [target for region in self._regions for target in self._moments_of(region)]
        self._fixed: list[_FixedTarget] = []
        for loss, of_layers in (("matched", targets.matched), ("content", targets.content)):
            for layer, features in of_layers.items():
                weight, places = self._by_place(lambda one: getattr(one, loss).get(layer, 0.0), encoder.stride(layer))  # noqa: B023
                if weight > 0:
                    factor = weight / self._size_of(features, layer)
                    self._fixed.append(_FixedTarget(loss, layer, features, factor, places))
        self._structure: dict[str, Tensor] = {}
        self._alike: dict[str, tuple[float, Tensor | None]] = {}
        for layer, target in targets.structure.items():
            weight, places = self._by_place(lambda one: one.structure.get(layer, 0.0), 1, is_seen=False)  # noqa: B023
            if weight > 0:
                self._structure[layer], self._alike[layer] = target, (weight, places)
        self._color_weight, self._color_places = self._by_place(lambda one: one.colors, 1, is_seen=False)
        self._colors = targets.colors if self._color_weight > 0 else None
        self._tile_pixels = tile_pixels
        of_moments = {target.layer for target in self._moments}
        self._layers = sorted({*of_moments, *self._structure, *(target.layer for target in self._fixed)})

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
        sums: list[list[Sums]] = [[] for _ in self._moments]
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
            for target, parts in zip(self._moments, sums, strict=True):
                seen = tile.inner(trace[target.layer].detach(), strides[target.layer])
                parts.append(sums_around(target.moments.mean, seen, self._inner(tile, target)))
            for fixed in self._fixed:
                difference = tile.inner(self._difference(trace, fixed, tile), strides[fixed.layer])
                squares = _weighed(difference.float().square(), self._inner(tile, fixed))
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
            at_layers: dict[str, Tensor] = {}
            for target, slope in zip(self._moments, slopes, strict=True):
                part = _moments_gradient(trace[target.layer].detach(), target, slope)
                _add(at_layers, target.layer, _weighed(part, self._outer(tile, target)))
            for fixed in self._fixed:
                part = self._difference(trace, fixed, tile) * (2 * fixed.factor)
                _add(at_layers, fixed.layer, _weighed(part, self._outer(tile, fixed)))
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

    def _moments_of(self, region: RegionTargets) -> list[_MomentsTarget]:
        """The moments a region should have; they count as much as there is of it."""
        found = []
        for layer, weight in region.weights.moments.items():
            if weight <= 0:
                continue
            places, opacity = self._opacity[layer], self._opacity[layer]
            if not self._is_one:
                places = inside(opacity_at(region.share, self._encoder.stride(layer)))
                places = places if opacity is None else places * opacity
                weight *= float(places.sum() / (places.numel() if opacity is None else opacity.sum()))
            if places is None or float(places.sum()) > 0:
                found.append(_MomentsTarget(layer, region.moments[layer], weight, places))
        return found

    def _by_place(
        self, weight_of: Callable[[ObjectiveWeights], float], stride: int, *, is_seen: bool = True
    ) -> tuple[float, Tensor | None]:
        """A weight, and in which share of it each place counts, as the regions want. is_seen: and as it is seen."""
        opacity = opacity_at(self._opacity_of_image, stride) if is_seen else None
        if self._is_one:
            return weight_of(self._weights), opacity
        weights = [weight_of(region.weights) for region in self._regions]
        most = max(weights)
        if most <= 0:
            return 0.0, None
        parts = [region.share * (weight / most) for region, weight in zip(self._regions, weights, strict=True)]
        places = opacity_at(torch.stack(parts).sum(0), stride)
        return most, places if opacity is None or places is None else places * opacity

    def _compare_moments(self, sums: Sequence[list[Sums]]) -> tuple[float, list[tuple[Tensor, Tensor]]]:
        """Style loss, and for each target its slopes with regard to the sums of offsets (C,) and of products (C, C)."""
        total, slopes = 0.0, []
        for wanted, parts in zip(self._moments, sums, strict=True):
            whole, target = add_sums(parts), wanted.moments
            offset, product = whole.offset.requires_grad_(), whole.product.requires_grad_()
            with torch.enable_grad():
                shift = offset / whole.number
                covariance = product / whole.number - torch.outer(shift, shift)
                loss = relative_moments_loss(Moments(target.mean + shift, covariance), target)
                loss = loss * wanted.weight
            by_offset, by_product = torch.autograd.grad(loss, (offset, product))
            slopes.append((by_offset, by_product))
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
                weight, places = self._alike[layer]
                shares = None if places is None else grids[layer].visible(places)
                loss = weight * self_similarity_loss(grids[layer].seen(leaf), target, shares)
            (slopes[layer],) = torch.autograd.grad(loss, leaf)
            total += float(loss.detach())
        return total, slopes

    def _difference(self, trace: ActivationTape, target: _FixedTarget, tile: Tile) -> Tensor:
        return trace[target.layer].detach() - tile.crop(target.features, self._encoder.stride(target.layer))

    def _size_of(self, features: Tensor, layer: str) -> float:
        """What the sum of squared differences from features is a share of: their variance at all places together."""
        opacity = self._opacity[layer]
        places = 1.0 if opacity is None else float(opacity.mean())
        return variance_of(features, opacity) * features.numel() * places

    def _outer(self, tile: Tile, target: _MomentsTarget | _FixedTarget) -> Tensor | None:
        """How much all the places count that a tile sees."""
        return None if target.places is None else tile.crop(target.places, self._encoder.stride(target.layer))

    def _inner(self, tile: Tile, target: _MomentsTarget | _FixedTarget) -> Tensor | None:
        """The same of the part it is responsible for."""
        places = self._outer(tile, target)
        return None if places is None else tile.inner(places, self._encoder.stride(target.layer))

    def _smoothness(self, image: Tensor) -> Tensor | None:
        factors = [
            region.weights.smoothness / max(region.total_variation, LEAST_TOTAL_VARIATION) for region in self._regions
        ]
        if not any(factors):
            return None
        if self._is_one:
            return total_variation(image) * factors[0]
        shares = [region.share * factor for region, factor in zip(self._regions, factors, strict=True)]
        return total_variation(image, torch.stack(shares).sum(0))

    def _color_difference(self, image: Tensor) -> Tensor | None:
        if self._colors is None:
            return None
        size = (self._colors.shape[2], self._colors.shape[3])
        differences = (coarse_colors(image, size) - self._colors).square()
        variance = self._colors.var(unbiased=False).clamp_min(LEAST_COLOR_VARIANCE)
        if self._opacity_of_image is not None:
            opacity = coarse_colors(self._opacity_of_image, size)
            differences = differences * (opacity / opacity.mean())
        if self._color_places is not None:
            differences = differences * coarse_colors(self._color_places, size)
        return self._color_weight * differences.mean() / variance

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


def _moments_gradient(features: Tensor, target: _MomentsTarget, slopes: tuple[Tensor, Tensor]) -> Tensor:
    rows = positions(features) - target.moments.mean.to(features.dtype)  # (N, C)
    by_offset, by_product = (slope.to(features.dtype) for slope in slopes)
    rows = torch.addmm(by_offset, rows, by_product + by_product.T)
    return rows.view(1, features.shape[2], features.shape[3], -1).permute(0, 3, 1, 2)


def _add(gradients: dict[str, Tensor], layer: str, part: Tensor) -> None:
    gradients[layer] = gradients[layer] + part if layer in gradients else part


def _weighed(features: Tensor, opacity: Tensor | None) -> Tensor:
    return features if opacity is None else features * opacity.to(features.dtype)
