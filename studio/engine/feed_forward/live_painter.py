"""Live: a picture in the blend of styles by the style network, at once and at any size, and what it remembers."""

from __future__ import annotations

import time
from collections.abc import Generator, Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from cachetools import LRUCache
from torch import Tensor
from torch.nn import functional

from studio.core.recipe import StyleRecipe
from studio.core.styles.learned_style import LearnedStyle
from studio.engine.feed_forward.flat_regions import calm_flat_regions
from studio.engine.losses.band_statistics import BandCovariances, match_bands
from studio.engine.networks.fine_network import LiveNetwork, on_device
from studio.engine.networks.style_delta import with_learned
from studio.engine.networks.style_predictor import StylePredictor
from studio.engine.runtime.lru_cache import TensorCache
from studio.engine.runtime.tensors import resize
from studio.engine.runtime.tiling import cut_into_tiles

WHOLE = 2048 * 2048  # px; a larger picture is painted in tiles, with the statistics it has at this size
TILE = 1024 * 1024  # px of a tile, margins included
SMALLEST = 32  # px; what the network works on has no shorter edge: below, mirrored borders would be all there is
# By strength, with straight lines between: how far to go from the photo's vector to the style's, and the share of the
# paint, through which the photo shines. Near the photo's own vector the network blurs without painting, and near or
# beyond the style's a picture leaves the photo and the style at once: the rest of the way is the paint's.
REACH = ((0.0, 0.5), (0.6, 0.85), (1.0, 0.88))
PAINT = ((0.0, 0.0), (0.4, 0.75), (0.6, 0.93), (1.0, 1.0))
BAND_SHARE = 0.7  # of the style's fine contrasts and colours at strength 1; see `band_share`
CALM = 0.6  # of detail below 8 px that is taken away where the photo is flat
PLAIN_SMOOTHNESS = 0.1  # the network is about as smooth by itself as Finish is with this
LOOSENESS = 0.5  # smoothness that detail 0 adds
ROUGHEST = 0.08  # variance within a stroke that smoothness 1 evens out
STROKE = 256  # of these fit into the longer edge: what is finer is detail, or grain
LARGEST_RADIUS = 24  # px of what is called fine, however large the picture
KEPT_NETWORKS = 4  # with weights changed by learned styles, about 1 MB each
KEPT_PAINTINGS = 256 << 20  # bytes of what the network made: five of the largest, or one and hundreds of tiles
CPU_PACE, GPU_PACE = 3e-7, 1e-8  # s per px before anything was measured
PACE_SHARE = 0.3  # of a new reading
PACED = 256 * 256  # px; for less, most of the time is not the network's


@dataclass(frozen=True)
class FeedForwardJob:
    """What the network is to paint. vector: the style vector (1, 100) to paint after. size: (h, w) of the result.

    photo_key: unique to the photo. Of the recipe count stroke_size and strength, and detail and smoothness afterwards.
    fine_tuned: learned styles that change weights of the network, each with its share in that.
    bands: of the styles; the painting takes them on in the share that `band_share` says. () leaves it as it is.
    """

    photo_key: str
    vector: Tensor
    recipe: StyleRecipe
    size: tuple[int, int]
    fine_tuned: tuple[tuple[LearnedStyle, float], ...] = ()
    bands: BandCovariances = ()

    @property
    def work_size(self) -> tuple[int, int]:
        """At which (h, w) the network works: its strokes have a size of their own in px."""
        scale = max(1 / self.recipe.stroke_size, SMALLEST / min(self.size))
        return max(SMALLEST, round(self.size[0] * scale)), max(SMALLEST, round(self.size[1] * scale))

    @property
    def pixels(self) -> int:
        """How many px the network has to paint."""
        return self.work_size[0] * self.work_size[1]

    @property
    def key(self) -> Hashable:
        """The same for jobs the network paints alike."""
        bands = tuple(number for band in self.bands for number in band.flatten().tolist())
        share = band_share(self.recipe.strength) if self.bands else 0.0
        return self.photo_key, tuple(self.vector[0].tolist()), self.work_size, self.weights_key, bands, share

    @property
    def result_key(self) -> Hashable:
        """The same for jobs that come out alike, after all that needs no network."""
        recipe = self.recipe
        return self.key, recipe.network, self.size, recipe.strength, recipe.detail, recipe.smoothness

    @property
    def weights_key(self) -> tuple[tuple[str, float], ...]:
        """The same for jobs that want the same weights; () for the network's own."""
        return tuple((style.fingerprint, share) for style, share in self.fine_tuned)


