"""What a picture is painted after: the photo and the styles at one size, and the objective made from them."""

from __future__ import annotations

from collections.abc import Generator, MutableMapping
from dataclasses import dataclass

import torch
from torch import Tensor

from studio.core.picture import fit_size
from studio.core.recipe import StyleRecipe
from studio.engine.losses.losses import CONTENT_LAYERS, STYLE_LAYERS, Objective, weights_of
from studio.engine.losses.statistics import Moments, blend_moments, moments, total_variation
from studio.engine.networks.vgg import Encoder
from studio.engine.optimization import initialization
from studio.engine.optimization.schedule import NARROWEST
from studio.engine.runtime.device import free_memory
from studio.engine.runtime.tensors import resize, resize_to
from studio.engine.runtime.tiling import SMALLEST_TILE, cut_into_tiles

# What a pixel takes that is encoded with a gradient: features and gradients at layers in the encoder's precision, and
# besides them where max pooling found its largest. Measured: 1370 bytes in bfloat16, 2470 in float32.
VALUES_PER_PIXEL, BYTES_BESIDES = 560, 280
# What a pixel takes in any case: content features, and the optimiser's images of float32 (see BoundedLBFGS).
CONTENT_VALUES, IMAGES = 56, 20
MEMORY_SHARE = 0.5  # of what is free
LARGEST_WHOLE = 4_000_000  # px encoded in one go even if there is room: a piece must not take seconds
STYLE_EDGE = (32, 2048)  # px, smallest and largest longer edge of a style at work
STYLE_ENLARGED = 1.5  # times its own size; beyond, its strokes are blur

StyleCache = MutableMapping[object, dict[str, Moments]]


@dataclass(frozen=True)
class Painting:
    """What is to be painted. content: (1, 3, H, W) or None for a pattern; styles: (1, 3, H, W) each, all in [0, 1].

    size: (height, width) of the result. shares: one per style, summing to 1. start: a picture to go on from, or None.
    sketch: (1, 3, H, W), what it may look like; None: the photo stands in for it.
    """

    content: Tensor | None
    styles: tuple[Tensor, ...]
    shares: tuple[float, ...]
    recipe: StyleRecipe
    size: tuple[int, int]
    start: Tensor | None = None
    sketch: Tensor | None = None


@dataclass(frozen=True)
class Targets:
    """Photo (None for a pattern), sketch and styles as they are at one size. size: (height, width)."""

    size: tuple[int, int]
    photo: Tensor | None
    sketch: Tensor | None
    styles: tuple[Tensor, ...]


def targets_at(painting: Painting, long_edge: int) -> Targets:
    """The targets with the picture's longer edge at `long_edge` px."""
    width, height = fit_size(painting.size[1], painting.size[0], long_edge)
    size = (height, width)
    photo, sketch = (
        None if image is None else resize(image, size).clamp(0, 1) for image in (painting.content, painting.sketch)
    )
    style_edge = long_edge * painting.recipe.stroke_size
    return Targets(size, photo, sketch, tuple(_style_at(style, style_edge) for style in painting.styles))


def first_image(painting: Painting, targets: Targets, generator: torch.Generator) -> Tensor:
    """What the first stage starts from: (1, 3, h, w) at the size of the targets."""
    if painting.start is not None:
        return initialization.enlarge(painting.start, targets.size, None)
    if targets.sketch is not None:
        return initialization.vary(targets.sketch, generator)
    colors = blend_moments([moments(style) for style in targets.styles], painting.shares)
    if targets.photo is None:
        return initialization.noise(targets.size, colors, generator)
    recolored = initialization.recolor(targets.photo, colors)
    # A weak style starts from the photo's own colours: it would hardly find back to them.
    image = torch.lerp(targets.photo, recolored, min(1.0, painting.recipe.strength / 0.5))
    return initialization.vary(image, generator)


def make_objective(
    encoder: Encoder,
    painting: Painting,
    targets: Targets,
    style_keys: tuple[str, ...],
    cache: StyleCache,
) -> Generator[None, None, Objective]:
    """The objective at the size of the targets; yields between pieces. style_keys, cache: as in `finish`."""
    weights = weights_of(painting.recipe)
    tile_pixels = tile_pixels_for(encoder, targets.size)
    parts = []
    for style, key in zip(targets.styles, style_keys, strict=True):
        cache_key = (encoder.key, key, tuple(style.shape[2:]))
        if cache_key not in cache:
            trace = yield from encoder.trace(style, STYLE_LAYERS, with_gradient=False)
            cache[cache_key] = {layer: moments(trace[layer]) for layer in STYLE_LAYERS}
        parts.append(cache[cache_key])
    style_moments = {layer: blend_moments([part[layer] for part in parts], painting.shares) for layer in STYLE_LAYERS}
    layers = [layer for layer in CONTENT_LAYERS if weights.content.get(layer, 0) > 0]
    content = {}
    if targets.photo is not None and layers:
        content = yield from _content_features(encoder, targets.photo, layers, tile_pixels)
    shared = zip(targets.styles, painting.shares, strict=True)
    rough = sum(float(total_variation(style)) * share for style, share in shared)
    return Objective(encoder, weights, style_moments, content, rough, tile_pixels)


def tile_pixels_for(encoder: Encoder, size: tuple[int, int]) -> int:
    """Pixels to encode at once, margins included, of a picture of `size` (h, w): as many as the memory is now for.

    In halves of the most, because other tiles are other roundings: a little more or less memory than the last time must
    not paint another picture.
    """
    item = encoder.dtype.itemsize
    whole = size[0] * size[1] * (CONTENT_VALUES * item + IMAGES * 3 * torch.float32.itemsize)
    room = MEMORY_SHARE * (free_memory(encoder.device) - whole)
    pixels = LARGEST_WHOLE
    while pixels > SMALLEST_TILE**2 and pixels * bytes_per_pixel(encoder.dtype) > room:
        pixels //= 2
    return max(pixels, SMALLEST_TILE**2)


def bytes_per_pixel(dtype: torch.dtype) -> int:
    """What a pixel takes while it is encoded with a gradient."""
    return VALUES_PER_PIXEL * dtype.itemsize + BYTES_BESIDES


def _content_features(
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
