"""The ablation study of fine-tuning: from random weights, of the vector, of the last layers, and a bound."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator

import torch
from cachetools import LRUCache
from torch import Tensor

from studio.core.card import bundled_cards
from studio.core.engine_api.tune_settings import LARGEST_EDGE, TuneSettings
from studio.core.image_io import open_picture
from studio.core.recipe import StyleRecipe
from studio.core.storage.atomic_write import make_folder, replace_file
from studio.core.training.ablation import Arm, Cell, ComparisonNews, ComparisonPlan
from studio.engine.finetune.dataset import (
    VALIDATION_CROPS,
    Photos,
    References,
    cut_photos,
    encode_references,
    hold_out,
)
from studio.engine.finetune.tuner import Tuner
from studio.engine.finetune.validation import Validator
from studio.engine.losses.losses import weights_of
from studio.engine.losses.training_loss import TrainingLoss
from studio.engine.networks.style_network import StyleNetwork, Widths
from studio.engine.networks.style_predictor import StylePredictor
from studio.engine.networks.vgg import Encoder, best_encoder
from studio.engine.networks.weights import LAYOUTS, ORIGINAL_NETWORK, load_encoder_weights, load_style_network
from studio.engine.optimization.lbfgs import BoundedLBFGS
from studio.engine.optimization.optimize import RELAXATION
from studio.engine.optimization.preconditioner import Preconditioner
from studio.engine.runtime.device import choose_device, device_name, keep_freed_memory
from studio.engine.runtime.generators import run_to_end
from studio.engine.runtime.tensors import picture_at

SCRATCH_RATE = 1e-3  # usual for training from random weights: Johnson 2016, Dumoulin 2017
VECTOR_RATE = 0.05  # for the published network, which starts farther from a minimum than the studio's own
VALIDATE_EVERY, SCRATCH_VALIDATE_EVERY = 15, 50  # steps: a long run needs fewer validations
VECTOR_FIRST = 30  # steps of the vector alone where layers follow; most of its gain is made by then
CROPS = 48  # of photos to learn from
BOUND_STEPS = 60

Curve = list[tuple[int, float, dict[str, float]]]


def compare_tuning(plan: ComparisonPlan) -> Generator[ComparisonNews, None, None]:
    """Run the cells that have no result yet, one after the other, and write each into its file."""
    keep_freed_memory()
    torch.backends.cudnn.deterministic = True
    bench = _Bench(plan)
    for done, (artist, seed, arm) in enumerate(plan.cells):
        file = plan.file(artist, seed, arm)
        if file.is_file():
            continue
        curve: Curve = []
        for step, seconds, losses in bench.run(artist, seed, arm):
            if losses is not None:
                curve.append((step, seconds, losses))
            total = curve[-1][2]["total"] if curve else None
            yield ComparisonNews(done, len(plan.cells), artist, seed, arm, step, total)
        make_folder(file.parent)
        replace_file(file, Cell(artist, seed, arm, device_name(bench.device), tuple(curve)).to_json().encode())
        yield ComparisonNews(done + 1, len(plan.cells), artist, seed, arm, step, curve[-1][2]["total"])


Point = tuple[int, float, dict[str, float] | None]
Material = tuple[TrainingLoss, References, Photos, Photos]


class _Bench:
    """What all cells share: networks, photos, references."""

    def __init__(self, plan: ComparisonPlan) -> None:
        self._plan = plan
        self.device = choose_device(plan.device)
        weights = run_to_end(load_encoder_weights("vgg16", None))
        self._encoder = best_encoder(LAYOUTS["vgg16"], weights, self.device)
        self._random_encoder = best_encoder(LAYOUTS["vgg16"], _shuffled(weights), self.device)
        network, predictor = load_style_network(ORIGINAL_NETWORK)
        self._network = network.to(self.device)
        self._predictor = StylePredictor(predictor, self.device)
        self._materials: LRUCache[tuple[str, int, bool], Material] = LRUCache(2)
        self._photos = [self._open(card.file) for card in bundled_cards("demo")]

    def run(self, artist: str, seed: int, arm: Arm) -> Iterator[Point]:
        """The steps of one cell, with held-out losses where they were measured."""
        loss, references, pool, validation_set = self._material(artist, seed, self._encoder)
        validator = Validator(loss, references, validation_set)
        plan = self._plan
        if arm == "bound":
            yield from self._optimise(loss, references, validation_set, validator)
            return
        from_scratch = arm == "scratch"
        settings = TuneSettings(
            is_deep=arm in ("scratch", "layers"),
            is_gradual=False,
            vector_first=0 if from_scratch else VECTOR_FIRST,
            steps=plan.tuned_steps,
            deep_steps=plan.steps if from_scratch else max(1, plan.tuned_steps - VECTOR_FIRST),
            deep_rate=SCRATCH_RATE if from_scratch else TuneSettings.deep_rate,
            learning_rate=VECTOR_RATE,
            batch=plan.batch,
            crop=plan.crop,
            seed=seed,
        )
        network = _fresh(seed).to(self.device) if from_scratch else self._network
        if arm == "random-encoder":  # it learns by one encoder and is validated by the other
            loss, references, pool, _ = self._material(artist, seed, self._random_encoder)
        validate_every = SCRATCH_VALIDATE_EVERY if from_scratch else VALIDATE_EVERY
        tuner = Tuner(network, loss, references, pool, validator, settings, "", from_scratch, validate_every)
        for step in tuner.run():
            if step is not None:
                held_out = None if step.held_out is None else dict(step.held_out)
                yield step.step, tuner.state.seconds, held_out

    def _material(self, artist: str, seed: int, encoder: Encoder) -> Material:
        """What is learnt from and validated on: the same for all arms of an artist and a seed, and encoded once."""
        key = artist, seed, encoder is self._encoder
        if key not in self._materials:
            self._materials[key] = self._prepare(artist, seed, encoder)
        return self._materials[key]

    def _prepare(self, artist: str, seed: int, encoder: Encoder) -> Material:
        plan, generator = self._plan, torch.Generator().manual_seed(seed)
        loss = TrainingLoss(encoder, weights_of(StyleRecipe(smoothness=0.0)))
        works = [self._open(file) for file in plan.works[artist]]
        references = run_to_end(encode_references(works, encoder, self._predictor, generator))
        pools = []
        for numbers, count in zip(hold_out(len(self._photos)), (CROPS, VALIDATION_CROPS), strict=True):
            photos = [self._photos[number] for number in numbers]
            pools.append(cut_photos(photos, count, plan.crop, encoder, loss.content_layers, generator))
            run_to_end(pools[-1].take(range(count)))  # else the first arm would be charged for it
        return loss, references, pools[0], pools[1]

    def _optimise(
        self, loss: TrainingLoss, references: References, validation_set: Photos, validator: Validator
    ) -> Iterator[Point]:
        """Finish, for the crops of the validation set: a bound that no network can beat by much."""
        started = time.perf_counter()
        crops, content = run_to_end(validation_set.take(range(len(validation_set))))
        images = [crops[number : number + 1] for number in range(len(validation_set))]
        optimizers = [BoundedLBFGS(10, Preconditioner(), RELAXATION) for _ in images]
        for step in range(BOUND_STEPS + 1):
            if step % VALIDATE_EVERY == 0:
                waiting = iter(images)
                losses = run_to_end(validator.validate(lambda _, waiting=waiting: next(waiting)))  # type: ignore[misc]
                yield step, time.perf_counter() - started, losses
            for number, image in enumerate(images):
                kept = {layer: features[number : number + 1] for layer, features in content.items()}
                result = run_to_end(loss.compute(image, references.mean, kept))
                assert result.gradient is not None
                images[number] = optimizers[number].step(image, result.gradient)
            yield step + 1, time.perf_counter() - started, None

    def _open(self, file: object) -> Tensor:
        return picture_at(open_picture(file), LARGEST_EDGE, self.device)  # type: ignore[arg-type]


def _fresh(seed: int) -> StyleNetwork:
    """The network with random weights: convolutions as PyTorch initialises them, scales near 1, shifts near 0."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = StyleNetwork(Widths())
    with torch.no_grad():
        network.conditions.weight.mul_(0.1)
        network.conditions.bias.copy_(network.plain_conditions())
    return network.requires_grad_(False).to(memory_format=torch.channels_last)


def _shuffled(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same weights, permuted within each layer: an encoder that has learnt nothing, with activations as large."""
    generator = torch.Generator().manual_seed(0)
    shuffled = {}
    for name, tensor in weights.items():
        order = torch.randperm(tensor.numel(), generator=generator)
        shuffled[name] = tensor.flatten()[order].reshape(tensor.shape)
    return shuffled
