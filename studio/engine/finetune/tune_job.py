"""A fine-tuning, from the pictures of a TuneRequest to the style in a file, as events; it can be killed at any time."""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import torch
from torch import Tensor

from studio.core.card import Card, bundled_cards
from studio.core.engine_api.contract import Done, Event, Frame, Progress
from studio.core.engine_api.learning import TuneRequest
from studio.core.engine_api.tune_settings import LARGEST_EDGE
from studio.core.errors import EngineError, StudioError
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.core.rescue import keep_style_safe, unsaved
from studio.core.styles.learned_style import MOST_REFERENCES, LearnedStyle
from studio.core.styles.learned_style_file import reference_of, training_file, write_learned
from studio.core.training.lesson_gain import LessonGain
from studio.core.training.taught_pictures import as_taught
from studio.engine.finetune.dataset import (
    HELD_OUT_BUNDLED,
    HELD_OUT_PHOTOS,
    POOL,
    Paint,
    PaintedPhotos,
    Predict,
    References,
    cut_crops,
    encode_references,
    hold_out,
)
from studio.engine.finetune.learning_schedule import VECTOR
from studio.engine.finetune.painter import LivePainting
from studio.engine.finetune.tuner import Tuner
from studio.engine.finetune.validation import Exam
from studio.engine.losses.band_statistics import BandCovariances, band_covariances, blend_bands
from studio.engine.losses.painting_loss import PaintingLoss, PaintingWeights
from studio.engine.networks.fine_network import LiveNetwork, small_network_of
from studio.engine.networks.style_delta import changes_of
from studio.engine.networks.vgg import Encoder
from studio.engine.runtime.device import is_out_of_memory
from studio.engine.runtime.generators import SIGN_OF_LIFE, signs_of_life
from studio.engine.runtime.tensors import resize_to, shrinking, to_picture

SAMPLE_EDGE = 512  # px of the sample that shows the progress
SAVED_EVERY = 5.0  # s
MIXED = "These pictures differ more than works by one artist usually do: expect a mixture."
NOT_BETTER = "A mix of these pictures does as well as teaching, so the mix is what was saved."
COMPARING = "Painting photos in the mix, to compare with"
PREPARED = 0.03  # share of the progress before the first step
BANDS_EDGE = 512  # px at which Live measures the bands of styles, too
# structure, matched: to begin with; see `photo_weight.py`. colors: more than in training: with less of them, works with
# a little red in each lead to red patches that the photo gives no reason for.
WEIGHTS = PaintingWeights(structure=0.05, colors=0.7, matched=0.4)


@dataclass(frozen=True)
class FineTuneContext:
    """The networks that fine-tuning works with.

    network: to be fine-tuned, with its card and its predictor; a mix of pictures is painted by it as it is, and by the
    small network below it, which a lesson has to beat as well. outlook: what is to be expected of a lesson on pictures,
    in sentences; yields between pieces of the work. None: nobody knows.
    """

    card: Card
    network: LiveNetwork
    predictor: Predict
    encoder: Encoder
    outlook: Callable[[Sequence[Picture]], Generator[None, None, tuple[str, ...]]] | None = None

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self.encoder.device


def fine_tune(
    request: TuneRequest, context: FineTuneContext, clock: Callable[[], float] = time.perf_counter
) -> Iterator[Event]:
    """The events of a request, with Done at last. Raises StudioError; what was best until then is in the files."""
    try:
        yield from _fine_tune(request, context, clock)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise EngineError("There is not enough memory to learn.", "Choose a smaller batch or smaller crops.") from error


