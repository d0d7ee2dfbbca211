"""FakeEngine: a scriptable Engine without torch, and module-level makers of it that a spawned child can import."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from studio.core.card import Card, bundled_cards
from studio.core.classifier.results import Epoch, Look, StageResult
from studio.core.curator.assessment import train
from studio.core.curator.examples import Examples
from studio.core.engine_api.comparison import Comparison, PictureTraits
from studio.core.engine_api.contract import (
    ColorRequest,
    Compared,
    CompareRequest,
    Described,
    DescribeRequest,
    Done,
    EngineInfo,
    EngineSettings,
    Event,
    Frame,
    LiveRequest,
    Progress,
    Request,
    Seen,
    SeeRequest,
    StyleRequest,
)
from studio.core.engine_api.features import FeatureQuery
from studio.core.engine_api.learning import ClassifierRequest, Trained, TrainingStep, TuneRequest
from studio.core.errors import WeightsError
from studio.core.picture import Picture, Pixels, fit_size
from studio.core.recipe import FINE_NETWORK, QUICK_NETWORK, StyleRecipe
from studio.core.regions.faces import Face
from studio.core.storage.atomic_write import replace_file
from studio.core.styles.learned_style import LearnedStyle
from studio.core.styles.learned_style_file import training_file, write_learned
from studio.core.training.tune_log import TRAINING_LOG_KEY, training_log_json

GUARD_SECONDS = 60.0  # how long a test waits for something that always comes; only a failure takes that long
SMALL_EDGE = 48  # px; of what FakeEngine paints, unless it is told otherwise
UNLUCKY_SEED = 13  # recipes with this seed meet the misfortune of `make_crashing_engine` and its kind


class Gate:
    """Holds a FakeEngine at every step until the test lets it go on.

    `let_pass(3)` lets three steps through, `open()` all that are to come. `wait_until_reached()` returns when the
    engine stands in front of the closed gate, that is in the middle of a step.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._passes = 0
        self._is_open = False
        self._waiting = 0

    def let_pass(self, steps: int = 1) -> None:
        with self._changed:
            self._passes += steps
            self._changed.notify_all()

    def open(self) -> None:
        with self._changed:
            self._is_open = True
            self._changed.notify_all()

    def wait_until_reached(self) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: self.is_reached, GUARD_SECONDS):
                raise AssertionError("The engine did not come to the gate.")

    @property
    def is_reached(self) -> bool:
        """Whether the engine stands in front of it; to be waited for where the window has to do something first."""
        with self._changed:
            return self._waiting > 0 and not self._passes

    def wait(self, timeout: float = GUARD_SECONDS) -> None:
        """Called by the engine, once a step."""
        with self._changed:
            self._waiting += 1
            self._changed.notify_all()
            try:
                if not self._changed.wait_for(lambda: self._is_open or self._passes, timeout):
                    raise AssertionError("The test never opened the gate.")
                self._passes = max(0, self._passes - 1)
            finally:
                self._waiting -= 1


