"""Says which Live network paints a request, after which vector and at which size, and lets it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace

import torch
from cachetools import LRUCache
from torch import Tensor

from studio.core.engine_api.contract import LiveRequest, RegionRequest, StyleRequest
from studio.core.generators import run_to_end
from studio.core.picture import Picture, fit_size
from studio.core.recipe import AUTO_NETWORK, FINE_NETWORK, QUICK_NETWORK, StyleRecipe
from studio.core.styles.learned_style import LearnedStyle, painting_network
from studio.engine.feed_forward.job import HELD_EDGE, FeedForwardJob
from studio.engine.feed_forward.live_painter import KEPT_GIVEN, LivePainter
from studio.engine.feed_forward.region_painter import RegionalJob, paint_regions
from studio.engine.feed_forward.strength import blend_vectors, reach_of
from studio.engine.losses.band_statistics import BandCovariances, band_covariances, blend_bands
from studio.engine.networks.style_predictor import Predictor, StylePredictor
from studio.engine.networks.texture_descriptor import predictor_for
from studio.engine.networks.vgg import Encoder
from studio.engine.networks.weights import bundled_encoder, load_style_network, predictor_owner
from studio.engine.runtime.lru_cache import TensorCache
from studio.engine.runtime.region_shares import RegionShares, masks_key
from studio.engine.runtime.tensors import shrinking, shrinking_opacity

KEPT_PHOTOS = 256 << 20  # bytes, shrunk
KEPT_SHARES = 3  # sets of masks; the largest takes 45 MB for each region
KEPT_BANDS = 4096  # of a style's picture, 108 bytes each
# px of the longer edge at which the texture descriptor and bands are measured; the style predictor shrinks it to 256.
SEEN_BY_PREDICTOR = 512
PREVIEW_EDGES = (2048, 1536, 1024, 768, 512, 384, 256, 192)  # px; the sizes Live falls back to on a slow device
PREVIEW_SECONDS = 0.3  # for which nobody minds waiting when nothing is changed
COARSE_SECONDS = 0.1  # beyond, a coarser picture comes first, so that it follows the slider
REST_SECONDS = 0.8  # for which nobody minds waiting at rest, with a picture there that is as large
FINE_PACE = 3.0  # times as long as the small network takes the larger one, as long as it was not measured
DOUBT = 0.1  # how far the pace of the larger one goes back to that where it is too slow: it may have been other work


class LivePlanner:
    """The Live networks, each loaded when it is first wanted, and the photos they painted last.

    Networks that go with the same predictor share it, and so what it made of photos and styles.
    """

    def __init__(self, device: torch.device, encoder: Callable[[], Encoder] | None = None) -> None:
        """encoder: gives the bundled one, which the larger network describes styles by; None: one of its own."""
        self._device = device
        self._encoder = encoder or (lambda: bundled_encoder(device))
        self._painters: dict[str, LivePainter] = {}
        self._predictors: dict[str, StylePredictor] = {}  # by the model they belong to
        self._photos = TensorCache(KEPT_PHOTOS)
        self._given = TensorCache(KEPT_GIVEN)
        self._shares: LRUCache[str, RegionShares] = LRUCache(KEPT_SHARES)
        self._bands: LRUCache[str, BandCovariances] = LRUCache(KEPT_BANDS)  # by the fingerprint of a style's picture

    def warm_up(self) -> None:
        """Load the network that is used if nothing else is said, and run it once."""
        recipe = StyleRecipe(network=QUICK_NETWORK)
        grey = torch.full((1, 3, 64, 64), 0.5, device=self._device)
        vector = self.predictor(recipe.network)(grey)
        run_to_end(self.paint(FeedForwardJob("", vector, recipe, (64, 64)), grey))

    def predictor(self, network: str) -> Predictor:
        """The predictor a network goes with."""
        return self._painter(network).predictor

    def predict_vectors(self, request: StyleRequest | LiveRequest) -> Generator[None, None, None]:
        """What has to be known of photo and styles before `job` and `previews` are quick."""
        for region in _painted_regions(request):
            yield from self.predict_vectors(region)
        learned = request.learned or (None,) * len(request.styles)
        network = painting_network(request.recipe, learned)
        predictor = self.predictor(network)
        unknown = [picture for picture, known in zip(request.styles, learned, strict=True) if known is None]
        described = [
            picture for known in learned if known and self._lacks(known, network) for picture in known.references
        ]
        for picture in filter(None, (request.content, *unknown, *described)):
            yield from picture.fingerprinting()
            if not predictor.knows(picture.fingerprint):
                image, opacity = yield from self._look_at(picture)
                yield from predictor.remembering(picture.fingerprint, image, opacity)
                if picture is not request.content:
                    self._bands[picture.fingerprint] = band_covariances(image, opacity)
                yield
        for picture, _ in _pictures_of(request):
            yield from picture.fingerprinting()
            if picture.fingerprint not in self._bands:
                self._bands[picture.fingerprint] = band_covariances(*(yield from self._look_at(picture)))

    def job(self, request: StyleRequest | LiveRequest, long_edge: int) -> FeedForwardJob | RegionalJob:
        """What a request wants painted, with the longer edge at `long_edge` px; it must have a content and styles."""
        rest = self._job(request, long_edge)
        if not request.regions:
            return rest
        parts = [self._job(_as_whole(request, one), long_edge) if one.is_painted else None for one in request.regions]
        return RegionalJob((*parts, rest), self.shares(request.regions), request.recipe.live_network)

    def shares(self, regions: Sequence[RegionRequest]) -> RegionShares:
        """How these regions share a picture, remembered."""
        masks = [region.mask for region in regions]
        key = masks_key(masks)
        known = self._shares.get(key)
        if known is None:
            self._shares[key] = known = RegionShares(masks, self._device)
        return known

    def _job(self, request: StyleRequest | LiveRequest, long_edge: int) -> FeedForwardJob:
        """As `job`, whatever regions there are.

        The network is that of `painting_network`; of what was learnt with another one, the vector alone counts.
        """
        assert request.content is not None
        shares = request.recipe.shares_of(len(request.styles))
        learned = request.learned or (None,) * len(request.styles)
        recipe = request.recipe.change(network=painting_network(request.recipe, learned))
        vectors = [
            self._vector(recipe, picture) if known is None else self._learned_vector(recipe, known)
            for picture, known in zip(request.styles, learned, strict=True)
        ]
        is_larger = recipe.network == FINE_NETWORK
        held = None
        has_learned = any(known and share for known, share in zip(learned, shares, strict=True))
        if is_larger and not has_learned:  # of what was learnt, the small network knows nothing
            quick = replace(request, recipe=recipe.change(network=QUICK_NETWORK), regions=())
            held = self._job(quick, min(long_edge, HELD_EDGE))
        vector = blend_vectors(self._vector(recipe, request.content), vectors, shares, recipe.strength, is_larger)
        reach = min(1.0, reach_of(recipe.strength))
        if is_larger:  # taught at this strength, and to be painted so
            reach = min(1.0, reach / reach_of(StyleRecipe().strength))
        fine_tuned = [
            (known, reach * share)
            for known, share in zip(learned, shares, strict=True)
            if known and known.delta and known.network == recipe.network
        ]
        width, height = fit_size(request.content.width, request.content.height, long_edge)
        bands, parts = zip(*((self._bands_of(picture), share) for picture, share in _pictures_of(request)), strict=True)
        size, mixed = (height, width), blend_bands(bands, parts)
        return FeedForwardJob(request.content.fingerprint, vector, recipe, size, tuple(fine_tuned), mixed, held)

    def planning(self, request: LiveRequest) -> Generator[None, None, Sequence[FeedForwardJob | RegionalJob]]:
        """What to paint one after the other, after what has to be known before; the last one is the picture.

        Where the recipe leaves the network open it is the small one, and at rest the larger one if it is quick enough.
        """
        quick = _by_network(request, QUICK_NETWORK)
        yield from self.predict_vectors(quick)
        if not request.is_at_rest:
            return self.previews(quick)
        fine = _by_network(request, FINE_NETWORK)
        yield from self.predict_vectors(fine)
        edge = min(request.long_edge, request.recipe.long_edge)
        job = self.job(fine, edge)
        return [job if self._is_bearable(job) else self.job(quick, edge)]

    def previews(self, request: LiveRequest) -> Sequence[FeedForwardJob | RegionalJob]:
        """What to paint one after the other: a coarse picture if the last takes long, and the largest bearable one."""
        limit = min(request.long_edge, request.recipe.long_edge)
        largest, content = self.job(request, limit), request.content
        sizes = (fit_size(content.width, content.height, edge) for edge in PREVIEW_EDGES if edge < limit)
        jobs = [largest, *(largest.at((height, width)) for width, height in sizes)]
        final = next((one for one in jobs if self._seconds(one) <= PREVIEW_SECONDS), jobs[-1])
        if self._seconds(final) <= COARSE_SECONDS:
            return [final]
        coarse = [one for one in jobs if one.size < final.size and self._seconds(one) <= COARSE_SECONDS / 2]
        return [*coarse[:1], final]

    def photo(self, picture: Picture, long_edge: int) -> Generator[None, None, Tensor]:
        """The picture at most `long_edge` px large, remembered."""
        yield from picture.fingerprinting()
        key = (picture.fingerprint, long_edge)
        photo = self._photos.get(key)
        if photo is None:
            self._photos[key] = photo = yield from shrinking(picture, long_edge, self._device)
        return photo

    def opacity(self, picture: Picture, long_edge: int) -> Generator[None, None, Tensor | None]:
        """How much of the picture is seen at each place, as large as `photo`; None where it is opaque. Remembered."""
        if picture.alpha is None:
            return None
        yield from picture.fingerprinting()
        key = (picture.fingerprint, long_edge, "opacity")
        opacity = self._photos.get(key)
        if opacity is None:
            opacity = yield from shrinking_opacity(picture, long_edge, self._device)
            if opacity is not None:
                self._photos[key] = opacity
        return opacity

    def paint(
        self, job: FeedForwardJob | RegionalJob, photo: Tensor, opacity: Tensor | None = None
    ) -> Generator[float | None, None, Tensor]:
        """Paint; see LivePainter.paint."""
        if isinstance(job, RegionalJob):
            return (yield from paint_regions(job, photo, opacity, self._painter))
        held, reference = job.held, None
        if held is not None:
            reference = yield from self._painter(held.network).paint_bare(held, photo, opacity)
        return (yield from self._painter(job.network).paint(job, photo, opacity, reference))

    def close(self) -> None:
        """Forget everything."""
        self._painters.clear()
        self._predictors.clear()
        self._photos.clear()
        self._given.clear()
        self._bands.clear()
        self._shares.clear()

    def _seconds(self, job: FeedForwardJob | RegionalJob) -> float:
        passes = job.passes if isinstance(job, RegionalJob) else (job,)
        all_of_them = [*passes, *(one.held for one in passes if one.held is not None)]
        return sum(self._painter(one.network).seconds(one) for one in all_of_them)

    def _is_bearable(self, job: FeedForwardJob | RegionalJob) -> bool:
        """Whether the larger network is quick enough for who rests; where it is not, that is measured anew some day."""
        is_bearable = self._seconds(job) <= REST_SECONDS
        if not is_bearable:
            fine = self._painter(FINE_NETWORK)
            fine.pace += DOUBT * (FINE_PACE * self._painter(QUICK_NETWORK).pace - fine.pace)
        return is_bearable

    def _vector(self, recipe: StyleRecipe, picture: Picture) -> Tensor:
        predictor = self.predictor(recipe.network)
        return predictor.vector(picture.fingerprint, lambda: run_to_end(self._look_at(picture)))

    def _learned_vector(self, recipe: StyleRecipe, learned: LearnedStyle) -> Tensor:
        """The vector of a learned style for a network, which may want more numbers than were learnt, or fewer."""
        vector = torch.from_numpy(learned.vector.copy()).to(self._device)[None]
        if self._lacks(learned, recipe.network):
            described = torch.cat([self._vector(recipe, picture) for picture in learned.references])
            vector = torch.cat((vector, described.mean(0, keepdim=True)[:, vector.shape[1] :]), 1)
        return vector[:, : self._painter(recipe.network).vector_length]

    def _lacks(self, learned: LearnedStyle, network: str) -> bool:
        """Whether a style was learnt with a network that knows styles by fewer numbers than this one."""
        return len(learned.vector) < self._painter(network).vector_length

    def _bands_of(self, picture: Picture) -> BandCovariances:
        bands = self._bands.get(picture.fingerprint)
        if bands is None:
            self._bands[picture.fingerprint] = bands = band_covariances(*run_to_end(self._look_at(picture)))
        return bands

    def _look_at(self, picture: Picture) -> Generator[None, None, tuple[Tensor, Tensor | None]]:
        """The picture as it is measured, and its opacity."""
        image = yield from shrinking(picture, SEEN_BY_PREDICTOR, self._device)
        return image, (yield from shrinking_opacity(picture, SEEN_BY_PREDICTOR, self._device))

    def _painter(self, network: str) -> LivePainter:
        if network not in self._painters:
            layers, weights = load_style_network(network)
            owner = predictor_owner(network)
            if owner not in self._predictors:
                self._predictors[owner] = StylePredictor(weights, self._device)
            predictor = predictor_for(self._predictors[owner], layers.descriptor, self._encoder)
            self._painters[network] = LivePainter(layers, predictor, self._device, self._given)
            if network == FINE_NETWORK:
                self._painters[network].pace = FINE_PACE * self._painter(QUICK_NETWORK).pace
        return self._painters[network]


def network_of(job: FeedForwardJob | RegionalJob) -> str:
    """The network whose name in a recipe has the same painted again.

    Of regions by several that is the one that was chosen: learned styles come to their own networks by themselves.
    """
    if isinstance(job, FeedForwardJob):
        return job.network
    networks = {part.network for part in job.parts if part is not None}
    return job.chosen_network if job.chosen_network in networks else job.rest.network


def _by_network(request: LiveRequest, network: str) -> LiveRequest:
    """The request painted by this network, where it leaves that open."""
    if request.recipe.network != AUTO_NETWORK:
        return request
    regions = tuple(replace(region, recipe=region.recipe.by_network(network)) for region in request.regions)
    return replace(request, recipe=request.recipe.by_network(network), regions=regions)


def _as_whole(request: StyleRequest | LiveRequest, region: RegionRequest) -> StyleRequest | LiveRequest:
    """The request as if the region were the whole picture."""
    return replace(request, styles=region.styles, recipe=region.recipe, learned=region.learned, regions=())


def _painted_regions(request: StyleRequest | LiveRequest) -> Iterator[StyleRequest | LiveRequest]:
    return (_as_whole(request, region) for region in request.regions if region.is_painted)


def _pictures_of(request: StyleRequest | LiveRequest) -> Iterator[tuple[Picture, float]]:
    """The pictures that show the styles, with shares that sum to 1: several of a learned style share its share."""
    shares = request.recipe.shares_of(len(request.styles))
    learned = request.learned or (None,) * len(request.styles)
    for picture, share, known in zip(request.styles, shares, learned, strict=True):
        pictures = (picture,) if known is None else known.references
        yield from ((one, share / len(pictures)) for one in pictures)
