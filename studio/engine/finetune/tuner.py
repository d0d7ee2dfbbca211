"""Fine-tuning of a Live network to one artist's style, as a generator of steps.

The style vector alone, from the mean of the predictions for the references; or the layers that paint, see
`LearningSchedule`.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Generator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Adam

from studio.core.engine_api.learning import TrainingStep
from studio.core.engine_api.tune_settings import TuneSettings
from studio.core.errors import EngineError
from studio.core.generators import run_to_end
from studio.core.training.lesson_gain import LEAST_STEP, LessonGain, gain_over
from studio.engine.finetune.checkpoint import TuningState, damaged
from studio.engine.finetune.dataset import Paint, Photos, References
from studio.engine.finetune.learning_schedule import VECTOR, LearningSchedule
from studio.engine.finetune.painter import LivePainting
from studio.engine.finetune.photo_weight import DECAY, lost_share, next_allowed, next_weight
from studio.engine.finetune.validation import Exam, Validator, means
from studio.engine.losses.painting_loss import LOST, PaintingLoss
from studio.engine.networks.fine_network import LiveNetwork, VectorPainter
from studio.engine.networks.style_delta import learnable_groups
from studio.engine.runtime.generators import timed
from studio.engine.runtime.moving_average import average_into
from studio.engine.runtime.optimizer_state import load_optimizer_tensors, optimizer_tensors

VALIDATE_EVERY = 25  # steps: an exam takes as long as half a dozen of them
PATIENCE = 12  # validations without a better one, then a stage ends: some come only as the rate falls ...
PATIENT_SHARE = 0.75  # ... and of a longer stage, this share of its steps
MOST_CONTENT = 1.2  # times the content loss of the untouched network, for a style to be kept
MOST_EXAM_CONTENT = 1.09  # the same of the content error of an exam
PULL = 0.1  # weight of the squared relative distance from the network's own weights
MAX_GRADIENT_NORM = 1.0
AVERAGE = 0.95  # share of itself that the average of the weights keeps at each step
_MEASURED = {"total", "style", "content"}  # losses that decide what is kept
MOST_SETBACKS = 4  # steps whose numbers blew up, before a run is given up
BETAS = (0.9, 0.99)  # decay of Adam's moments per step
EPSILON = 1e-10  # of Adam: gradients of a style vector are small


class Tuner:
    """Fine-tunes to one style. `save` writes `state`, `resume` reads it; `references` are what it learns from."""

    def __init__(
        self,
        network: LiveNetwork,
        loss: PaintingLoss,
        references: References,
        photos: Photos,
        validator: Validator | Exam,
        settings: TuneSettings,
        identity: str = "",
        from_scratch: tuple[str, ...] = (),
        validate_every: int | None = None,
        painting: LivePainting | None = None,
        rival: Paint | None = None,
    ) -> None:
        """photos: to learn from. validator: on others. identity: of the run, see TuningState.

        from_scratch: the names of weights that are random: all of them learn, without a pull to those of before and
        without early stopping; there is no stage of the vector alone.
        validate_every: steps between two validations; None for VALIDATE_EVERY.
        painting: how the network paints, if not straight after the vector. rival: who paints without a lesson; what
        is learnt has to be better than that, and than the network is before.
        """
        self.references = references
        self._loss, self._photos, self._validator, self._rival = loss, photos, validator, rival
        self._settings, self._from_scratch = settings, from_scratch
        self._validate_every = VALIDATE_EVERY if validate_every is None else validate_every
        self._network = copy.deepcopy(network).requires_grad_(False)
        self._painting: VectorPainter | LivePainting = VectorPainter(self._network)
        if painting is not None:
            self._painting = painting.with_network(self._network)
        weights = {VECTOR: references.vector.clone()}
        groups: tuple[tuple[str, ...], ...] = ()
        if settings.is_deep:
            known = dict(self._network.named_parameters())
            groups = (from_scratch,) if from_scratch else learnable_groups(network)
            weights |= {name: known[name].detach().clone() for group in groups for name in group}
        self._schedule = LearningSchedule(settings, groups, bool(from_scratch))
        self._base = _copies(weights)
        draws = torch.Generator().manual_seed(settings.seed).get_state()
        self.state = TuningState(identity, draws, weights, _copies(weights), _copies(weights))
        self._weights, self.state.photo_weight = loss.weights, loss.weights.structure
        if from_scratch or not settings.vector_steps:
            self.state.stage = "layers"
        self._start_optimizer()

    def resume(self, path: Path) -> None:
        """Continue from what `save` wrote. Raises StudioError if it is missing, damaged, or of another run."""
        state = TuningState.read(path, self.state.weights, self.state.identity)
        lacks = bool(state.step) and not (state.base.keys() & state.best_losses.keys() >= _MEASURED)
        if state.setbacks > MOST_SETBACKS or lacks or state.base.get("style") == 0:
            raise damaged(path)
        self.state = state
        self._start_optimizer()
        try:
            load_optimizer_tensors(self._optimizer, self._learnt, state.optimizer)
        except ValueError as error:
            raise damaged(path) from error

    def save(self, path: Path) -> None:
        """Write all that `resume` needs. Raises PictureError if the disk refuses."""
        self.state.optimizer = optimizer_tensors(self._optimizer, self._learnt)
        self.state.write(path)

    @property
    def is_over(self) -> bool:
        """Whether all stages have ended."""
        return self.state.stage == "over"

    @property
    def gain(self) -> LessonGain | None:
        """What is best so far, beside the picture without a lesson."""
        return gain_over(self.state.base, self.state.best_losses)

    @property
    def progress(self) -> float:
        """Share of what was planned, 0 to 1; a stage that ended early counts as done."""
        state, settings = self.state, self._settings
        if self.is_over:
            return 1.0
        before = settings.vector_steps if state.stage == "layers" and not self._from_scratch else 0
        return (before + state.stage_step) / settings.all_steps

    def run(self) -> Generator[TrainingStep | None, None, None]:
        """Learn; yields None between pieces of a step, and a TrainingStep after it, when `state` may be saved.

        Raises EngineError if the numbers blow up again and again; what was best stays best.
        """
        state, plan = self.state, self._settings
        if not state.base:
            state.base = yield from self._validate_untaught()
            state.best_losses = dict(state.base)
            state.training_log.append(TrainingStep(0, plan.all_steps, state.base, state.base, is_best=True))
            yield state.training_log[-1]
        while not self.is_over:
            losses, seconds = yield from timed(self._step())
            state.seconds += seconds
            held_out, is_best = None, False
            if losses and (state.stage_step % self._validate_every == 0 or state.stage_step == self._stage_steps):
                held_out, seconds = yield from timed(self._validate())
                state.seconds += seconds
                is_best = self._compare(held_out)
            has_stalled = state.worse >= self._patience and not self._from_scratch
            if state.stage_step >= self._stage_steps or has_stalled:
                self._end_stage()
            if losses:  # a run can be resumed from here: no step is half done
                state.training_log.append(TrainingStep(state.step, plan.all_steps, losses, held_out, is_best))
                yield state.training_log[-1]

    def paint(self, content: Tensor, weights: Mapping[str, Tensor] | None = None) -> Tensor:
        """The picture in the best style so far, or with other weights. Shapes: (1, 3, H, W) in [0, 1] -> the same."""
        with torch.no_grad():
            painted = self._paint(content, self.state.best if weights is None else weights)
            if isinstance(self._painting, LivePainting):
                painted = run_to_end(self._painting.finish(content, painted))
        return painted

    def best_network(self) -> LiveNetwork:
        """A copy of the network with the best weights."""
        network = copy.deepcopy(self._network)
        layers = {name: tensor for name, tensor in self.state.best.items() if name != VECTOR}
        network.load_state_dict(layers, strict=False)
        return network.requires_grad_(False)

    @property
    def _stage_steps(self) -> int:
        return self._schedule.steps(self.state.stage)

    @property
    def _patience(self) -> float:
        """After how many validations without a better one the stage ends."""
        return max(PATIENCE, PATIENT_SHARE * self._stage_steps / self._validate_every)

    def _paint(self, content: Tensor, weights: Mapping[str, Tensor]) -> Tensor:
        layers = {f"network.{name}": tensor for name, tensor in weights.items() if name != VECTOR}
        arguments = (content.contiguous(memory_format=torch.channels_last), weights[VECTOR])
        painted: Tensor = torch.func.functional_call(self._painting, layers, arguments)
        return painted

    def _step(self) -> Generator[None, None, dict[str, float]]:
        """One step; its losses, or {} if its numbers blew up and it was taken back."""
        state, settings = self.state, self._settings
        self._unfreeze()
        draws = torch.Generator()
        draws.set_state(state.draws)
        numbers = torch.randint(len(self._photos), (settings.batch,), generator=draws).tolist()
        crops, content = yield from self._photos.take(numbers)
        with torch.enable_grad():
            painted = self._paint(crops, state.weights)
            if isinstance(self._painting, LivePainting):
                painted = self._painting.to_learn(crops, painted)
        yield
        self._weigh_photo(content)
        result = yield from self._loss.compute(painted.detach(), self.references.mean, content)
        assert result.gradient is not None
        torch.autograd.backward(painted, result.gradient)
        losses = means(result)
        state.draws = draws.get_state()
        length = float(nn.utils.clip_grad_norm_(self._learnt.values(), MAX_GRADIENT_NORM))
        if not all(math.isfinite(value) for value in (*losses.values(), length)):
            self._take_back()
            return {}
        if LOST in content:
            share = lost_share(result.losses["content"] / state.photo_weight, content[LOST])
            state.photo_lost = DECAY * (state.photo_lost or share) + (1 - DECAY) * share
            state.photo_weight = next_weight(state.photo_weight, state.photo_allowed, share)
        self._pull()
        factor = self._schedule.factor(state.stage, state.stage_step)
        for group in self._optimizer.param_groups:
            group["lr"] = group["initial_lr"] * factor
        self._optimizer.step()
        self._optimizer.zero_grad()
        state.step, state.stage_step = state.step + 1, state.stage_step + 1
        self._average()
        return losses

    def _weigh_photo(self, content: Mapping[str, Tensor]) -> None:
        """Let the loss weigh the photo as the steps before have found it right, where it is known what may be lost."""
        if LOST in content:
            factor = self.state.photo_weight / self._weights.structure
            self._loss.weights = replace(
                self._weights, structure=self.state.photo_weight, matched=factor * self._weights.matched
            )

    @torch.no_grad()
    def _pull(self) -> None:
        """Add to the gradients the pull of the layers towards the network's own weights."""
        if self._from_scratch:
            return
        for name, weight in self._learnt.items():
            if name != VECTOR:
                base = self._base[name]
                assert weight.grad is not None
                weight.grad += (2 * PULL) * (weight - base) / base.square().sum().clamp_min(1e-6)

    @torch.no_grad()
    def _average(self) -> None:
        """Take the weights of this step into their average."""
        state = self.state
        learning = [state.weights[name] for name in self._learnt]
        average_into([state.average[name] for name in self._learnt], learning, state.stage_step, AVERAGE)

    def _start_optimizer(self) -> None:
        """Adam without a past over what learnt in the step before the one the stage is at."""
        for weight in self.state.weights.values():
            weight.requires_grad_(False)
        self._learnt: dict[str, Tensor] = {}
        names = self._schedule.names_at(self.state.stage, max(0, self.state.stage_step - 1))
        self._optimizer = Adam([self._learning(name) for name in names], betas=BETAS, eps=EPSILON)

    def _unfreeze(self) -> None:
        """Let Adam have what learns from this step of the stage on."""
        for name in self._schedule.names_at(self.state.stage, self.state.stage_step):
            if name not in self._learnt:
                self._optimizer.add_param_group(self._learning(name))

    def _learning(self, name: str) -> dict[str, Any]:
        """The parameter group of a weight, which has a rate of its own."""
        self._learnt[name] = self.state.weights[name].requires_grad_(True)
        rate = self._schedule.rate(name, self.state.stage, self.state.setbacks)
        return {"params": [self._learnt[name]], "initial_lr": rate}

    def _validate_untaught(self) -> Generator[None, None, dict[str, float]]:
        """The errors to be beaten: those of the rival, with the style of the network before where that is nearer."""
        own = yield from self._validate()
        if self._rival is None:
            return own
        found = yield from self._validate(self._rival)
        return found if found["style"] <= own["style"] else own | {"content": found["content"]}

    def _validate(self, paint: Paint | None = None) -> Generator[None, None, dict[str, float]]:
        """The errors of another painter, or of the weights as they are on an average by now."""
        own: Paint = lambda crop: self.paint(crop, self.state.average)  # noqa: E731
        return (yield from self._validator.validate(paint or own))

    def _compare(self, held_out: Mapping[str, float]) -> bool:
        """Whether this validation is the best so far; it is not where the content loss has grown too much."""
        state = self.state
        if not all(math.isfinite(value) for value in held_out.values()):
            self._take_back()
            return False
        most = MOST_CONTENT
        if isinstance(self._validator, Exam):
            most = MOST_EXAM_CONTENT
            if state.photo_lost:
                share = held_out["content"] / state.base["content"]
                state.photo_allowed = next_allowed(state.photo_allowed, state.photo_lost, share)
        keeps_photo = self._from_scratch or held_out["content"] <= most * state.base["content"]
        if keeps_photo and held_out["total"] < (1 - LEAST_STEP) * state.best_losses["total"]:
            state.best = _copies(state.average)
            state.best_losses, state.best_step, state.worse = dict(held_out), state.step, 0
            return True
        state.worse += 1
        return False

    def _take_back(self) -> None:
        state = self.state
        state.setbacks += 1
        if state.setbacks > MOST_SETBACKS:
            raise EngineError("The numbers blew up while learning.", "Choose a lower learning rate, or other pictures.")
        self._restart_from_best()

    def _end_stage(self) -> None:
        state = self.state
        state.stage = "layers" if state.stage == VECTOR and self._settings.is_deep else "over"
        state.stage_step, state.worse = 0, 0
        self._restart_from_best()

    def _restart_from_best(self) -> None:
        self.state.weights, self.state.average = _copies(self.state.best), _copies(self.state.best)
        self._start_optimizer()


def _copies(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in weights.items()}