class FakeEngine:
    """Paints small tinted pictures; every field of the recipe changes the tint.

    frames: how many a StyleRequest gives before its Done. edges: how large each is at most, in px of the longer edge;
    the last one holds for all that follow. gate: a Gate (or a threading.Event, which only opens for
    good) that every step of a StyleRequest waits for, None to run freely. error: raised instead of frame number
    `error_at` (1 is the first). describe_error: raised by `describe`. is_quick: whether the larger Live network is
    quick enough for it; fine_gate: what it waits for at rest before it shows a picture; fine_error: raised then.

    `started` are the requests whose run was started, in order, and `requests` those among them that paint something.
    `finished` (of looks none) and `closed` are the ids of those that came to their end and of those closed before it;
    `is_closed` tells that `close` was called.
    """

    def __init__(
        self,
        frames: int = 3,
        gate: Gate | threading.Event | None = None,
        error: Exception | None = None,
        error_at: int = 1,
        describe_error: Exception | None = None,
    ) -> None:
        self.frames = frames
        self.edges: tuple[int, ...] = (SMALL_EDGE,)
        self.gate = gate
        self.error = error
        self.error_at = error_at
        self.describe_error = describe_error
        self.is_quick = False
        self.fine_gate: Gate | None = None
        self.fine_error: Exception | None = None
        self.requests: list[Request] = []
        self.started: list[Request] = []
        self.finished: list[int] = []
        self.closed: list[int] = []
        self.is_closed = False

    def describe(self) -> EngineInfo:
        if self.describe_error is not None:
            raise self.describe_error
        return EngineInfo(device="Fake brush", dtype="uint8", memory=None, versions={"fake": "1"})

    def run(self, request: Request) -> Iterator[Event]:
        self.started.append(request)
        if not isinstance(request, SeeRequest):
            self.requests.append(request)
        done: Event
        try:
            match request:
                case StyleRequest():
                    yield from self._style(request)
                    picture, uncolored = paint(request, 1.0, self.edges[-1])
                    done = Done(request.id, picture, uncolored, steps=self.frames, seconds=0.1 * self.frames)
                case LiveRequest():
                    is_fine = request.is_at_rest and self.is_quick
                    recipe = request.recipe.by_network(FINE_NETWORK if is_fine else QUICK_NETWORK)
                    style = StyleRequest(request.content, request.styles, recipe)
                    picture, uncolored = paint(style, 1.0, request.long_edge)
                    if request.is_at_rest and self.fine_gate is not None:
                        yield Progress(request.id, 0.5)
                        self.fine_gate.wait(GUARD_SECONDS)
                    if request.is_at_rest and self.fine_error is not None:
                        raise self.fine_error
                    yield Frame(request.id, 1, 1, 1.0, picture, uncolored, is_final=True, network=recipe.network)
                    done = Done(request.id, picture, uncolored)
                case TuneRequest():
                    yield from self._tune(request)
                    learned = make_learned()
                    write_learned(request.output, request.card, learned)
                    training_file(request.output).unlink(missing_ok=True)
                    result = make_picture(seed=100 + self.frames)
                    done = Done(request.id, result, steps=self.frames, notes=("Nearer.",), learned=learned)
                case SeeRequest():
                    done = see(request)
                case DescribeRequest():
                    done = describe(request)
                case CompareRequest():
                    done = compare(request)
                case ClassifierRequest():
                    yield from _learn_classes(request)
                    done = train_classifier(request)
                case ColorRequest():
                    colored = keep_colors(request.painted, request.content, request.keep_color)
                    done = Done(request.id, colored, uncolored=request.painted)
        except GeneratorExit:
            self.closed.append(request.id)
            raise
        if not isinstance(request, SeeRequest):
            self.finished.append(request.id)  # before the Done: nobody need come back after it
        yield done

    def close(self) -> None:
        self.is_closed = True

    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        """What happens in step `step` (from 1) before its frame is there; makers below override it."""
        if self.gate is not None:
            self.gate.wait(GUARD_SECONDS)
        if self.error is not None and step == self.error_at:
            raise self.error

    def _style(self, request: StyleRequest) -> Iterator[Event]:
        yield Progress(request.id, 0.0, "Mixing colours")
        for step in range(1, self.frames + 1):
            self.before_frame(request, step)
            edge = self.edges[min(step, len(self.edges)) - 1]
            picture, uncolored = paint(request, step / self.frames, edge)
            yield Frame(
                request.id,
                step=step,
                steps=self.frames,
                progress=step / self.frames,
                picture=picture,
                uncolored=uncolored,
                losses={"total": 1.0 / step},
                seconds=0.1 * step,
                is_final=step == self.frames,
            )

    def _tune(self, request: TuneRequest) -> Iterator[Event]:
        """One validation per step, each better than the one before; both files are there from the first."""
        yield Progress(request.id, 0.0, "Looking at the pictures")
        yield Frame(request.id, 0, self.frames, 0.0, make_picture())
        training_log = []
        for step in range(1, self.frames + 1):
            self.before_frame(request, step)
            write_learned(request.output, request.card, make_learned(step))
            losses = {"style": 1.0 / step, "content": 0.1, "total": 1.0 / step + 0.1}
            training_step = TrainingStep(step, self.frames, losses, losses, is_best=True)
            training_log.append(training_step)
            header = {TRAINING_LOG_KEY: training_log_json(training_log)}
            replace_file(training_file(request.output), save({"fake": np.zeros(1)}, header))
            yield Progress(request.id, step / self.frames, training_step=training_step)
            picture = make_picture(seed=100 + step)
            yield Frame(request.id, step, self.frames, step / self.frames, picture, losses=losses, seconds=0.1 * step)


def paint(request: StyleRequest, progress: float, long_edge: int = SMALL_EDGE) -> tuple[Picture, Picture | None]:
    """What FakeEngine shows at `progress`: (picture, uncolored), at most `long_edge` px, uncolored as in Frame."""
    recipe, base = request.recipe, request.start or request.content or request.styles[0]
    width, height = fit_size(base.width, base.height, min(recipe.long_edge, long_edge))
    if request.content is None:
        width = height = max(width, height)
    tint = np.asarray(_tint(request), np.float32)  # (3,)
    mix = 0.25 + 0.5 * progress
    pixels = (1 - mix) * _resized(base.pixels, width, height) + mix * tint
    painted = Picture(pixels.astype(np.uint8), name=base.name)
    if request.content is None or recipe.keep_color == 0:
        return painted, None
    return keep_colors(painted, request.content, recipe.keep_color), painted


