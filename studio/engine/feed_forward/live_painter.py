"""Live: a picture in the blend of styles by the style network, at once and at any size, and what it remembers."""

from __future__ import annotations

import time
from collections.abc import Generator, Hashable

import torch
from cachetools import LRUCache
from torch import Tensor
from torch.nn import functional

from studio.engine.feed_forward.flat_regions import Calm, calm_flat_regions, deband
from studio.engine.feed_forward.held_colors import hold_colors
from studio.engine.feed_forward.job import MEASURED, SMALLEST, FeedForwardJob, MixedJob
from studio.engine.feed_forward.lattice import REACH as LATTICE_REACH
from studio.engine.feed_forward.lattice import without_lattice
from studio.engine.feed_forward.strength import band_share
from studio.engine.feed_forward.touch_up import is_bare, touch_up
from studio.engine.losses.band_statistics import match_bands, match_bands_by_region
from studio.engine.networks.fine_network import FineNetwork, LiveNetwork, small_network_of
from studio.engine.networks.live_precision import for_painting, on_device
from studio.engine.networks.style_delta import with_learned
from studio.engine.networks.style_network import Statistics, StyleNetwork
from studio.engine.networks.style_predictor import Predictor
from studio.engine.runtime.lru_cache import TensorCache
from studio.engine.runtime.tensors import resize
from studio.engine.runtime.tiling import cut_box_into_tiles, cut_into_tiles

WHOLE = 2048 * 2048  # px; a larger picture is painted in tiles, with the statistics it has at this size
TILE = 1024 * 1024  # px of a tile, margins included
CALM = Calm(0.6, 0.006)
FINE_CALM = Calm(0.8, 0.003)  # of the larger network, whose strokes are to stay where there is a little to see
KEPT_NETWORKS = 4  # with weights changed by learned styles, about 1 MB each
KEPT_STATISTICS = 64  # of styles on a picture, some kB each; more than there are regions
KEPT_GIVEN = 64 << 20  # bytes of photos as a network is given them
KEPT_PAINTINGS = 256 << 20  # bytes of what the network made: five of the largest, or one and hundreds of tiles
CPU_PACE, GPU_PACE = 3e-7, 1e-8  # s per px before anything was measured
LEAST_MEASURED = 256 * 256  # px at which the whole is measured where only a part of it is painted, or styles are mixed
PACE_SHARE = 0.3  # of a new reading
PACED = 256 * 256  # px; for less, most of the time is not the network's


