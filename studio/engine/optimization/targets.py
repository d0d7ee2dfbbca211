"""What a picture is painted after: the photo and the styles at one size, and the objective made from them."""

from __future__ import annotations

from collections.abc import Generator, MutableMapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.engine_api.finish_memory import tile_pixels
from studio.core.engine_api.schedule import NARROWEST
from studio.core.picture import fit_size
from studio.core.recipe import StyleRecipe
from studio.engine.losses.losses import (
    CONTENT_LAYERS,
    MATCHED_LAYERS,
    STRUCTURE_LAYERS,
    STYLE_LAYERS,
    ObjectiveWeights,
    objective_weights,
)
from studio.engine.losses.matching import nearest_features, sample_rows
from studio.engine.losses.objective import Objective, ObjectiveTargets
from studio.engine.losses.opacity import opacity_at, visible_rows
from studio.engine.losses.self_similarity import CellGrid, self_similarity
from studio.engine.losses.statistics import Moments, blend_moments, moments, positions, total_variation
from studio.engine.networks.vgg import Encoder
from studio.engine.optimization import initialization
from studio.engine.runtime.device import free_memory
from studio.engine.runtime.tensors import resize, resize_to
from studio.engine.runtime.tiling import GRID, cut_into_tiles

STYLE_EDGE = (32, 2048)  # px, smallest and largest longer edge of a style at work
GLAZE = 0.4  # strength below which the photo itself shines through a picture of Live
STYLE_ENLARGED = 1.5  # times its own size; beyond, its strokes are blur

COARSE_EDGE = 24  # px of the longer edge at which a picture has the colours Live showed
MATCHED_POSITIONS = 8192  # of a style and layer that places of the photo are compared with; mirrored ones count as well

StyleCache = MutableMapping[object, "StyleFeatures"]


@dataclass(frozen=True)
class StyleFeatures:
    """What is remembered of a style at one size. moments: by layer. rows: features to match (N, C), by layer."""

    moments: dict[str, Moments]
    rows: dict[str, Tensor]
    total_variation: float

    @property
    def nbytes(self) -> int:
        """Bytes of all its tensors."""
        of_moments = [part for moments in self.moments.values() for part in moments]
        return sum(tensor.nbytes for tensor in (*of_moments, *self.rows.values()))


@dataclass(frozen=True)
class Painting:
    """What is to be painted. content: (1, 3, H, W) or None for a pattern; styles: (1, 3, H, W) each, all in [0, 1].

    size: (height, width) of the result. shares: one per style, summing to 1. start: a picture to go on from, or None.
    live: (1, 3, H, W), the same as Live paints it, whose coarse colours it is to have; None: it goes its own way.
    opacity: (1, 1, H, W) in [0, 1], of the content; None: it is opaque. style_opacities: the same of each style; () if
    all are opaque.
    """

    content: Tensor | None
    styles: tuple[Tensor, ...]
    shares: tuple[float, ...]
    recipe: StyleRecipe
    size: tuple[int, int]
    start: Tensor | None = None
    live: Tensor | None = None
    opacity: Tensor | None = None
    style_opacities: tuple[Tensor | None, ...] = ()


@dataclass(frozen=True)
class StyleImage:
    """A style at one size (1, 3, h, w), and its opacity (1, 1, h, w) or None."""

    image: Tensor
    opacity: Tensor | None


@dataclass(frozen=True)
class Targets:
    """Photo (None for a pattern), Live's picture and styles as they are at one size. size: (height, width).

    opacity: of the photo, (1, 1, h, w), or None.
    """

    size: tuple[int, int]
    photo: Tensor | None
    live: Tensor | None
    styles: tuple[StyleImage, ...]
    opacity: Tensor | None = None


def targets_at(painting: Painting, long_edge: int) -> Targets:
    """The targets with the picture's longer edge at `long_edge` px."""
    width, height = fit_size(painting.size[1], painting.size[0], long_edge)
    size = seamless_size(width, height) if painting.recipe.is_seamless else (height, width)
    photo, live, opacity = (
        None if image is None else resize(image, size).clamp(0, 1)
        for image in (painting.content, painting.live, painting.opacity)
    )
    style_edge = long_edge * painting.recipe.stroke_size
    opacities = painting.style_opacities or (None,) * len(painting.styles)
    styles = (
        StyleImage(_style_at(image, style_edge), None if shown is None else _style_at(shown, style_edge))
        for image, shown in zip(painting.styles, opacities, strict=True)
    )
    return Targets(size, photo, live, tuple(styles), opacity)