def _fine_tune(request: TuneRequest, context: FineTuneContext, clock: Callable[[], float]) -> Iterator[Event]:
    sample = yield from signs_of_life(request.id, shrinking(_sample(request), SAMPLE_EDGE, context.device))
    sampled = Picture(_sample(request).pixels, request.card.title)  # with this name, and never transparent
    taught = as_taught(request.references)
    tuner, mix = yield from _prepare(request, taught, context, clock)
    doubts = [MIXED] if tuner.references.is_mixed else []
    if context.outlook is not None:
        doubts += yield from signs_of_life(request.id, context.outlook(taught))
    for doubt in doubts:
        yield Progress(request.id, 0.0, doubt)
    record = _Record(request, taught, context, tuner)
    untaught = to_picture(mix(sample), sampled)
    yield Frame(request.id, 0, request.settings.all_steps, _share(tuner), untaught)
    if not tuner.state.step:  # a resumed lesson knows the errors to be beaten
        yield Progress(request.id, _share(tuner), COMPARING)
    spoken, saved = clock(), clock()
    for training_step in tuner.run():
        now, share = clock(), _share(tuner)
        if training_step is None:
            if now - spoken >= SIGN_OF_LIFE:
                spoken = now
                yield Progress(request.id, share)
            continue
        if training_step.is_best:
            record.write_style()
        if training_step.is_best or now - saved >= SAVED_EVERY:
            saved = now
            record.write_state()
        spoken = now
        yield Progress(request.id, share, "", training_step)
        if training_step.held_out is not None:
            picture = to_picture(tuner.paint(sample, tuner.state.average), sampled) if training_step.step else untaught
            yield Frame(
                request.id,
                training_step.step,
                training_step.steps,
                share,
                picture,
                losses=training_step.losses,
                seconds=tuner.state.seconds,
            )
    learned = record.write_style()
    with suppress(OSError):  # what is learnt is written; the next one overwrites this
        training_file(request.output).unlink()
    gain = seen_gain(tuner)
    picture = untaught if gain is None else to_picture(tuner.paint(sample), sampled)
    yield Done(request.id, picture, None, tuner.state.step, tuner.state.seconds, (_praise(gain), *doubts), learned)


def _prepare(
    request: TuneRequest, taught: Sequence[Picture], context: FineTuneContext, clock: Callable[[], float]
) -> Generator[Event, None, tuple[Tuner, Paint]]:
    """Encode the references as they are `taught`, cut crops of photos, and resume from the checkpoint if wanted.

    Returns what learns, and who paints a mix of the references without a lesson.
    """
    if not request.references:
        raise StudioError("There are no pictures to learn from.", "Name some by the same artist.")
    settings, device = request.settings, context.device
    generator = torch.Generator().manual_seed(settings.seed)
    pictures = []
    for picture in taught:
        image = yield from signs_of_life(request.id, shrinking(picture, LARGEST_EDGE, device))
        pictures.append(image)
    encoding = encode_references(pictures, context.encoder, context.predictor, generator)
    spoken = -SIGN_OF_LIFE
    while True:
        try:
            next(encoding)
        except StopIteration as stop:
            references: References = stop.value
            break
        if clock() - spoken >= SIGN_OF_LIFE:
            spoken = clock()
            yield Progress(request.id, 0.0, "Looking at the pictures")
    learnt, held_out = yield from _divided_photos(request, device)
    works = [picture for number, picture in enumerate(pictures) if number != references.held_out]
    others = [pictures[references.held_out]] if references.held_out is not None else []
    painting = LivePainting(context.network, context.predictor, bands_of(works))
    mix = painting  # of all works: what one gets without a lesson
    if others:
        mix = LivePainting(context.network, context.predictor, bands_of(pictures))
    mixing = painting.with_network(small_network_of(context.network))
    rival = functools.partial(mixing.paint, vector=references.vector)
    loss = PaintingLoss(context.encoder, WEIGHTS, references.bank)
    crops = cut_crops(learnt, POOL, settings.crop, generator)
    start = functools.partial(mixing.start, vector=references.vector)
    pool = PaintedPhotos(crops, context.encoder, loss.content_layers, start, loss)
    for picture in (*request.references, *request.photos):
        yield from signs_of_life(request.id, picture.fingerprinting())
    identity = _identity(request, context.card)
    exam = Exam(context.encoder, held_out, works, others)
    parts = context.network, loss, references, pool, exam, settings, identity
    tuner = Tuner(*parts, painting=painting, rival=rival)
    if request.is_resumed:
        tuner.resume(training_file(request.output))
    return tuner, functools.partial(mix.paint, vector=references.mixed)


def _divided_photos(
    request: TuneRequest, device: torch.device
) -> Generator[Event, None, tuple[list[Tensor], list[Tensor]]]:
    """The photos to learn on, and those of the exams, (1, 3, H, W) each; none is both, if there are enough."""
    learnt: list[Tensor] = []
    held_out: list[Tensor] = []
    groups: tuple[tuple[Iterable[Picture], int], ...] = (
        (chain(request.photos, bundled_photos("demo")), HELD_OUT_PHOTOS),
        (bundled_photos("photos"), HELD_OUT_BUNDLED),
    )
    for group, most in groups:
        photos: list[Tensor] = []
        for photo in group:
            photos.append((yield from signs_of_life(request.id, shrinking(photo, LARGEST_EDGE, device))))
            yield Progress(request.id, 0.0)
        to_learn, to_judge = hold_out(len(photos), most)
        learnt += [photos[number] for number in to_learn]
        held_out += [photos[number] for number in to_judge]
    return learnt, held_out


