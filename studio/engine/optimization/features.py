"""What is measured of photos and styles at one size before a descent, and is worth remembering from run to run."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from studio.engine.losses.losses import (
    CONTENT_LAYERS,
    MATCHED_LAYERS,
    STRUCTURE_LAYERS,
    STYLE_LAYERS,
    ObjectiveWeights,
)
from studio.engine.losses.matching import nearest_features, sample_rows
from studio.engine.losses.opacity import opacity_at, visible_rows
from studio.engine.losses.self_similarity import CellGrid, self_similarity
from studio.engine.losses.statistics import Moments, moments, positions, total_variation
from studio.engine.networks.vgg import Encoder
from studio.engine.runtime.tiling import cut_into_tiles

MATCHED_POSITIONS = 8192  # of a style and layer that places of the photo are compared with; mirrored ones count as well


@dataclass(frozen=True)
class SeenImage:
    """A picture at one size (1, 3, h, w), and its opacity (1, 1, h, w), None where it is opaque."""

    image: Tensor
    opacity: Tensor | None


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
class PhotoFeatures:
    """What is remembered of a photo in some styles at one size, by layer: see ObjectiveTargets."""

    matched: dict[str, Tensor]
    content: dict[str, Tensor]
    structure: dict[str, Tensor]

    @property
    def nbytes(self) -> int:
        """Bytes of all its tensors."""
        return sum(tensor.nbytes for part in (self.matched, self.content, self.structure) for tensor in part.values())


def measure_style(encoder: Encoder, style: SeenImage) -> Generator[None, None, StyleFeatures]:
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


def measure_photo(
    encoder: Encoder,
    photo: SeenImage,
    styles: Sequence[tuple[StyleFeatures, float]],
    weights: ObjectiveWeights,
    tile_pixels: int,
) -> Generator[None, None, PhotoFeatures]:
    """What the losses with a weight hold a picture against. styles: with their shares, which sum to 1."""
    layers = wanted_layers(weights)
    seen = (yield from _encoded(encoder, photo.image, layers, tile_pixels)) if layers else {}
    shown = {layer: opacity_at(photo.opacity, encoder.stride(layer)) for layer in layers}
    matched = {}
    for layer in MATCHED_LAYERS:
        if weights.matched.get(layer, 0) > 0:
            rows = [sample_rows(style.rows[layer], share * MATCHED_POSITIONS) for style, share in styles]
            matched[layer] = yield from nearest_features(seen[layer], torch.cat(rows), shown[layer])
    return PhotoFeatures(
        matched=matched,
        content={layer: seen[layer] for layer in CONTENT_LAYERS if weights.content.get(layer, 0) > 0},
        structure={
            layer: _structure_of(seen[layer], shown[layer])
            for layer in STRUCTURE_LAYERS
            if weights.structure.get(layer, 0) > 0
        },
    )


def measure_photo_by_region(
    encoder: Encoder,
    photo: SeenImage,
    regions: Sequence[tuple[Sequence[tuple[StyleFeatures, float]], ObjectiveWeights, Tensor]],
    tile_pixels: int,
) -> Generator[None, None, PhotoFeatures]:
    """As `measure_photo`, for regions: styles, weights and share (1, 1, h, w) of each; matches are of its own."""
    layers = sorted({layer for _, weights, _ in regions for layer in wanted_layers(weights)})
    seen = (yield from _encoded(encoder, photo.image, layers, tile_pixels)) if layers else {}
    shown = {layer: opacity_at(photo.opacity, encoder.stride(layer)) for layer in layers}
    matched: dict[str, Tensor] = {}
    for layer in MATCHED_LAYERS:
        total = None
        for styles, weights, share in regions:
            if weights.matched.get(layer, 0) <= 0:
                continue
            rows = [sample_rows(style.rows[layer], part * MATCHED_POSITIONS) for style, part in styles]
            found = yield from nearest_features(seen[layer], torch.cat(rows), shown[layer])
            here = opacity_at(share, encoder.stride(layer))
            assert here is not None
            # Where several regions fade into each other, their matches do: weighed by what each of them counts there.
            weighed = here.to(found.dtype) * weights.matched[layer]
            part, whole = found * weighed, weighed
            matched[layer] = part if total is None else matched[layer] + part
            total = whole if total is None else total + whole
        if total is not None:
            matched[layer] = matched[layer] / total.clamp_min(1e-6)
    return PhotoFeatures(
        matched={layer: part.contiguous(memory_format=torch.channels_last) for layer, part in matched.items()},
        content={
            layer: seen[layer]
            for layer in CONTENT_LAYERS
            if any(weights.content.get(layer, 0) > 0 for _, weights, _ in regions)
        },
        structure={
            layer: _structure_of(seen[layer], shown[layer])
            for layer in STRUCTURE_LAYERS
            if any(weights.structure.get(layer, 0) > 0 for _, weights, _ in regions)
        },
    )


def wanted_layers(weights: ObjectiveWeights) -> tuple[str, ...]:
    """The layers at which a photo has to be looked at."""
    by_layer = [*weights.matched.items(), *weights.content.items(), *weights.structure.items()]
    return tuple(sorted({layer for layer, weight in by_layer if weight > 0}))


def _structure_of(features: Tensor, opacity: Tensor | None) -> Tensor:
    grid = CellGrid(features.shape[2], features.shape[3], features.device, opacity)
    return self_similarity(grid.seen(grid.add_up(features)))


def _encoded(
    encoder: Encoder, photo: Tensor, layers: Sequence[str], tile_pixels: int
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
