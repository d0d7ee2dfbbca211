"""TorchEngine: answers requests with the methods of this package, and keeps what is worth keeping between them."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Generator, Iterator
from dataclasses import replace

import numpy
import torch
import torchvision
from torch import Tensor

from studio import __version__
from studio.core.card import bundled_cards
from studio.core.contract import (
    ColorRequest,
    Done,
    EngineInfo,
    EngineSettings,
    Event,
    Frame,
    Progress,
    Request,
    StyleRequest,
)
from studio.core.errors import EngineError, RecipeError, StudioError
from studio.core.picture import Picture, fit_size
from studio.engine.color import keep_colors
from studio.engine.device import (
    choose_device,
    choose_dtype,
    device_name,
    free_memory,
    is_out_of_memory,
    keep_freed_memory,
    release_memory,
)
from studio.engine.encoder import Encoder
from studio.engine.losses import STYLE_LAYERS
from studio.engine.optimization import Snapshot, finish
from studio.engine.schedule import NARROWEST
from studio.engine.statistics import Moments
from studio.engine.stepwise import run_to_end
from studio.engine.targets import Painting
from studio.engine.tensors import resize_to, to_picture, to_tensor
from studio.engine.weights import LAYOUTS, load_encoder_weights

FRAME_INTERVAL = 0.1  # s between frames: ten a second are a film, more only cost
SIGN_OF_LIFE = 0.03  # s between events at least, so that a pipe is not busy with nothing
LARGEST_STYLE = 4096  # px of a style's longer edge that are kept; at work it is at most half of that
KEPT_STYLES = 64  # style statistics, one per size: some 3 MB each


class TorchEngine:
    """The Engine of studio.core.contract, in this process. Raises EngineError if the wanted device is not there."""

    def __init__(self, settings: EngineSettings) -> None:
        keep_freed_memory()
        self._settings = settings
        self._device = choose_device(settings.device)
        self._dtype: torch.dtype | None = None
        self._weights: dict[str, dict[str, Tensor]] = {}
        self._styles: _StyleCache = _StyleCache()
        torch.backends.cudnn.deterministic = True  # the same recipe paints the same pixels

    def describe(self) -> EngineInfo:
        """What it computes on and with; loads the bundled encoder and runs it once, so that the first job is quick."""
        encoder = run_to_end(self._encoder("vgg16", "max"))
        encoder.features(torch.zeros((1, 3, 64, 64), device=self._device), STYLE_LAYERS)
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
        except StudioError:
            raise
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            raise EngineError("There is not enough memory for this picture.", "Choose a smaller size.") from error
        finally:
            release_memory(self._device)

    def close(self) -> None:
        """Drop weights and statistics."""
        self._weights.clear()
        self._styles.clear()
        release_memory(self._device)

    def _style(self, request: StyleRequest) -> Iterator[Event]:
        started = time.perf_counter()
        painting = self._painting(request)
        yield Progress(request.id, 0.0)
        encoder = yield from self._loading(request)
        reporter = _Reporter(request, painting.content, started)
        keys = tuple(picture.fingerprint for picture, _ in request.models)
        job = finish(encoder, painting, keys, self._styles)
        notes: list[str] = []
        while True:
            try:
                snapshot = next(job)
            except StopIteration as stop:
                yield from reporter.done(stop.value, notes)
                return
            if snapshot is not None and snapshot.note:
                notes.append(snapshot.note)
            yield from reporter.report(snapshot)

    def _loading(self, request: StyleRequest) -> Generator[Event, None, Encoder]:
        load = self._encoder(request.recipe.encoder, request.recipe.pooling)
        while True:
            try:
                share = next(load)
            except StopIteration as stop:
                encoder: Encoder = stop.value
                return encoder
            note = f"Downloading {request.recipe.encoder}, {share:.0%}"
            yield Progress(request.id, 0.0, note)

    def _encoder(self, name: str, pooling: str) -> Generator[float, None, Encoder]:
        if self._dtype is None:
            self._dtype = choose_dtype(self._device)
        if name not in self._weights:
            self._weights = {name: (yield from load_encoder_weights(name, self._settings.weights_folder))}
        return Encoder(
            LAYOUTS[name],
            self._weights[name],
            self._device,
            self._dtype,
            pooling="average" if pooling == "average" else "max",
        )

    def _painting(self, request: StyleRequest) -> Painting:
        recipe = request.recipe
        if not request.styles:
            raise RecipeError("There is no style to paint in.", "Pick one from the gallery or drop a picture.")
        if request.content is None and recipe.method != "pattern":
            raise RecipeError("There is no picture to paint.", 'Open one, or choose the method "pattern".')
        shape = (1, 1) if request.content is None else (request.content.width, request.content.height)
        width, height = fit_size(*shape, recipe.long_edge)
        if min(width, height) < NARROWEST:
            raise RecipeError(
                f"The artwork would be {width} x {height} px; no edge may be below {NARROWEST} px.",
                "Choose a larger size.",
            )
        photo = None if recipe.method == "pattern" else request.content
        return Painting(
            content=None if photo is None else self._tensor(photo, recipe.long_edge),
            styles=tuple(self._tensor(picture, LARGEST_STYLE) for picture, _ in request.models),
            shares=tuple(share for _, share in request.models),
            recipe=recipe,
            size=(height, width),
            start=None if request.start is None else to_tensor(request.start, self._device),
        )

    def _tensor(self, picture: Picture, long_edge: int) -> Tensor:
        """The picture at most `long_edge` px large: 200 megapixels would stay 2.4 GB of float32 all the time."""
        image = to_tensor(picture, self._device)
        return image if picture.long_edge <= long_edge else resize_to(image, long_edge)

    def _color(self, request: ColorRequest) -> Iterator[Event]:
        started = time.perf_counter()
        painted = to_tensor(request.painted, self._device)
        photo = self._tensor(request.content, request.painted.long_edge)
        picture = to_picture(keep_colors(painted, photo, request.keep_color), request.painted)
        picture = picture.with_pixels(picture.pixels, request.painted.alpha)
        seconds = time.perf_counter() - started
        yield Frame(request.id, 1, 1, 1.0, picture, request.painted, seconds=seconds, is_final=True)
        yield Done(request.id, picture, request.painted, steps=1, seconds=seconds)


class _Reporter:
    """Turns snapshots into frames and signs of life, not more of them than anybody can see."""

    def __init__(self, request: StyleRequest, photo: Tensor | None, started: float) -> None:
        self._request, self._photo, self._started = request, photo, started
        self._last_frame = self._last_event = 0.0
        self._last = Snapshot(torch.zeros((1, 3, 1, 1)), 0, 0, 0.0)

    def report(self, snapshot: Snapshot | None) -> Iterator[Event]:
        now = time.perf_counter()
        if snapshot is None:
            if now - self._last_event >= SIGN_OF_LIFE:
                self._last_event = now
                yield Progress(self._request.id, self._last.progress)
            return
        self._last = snapshot
        if snapshot.note:
            yield Progress(self._request.id, snapshot.progress, snapshot.note)
        if now - self._last_frame >= FRAME_INTERVAL:
            self._last_frame = self._last_event = now
            yield self._frame(snapshot, is_final=False)

    def done(self, image: Tensor, notes: list[str]) -> Iterator[Event]:
        final = self._frame(replace(self._last, image=image, progress=1.0), is_final=True)
        if int(final.picture.pixels.max()) == int(final.picture.pixels.min()):
            raise EngineError("The result came out as one plain colour.", "Try another style, size or strength.")
        yield final
        yield Done(self._request.id, final.picture, final.uncolored, final.step, final.seconds, tuple(notes))

    def _frame(self, snapshot: Snapshot, is_final: bool) -> Frame:
        shown, uncolored = self._pictures(snapshot.image)
        return Frame(
            request_id=self._request.id,
            step=snapshot.step,
            steps=snapshot.steps,
            progress=snapshot.progress,
            picture=shown,
            uncolored=uncolored,
            losses=snapshot.losses,
            seconds=time.perf_counter() - self._started,
            is_final=is_final,
        )

    def _pictures(self, image: Tensor) -> tuple[Picture, Picture | None]:
        like = self._request.content or self._request.styles[0]
        if self._request.recipe.method == "pattern":
            like = Picture(like.pixels, f"Pattern of {self._request.styles[0].name}")
        painted = to_picture(image, like)
        amount = self._request.recipe.keep_color
        if self._photo is None or amount == 0:
            return painted, None
        return to_picture(keep_colors(image, self._photo, amount), like), painted


class _StyleCache(OrderedDict[object, dict[str, Moments]]):
    """Statistics of styles; forgets the oldest."""

    def __setitem__(self, key: object, value: dict[str, Moments]) -> None:
        super().__setitem__(key, value)
        while len(self) > KEPT_STYLES:
            self.popitem(last=False)