def bands_of(works: Sequence[Tensor]) -> BandCovariances:
    """Those of all works together. Shapes: (1, 3, H, W) each."""
    bands = [band_covariances(resize_to(work, min(BANDS_EDGE, max(work.shape[2:])))) for work in works]
    return blend_bands(bands, [1 / len(bands)] * len(bands))


class _Record:
    """Writes the best style and the checkpoint; what the disk refuses is kept in another folder."""

    def __init__(self, request: TuneRequest, taught: Sequence[Picture], context: FineTuneContext, tuner: Tuner) -> None:
        """taught: the references as they are learnt from."""
        self._request, self._context, self._tuner = request, context, tuner
        self._references = tuple(reference_of(work) for work in taught[:MOST_REFERENCES])

    def write_style(self) -> LearnedStyle:
        learned, card = self._learned(), self._card()
        try:
            write_learned(self._request.output, card, learned)
        except StudioError as error:
            raise self._kept_elsewhere(error, learned) from error
        return learned

    def write_state(self) -> None:
        try:
            self._tuner.save(training_file(self._request.output))
        except StudioError as error:
            if self._request.output.exists():  # the best so far
                raise
            raise self._kept_elsewhere(error, self._learned()) from error

    def _kept_elsewhere(self, error: StudioError, learned: LearnedStyle) -> StudioError:
        return unsaved(error, keep_style_safe(self._card(), learned, self._request.output.name))

    def _card(self) -> Card:
        """The card of the style, which says what was learnt."""
        count = len(self._request.references)
        pictures = "one picture" if count == 1 else f"{count} pictures"
        gain = seen_gain(self._tuner)
        if gain is None:
            return replace(self._request.card, source=f"A mix of {pictures} by Style Studio; nothing more was learnt")
        nearer = f"{gain.style:.0%} nearer than their mix on photos it had not seen"
        return replace(self._request.card, source=f"Learnt by Style Studio from {pictures}, {nearer}")

    def _learned(self) -> LearnedStyle:
        """What was learnt; the mix of the references where that gains nothing."""
        tuner, context = self._tuner, self._context
        is_mix = seen_gain(tuner) is None
        vector = tuner.references.mixed if is_mix else tuner.state.best[VECTOR]
        return LearnedStyle(
            network=context.card.id,
            network_sha256=context.card.sha256,
            vector=vector[0].cpu().numpy().astype(np.float32),
            references=self._references,
            delta={} if is_mix else changes_of(tuner.best_network(), context.network),
        )


def seen_gain(tuner: Tuner) -> LessonGain | None:
    """What was gained over a mix, if it is so much that one sees it."""
    gain = tuner.gain if tuner.state.best_step else None
    return gain if gain is not None and gain.is_seen else None


def bundled_photos(kind: str) -> Iterator[Picture]:
    """The "demo" photos, or the "photos" to learn on, each opened when it is its turn."""
    return (open_picture(card.file) for card in bundled_cards(kind))


def _sample(request: TuneRequest) -> Picture:
    if request.sample is not None:
        return request.sample
    return request.photos[0] if request.photos else open_picture(bundled_cards("demo")[0].file)


def _identity(request: TuneRequest, network: Card) -> str:
    parts = [network.sha256, repr(request.settings)]
    parts += [picture.fingerprint for picture in (*request.references, *request.photos)]
    parts += [card.sha256 for kind in ("demo", "photos") for card in bundled_cards(kind)]
    return hashlib.blake2b(" ".join(parts).encode(), digest_size=16).hexdigest()


def _share(tuner: Tuner) -> float:
    return PREPARED + (1 - PREPARED) * tuner.progress


def _praise(gain: LessonGain | None) -> str:
    """What fine-tuning has gained on what it did not learn from, in a sentence."""
    if gain is None:
        return NOT_BETTER
    amount = {0: "as", 1: f"{-gain.content:.0%} more", -1: f"{gain.content:.0%} less"}[gain.recognisable]
    nearer = f"the style is {gain.style:.0%} nearer than a mix of these pictures"
    return f"On photos it had not seen, {nearer}, and the photo {amount} recognisable."