class LivePainter:
    """The style network, with the paintings that were needed last, and the predictor that names styles for it."""

    def __init__(
        self, network: LiveNetwork, predictor: Predictor, device: torch.device, given: TensorCache | None = None
    ) -> None:
        """given: where photos are kept as networks are given them, for painters of the same; None: one of its own."""
        self._exact, self._device = on_device(network, device), device  # learnt changes are added to exact weights
        self._network = for_painting(self._exact, device)
        self.predictor = predictor
        self._calm = calm_of(network)
        self._given = TensorCache(KEPT_GIVEN) if given is None else given
        self._paintings = TensorCache(KEPT_PAINTINGS)
        self._fine_tuned: LRUCache[tuple[tuple[str, float], ...], tuple[LiveNetwork, LiveNetwork]]
        self._fine_tuned = LRUCache(KEPT_NETWORKS)  # exact, and as it paints quickest
        self._alone: LRUCache[Hashable, Statistics] = LRUCache(KEPT_STATISTICS)
        self.pace = CPU_PACE if device.type == "cpu" else GPU_PACE  # seconds per px, going by what it took before

    @property
    def vector_length(self) -> int:
        """How many numbers the network knows a style by."""
        return self._exact.vector_length

    def seconds(self, job: FeedForwardJob | MixedJob) -> float:
        """How long the network will take, going by its pace; 0 if it painted that already."""
        return 0.0 if job.key in self._paintings else job.pixels * self.pace

    @torch.no_grad()
    def paint(
        self, job: FeedForwardJob, photo: Tensor, opacity: Tensor | None = None, reference: Tensor | None = None
    ) -> Generator[float | None, None, Tensor]:
        """Paint; yields after each tile, the share that is done or None, and returns the image (1, 3, h, w) in [0, 1].

        photo: (1, 3, H, W) in [0, 1]. opacity: (1, 1, H, W), what the photo shows at each place; None: all of it.
        reference: what `paint_bare` made of `job.held`.
        """
        painted = yield from self.paint_bare(job, photo, opacity, reference)
        original = None if is_bare(job.recipe) else resize(photo, job.size).clamp_(0, 1)
        return touch_up(resize(painted, job.size), original, job.recipe)

    @torch.no_grad()
    def paint_bare(
        self, job: FeedForwardJob, photo: Tensor, opacity: Tensor | None = None, reference: Tensor | None = None
    ) -> Generator[float | None, None, Tensor]:
        """As `paint`, before all that needs no network: (1, 3, h, w) in [0, 1] at the size the network works at."""
        return (yield from self._remembered(job, self._paint(job, photo, opacity), reference))

    @torch.no_grad()
    def paint_pass(
        self, job: MixedJob, photo: Tensor, opacity: Tensor | None = None, reference: Tensor | None = None
    ) -> Generator[float | None, None, Tensor]:
        """What some regions are painted as, before all that needs no network; yields and takes what `paint` does.

        Returns (1, 3, h, w) in [0, 1] at the size the network works at; it is the photo where none of them is seen.
        """
        return (yield from self._remembered(job, self._paint_mixed(job, photo, opacity), reference))

    def _remembered(
        self,
        job: FeedForwardJob | MixedJob,
        painting: Generator[float | None, None, Tensor],
        reference: Tensor | None,
    ) -> Generator[float | None, None, Tensor]:
        painted = self._paintings.get(job.key)
        if painted is None:
            started = time.perf_counter()
            painted = yield from painting
            if reference is not None:
                yield from hold_colors(painted, reference)
            if job.pixels <= WHOLE:
                painted[0, 0, 0, 0].item()  # waits for the device
                if job.pixels >= PACED:
                    self.pace += PACE_SHARE * ((time.perf_counter() - started) / job.pixels - self.pace)
                self._paintings[job.key] = painted
        return painted

    def _paint(
        self, job: FeedForwardJob, photo: Tensor, opacity: Tensor | None
    ) -> Generator[float | None, None, Tensor]:
        image = resize(photo, job.work_size).clamp_(0, 1)
        painted = yield from self._run(job, self._as_given(job, image))
        painted = painted.contiguous()
        if job.bands:
            shown = None if opacity is None else resize(opacity, job.work_size).clamp_(0, 1)
            painted = yield from match_bands(painted, job.bands, band_share(job.recipe.strength), shown)
        return calm_flat_regions(painted, image, self._calm)

    def _paint_mixed(
        self, job: MixedJob, photo: Tensor, opacity: Tensor | None
    ) -> Generator[float | None, None, Tensor]:
        image = resize(photo, job.work_size).clamp_(0, 1)
        if job.box is None:
            return image
        painted = (yield from self._run(job.jobs[0], self._as_given(job.jobs[0], image), job)).contiguous()
        rows, columns = job.box
        part, original = painted[:, :, rows, columns], image[:, :, rows, columns]
        shown = None if opacity is None else resize(opacity, job.work_size).clamp_(0, 1)[:, :, rows, columns]
        if shown is None or bool(shown.any()):
            targets = [(one.bands, band_share(one.recipe.strength)) for one in job.jobs]
            part = yield from match_bands_by_region(part, targets, job.shares[:, :, rows, columns], shown)
        painted[:, :, rows, columns] = calm_flat_regions(part, original, self._calm)
        return painted

    def _as_given(self, job: FeedForwardJob, image: Tensor) -> Tensor:
        """The photo as the network is given it, remembered."""
        key = job.photo_key, job.work_size
        given = self._given.get(key)
        if given is None:
            self._given[key] = given = deband(image)
        return given

    def _run(
        self, job: FeedForwardJob, image: Tensor, mixed: MixedJob | None = None
    ) -> Generator[float | None, None, Tensor]:
        network = self._network_for(job, is_exact=mixed is not None)
        height, width = image.shape[2:]
        vectors, shares, is_whole = job.vector, None, mixed is None or mixed.is_whole
        if mixed is not None and len(mixed.jobs) > 1:
            vectors, shares = torch.cat([one.vector for one in mixed.jobs]), mixed.shares
        conditions = network.conditions(vectors)
        statistics = None
        if mixed is not None and shares is not None and mixed.has_other_styles:
            # Of the larger network the small one's alone: the second one may run away after those of another picture.
            small_one = small_network_of(network)
            statistics = self._measured_alone(small_one, mixed, image, conditions[:, : small_one.conditions_count])
        if is_whole and height * width <= WHOLE:
            return (yield from _painting(network, _aligned(image), conditions, statistics, shares))
        most = WHOLE if is_whole else max(LEAST_MEASURED, round(MEASURED * job.size[0] * job.size[1]))
        if statistics is None or isinstance(network, FineNetwork):
            small = _at_most(image, most)
            small_shares = None if shares is None else _reduced(shares, (small.shape[2], small.shape[3]))
            # Source: Chen et al. 2022, "URST"
            if isinstance(network, FineNetwork):
                statistics = network.measure(_aligned(small), conditions, small_shares, statistics)
            else:
                statistics = network.measure(_aligned(small), conditions, small_shares)
        if mixed is None or mixed.box is None or is_whole:
            result = torch.empty_like(image, memory_format=torch.contiguous_format)
            tiles = cut_into_tiles(height, width, TILE, network.reach + LATTICE_REACH)
        else:
            result = image.clone(memory_format=torch.contiguous_format)
            tiles = cut_box_into_tiles(mixed.box, height, width, TILE, network.reach + LATTICE_REACH)
        for number, tile in enumerate(tiles, start=1):
            here = None if shares is None else tile.crop(shares)
            part = yield from _painting(network, _aligned(tile.crop(image)), conditions, statistics, here)
            tile.paste(tile.inner(part), result)
            yield number / len(tiles)
        return result

    def _measured_alone(self, network: StyleNetwork, mixed: MixedJob, image: Tensor, conditions: Tensor) -> Statistics:
        """The statistics of a picture under each of R conditions (R, N), as if all of it were painted after them.

        With those of the mixed picture, a region beside a rougher style would come out blurred.
        """
        keys = [(job.photo_key, job.work_size, tuple(job.vector[0].tolist()), job.weights_key) for job in mixed.jobs]
        known = [self._alone.get(key) for key in keys]  # held here: what is added below may push them out
        missing = [number for number, statistics in enumerate(known) if statistics is None]
        if missing:
            measured = network.measure(_aligned(_at_most(image, LEAST_MEASURED)), conditions[missing])
            for place, number in enumerate(missing):
                # The first ones are the same for all: before them nothing is conditioned.
                known[number] = self._alone[keys[number]] = tuple(
                    (mean[min(place, len(mean) - 1)][None], inverse[min(place, len(mean) - 1)][None])
                    for mean, inverse in measured
                )
        parts = [statistics for statistics in known if statistics is not None]
        return tuple(
            (torch.cat([mean for mean, _ in norms]), torch.cat([inverse for _, inverse in norms]))
            for norms in zip(*parts, strict=True)
        )

    def _network_for(self, job: FeedForwardJob, is_exact: bool) -> LiveNetwork:
        """The network, its weights changed as learned styles want. Raises StudioError if they do not fit.

        is_exact: in the precision of the weights. Pictures with regions are painted so, all of them: by the statistics
        of other pictures rounding is no longer evened out, and a region would differ from the same style around it.
        """
        if not job.fine_tuned:
            return self._exact if is_exact else self._network
        known = self._fine_tuned.get(job.weights_key)
        if known is None:
            changed = with_learned(self._exact, [(style.delta, share) for style, share in job.fine_tuned])
            known = changed, self._network if changed is self._exact else for_painting(changed, self._device)
            self._fine_tuned[job.weights_key] = known
        return known[0] if is_exact else known[1]


