"""What a picture is painted after: the photo and the styles at one size, and the objective made from them."""

from __future__ import annotations

from collections.abc import Generator, MutableMapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.engine_api.finish_memory import tile_pixels
from studio.core.engine_api.schedule import NARROWEST
from studio.core.picture import fit_size
from studio.core.recipe import StyleRecipe
from studio.engine.losses.losses import STYLE_LAYERS, ObjectiveWeights, objective_weights
from studio.engine.losses.objective import Objective
from studio.engine.losses.objective_targets import ObjectiveTargets, RegionTargets
from studio.engine.losses.statistics import Moments, blend_moments, moments
from studio.engine.networks.vgg import Encoder
from studio.engine.optimization import initialization
from studio.engine.optimization.features import (
    PhotoFeatures,
    SeenImage,
    StyleFeatures,
    measure_photo,
    measure_photo_by_region,
    measure_style,
)
from studio.engine.runtime.device import free_memory
from studio.engine.runtime.tensors import coarse_colors, resize, resize_to
from studio.engine.runtime.tiling import GRID

STYLE_EDGE = (32, 2048)  # px, smallest and largest longer edge of a style at work
STRONG = 0.4  # strength from which on a draft starts from the picture of Live
STYLE_ENLARGED = 1.5  # times its own size; beyond, its strokes are blur
LARGEST_REMEMBERED = 96 << 20  # bytes of a photo's features; those of 1024 px take 70 MB in bfloat16

FeatureCache = MutableMapping[object, StyleFeatures | PhotoFeatures]


@dataclass(frozen=True)
class PaintedRegion:
    """A region of a painting, or its rest. share: (1, 1, H, W) at any size. Other fields as in Painting.

    style_keys: a name per style, unique to its pixels.
    """

    styles: tuple[Tensor, ...]
    shares: tuple[float, ...]
    recipe: StyleRecipe
    share: Tensor
    style_opacities: tuple[Tensor | None, ...]
    style_keys: tuple[str, ...]


@dataclass(frozen=True)
class Painting:
    """What is to be painted. content: (1, 3, H, W) or None for a pattern; styles: (1, 3, H, W) each, all in [0, 1].

    size: (height, width) of the result. shares: one per style, summing to 1. start: a picture to go on from, or None.
    live: (1, 3, H, W), the same as Live paints it, whose coarse colours it is to have; None: it goes its own way.
    opacity: (1, 1, H, W) in [0, 1], of the content; None: it is opaque. style_opacities: the same of each style; () if
    all are opaque. content_key: unique to the content and its opacity; "": what is measured of it is not remembered.
    regions: all of the picture that is painted, the rest among them; () where all of it is painted alike.
    untouched: (1, 1, H, W), how much of each place stays the photo; None: nothing does.
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
    content_key: str = ""
    regions: tuple[PaintedRegion, ...] = ()
    untouched: Tensor | None = None


@dataclass(frozen=True)
class Targets:
    """Photo (None for a pattern), Live's picture and styles as they are at one size. size: (height, width).

    opacity: of the photo, (1, 1, h, w), or None.
    """

    size: tuple[int, int]
    photo: Tensor | None
    live: Tensor | None
    styles: tuple[SeenImage, ...]
    opacity: Tensor | None = None


def targets_at(painting: Painting, long_edge: int) -> Targets:
    """The targets with the picture's longer edge at `long_edge` px."""
    width, height = fit_size(painting.size[1], painting.size[0], long_edge)
    size = seamless_size(width, height) if painting.recipe.is_seamless else (height, width)
    photo, live, opacity = (
        None if image is None else resize(image, size).clamp(0, 1)
        for image in (painting.content, painting.live, painting.opacity)
    )
    return Targets(size, photo, live, styles_at(painting, long_edge), opacity)


def styles_at(painting: Painting | PaintedRegion, long_edge: int) -> tuple[SeenImage, ...]:
    """The styles as large as they are where the picture's longer edge is `long_edge` px."""
    style_edge = long_edge * painting.recipe.stroke_size
    opacities = painting.style_opacities or (None,) * len(painting.styles)
    return tuple(
        SeenImage(_style_at(image, style_edge), None if shown is None else _style_at(shown, style_edge))
        for image, shown in zip(painting.styles, opacities, strict=True)
    )


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
    if not painting.regions:
        image = _recolored(targets.photo, colors, targets.opacity, painting.recipe)
        return initialization.vary(image, generator)
    image = (
        torch.zeros_like(targets.photo)
        if painting.untouched is None
        else targets.photo * share_at(painting.untouched, targets.size)
    )
    for region in painting.regions:
        seen = styles_at(region, max(targets.size))
        colors = blend_moments([moments(style.image, style.opacity) for style in seen], region.shares)
        share = share_at(region.share, targets.size)
        image = image + share * _recolored(targets.photo, colors, targets.opacity, region.recipe)
    return initialization.vary(image.clamp(0, 1), generator)


def _recolored(photo: Tensor, colors: Moments, opacity: Tensor | None, recipe: StyleRecipe) -> Tensor:
    recolored = initialization.recolor(photo, colors, opacity)
    # A weak style starts from the photo's own colours: it would hardly find back to them.
    return torch.lerp(photo, recolored, min(1.0, recipe.strength / 0.5))


def share_at(share: Tensor, size: tuple[int, int]) -> Tensor:
    """A share (1, 1, H, W) at another size (h, w)."""
    if tuple(share.shape[2:]) == size:
        return share
    return functional.interpolate(share, size, mode="bilinear", antialias=True, align_corners=False)