def seamless_size(width: int, height: int) -> tuple[int, int]:
    """(height, width) nearest to it that a picture without seams can have: multiples of tiling.GRID."""
    rounded_height, rounded_width = (max(GRID, round(edge / GRID) * GRID) for edge in (height, width))
    return rounded_height, rounded_width


def first_image(painting: Painting, targets: Targets, generator: torch.Generator) -> Tensor:
    """What the first stage starts from: (1, 3, h, w) at the size of the targets."""
    if painting.start is not None:
        return enlarged(painting, painting.start, targets)
    if targets.live is not None and starts_from_live(painting.recipe):
        return initialization.vary(targets.live, generator)
    colors = blend_moments([moments(style.image, style.opacity) for style in targets.styles], painting.shares)
    if targets.photo is None:
        return initialization.noise(targets.size, colors, generator)
    recolored = initialization.recolor(targets.photo, colors, targets.opacity)
    # A weak style starts from the photo's own colours: it would hardly find back to them.
    image = torch.lerp(targets.photo, recolored, min(1.0, painting.recipe.strength / 0.5))
    return initialization.vary(image, generator)


def enlarged(painting: Painting, image: Tensor, targets: Targets) -> Tensor:
    """A picture painted at a smaller size, at the size of the targets."""
    if painting.recipe.is_seamless:
        return initialization.enlarge_seamless(image, targets.size)
    if painting.start is image:
        return initialization.enlarge(image, targets.size, None)
    is_from_live = targets.live is not None and starts_from_live(painting.recipe)
    return initialization.enlarge(image, targets.size, targets.live if is_from_live else targets.photo)


def is_after_live(recipe: StyleRecipe) -> bool:
    """Whether a picture needs the one of Live: for its coarse colours, or to start from."""
    return objective_weights(recipe).colors > 0 or starts_from_live(recipe)


def starts_from_live(recipe: StyleRecipe) -> bool:
    """Whether a picture starts from the one of Live, which has the style's colours and strokes already.

    Measured at 256 px on three pairs: after the same steps the loss of a draft is 2, 15 and 8 per cent lower. A
    standard picture ends within 2 per cent of where it would from the photo; a weak style does better from the photo.
    """
    return recipe.quality == "draft" and recipe.strength >= GLAZE


def make_objective(
    encoder: Encoder,
    painting: Painting,
    targets: Targets,
    style_keys: tuple[str, ...],
    cache: StyleCache,
) -> Generator[None, None, Objective]:
    """The objective at the size of the targets; yields between pieces. style_keys, cache: as in `finish`."""
    weights, shares = objective_weights(painting.recipe), painting.shares
    tile_pixels = tile_pixels_for(encoder, targets.size)
    styles = []
    for style, key in zip(targets.styles, style_keys, strict=True):
        cache_key = (encoder.key, key, tuple(style.image.shape[2:]))
        if cache_key not in cache:
            cache[cache_key] = yield from _style_features(encoder, style)
        styles.append(cache[cache_key])
    shared = list(zip(styles, shares, strict=True))
    matched, content, structure = {}, {}, {}
    if targets.photo is not None:
        layers = _photo_layers(weights)
        seen = (yield from _photo_features(encoder, targets.photo, layers, tile_pixels)) if layers else {}
        for layer in MATCHED_LAYERS:
            if weights.matched.get(layer, 0) > 0:
                rows = [sample_rows(style.rows[layer], share * MATCHED_POSITIONS) for style, share in shared]
                opacity = opacity_at(targets.opacity, encoder.stride(layer))
                matched[layer] = yield from nearest_features(seen[layer], torch.cat(rows), opacity)
        content = {layer: seen[layer] for layer in CONTENT_LAYERS if weights.content.get(layer, 0) > 0}
        structure = {
            layer: _structure_of(seen[layer], opacity_at(targets.opacity, encoder.stride(layer)))
            for layer in STRUCTURE_LAYERS
            if weights.structure[layer] > 0
        }
    goals = ObjectiveTargets(
        moments={layer: blend_moments([style.moments[layer] for style in styles], shares) for layer in STYLE_LAYERS},
        matched=matched,
        content=content,
        structure=structure,
        colors=None if targets.live is None else coarse_colors(targets.live),
        total_variation=sum(style.total_variation * share for style, share in shared),
        opacity=targets.opacity,
    )
    return Objective(encoder, weights, goals, tile_pixels, painting.recipe.is_seamless)