class LivePainter:
    """The style network, with the paintings that were needed last, and the predictor that names styles for it."""

    def __init__(self, network: LiveNetwork, predictor: StylePredictor, device: torch.device) -> None:
        self._network = on_device(network, device)
        self.predictor = predictor
        self._paintings = TensorCache(KEPT_PAINTINGS)
        self._fine_tuned: LRUCache[tuple[tuple[str, float], ...], LiveNetwork] = LRUCache(KEPT_NETWORKS)
        self._pace = CPU_PACE if device.type == "cpu" else GPU_PACE  # seconds per px

    def seconds(self, job: FeedForwardJob) -> float:
        """How long the network will take, going by what it took before; 0 if it painted that already."""
        return 0.0 if job.key in self._paintings else job.pixels * self._pace

    @torch.no_grad()
    def paint(
        self, job: FeedForwardJob, photo: Tensor, opacity: Tensor | None = None
    ) -> Generator[float | None, None, Tensor]:
        """Paint; yields after each tile, the share that is done or None, and returns the image (1, 3, h, w) in [0, 1].

        photo: (1, 3, H, W) in [0, 1]. opacity: (1, 1, H, W), what the photo shows at each place; None: all of it.
        """
        painted = self._paintings.get(job.key)
        if painted is None:
            started = time.perf_counter()
            image = resize(photo, job.work_size).clamp_(0, 1)
            painted = yield from self._run(job, image)
            painted = painted.contiguous()
            if job.bands:
                shown = None if opacity is None else resize(opacity, job.work_size).clamp_(0, 1)
                painted = yield from match_bands(painted, job.bands, band_share(job.recipe.strength), shown)
            painted = calm_flat_regions(painted, image, CALM)
            if job.pixels <= WHOLE:
                painted[0, 0, 0, 0].item()  # waits for the device
                if job.pixels >= PACED:
                    self._pace += PACE_SHARE * ((time.perf_counter() - started) / job.pixels - self._pace)
                self._paintings[job.key] = painted
        return _touch_up(resize(painted, job.size), photo, job.recipe)

    def _run(self, job: FeedForwardJob, image: Tensor) -> Generator[float, None, Tensor]:
        network = self._network_for(job)
        conditions = network.conditions(job.vector)
        height, width = image.shape[2:]
        if height * width <= WHOLE:
            whole: Tensor = network(_aligned(image), conditions)
            return whole
        scale = (WHOLE / (height * width)) ** 0.5
        small = resize(image, (max(SMALLEST, round(height * scale)), max(SMALLEST, round(width * scale)))).clamp(0, 1)
        statistics = network.measure(_aligned(small), conditions)  # Source: Chen et al. 2022, "URST"
        result = torch.empty_like(image, memory_format=torch.contiguous_format)
        tiles = cut_into_tiles(height, width, TILE, network.reach)
        for number, tile in enumerate(tiles, start=1):
            tile.paste(tile.inner(network(_aligned(tile.crop(image)), conditions, statistics)), result)
            yield number / len(tiles)
        return result

    def _network_for(self, job: FeedForwardJob) -> LiveNetwork:
        """The network, its weights changed as learned styles want. Raises StudioError if they do not fit."""
        if not job.fine_tuned:
            return self._network
        known = self._fine_tuned.get(job.weights_key)
        if known is None:
            known = with_learned(self._network, [(style.delta, share) for style, share in job.fine_tuned])
            self._fine_tuned[job.weights_key] = known
        return known


