"""The ablation study of fine-tuning: from random weights, of the vector, a lesson as it is, and a bound.

All arms paint as Live does, learn by the loss of lessons, and are judged alike: by that loss on crops of photos, and by
the exam of lessons on whole ones, that are not learnt from.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from cachetools import LRUCache
from torch import Tensor

from studio.core.card import bundled_cards
from studio.core.engine_api.tune_settings import LARGEST_EDGE, TuneSettings
from studio.core.generators import run_to_end
from studio.core.image_io import open_picture
from studio.core.storage.atomic_write import make_folder, replace_file
from studio.core.training.ablation import Arm, Cell, ComparisonNews, ComparisonPlan, read_cell
from studio.engine.finetune.dataset import (
    VALIDATION_CROPS,
    Paint,
    PaintedPhotos,
    References,
    cut_crops,
    encode_references,
    hold_out,
)
from studio.engine.finetune.painter import LivePainting
from studio.engine.finetune.tune_job import WEIGHTS, bands_of
from studio.engine.finetune.tuner import Tuner
from studio.engine.finetune.validation import Exam, Validator
from studio.engine.losses.painting_loss import PaintingLoss
from studio.engine.networks.fine_network import FineNetwork, LiveNetwork, RefinementNetwork, small_network_of
from studio.engine.networks.live_precision import on_device
from studio.engine.networks.style_network import StyleNetwork
from studio.engine.networks.style_predictor import StylePredictor
from studio.engine.networks.texture_descriptor import predictor_for
from studio.engine.networks.vgg import Encoder, best_encoder
from studio.engine.networks.weights import LAYOUTS, bundled_encoder, load_encoder_weights, load_style_network
from studio.engine.optimization.lbfgs import BoundedLBFGS
from studio.engine.optimization.optimize import RELAXATION
from studio.engine.optimization.preconditioner import Preconditioner
from studio.engine.runtime.device import choose_device, device_name, keep_freed_memory
from studio.engine.runtime.tensors import picture_at

SCRATCH_RATE = 1e-3  # at which the studio trained the larger network from random weights; usual: Johnson 2016
VALIDATE_EVERY, SCRATCH_VALIDATE_EVERY = 10, 50  # steps: a long run needs fewer validations
EXAM_EVERY, SCRATCH_EXAM_EVERY = 5, 10  # validations
SAVED_EVERY = 250  # steps
CROPS = 128  # of photos to learn from
EDGES = (256.0, 512.0)  # px of a photo's longer edge: crops are smaller than those of lessons
BOUND_STEPS = 60
SMALL_CROP = 128  # px; up to this, changing the precision takes longer than it saves

_SCRATCH = ("scratch", "second-scratch")

Point = tuple[int, float, dict[str, float] | None]
Clock = Callable[[], float]


def compare_tuning(plan: ComparisonPlan) -> Generator[ComparisonNews, None, None]:
    """Run the cells that have no result yet, one after the other, and write each into its file.

    A cell that was killed goes on from its last checkpoint, which lies beside its file until it is done.
    """
    keep_freed_memory()
    torch.backends.cudnn.deterministic = True
    bench = _Bench(plan)
    for done, (artist, seed, arm) in enumerate(plan.cells):
        file = plan.file(artist, seed, arm)
        if file.is_file():
            continue
        make_folder(file.parent)
        total = None
        for step, _, losses in bench.run(artist, seed, arm):
            total = total if losses is None else losses["total"]
            yield ComparisonNews(done, len(plan.cells), artist, seed, arm, step, total)
        yield ComparisonNews(done + 1, len(plan.cells), artist, seed, arm, step, total)


class _Judge(Validator):
    """The losses of a Validator at each call, and with every n-th the errors of an exam, named "exam style" and so on.

    calls: so far. seconds: spent on them.
    """

    def __init__(self, validator: Validator, exam: Exam, exam_every: int, clock: Clock) -> None:
        self._validator, self._exam, self._exam_every, self._clock = validator, exam, exam_every, clock
        self.calls, self.seconds = 0, 0.0

    def validate(self, paint: Paint) -> Generator[None, None, dict[str, float]]:
        """The losses of what it makes of the crops, and the errors of what it makes of the photos."""
        started = self._clock()
        losses = yield from self._validator.validate(paint)
        if self.calls % self._exam_every == 0:
            errors = yield from self._exam.validate(paint)
            losses |= {f"exam {name}": error for name, error in errors.items()}
        self.calls += 1
        self.seconds += self._clock() - started
        return losses


@dataclass(frozen=True)
class _Material:
    """What is learnt from and judged on: the same for all arms of an artist and a seed."""

    encoder: Encoder
    references: References
    pool: PaintedPhotos
    validation_set: PaintedPhotos
    exam: Exam
    painting: LivePainting

    def loss(self) -> PaintingLoss:
        """A new one: a lesson changes its weights from step to step."""
        return PaintingLoss(self.encoder, WEIGHTS, self.references.bank)

    def validator(self) -> Validator:
        """Judges by the losses of the crops, by the weights that a lesson begins with."""
        return Validator(self.loss(), self.references, self.validation_set)


class _Bench:
    """What all cells share: networks, photos, exams."""

    def __init__(self, plan: ComparisonPlan) -> None:
        self._plan = plan
        self.device = choose_device(plan.device)
        self._clock: Clock = time.process_time if self.device.type == "cpu" else time.perf_counter
        self._encoder = bundled_encoder(self.device)
        network, predictor = load_style_network(plan.network)
        self._network = on_device(network, self.device)
        if isinstance(self._network, FineNetwork) and self.device.type == "cpu" and plan.crop <= SMALL_CROP:
            self._network.is_bfloat16 = False
        self._predictor = predictor_for(
            StylePredictor(predictor, self.device), self._network.descriptor, lambda: self._encoder
        )
        self._materials: LRUCache[tuple[str, int, bool], _Material] = LRUCache(2)
        self._exams: dict[tuple[str, int | None], Exam] = {}
        self._photos = [self._open(card.file) for card in bundled_cards("demo")]
        self._small = [self._open(card.file) for card in bundled_cards("photos")]

    def run(self, artist: str, seed: int, arm: Arm) -> Iterator[Point]:
        """The steps of one cell, with held-out losses where they were measured; at last its result is written."""
        file, material = self._plan.file(artist, seed, arm), self._material(artist, seed)
        is_long = arm in _SCRATCH
        exam_every = SCRATCH_EXAM_EVERY if is_long else EXAM_EVERY
        judge = _Judge(material.validator(), material.exam, exam_every, self._clock)
        cell = Cell(artist, seed, arm, device_name(self.device), ())
        if arm == "bound":
            points = self._optimise(material)
        else:
            learnt_from = self._material(artist, seed, is_random=True) if arm == "random-encoder" else material
            points = self._learn(self._tuner(learnt_from, judge, seed, arm, file.stem), judge, cell, file)
        curve = []
        for step, seconds, losses in points:
            if losses is not None:
                curve.append((step, seconds, losses))
            yield step, seconds, losses
        replace_file(file, replace(cell, curve=tuple(curve)).to_json().encode())
        for left_over in (_checkpoint(file), _begun(file)):
            left_over.unlink(missing_ok=True)

    def _tuner(self, material: _Material, judge: _Judge, seed: int, arm: Arm, identity: str) -> Tuner:
        """What learns in an arm: lessons as they are, but for the number of steps and the size of the crops."""
        plan, is_scratch = self._plan, arm in _SCRATCH
        settings = TuneSettings(
            is_deep=arm in (*_SCRATCH, "layers"),
            steps=plan.tuned_steps,
            deep_steps=plan.steps if is_scratch else plan.tuned_steps,
            deep_rate=SCRATCH_RATE if is_scratch else TuneSettings.deep_rate,
            batch=plan.batch,
            crop=plan.crop,
            seed=seed,
        )
        network, random = self._network, tuple[str, ...]()
        if is_scratch:
            network, random = _fresh(seed, network, keeps_small=arm == "second-scratch")
            network = network.to(self.device)
        every = SCRATCH_VALIDATE_EVERY if is_scratch else VALIDATE_EVERY
        parts = material.loss(), material.references, material.pool, judge, settings, identity, random, every
        return Tuner(network, *parts, painting=material.painting)

    def _learn(self, tuner: Tuner, judge: _Judge, cell: Cell, file: Path) -> Iterator[Point]:
        """The steps of a tuner, from the last checkpoint on; those before it again, where they were validated."""
        curve: list[tuple[int, float, dict[str, float]]] = []
        before = 0.0
        if _checkpoint(file).is_file() and _begun(file).is_file():
            tuner.resume(_checkpoint(file))
            known = [point for point in read_cell(_begun(file)).curve if point[0] <= tuner.state.step]
            curve = [(step, seconds, dict(losses)) for step, seconds, losses in known]
            judge.calls, before = len(curve), curve[-1][1]
            yield from curve
        started = self._clock()
        for step in tuner.run():
            tuner.state.worse = 0  # never ends early: the curve is what is wanted
            if step is None:
                continue
            seconds = before + self._clock() - started - judge.seconds
            losses = None if step.held_out is None else dict(step.held_out)
            if losses is not None:
                curve.append((step.step, seconds, losses))
            if losses is not None and step.step and step.step % SAVED_EVERY == 0:
                replace_file(_begun(file), replace(cell, curve=tuple(curve)).to_json().encode())
                tuner.save(_checkpoint(file))
            yield step.step, seconds, losses

    def _material(self, artist: str, seed: int, is_random: bool = False) -> _Material:
        """is_random: for the encoder that has learnt nothing."""
        key = artist, seed, is_random
        if key not in self._materials:
            self._materials[key] = self._prepare(artist, seed, self._random_encoder if is_random else self._encoder)
        return self._materials[key]

    @functools.cached_property
    def _random_encoder(self) -> Encoder:
        weights = _shuffled(run_to_end(load_encoder_weights("vgg16", None)))
        return best_encoder(LAYOUTS["vgg16"], weights, self.device)

    def _prepare(self, artist: str, seed: int, encoder: Encoder) -> _Material:
        plan, generator = self._plan, torch.Generator().manual_seed(seed)
        works = [self._open(file) for file in plan.works[artist]]
        references = run_to_end(encode_references(works, encoder, self._predictor.recall, generator))
        loss = PaintingLoss(encoder, WEIGHTS, references.bank)
        seen = [work for number, work in enumerate(works) if number != references.held_out]
        painting = LivePainting(self._network, self._predictor.recall, bands_of(seen))
        start = functools.partial(
            painting.with_network(small_network_of(self._network)).start, vector=references.vector
        )
        learnt, held_out = ([self._photos[number] for number in numbers] for numbers in hold_out(len(self._photos)))
        pools = []
        for photos, count in (([*learnt, *self._small], CROPS), (held_out, VALIDATION_CROPS)):
            crops = cut_crops(photos, count, plan.crop, generator, EDGES)
            pools.append(PaintedPhotos(crops, encoder, loss.content_layers, start, loss))
            run_to_end(pools[-1].take(range(count)))  # else the first arm would be charged for it
        others = [] if references.held_out is None else [works[references.held_out]]
        key = artist, references.held_out
        if key not in self._exams:
            self._exams[key] = Exam(self._encoder, held_out, seen, others)
        return _Material(encoder, references, pools[0], pools[1], self._exams[key], painting)

    def _optimise(self, material: _Material) -> Iterator[Point]:
        """The crops that are judged by, optimised themselves: a bound that no network can beat by much."""
        loss, validator, crops = material.loss(), material.validator(), material.validation_set
        seconds = 0.0
        pixels, content = run_to_end(crops.take(range(len(crops))))
        images = [pixels[number : number + 1] for number in range(len(crops))]
        optimizers = [BoundedLBFGS(10, Preconditioner(), RELAXATION) for _ in images]
        for step in range(BOUND_STEPS + 1):
            losses = None
            if step % VALIDATE_EVERY == 0:
                waiting = iter(images)
                losses = run_to_end(validator.validate(lambda _, waiting=waiting: next(waiting)))  # type: ignore[misc]
            yield step, seconds, losses
            started = self._clock()
            for number, image in enumerate(images):
                kept = {layer: features[number : number + 1] for layer, features in content.items()}
                result = run_to_end(loss.compute(image, material.references.mean, kept))
                assert result.gradient is not None
                images[number] = optimizers[number].step(image, result.gradient)
            seconds += self._clock() - started

    def _open(self, file: Path) -> Tensor:
        return picture_at(open_picture(file), LARGEST_EDGE, self.device)


def _checkpoint(file: Path) -> Path:
    """Where the weights of a cell that is not done lie."""
    return file.with_suffix(".safetensors")


def _begun(file: Path) -> Path:
    """Where the curve of a cell that is not done lies."""
    return file.with_suffix(".begun")


def _fresh(seed: int, network: LiveNetwork, keeps_small: bool) -> tuple[LiveNetwork, tuple[str, ...]]:
    """The network with random weights, and the names of these. keeps_small: of the larger one only in the second.

    Of the small one: convolutions as PyTorch initialises them, scales near 1, shifts near 0.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        live = network.live if isinstance(network, FineNetwork) else network
        if not keeps_small:
            live = StyleNetwork(live.widths)
            with torch.no_grad():
                live.conditions.weight.mul_(0.1)
                live.conditions.bias.copy_(live.plain_conditions())
        fresh: LiveNetwork = live
        if isinstance(network, FineNetwork):
            fresh = FineNetwork(live, RefinementNetwork(network.refinement.widths), network.is_bfloat16)
            fitted = dict(network.refinement.named_buffers())  # and not learnt
            fresh.refinement.load_state_dict(fresh.refinement.state_dict() | fitted)
    prefix = "refinement." if keeps_small else ""
    names = tuple(name for name, _ in fresh.named_parameters() if name.startswith(prefix))
    return fresh.requires_grad_(False).eval().to(memory_format=torch.channels_last), names


def _shuffled(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same weights, permuted within each layer: an encoder that has learnt nothing, with activations as large."""
    generator = torch.Generator().manual_seed(0)
    shuffled = {}
    for name, tensor in weights.items():
        order = torch.randperm(tensor.numel(), generator=generator)
        shuffled[name] = tensor.flatten()[order].reshape(tensor.shape)
    return shuffled