def coarse_colors(image: Tensor) -> Tensor:
    """The image with its longer edge averaged to COARSE_EDGE px. Shapes: (1, 3, H, W) -> (1, 3, h, w)."""
    width, height = fit_size(image.shape[3], image.shape[2], COARSE_EDGE)
    return functional.adaptive_avg_pool2d(image, (height, width))


def _structure_of(features: Tensor, opacity: Tensor | None) -> Tensor:
    grid = CellGrid(features.shape[2], features.shape[3], features.device, opacity)
    return self_similarity(grid.seen(grid.add_up(features)))


def _photo_layers(weights: ObjectiveWeights) -> list[str]:
    by_layer = [*weights.matched.items(), *weights.content.items(), *weights.structure.items()]
    return sorted({layer for layer, weight in by_layer if weight > 0})


def _style_features(encoder: Encoder, style: StyleImage) -> Generator[None, None, StyleFeatures]:
    """Moments of a style, and rows to match, half of them from its mirror image: strokes lean both ways."""
    trace = yield from encoder.trace(style.image, STYLE_LAYERS, with_gradient=False)
    mirrored = yield from encoder.trace(style.image.flip(3), MATCHED_LAYERS, with_gradient=False)
    shown = {layer: opacity_at(style.opacity, encoder.stride(layer)) for layer in STYLE_LAYERS}
    rows = {}
    for layer in MATCHED_LAYERS:
        flipped = opacity_at(None if style.opacity is None else style.opacity.flip(3), encoder.stride(layer))
        ways = ((trace[layer], shown[layer]), (mirrored[layer], flipped))
        both = torch.cat([visible_rows(positions(features), opacity) for features, opacity in ways])
        rows[layer] = sample_rows(both, MATCHED_POSITIONS)
    return StyleFeatures(
        moments={layer: moments(trace[layer], shown[layer]) for layer in STYLE_LAYERS},
        rows=rows,
        total_variation=float(total_variation(style.image)),
    )


def tile_pixels_for(encoder: Encoder, size: tuple[int, int]) -> int:
    """Pixels to encode at once, margins included, of a picture of `size` (h, w): as many as the memory is now for."""
    return tile_pixels(size[0] * size[1], encoder.dtype.itemsize, free_memory(encoder.device))


def _photo_features(
    encoder: Encoder, photo: Tensor, layers: list[str], tile_pixels: int
) -> Generator[None, None, dict[str, Tensor]]:
    height, width = photo.shape[2:]
    whole: dict[str, Tensor] = {}
    for tile in cut_into_tiles(height, width, tile_pixels, encoder.margin(layers)):
        trace = yield from encoder.trace(tile.crop(photo), layers, with_gradient=False)
        for layer in layers:
            stride = encoder.stride(layer)
            features = tile.inner(trace[layer], stride)
            if layer not in whole:
                shape = (1, features.shape[1], height // stride, width // stride)
                whole[layer] = features.new_empty(shape).contiguous(memory_format=torch.channels_last)
            top, left = tile.inner_rows[0] // stride, tile.inner_columns[0] // stride
            whole[layer][:, :, top : top + features.shape[2], left : left + features.shape[3]] = features
    return whole


def _style_at(style: Tensor, long_edge: float) -> Tensor:
    own = max(style.shape[2:])
    least = max(STYLE_EDGE[0], NARROWEST * own / min(style.shape[2:]))
    return resize_to(style, round(max(min(long_edge, STYLE_ENLARGED * own, STYLE_EDGE[1]), least)))
