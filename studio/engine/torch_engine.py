"""TorchEngine: answers requests with the methods of this package, and keeps what is worth keeping between them."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace

import numpy
import torch
import torchvision
from cachetools import LRUCache
from torch import Tensor

from studio import __version__
from studio.core.card import bundled_cards
from studio.core.curator.lesson_outlook import LessonOutlook
from studio.core.engine_api.contract import (
    ColorRequest,
    CompareRequest,
    DescribeRequest,
    Done,
    EngineInfo,
    EngineSettings,
    Event,
    Frame,
    LiveRequest,
    Progress,
    Request,
    SeeRequest,
    StyleRequest,
)
from studio.core.engine_api.learning import ClassifierRequest, TuneRequest
from studio.core.engine_api.schedule import NARROWEST
from studio.core.errors import EngineError, RecipeError, StudioError
from studio.core.generators import mapped, run_to_end
from studio.core.picture import Picture, fit_size
from studio.core.recipe import FINE_NETWORK, LONGEST_EDGE, StyleRecipe
from studio.engine.comparison.comparer import Comparer
from studio.engine.curator.classifier_job import train_classifier
from studio.engine.event_reporter import Reporter
from studio.engine.feed_forward.live_planner import LivePlanner, network_of
from studio.engine.finetune.tune_job import FineTuneContext, fine_tune
from studio.engine.keep_colors import ColorKeeper, kept_amount
from studio.engine.losses.losses import STYLE_LAYERS
from studio.engine.networks.vgg import Encoder, best_encoder
from studio.engine.networks.weights import LAYOUTS, load_encoder_weights, load_style_network
from studio.engine.optimization.features import PhotoFeatures, StyleFeatures
from studio.engine.optimization.optimize import Snapshot, finish
from studio.engine.optimization.regions import with_photo, with_regions
from studio.engine.optimization.targets import Painting, is_after_live, seamless_size
from studio.engine.runtime.device import (
    choose_device,
    device_name,
    free_memory,
    is_out_of_memory,
    keep_freed_memory,
    release_memory,
)
from studio.engine.runtime.generators import signs_of_life
from studio.engine.runtime.region_shares import RegionShares
from studio.engine.runtime.tensors import reading, shrinking, shrinking_opacity, strip_of, strips, writing
from studio.engine.vision.describer import Describer
from studio.engine.vision.seer import Seer

LARGEST_STYLE = 4096  # px of a style's longer edge that are kept; at work it is at most half of that
KEPT_FEATURES = (
    512 << 20
)  # bytes; of a style up to 15 MB for a size in bfloat16, of a photo of 512 px 17, or twice that
INITIAL_EDGES = (512, 1024)  # px; a draft starts from a picture of Live of at least, at most this size


class TorchEngine:
    """The Engine of studio.core.engine_api, in this process. Raises EngineError if the wanted device is not there."""

    def __init__(self, settings: EngineSettings) -> None:
        keep_freed_memory()
        self._settings = settings
        self._device = choose_device(settings.device)
        self._encoders: dict[str, Encoder] = {}  # the last one
        self._features: LRUCache[object, StyleFeatures | PhotoFeatures] = LRUCache(
            KEPT_FEATURES, getsizeof=lambda features: features.nbytes
        )
        self._planner = LivePlanner(self._device, lambda: run_to_end(self._encoder("vgg16", "max")))
        self._colors = ColorKeeper()
        self._seer = Seer(self._device)
        self._comparer = Comparer(self._device, lambda: run_to_end(self._encoder("vgg16", "max")))
        self._describer = Describer(self._device, settings.weights_folder)
        torch.backends.cudnn.deterministic = True  # the same recipe paints the same pixels

    def describe(self) -> EngineInfo:
        """What it computes on and with; loads the bundled networks and runs each once, so the first job is quick."""
        encoder = run_to_end(self._encoder("vgg16", "max"))
        grey = torch.full((1, 3, 64, 64), 0.5, device=self._device)
        encoder(grey, STYLE_LAYERS)
        self._planner.warm_up()
        versions = {
            "Style Studio": __version__,
            "torch": str(torch.__version__),
            "torchvision": str(torchvision.__version__),
            "numpy": numpy.__version__,
        }
        return EngineInfo(
            device=device_name(self._device),
            dtype=str(encoder.dtype).removeprefix("torch."),
            memory=free_memory(self._device),
            versions=versions,
            weights={card.title: card.credit_line for card in bundled_cards("models")},
        )

    def run(self, request: Request) -> Iterator[Event]:
        """The events of a request; see Engine. Errors of torch come out as StudioErrors."""
        try:
            match request:
                case StyleRequest():
                    yield from self._style(request)
                case ColorRequest():
                    yield from self._color(request)
                case LiveRequest():
                    yield from self._live(request)
                case SeeRequest():
                    yield (yield from signs_of_life(request.id, self._seer.see(request)))
                case DescribeRequest():
                    for share in self._describer.preparing(request):
                        yield Progress(request.id, 0.0, f"Downloading weights, {share:.0%}")
                    yield (yield from signs_of_life(request.id, self._describer.describe(request)))
                case CompareRequest():
                    yield (yield from signs_of_life(request.id, self._comparer.compare(request)))
                case ClassifierRequest():
                    yield from train_classifier(request, self._device)
                case TuneRequest():
                    yield from fine_tune(request, self._fine_tune_context())
        except StudioError:
            raise
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            raise EngineError("There is not enough memory for this picture.", "Choose a smaller size.") from error
        finally:
            if not isinstance(
                request, LiveRequest | ColorRequest | SeeRequest | DescribeRequest | CompareRequest
            ):  # it takes longer than these do
                release_memory(self._device)

    def close(self) -> None:
        """Drop weights and features."""
        self._encoders.clear()
        self._features.clear()
        self._planner.close()
        self._colors.close()
        self._seer.close()
        self._describer.close()
        self._comparer.close()
        release_memory(self._device)

    def _style(self, request: StyleRequest) -> Iterator[Event]:
        started = time.perf_counter()
        size = _checked_size(request)
        yield Progress(request.id, 0.0)
        painting = yield from signs_of_life(request.id, self._painting(request, size))
        if request.recipe.method == "live":
            yield from self._live_at_full_size(request, painting, started)
            return
        encoder = yield from self._loading(request)
        shares = self._shares(request)
        if shares is not None and painting.content is not None:
            making = with_regions(painting, request, shares, LARGEST_STYLE, self._device)
            painting = yield from signs_of_life(request.id, making)
        recipes = [region.recipe for region in painting.regions] or [request.recipe]
        if painting.content is not None and any(map(is_after_live, recipes)):
            live = self._live_picture(request, painting.content, painting.opacity, painting.size)
            painting = replace(painting, live=(yield from signs_of_life(request.id, live)))
        reporter = Reporter(request, painting.content, self._colors, started, shares=shares)
        keys = tuple(picture.fingerprint for picture, _ in request.models)
        job = finish(encoder, painting, keys, self._features)
        notes: list[str] = []
        while True:
            try:
                snapshot = next(job)
            except StopIteration as stop:
                yield from reporter.done(with_photo(stop.value, painting), notes)
                return
            if snapshot is not None and snapshot.note:
                notes.append(snapshot.note)
            if snapshot is not None and painting.untouched is not None:
                snapshot = replace(snapshot, image=with_photo(snapshot.image, painting))
            yield from reporter.report(snapshot)

    def _live(self, request: LiveRequest) -> Iterator[Event]:
        """A picture as large as the device paints without delay, perhaps a coarse one before."""
        started = time.perf_counter()
        _check(request)
        jobs = yield from signs_of_life(request.id, self._planner.planning(request))
        for number, job in enumerate(jobs, start=1):
            photo = yield from signs_of_life(request.id, self._planner.photo(request.content, max(job.size)))
            opacity = yield from signs_of_life(request.id, self._planner.opacity(request.content, max(job.size)))
            image = yield from signs_of_life(request.id, self._planner.paint(job, photo, opacity))
            shares, network = self._shares(request), network_of(job)
            reporter = Reporter(request, photo, self._colors, started, job.result_key, shares, network)
            if number < len(jobs):
                yield (yield from reporter.frame(Snapshot(image, 1, 2, 0.5), is_final=False))
        yield from reporter.done(image)

    def _live_at_full_size(self, request: StyleRequest, painting: Painting, started: float) -> Iterator[Event]:
        assert painting.content is not None
        yield from signs_of_life(request.id, self._planner.predict_vectors(request))
        planned = self._planner.job(request, request.recipe.long_edge)
        job = self._planner.paint(planned, painting.content, painting.opacity)
        image = yield from signs_of_life(request.id, job)
        shares = self._shares(request)
        yield from Reporter(request, painting.content, self._colors, started, shares=shares).done(image)

    def _live_picture(
        self, request: StyleRequest, photo: Tensor, opacity: Tensor | None, size: tuple[int, int]
    ) -> Generator[None, None, Tensor]:
        """What Live shows for a request: the coarse colours of the artwork, and what a draft starts from."""
        edge = min(max(INITIAL_EDGES[0], max(size)), INITIAL_EDGES[1])
        plain = replace(
            request,
            recipe=_plain(request.recipe),
            regions=tuple(replace(region, recipe=_plain(region.recipe)) for region in request.regions),
        )
        yield from self._planner.predict_vectors(plain)
        painting = self._planner.paint(self._planner.job(plain, edge), photo, opacity)
        return (yield from mapped(painting, lambda _: None))  # its share is nothing beside what follows

    def _loading(self, request: StyleRequest) -> Generator[Event, None, Encoder]:
        name = request.recipe.encoder
        load = self._encoder(name, request.recipe.pooling)
        return (yield from mapped(load, lambda share: Progress(request.id, 0.0, f"Downloading {name}, {share:.0%}")))

    def _encoder(self, name: str, pooling: str) -> Generator[float, None, Encoder]:
        if name not in self._encoders:
            weights = yield from load_encoder_weights(name, self._settings.weights_folder)
            self._encoders = {name: best_encoder(LAYOUTS[name], weights, self._device)}
        return self._encoders[name].with_pooling("average" if pooling == "average" else "max")

    def _painting(self, request: StyleRequest, size: tuple[int, int]) -> Generator[None, None, Painting]:
        recipe, device = request.recipe, self._device
        content = opacity = start = None
        content_key = ""
        if recipe.method != "pattern" and request.content is not None:
            content = yield from shrinking(request.content, recipe.long_edge, device)
            opacity = yield from shrinking_opacity(request.content, recipe.long_edge, device)
            yield from request.content.fingerprinting()
            content_key = request.content.fingerprint
        if request.start is not None:
            start = yield from reading(request.start, device)
        styles, opacities = [], []
        for picture, _ in request.models:
            yield from picture.fingerprinting()
            styles.append((yield from shrinking(picture, LARGEST_STYLE, device)))
            opacities.append((yield from shrinking_opacity(picture, LARGEST_STYLE, device)))
        shares = tuple(share for _, share in request.models)
        return Painting(
            content,
            tuple(styles),
            shares,
            recipe,
            size,
            start,
            opacity=opacity,
            style_opacities=tuple(opacities),
            content_key=content_key,
        )

    def _shares(self, request: StyleRequest | LiveRequest | ColorRequest) -> RegionShares | None:
        return self._planner.shares(request.regions) if request.regions else None

    def _fine_tune_context(self) -> FineTuneContext:
        cards = {card.id: card for card in bundled_cards("models")}
        network = load_style_network(FINE_NETWORK)[0].to(self._device)
        encoder = run_to_end(self._encoder("vgg16", "max"))
        predict = self._planner.predictor(FINE_NETWORK).recall
        return FineTuneContext(cards[FINE_NETWORK], network, predict, encoder, self._outlook)

    def _outlook(self, pictures: Sequence[Picture]) -> Generator[None, None, tuple[str, ...]]:
        query, rows = LessonOutlook.query, []
        for picture in pictures:
            described = yield from self._describer.describe(DescribeRequest(picture, query=query))
            rows.append(LessonOutlook.row_of(described.vectors))
        return tuple(remark.text for remark in LessonOutlook.load().remarks(rows))

    def _color(self, request: ColorRequest) -> Iterator[Event]:
        started = time.perf_counter()
        picture = yield from signs_of_life(request.id, self._recolored(request))
        seconds = time.perf_counter() - started
        yield Frame(request.id, 1, 1, 1.0, picture, request.painted, seconds=seconds, is_final=True)
        yield Done(request.id, picture, request.painted, steps=1, seconds=seconds)

    def _recolored(self, request: ColorRequest) -> Generator[None, None, Picture]:
        painted, size = request.painted, (request.painted.height, request.painted.width)
        photo = yield from self._planner.photo(request.content, painted.long_edge)
        yield from painted.fingerprinting()
        parts = (strip_of(painted, rows, self._device) for rows in strips(*size))
        keys = painted.fingerprint, request.content.fingerprint
        amount = kept_amount(request.keep_color, request.regions, self._shares(request), size)
        kept = self._colors.keep(parts, size, photo, amount, *keys)
        pixels, fine = yield from writing(kept, size, is_deep=painted.fine is not None)
        return painted.with_pixels(pixels, painted.alpha, fine)


def _plain(recipe: StyleRecipe) -> StyleRecipe:
    """The recipe without what Live does of itself after the network."""
    return recipe.change(detail=0.5, smoothness=0.0)


def _check(request: StyleRequest | LiveRequest) -> None:
    if not request.styles:
        raise RecipeError("There is no style to paint in.", "Pick one from the gallery or drop a picture.")
    if any(region.is_painted and not region.styles for region in request.regions):
        raise RecipeError("A region has no style to be painted in.", "Pick one for it from the gallery.")
    if request.content is None and request.recipe.method != "pattern":
        raise RecipeError("There is no picture to paint.", 'Open one, or choose the method "pattern".')


def _checked_size(request: StyleRequest) -> tuple[int, int]:
    """(height, width) of the result. Raises RecipeError if the request cannot be painted."""
    _check(request)
    request.recipe.shares_of(len(request.styles))
    shape = (1, 1) if request.content is None else (request.content.width, request.content.height)
    width, height = fit_size(*shape, request.recipe.long_edge)
    if request.recipe.is_seamless:
        height, width = seamless_size(width, height)
    if min(width, height) < NARROWEST:
        raise RecipeError(
            f"The artwork would be {width} x {height} px; no edge may be below {NARROWEST} px.",
            "Choose a larger size." if min(fit_size(*shape, LONGEST_EDGE)) >= NARROWEST else "Crop the photo first.",
        )
    return height, width