def keep_colors(painted: Picture, content: Picture, keep_color: float) -> Picture:
    """`painted`, faded to the content by `keep_color`: not what an engine does, but as easy to tell apart."""
    original = _resized(content.pixels, painted.width, painted.height)
    return painted.with_pixels(((1 - keep_color) * painted.pixels + keep_color * original).astype(np.uint8))


def _learn_classes(request: ClassifierRequest) -> Iterator[Event]:
    yield Progress(request.id, 0.0, "Looking at the pictures")
    for number in range(1, 3):
        epoch = Epoch("fine-tuned", 1, 1, number, 2, 1.0 / number, 1.1 / number, 0.5, is_best=True)
        yield Progress(request.id, number / 2, epoch=epoch)


def make_classifier_request() -> ClassifierRequest:
    """Twelve pictures of two classes, each of a work of its own."""
    pictures = tuple(make_picture(seed=number) for number in range(12))
    paths = tuple(Path(f"{number}.png") for number in range(12))
    return ClassifierRequest(pictures, ("a", "b") * 6, tuple(map(str, paths)), paths)


def train_classifier(request: ClassifierRequest) -> Trained:
    """A head on what `describe` says of the pictures."""
    query = FeatureQuery()
    found = [describe(DescribeRequest(picture, query)).vectors for picture in request.pictures]
    rows = np.stack([np.concatenate([vectors[layer] for layer in query.layers]) for vectors in found])
    examples = Examples(request.paths, request.labels, request.works, request.notes)
    head, assessment = train(examples, rows, (24,) * len(query.layers), seed=request.settings.seed)
    look = Look(str(request.paths[0]), request.labels[0], request.labels[0], 0.9, request.pictures[0])
    stage = StageResult("head", assessment.accuracy, assessment.interval, 0.5, len(rows), True, "frozen")
    epoch = Epoch("fine-tuned", 1, 1, 1, 1, 1.0, 1.1, 0.5, is_best=True)
    return Trained(request.id, head, None, replace(assessment, looks=(look,), stages=(stage,), epochs=(epoch,)))


def describe(request: DescribeRequest) -> Described:
    """Of its colours: alike for alike pictures, and far apart for others."""
    mean = request.content.pixels.reshape(-1, 3).mean(0) / 255
    sizes = {"style": 128, "subject": 128, "palette": 294}
    if request.query is not None:
        sizes = dict.fromkeys(request.query.layers, 24)
    vectors = {}
    for name, size in sizes.items():
        draw = np.random.default_rng(0)
        waves = np.cos(2 * draw.standard_normal((size, 3)) @ mean + 6 * draw.random(size))  # Rahimi & Recht 2007
        waves = np.maximum(waves, 0) if name == "palette" else waves  # shares
        vectors[name] = (waves / np.linalg.norm(waves)).astype(np.float32)
    return Described(request.id, vectors)


def compare(request: CompareRequest) -> Compared:
    """Of the mean colours: no distance for equal ones, and three patches that answer each other."""
    means = [picture.pixels.reshape(-1, 3).mean(0) for picture in (request.first, request.second)]
    far = float(np.abs(means[0] - means[1]).mean() / 255)
    places = np.array([(0.2, 0.3, 0.3, 0.3), (0.5, 0.6, 0.6, 0.5), (0.8, 0.2, 0.7, 0.9)], np.float32)
    return Compared(
        request.id,
        Comparison(
            layers=np.full(4, far, np.float32),
            palette=100 * far,
            style=1 - far,
            subject=1 - far,
            composition=1 - far,
            first=_traits(means[0], 3),
            second=_traits(means[1], 15),
            places=places,
            similarities=np.array([0.9, 0.6, 0.3], np.float32),
        ),
    )


def _traits(mean: NDArray[np.float64], bin_: int) -> PictureTraits:
    directions = np.zeros((5, 24), np.float32)
    directions[:, bin_] = 1
    return PictureTraits(
        lab=np.array([[50, 10, 10], [20, 0, 0]], np.float32),
        rgb=np.stack((mean, mean / 2)).astype(np.uint8),
        shares=np.array([0.75, 0.25], np.float32),
        directions=directions,
        coherence=np.full(5, 0.5, np.float32),
        energy=np.full(5, 0.2, np.float32),
        stroke=0.02 + 0.001 * bin_,
        attention=np.arange(48, dtype=np.uint8).reshape(6, 8) * 5,
        center=(0.4, 0.6),
        mirror=0.2,
        patch=0.1,
    )