def blend_vectors(photo: Tensor, styles: Sequence[Tensor], shares: Sequence[float], strength: float) -> Tensor:
    """The vector to paint after. Shapes: the photo's own (1, 100), one (1, 100) per style -> (1, 100).

    shares: one per style, summing to 1. strength: 0 to 1. Source: Ghiasi et al. 2017, who call the way from the photo's
    own vector to the style's "identity interpolation".
    """
    wanted = torch.stack([share * vector for vector, share in zip(styles, shares, strict=True)]).sum(0)
    return torch.lerp(photo, wanted, reach_of(strength))


def reach_of(strength: float) -> float:
    """How far to go from the photo's style vector (0) to that of the style (1)."""
    return _between(REACH, strength)


def paint_share(strength: float) -> float:
    """How much of the picture is paint (1), and not the photo (0) that shines through."""
    return _between(PAINT, strength)


def band_share(strength: float) -> float:
    """In which share the fine contrasts and colours of a painting become the style's: the stronger, the more.

    They still bring it nearer to the style where its vector hardly does any more. Nearer colours of the whole picture
    do not: they make the features' covariances too large.
    """
    return BAND_SHARE * strength


def _between(curve: Sequence[tuple[float, float]], strength: float) -> float:
    for (start, low), (end, high) in pairwise(curve):
        if strength <= end:
            return low + (high - low) * (strength - start) / (end - start)
    return curve[-1][1]


def _touch_up(painted: Tensor, photo: Tensor, recipe: StyleRecipe) -> Tensor:
    """What needs no network: smoothness, detail and the photo below. Shapes: (1, 3, h, w), photo of any size."""
    detail = 2 * recipe.detail - 1  # -1 to 1
    smoothness = max(0.0, recipe.smoothness - PLAIN_SMOOTHNESS) + LOOSENESS * max(0.0, -detail)
    paint = paint_share(recipe.strength)
    if smoothness == 0 and detail <= 0 and paint == 1:
        return painted.clamp_(0, 1)  # as all in-place clamping here: nothing changes where it was in range already
    photo = resize(photo, (painted.shape[2], painted.shape[3])).clamp_(0, 1)
    result = torch.empty_like(painted)
    radius = min(max(1, round(max(painted.shape[2:]) / STROKE)), LARGEST_RADIUS)
    for tile in cut_into_tiles(painted.shape[2], painted.shape[3], TILE, 2 * radius):  # of the means of means
        part, original = tile.crop(painted), tile.crop(photo)
        if smoothness > 0:
            part = _smooth(part, radius, ROUGHEST * smoothness**2)
        if detail > 0:
            lightness = original.mean(1, keepdim=True)
            part = part + detail * (lightness - _blur(lightness, radius))
        tile.paste(tile.inner(torch.lerp(original, part, paint)), result)
    return result.clamp_(0, 1)


def _smooth(image: Tensor, radius: int, variance: float) -> Tensor:
    """The image with what varies less than `variance` within `radius` px evened out; edges stay.

    Shapes: (1, C, H, W) -> same. Source: He, Sun & Tang 2010, "Guided image filtering", guided by itself.
    """
    mean = _blur(image, radius)
    own = (_blur(image * image, radius) - mean * mean).clamp_min(0)
    kept = own / (own + variance)
    return _blur(kept, radius) * image + _blur((1 - kept) * mean, radius)


def _blur(image: Tensor, radius: int) -> Tensor:
    """The mean over a square of 2 radius + 1 px. Shapes: (1, C, H, W) -> same."""
    padded = functional.pad(image, (radius,) * 4, mode="replicate")
    return _mean_along(_mean_along(padded, 2, 2 * radius + 1), 3, 2 * radius + 1)


def _mean_along(image: Tensor, axis: int, size: int) -> Tensor:
    """The mean of `size` neighbours; the axis becomes shorter by size - 1. Ten times as fast as torch's pooling."""
    length = image.shape[axis] - size + 1
    total = image.narrow(axis, 0, length).clone()
    for offset in range(1, size):
        total += image.narrow(axis, offset, length)
    return total.div_(size)


def _aligned(image: Tensor) -> Tensor:
    """The image in the memory layout that the network is quickest with."""
    return image.contiguous(memory_format=torch.channels_last)
