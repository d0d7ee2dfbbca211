"""Finish: optimises the picture itself, coarse to fine, as a generator of snapshots."""

from __future__ import annotations

import math
from collections.abc import Generator, MutableMapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from studio.core.errors import EngineError
from studio.core.recipe import StyleRecipe
from studio.engine import starts
from studio.engine.device import free_memory, is_out_of_memory, release_memory
from studio.engine.encoder import Encoder
from studio.engine.lbfgs import BoundedLBFGS
from studio.engine.losses import CONTENT_LAYERS, STYLE_LAYERS, Evaluation, Objective, weights_of
from studio.engine.schedule import Stage, stages
from studio.engine.statistics import Moments, blend_moments, moments, total_variation
from studio.engine.tensors import resize_to
from studio.engine.tiling import SMALLEST_TILE, cut_into_tiles

PATIENCE = 8  # steps over which the loss has to improve ...
LEAST_IMPROVEMENT = 0.004  # ... by this share, else the stage ends early
BLOW_UP = 1.5  # a loss this many times the best so far is a step to take back
TRIES = 3  # steps taken back per stage before it ends with its best picture
BYTES_PER_PIXEL = 1800  # activations, gradients and statistics of one encoded pixel, measured in bfloat16 x 2
MEMORY_SHARE = 0.5  # of what is free
LARGEST_WHOLE = 4_000_000  # px encoded in one go even if there is room: a piece must not take seconds
STYLE_EDGE = (32, 2048)  # px, smallest and largest longer edge of a style at work
STYLE_ENLARGED = 1.5  # times its own size; beyond, its strokes are blur


@dataclass(frozen=True)
class Painting:
    """What is to be painted. content: (1, 3, H, W) or None for a pattern; styles: (1, 3, H, W) each, all in [0, 1].

    size: (height, width) of the result. shares: one per style, summing to 1. start: a picture to go on from, or None.
    """

    content: Tensor | None
    styles: tuple[Tensor, ...]
    shares: tuple[float, ...]
    recipe: StyleRecipe
    size: tuple[int, int]
    start: Tensor | None = None


@dataclass(frozen=True)
class Snapshot:
    """The picture after a step. progress: share of the whole work. losses: of exactly this image, weights applied."""

    image: Tensor
    step: int
    steps: int
    progress: float
    losses: dict[str, float] = field(default_factory=dict)
    note: str = ""


StyleCache = MutableMapping[object, dict[str, Moments]]


@torch.no_grad()
def finish(
    encoder: Encoder, painting: Painting, style_keys: tuple[str, ...], cache: StyleCache
) -> Generator[Snapshot | None, None, Tensor]:
    """Paint; yields snapshots, None between pieces of a step, and returns the image (1, 3, H, W) in [0, 1].

    style_keys: a name per style, unique to its pixels; with it, `cache` remembers statistics from run to run.
    Raises EngineError if the numbers blow up and nothing helps.
    """
    recipe = painting.recipe
    generator = torch.Generator().manual_seed(recipe.seed)
    start_edge = None if painting.start is None else max(painting.start.shape[2:])
    plan = stages(max(painting.size), min(painting.size), recipe.quality, start_edge)
    clock = _Clock(plan)
    image: Tensor | None = None
    for stage in plan:
        size = _size_at(stage, painting.size)
        photo = None if painting.content is None else resize_to(painting.content, stage.long_edge)
        if photo is not None and photo.shape[2:] != size:
            photo = starts.enlarge(photo, size, None)
        styles = tuple(_style_at(style, stage.long_edge * recipe.stroke_size) for style in painting.styles)
        if image is None:
            image = _first(painting, photo, styles, size, generator)
        else:
            image = starts.enlarge(image, size, photo)
        yield clock.snapshot(image)
        try:
            objective = yield from _objective(encoder, painting, photo, styles, style_keys, cache)
            image = yield from _descend(objective, image, stage, clock)
            is_too_large = False
        except _TooLargeError:
            is_too_large = True
        if is_too_large:  # outside the except clause, whose traceback would keep the memory
            release_memory(encoder.device)
            largest = max(image.shape[2:])
            yield clock.snapshot(image, note=f"There is not enough memory to paint at {stage.long_edge} px.")
            image = starts.enlarge(image, painting.size, None)
            note = f"Memory was short: painted at {largest} px and enlarged to {max(painting.size)} px."
            yield clock.snapshot(image, note=note)
            break
    assert image is not None
    return image


class _TooLargeError(Exception):
    """Not even the smallest tile fits into memory."""


class _Clock:
    """Counts steps and the work they are, over all stages."""

    def __init__(self, plan: tuple[Stage, ...]) -> None:
        self._steps = sum(stage.steps for stage in plan)
        self._cost = sum(stage.cost for stage in plan)
        self._step, self._spent = 0, 0.0

    def advance(self, stage: Stage, steps: int = 1) -> None:
        self._step += steps
        self._spent += stage.cost * steps / stage.steps

    def snapshot(self, image: Tensor, losses: dict[str, float] | None = None, note: str = "") -> Snapshot:
        progress = min(1.0, self._spent / self._cost)
        return Snapshot(image, self._step, self._steps, progress, losses or {}, note)


