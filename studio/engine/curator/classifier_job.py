"""The training of a classifier, from the pictures of a ClassifierRequest to the head and its assessment, as events."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from typing import TypeVar

import numpy as np
import torch

from studio.core.classifier.linear_head import LinearHead
from studio.core.classifier.results import Epoch, StageName, StageResult
from studio.core.classifier.settings import MOST_PICTURES
from studio.core.classifier.tuned_block import TunedBlock
from studio.core.curator.assessment import HeadResult, assess, judge_heads
from studio.core.curator.examples import Examples
from studio.core.curator.fitting import HeldOut, averaged_head, calibrated, cross_calibrated, fit_head, folds_of
from studio.core.engine_api.contract import Event, Progress
from studio.core.engine_api.learning import ClassifierRequest, Trained
from studio.core.errors import EngineError, StudioError
from studio.core.generators import mapped
from studio.engine.curator.looks import looks_of
from studio.engine.curator.scratch import train_from_scratch
from studio.engine.curator.stages import Places, TunedParts, compare, head_result, scratch_result
from studio.engine.curator.tuned_network import TunedNetwork
from studio.engine.curator.tuner import EpochResult, TuningSet, tune, validation_places
from studio.engine.curator.views import Rows, see_crops, see_whole
from studio.engine.runtime.device import is_out_of_memory
from studio.engine.runtime.generators import in_thread, signs_of_life
from studio.engine.vision.mobilenet import MobileNetEncoder

LARGE = 1000  # pictures; of more, the first part alone judges fine-tuning
_LOOKING, _HEADS, _SCRATCH, _FINAL = 0.15, 0.08, 0.1, 0.08  # shares of the progress; fine-tuning has the rest
_START = 10.0  # C of the head that fine-tuning starts from: where it is sure of all, nothing is left to learn

Result = TypeVar("Result")
Events = Generator[Event, None, Result]


def train_classifier(request: ClassifierRequest, device: torch.device) -> Iterator[Event]:
    """The events of a request, with Trained at last. Raises StudioError."""
    if not len(request.pictures) == len(request.labels) == len(request.works) == len(request.paths):
        raise StudioError("The pictures and their labels are not equally many.", "Try again.")
    if len(request.pictures) > MOST_PICTURES:
        raise StudioError(
            f"{len(request.pictures):,} pictures are more than the {MOST_PICTURES:,} that are fine-tuned on.",
            "Use fewer, or train the head alone.",
        )
    try:
        yield from _Training(request, device).run()
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise EngineError("There is not enough memory to learn.", "Use fewer pictures or views.") from error


class _Training:
    def __init__(self, request: ClassifierRequest, device: torch.device) -> None:
        self._request, self._device, self._settings = request, device, request.settings
        self._examples = Examples(request.paths, request.labels, request.works, request.notes)
        self._classes = self._examples.classes
        self._encoder = MobileNetEncoder(device)
        self._epochs: list[Epoch] = []
        self._share = 0.0  # of the work that is done

    def run(self) -> Iterator[Event]:
        started = time.perf_counter()
        request, settings = self._request, self._settings
        yield self._note("Looking at the pictures")
        yield from self._look()
        yield self._note("Learning the head on frozen features")
        self._judged: HeadResult = yield from self._in_thread(self._judge_heads)
        everything = np.arange(len(self._classes))
        whole: LinearHead = yield from self._in_thread(
            lambda _: self._fit_head(everything, self._judged.regularisation)
        )
        head = averaged_head(whole, self._judged.held.heads)
        self._share += _HEADS
        held, places, block, networks = self._judged.held, everything, None, {}
        stages = [head_result(held, self._classes)]
        if settings.is_tuned:
            tuned = yield from self._tune_parts()
            stages = compare(held, tuned, self._classes, settings)
            if stages[-1].is_kept:
                held, places, networks = tuned.held, tuned.places, tuned.networks
                yield self._note("Learning from all pictures")
                start = yield from self._in_thread(lambda _: self._fit_head(everything))
                head, block = yield from self._tune_all(start, tuned.epochs)
        if settings.scratch_epochs:
            yield self._note("Training the same network from scratch")
            stages.append((yield from self._train_from_scratch()))
        head = calibrated(head, held, self._classes[places])
        assessment = assess(self._examples, held, head, self._judged, settings.seed, places)
        yield self._note("Seeing what it looks at")
        names = self._examples.names
        network_of = self._judges(networks)
        looking = looks_of(request, names, self._classes, places, held, self._data.whole, network_of)
        looks = yield from signs_of_life(request.id, looking, self._share)
        assessment = replace(assessment, stages=tuple(stages), epochs=tuple(self._epochs), looks=looks)
        yield Progress(request.id, 1.0)
        yield Trained(request.id, head, block, assessment, time.perf_counter() - started)

    def _look(self) -> Events[None]:
        pictures, first, device = self._request.pictures, self._settings.first_stage, self._device
        self._rows, whole = yield from self._shared(see_whole(self._encoder, pictures, device, first), _LOOKING)
        self._random: Rows | None = None
        if self._settings.scratch_epochs:
            yield self._note("Looking with random weights")
            untrained = MobileNetEncoder(device, is_trained=False)
            self._random, _ = yield from self._shared(see_whole(untrained, pictures, device, first), _LOOKING)
        count = self._settings.views if self._settings.is_tuned else 0
        yield self._note("Looking at crops of them")
        generator = torch.Generator().manual_seed(self._settings.seed)
        seeing = see_crops(self._encoder, pictures, device, first, count, generator)
        self._data = TuningSet(whole, (yield from self._shared(seeing, _LOOKING)), self._classes)
        self._blocks = self._encoder.block_lengths

    def _judge_heads(self, go_on: Callable[[], None]) -> HeadResult:
        return judge_heads(self._examples, self._rows, self._blocks, self._random, self._settings.seed, go_on=go_on)

    def _fit_head(self, places: Places, regularisation: float = _START) -> LinearHead:
        rows, names = self._rows[places].astype(np.float64), self._examples.names
        return fit_head(rows, self._classes[places], names, regularisation, self._blocks)

    def _network(self, head: LinearHead) -> TunedNetwork:
        return TunedNetwork(self._encoder.stages, self._settings.first_stage, head, self._device)

    def _tune_parts(self) -> Events[TunedParts]:
        """Fine-tune without each part in turn, for as long as that helps on some works of the others, and judge it."""
        folds = self._judged.folds
        parts = np.unique(folds)
        used = parts[:1] if len(folds) > LARGE else parts
        share = (1 - self._share - _FINAL - (_SCRATCH if self._settings.scratch_epochs else 0)) / len(used)
        scores = np.zeros((len(folds), len(self._examples.names)))
        distances = np.zeros(len(folds))
        best_epochs, networks = [], {}
        for number, part in enumerate(used, start=1):
            yield self._note(f"Fine-tuning, part {number} of {len(used)}")
            learnt, held = np.flatnonzero(folds != part), np.flatnonzero(folds == part)
            network, head, epochs = yield from self._tune_without(learnt, number, len(used), share)
            best_epochs.append(epochs)
            networks[int(part)] = network
            features = yield from self._features(network, held)
            own = yield from self._features(network, learnt)
            tuned = network.head(head, own, self._classes[learnt])
            scores[held], distances[held] = tuned.scores(features), tuned.distances(features)
        places = np.flatnonzero(np.isin(folds, used))
        return TunedParts(places, self._held_out(scores, distances, places), round(np.median(best_epochs)), networks)

    def _tune_without(
        self, learnt: Places, number: int, parts: int, share: float
    ) -> Events[tuple[TunedNetwork, LinearHead, int]]:
        """A network that has learnt these, its head before that, and for how many epochs it learnt."""
        settings, works = self._settings, [self._request.works[place] for place in learnt]
        is_validated = validation_places(self._classes[learnt], works, settings.seed)
        head = yield from self._in_thread(lambda _: self._fit_head(learnt))
        if not is_validated.any():
            return self._network(head), head, 0
        inner = yield from self._in_thread(lambda _: self._fit_head(learnt[~is_validated]))
        network = self._network(inner)
        taught, kept = self._data.only(learnt[~is_validated]), self._data.only(learnt[is_validated])
        tuning = tune(network, taught, kept, settings, settings.epochs, settings.seed)
        epochs = yield from self._learning(tuning, "fine-tuned", number, parts, settings.epochs, 0.6 * share)
        network = self._network(head)
        if epochs:
            tuning = tune(network, self._data.only(learnt), None, settings, epochs, settings.seed)
            yield from self._learning(tuning, None, number, parts, epochs, 0.4 * share)
        return network, head, epochs

    def _features(self, network: TunedNetwork, places: Places) -> Events[Rows]:
        """What a network sees in whole pictures. Shapes: (N,) -> (N, D)."""
        views = [self._data.whole[place] for place in places.tolist()]
        return (yield from signs_of_life(self._request.id, network.all_features(views), self._share))

    def _held_out(self, scores: np.ndarray, distances: np.ndarray, places: Places) -> HeldOut:
        """Of what was judged, calibrated on other parts; where there is one only, on other works of it."""
        classes, folds = self._classes[places], self._judged.folds[places]
        apart = folds
        if len(np.unique(folds)) < 2:
            apart = folds_of(classes, [self._request.works[place] for place in places], 2, self._settings.seed)
        chances = cross_calibrated(scores[places], classes, apart)
        return HeldOut(scores[places], chances, distances[places], folds)

    def _tune_all(self, head: LinearHead, epochs: int) -> Events[tuple[LinearHead, TunedBlock]]:
        network = self._network(head)
        tuning = tune(network, self._data, None, self._settings, epochs, self._settings.seed)
        yield from self._learning(tuning, "fine-tuned", 0, 0, epochs, _FINAL)
        features = yield from self._features(network, np.arange(len(self._classes)))
        return network.head(head, features, self._classes), network.block()

    def _train_from_scratch(self) -> Events[StageResult]:
        settings = self._settings
        is_held_out = self._judged.folds == self._judged.folds.min()
        training = train_from_scratch(
            self._request.pictures,
            self._classes,
            is_held_out,
            settings.scratch_epochs,
            settings.batch,
            settings.seed,
            self._device,
        )
        chances = yield from self._learning(training, "from scratch", 1, 1, settings.scratch_epochs, _SCRATCH)
        return scratch_result(chances, self._classes[is_held_out], settings, int((~is_held_out).sum()))

    def _judges(self, networks: dict[int, TunedNetwork]) -> Callable[[int], Generator[None, None, TunedNetwork]]:
        """What has judged a part: fine-tuned, or with the head alone."""

        def network_of(part: int) -> Generator[None, None, TunedNetwork]:
            if part not in networks:
                yield
                networks[part] = self._network(
                    self._fit_head(np.flatnonzero(self._judged.folds != part), self._judged.regularisation)
                )
            return networks[part]

        return network_of

    def _learning(
        self,
        work: Generator[EpochResult | None, None, Result],
        stage: StageName | None,
        part: int,
        parts: int,
        epochs: int,
        share: float,
    ) -> Events[Result]:
        """Events of a training; its epochs are points of a curve, unless it has no name."""
        started = self._share

        def told(result: EpochResult | None) -> Progress | float | None:
            if result is None:
                return None
            done = started + share * result.epoch / epochs
            if stage is None:
                return done
            epoch = Epoch(
                stage,
                part,
                parts,
                result.epoch,
                epochs,
                result.loss,
                result.held_out_loss,
                result.held_out_accuracy,
                result.is_best,
            )
            self._epochs.append(epoch)
            return Progress(self._request.id, done, epoch=epoch)

        found = yield from signs_of_life(self._request.id, mapped(work, told), started)
        self._share = started + share
        return found

    def _shared(self, work: Generator[float, None, Result], share: float) -> Events[Result]:
        """Events of work that yields how much of it is done."""
        started = self._share
        shares: Generator[float, None, Result] = mapped(work, lambda done: started + share * done)
        found = yield from signs_of_life(self._request.id, shares, started)
        self._share = started + share
        return found

    def _in_thread(self, compute: Callable[[Callable[[], None]], Result]) -> Events[Result]:
        """What scikit-learn needs seconds for. compute: is given a function to call between its steps."""
        return (yield from signs_of_life(self._request.id, in_thread(compute), self._share))

    def _note(self, note: str) -> Progress:
        return Progress(self._request.id, self._share, note)