def see(request: SeeRequest) -> Seen:
    """What FakeEngine sees in any photo: a subject in its middle third, with a face at the top of that."""
    width, height = fit_size(request.content.width, request.content.height, min(48, request.content.long_edge))
    subject = np.zeros((height, width), np.uint8)
    subject[height // 4 :, width // 3 : 2 * width // 3] = 255
    return Seen(request.id, subject, (Face(0.4, 0.3, 0.6, 0.5, 0.9),))


def make_picture(width: int = 32, height: int = 24, name: str = "photo", seed: int = 0) -> Picture:
    """A picture of random pixels; another seed, another picture."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return Picture(pixels, name=name)


def make_card(card_id: str = "my-hand", author: str = "", licence: str = "unknown") -> Card:
    """The card of a style that lies nowhere."""
    return Card(card_id, "style", f"Title of {card_id}", author, "", licence, "", Path(f"{card_id}.safetensors"))


def make_learned(seed: int = 0, references: int = 2, is_deep: bool = True) -> LearnedStyle:
    """A style learnt for the bundled network, of random numbers; another seed, another style."""
    network = next(card for card in bundled_cards("models") if card.category == "style network")
    random = np.random.default_rng(seed)
    delta = {"up_1.weight": random.normal(0, 0.01, (16, 32, 3, 3)).astype(np.float16)} if is_deep else {}
    pictures = tuple(make_picture(48, 40, f"work {number}", seed + number) for number in range(references))
    return LearnedStyle(network.id, network.sha256, random.normal(size=100).astype(np.float32), pictures, delta)


def make_request(content: Picture | None = None, **recipe: object) -> StyleRequest:
    """A request for `content` (default: `make_picture()`) in one style, with recipe fields by name."""
    content = content if content is not None else make_picture()
    return StyleRequest(content, (make_picture(24, 24, "style", seed=1),), StyleRecipe().change(**recipe))


def make_fake_engine(settings: EngineSettings) -> FakeEngine:
    return FakeEngine()


def make_unmakeable_engine(settings: EngineSettings) -> FakeEngine:
    raise WeightsError("fake.safetensors is missing.", "Install Style Studio again.")


def make_crashing_engine(settings: EngineSettings) -> FakeEngine:
    """Its process is killed at the second frame of an unlucky request."""
    return _CrashingEngine()


def make_exiting_engine(settings: EngineSettings) -> FakeEngine:
    """Its process ends with code 3 at the second frame of an unlucky request."""
    return _ExitingEngine()


def make_hanging_engine(settings: EngineSettings) -> FakeEngine:
    """Never comes back from the second frame of an unlucky request."""
    return _HangingEngine()


def make_failing_engine(settings: EngineSettings) -> FakeEngine:
    """Raises at the second frame of an unlucky request, something only a programmer understands."""
    return _FailingEngine()


def make_never_ready_engine(settings: EngineSettings) -> FakeEngine:
    """Loads for ever."""
    threading.Event().wait()
    raise AssertionError("unreachable")


def make_reporting_engine(settings: EngineSettings) -> FakeEngine:
    """Describes the process it runs in: its `versions` are the environment, its `memory` is the process id."""
    return _ReportingEngine()


class _CrashingEngine(FakeEngine):
    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if _is_unlucky(request, step):
            os.kill(os.getpid(), signal.SIGKILL)


class _ExitingEngine(FakeEngine):
    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if _is_unlucky(request, step):
            os._exit(3)


class _HangingEngine(FakeEngine):
    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if _is_unlucky(request, step):
            threading.Event().wait()


class _FailingEngine(FakeEngine):
    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if _is_unlucky(request, step):
            raise ZeroDivisionError("brush divided by zero")


class _ReportingEngine(FakeEngine):
    def describe(self) -> EngineInfo:
        return EngineInfo(device="Fake brush", dtype="uint8", memory=os.getpid(), versions=dict(os.environ))


def _is_unlucky(request: StyleRequest | TuneRequest, step: int) -> bool:
    return isinstance(request, StyleRequest) and request.recipe.seed == UNLUCKY_SEED and step == 2


def _tint(request: StyleRequest) -> tuple[int, int, int]:
    recipe = request.recipe.change(keep_color=0.0)  # applied afterwards, as the real engine does
    digest = hashlib.blake2b(recipe.to_json().encode(), digest_size=3)
    for style in request.styles:
        digest.update(style.fingerprint.encode())
    red, green, blue = digest.digest()
    return red, green, blue


def _resized(pixels: Pixels, width: int, height: int) -> Pixels:
    rows = np.arange(height) * pixels.shape[0] // height
    columns = np.arange(width) * pixels.shape[1] // width
    return pixels[rows[:, None], columns]