def _descend(
    objective: Objective, image: Tensor, stage: Stage, clock: _Clock
) -> Generator[Snapshot | None, None, Tensor]:
    """The best image of a stage. Every image that is shown or returned has been evaluated."""
    optimizer = BoundedLBFGS(history=_history(image))
    best, best_loss = image, math.inf
    history: list[float] = []
    failures = 0
    for number in range(stage.steps):
        evaluation = yield from _evaluate(objective, image)
        clock.advance(stage)
        loss = evaluation.losses["total"]
        if not (math.isfinite(loss) and bool(torch.isfinite(evaluation.gradient).all())) or loss > BLOW_UP * best_loss:
            failures += 1
            if math.isinf(best_loss) or failures > TRIES:
                clock.advance(stage, stage.steps - number - 1)
                break
            optimizer.forget()
            optimizer.first_step /= 4
            image = best
            continue
        if loss < best_loss:
            best, best_loss = image, loss
        history.append(loss)
        yield clock.snapshot(image, evaluation.losses)
        if len(history) > PATIENCE and history[-1] > (1 - LEAST_IMPROVEMENT) * history[-1 - PATIENCE]:
            clock.advance(stage, stage.steps - number - 1)
            break
        image = optimizer.step(image, evaluation.gradient)
    if math.isinf(best_loss):
        raise EngineError("The numbers of this picture blew up.", "Try another style, size or strength.")
    return best


def _evaluate(objective: Objective, image: Tensor) -> Generator[None, None, Evaluation]:
    """The evaluation, with smaller tiles when memory runs out. Raises _TooLargeError when the smallest do not fit."""
    while True:
        try:
            return (yield from objective.evaluate(image))
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        # outside the except clause, whose traceback would keep the memory
        release_memory(image.device)
        if min(objective.tile_pixels, image.shape[2] * image.shape[3]) <= SMALLEST_TILE**2:
            raise _TooLargeError
        objective.use_smaller_tiles(image.shape[2] * image.shape[3])


def _objective(
    encoder: Encoder,
    painting: Painting,
    photo: Tensor | None,
    styles: tuple[Tensor, ...],
    style_keys: tuple[str, ...],
    cache: StyleCache,
) -> Generator[None, None, Objective]:
    weights = weights_of(painting.recipe)
    tile_pixels = min(LARGEST_WHOLE, int(free_memory(encoder.device) * MEMORY_SHARE / BYTES_PER_PIXEL))
    tile_pixels = max(tile_pixels, SMALLEST_TILE**2)
    parts = []
    for style, key in zip(styles, style_keys, strict=True):
        cache_key = (encoder.key, key, tuple(style.shape[2:]))
        if cache_key not in cache:
            trace = yield from encoder.trace(style, STYLE_LAYERS, with_gradient=False)
            cache[cache_key] = {layer: moments(trace[layer]) for layer in STYLE_LAYERS}
        parts.append(cache[cache_key])
    targets = {layer: blend_moments([part[layer] for part in parts], painting.shares) for layer in STYLE_LAYERS}
    layers = [layer for layer in CONTENT_LAYERS if weights.content.get(layer, 0) > 0]
    content = {}
    if photo is not None and layers:
        content = yield from _content_features(encoder, photo, layers, tile_pixels)
    rough = sum(float(total_variation(style)) * share for style, share in zip(styles, painting.shares, strict=True))
    return Objective(encoder, weights, targets, content, rough, tile_pixels)


def _content_features(
    encoder: Encoder, photo: Tensor, layers: list[str], tile_pixels: int
) -> Generator[None, None, dict[str, Tensor]]:
    height, width = photo.shape[2:]
    whole: dict[str, Tensor] = {}
    for tile in cut_into_tiles(height, width, tile_pixels):
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


def _first(
    painting: Painting,
    photo: Tensor | None,
    styles: tuple[Tensor, ...],
    size: tuple[int, int],
    generator: torch.Generator,
) -> Tensor:
    if painting.start is not None:
        return starts.enlarge(painting.start, size, None)
    colors = blend_moments([moments(style) for style in styles], painting.shares)
    if photo is None or painting.recipe.method == "pattern":
        return starts.noise(size, colors, generator)
    recolored = starts.recolor(photo, colors)
    # A weak style starts from the photo's own colours: it would hardly find back to them.
    return starts.vary(torch.lerp(photo, recolored, min(1.0, painting.recipe.strength / 0.5)), generator)


def _style_at(style: Tensor, long_edge: float) -> Tensor:
    own = max(style.shape[2:])
    edge = min(long_edge, STYLE_ENLARGED * own, STYLE_EDGE[1])
    return resize_to(style, round(max(edge, STYLE_EDGE[0])))


def _size_at(stage: Stage, final: tuple[int, int]) -> tuple[int, int]:
    factor = stage.long_edge / max(final)
    return max(1, round(final[0] * factor)), max(1, round(final[1] * factor))


def _history(image: Tensor) -> int:
    """Steps to remember: each takes two images of float32."""
    pixels = image.shape[2] * image.shape[3]
    return 10 if pixels < 4_000_000 else 4