def calm_of(network: LiveNetwork) -> Calm:
    """How much of its detail is taken away where a photo is flat."""
    return FINE_CALM if isinstance(network, FineNetwork) else CALM


def _painting(
    network: LiveNetwork, image: Tensor, conditions: Tensor, statistics: Statistics | None, shares: Tensor | None
) -> Generator[None, None, Tensor]:
    """What the network makes of an image, in [0, 1]; the larger one lets others have their turn meanwhile."""
    if isinstance(network, FineNetwork):
        painted: Tensor = yield from network.painting(image, conditions, statistics, shares)
    else:
        painted = network(image, conditions, statistics, shares)
    return without_lattice(painted).clamp_(0, 1)


def _reduced(shares: Tensor, size: tuple[int, int]) -> Tensor:
    """Shares (1, R, H, W) at a smaller size (h, w), where they still sum to 1."""
    return functional.interpolate(shares, size, mode="bilinear", antialias=True, align_corners=False)


def _at_most(image: Tensor, pixels: int) -> Tensor:
    """The image (1, 3, H, W) with about so many pixels, if it has more."""
    height, width = image.shape[2:]
    scale = min(1.0, (pixels / (height * width)) ** 0.5)
    return resize(image, (max(SMALLEST, round(height * scale)), max(SMALLEST, round(width * scale)))).clamp(0, 1)


def _aligned(image: Tensor) -> Tensor:
    """The image in the memory layout that the network is quickest with."""
    return image.contiguous(memory_format=torch.channels_last)