def enlarged_alone(painting: Painting, image: Tensor, size: tuple[int, int]) -> Tensor:
    """A picture painted at a smaller size, at another one (h, w), without the detail of a photo or of Live."""
    if painting.recipe.is_seamless:
        return initialization.enlarge_seamless(image, size)
    return initialization.enlarge(image, size, None)


def enlarged(painting: Painting, image: Tensor, targets: Targets) -> Tensor:
    """A picture painted at a smaller size, at the size of the targets."""
    if painting.recipe.is_seamless or painting.start is image:
        return enlarged_alone(painting, image, targets.size)
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
    return recipe.quality == "draft" and recipe.strength >= STRONG


def make_objective(
    encoder: Encoder,
    painting: Painting,
    targets: Targets,
    style_keys: tuple[str, ...],
    cache: FeatureCache,
) -> Generator[None, None, Objective]:
    """The objective at the size of the targets; yields between pieces. style_keys, cache: as in `finish`."""
    if painting.regions:
        return (yield from _objective_of_regions(encoder, painting, targets, cache))
    weights, shares = objective_weights(painting.recipe, targets.size[0] * targets.size[1]), painting.shares
    tile_pixels = tile_pixels_for(encoder, targets.size)
    styles = yield from _measured(encoder, targets.styles, style_keys, cache)
    shared = [(style, share) for (style, _), share in zip(styles, shares, strict=True)]
    photo = PhotoFeatures({}, {}, {})
    if targets.photo is not None:
        of_styles = tuple(key for _, key in styles), shares
        photo_key = (painting.content_key, painting.size, targets.size, of_styles, _kinds(weights))
        remembered = cache.get(photo_key) if painting.content_key else None
        if isinstance(remembered, PhotoFeatures):
            photo = remembered
        else:
            image = SeenImage(targets.photo, targets.opacity)
            photo = yield from measure_photo(encoder, image, shared, weights, tile_pixels)
            if painting.content_key and photo.nbytes <= LARGEST_REMEMBERED:
                cache[photo_key] = photo
    goals = ObjectiveTargets(
        moments={layer: blend_moments([style.moments[layer] for style, _ in shared], shares) for layer in STYLE_LAYERS},
        matched=photo.matched,
        content=photo.content,
        structure=photo.structure,
        colors=None if targets.live is None else coarse_colors(targets.live),
        total_variation=sum(style.total_variation * share for style, share in shared),
        opacity=targets.opacity,
    )
    return Objective(encoder, weights, goals, tile_pixels, painting.recipe.is_seamless)


def _measured(
    encoder: Encoder, seen: Sequence[SeenImage], keys: Sequence[str], cache: FeatureCache
) -> Generator[None, None, list[tuple[StyleFeatures, tuple[object, ...]]]]:
    """Features of styles, each with the key under which it is remembered."""
    styles: list[tuple[StyleFeatures, tuple[object, ...]]] = []
    for style, key in zip(seen, keys, strict=True):
        cache_key = (encoder.key, key, tuple(style.image.shape[2:]))
        known = cache.get(cache_key)
        if not isinstance(known, StyleFeatures):
            cache[cache_key] = known = yield from measure_style(encoder, style)
        styles.append((known, cache_key))
    return styles


def _objective_of_regions(
    encoder: Encoder, painting: Painting, targets: Targets, cache: FeatureCache
) -> Generator[None, None, Objective]:
    assert targets.photo is not None
    size, tile_pixels = targets.size, tile_pixels_for(encoder, targets.size)
    regions, measured = [], []
    for region in painting.regions:
        weights = objective_weights(region.recipe, size[0] * size[1])
        seen = styles_at(region, max(size))
        styles = yield from _measured(encoder, seen, region.style_keys, cache)
        shared = [(style, share) for (style, _), share in zip(styles, region.shares, strict=True)]
        share = share_at(region.share, size)
        of_styles = {
            layer: blend_moments([style.moments[layer] for style, _ in shared], region.shares) for layer in STYLE_LAYERS
        }
        variation = sum(style.total_variation * part for style, part in shared)
        regions.append(RegionTargets(weights, of_styles, share, variation))
        measured.append((shared, weights, share))
    image = SeenImage(targets.photo, targets.opacity)
    photo = yield from measure_photo_by_region(encoder, image, measured, tile_pixels)
    goals = ObjectiveTargets(
        moments={},
        matched=photo.matched,
        content=photo.content,
        structure=photo.structure,
        colors=None if targets.live is None else coarse_colors(targets.live),
        opacity=targets.opacity,
        regions=tuple(regions),
    )
    return Objective(encoder, regions[-1].weights, goals, tile_pixels)


def _kinds(weights: ObjectiveWeights) -> tuple[tuple[str, ...], ...]:
    """Which layers of a photo are looked at for what."""
    parts = (weights.matched, weights.content, weights.structure)
    return tuple(tuple(layer for layer, weight in part.items() if weight > 0) for part in parts)


def tile_pixels_for(encoder: Encoder, size: tuple[int, int]) -> int:
    """Pixels to encode at once, margins included, of a picture of `size` (h, w): as many as the memory is now for."""
    return tile_pixels(size[0] * size[1], encoder.dtype.itemsize, free_memory(encoder.device))


def _style_at(style: Tensor, long_edge: float) -> Tensor:
    own = max(style.shape[2:])
    least = max(STYLE_EDGE[0], NARROWEST * own / min(style.shape[2:]))
    return resize_to(style, round(max(min(long_edge, STYLE_ENLARGED * own, STYLE_EDGE[1]), least)))
