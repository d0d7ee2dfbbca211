"""Training of the Live network for arbitrary styles, as a generator of steps; on one device or on many."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from studio.core.generators import run_to_end
from studio.core.training.training_plan import TrainingNews, TrainingPlan
from studio.engine.losses.losses import LossWeights, relative_moments_loss
from studio.engine.losses.statistics import Moments, batch_moments, blend_moments, total_variation
from studio.engine.losses.training_loss import TrainingLoss, distance
from studio.engine.networks.fine_network import LiveNetwork, VectorPainter
from studio.engine.networks.style_network import StyleNetwork
from studio.engine.networks.vgg import Encoder
from studio.engine.train.augmentation import PIXELS, AugmentedViews, between, seeded
from studio.engine.train.checkpoint import TrainingState
from studio.engine.train.distributed import ProcessGroup
from studio.engine.train.optimizer import make_scheduler
from studio.engine.train.validation import Validator

STYLE_LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")
CONTENT_LAYERS = {"relu3_3": 0.5, "relu4_2": 0.5}  # shares of the content weight
BLENDED = 0.25  # of the pictures are painted in a mix of two styles
IDENTITY = 0.05  # of the steps paint each photo in its own style
IDENTITY_WEIGHT = 10.0  # of the mean squared error of pixels in those steps
SMOOTHNESS = 0.01  # weight of the total variation as a share of the photo's
COLOR = 0.3  # weight of the colours' mean and covariance: by the layers alone, bright colours go dull first
MAX_GRADIENT_NORM = 5.0
MOST_CONTENT = 1.15  # times the content error before training; with more, a network is not the best
_STEP, _KIND = 3, 4  # streams of random numbers


@dataclass(frozen=True)
class Batch:
    """What one step paints.

    images: (B, 3, crop, crop). features: to keep, by layer, (B, C, h, w). vectors: of the styles, (B, N).
    moments: to reach, by layer and of PIXELS, (B, C) and (B, C, C); {} where each photo is its own style.
    """

    images: Tensor
    features: dict[str, Tensor]
    vectors: Tensor
    moments: dict[str, Moments]

    @property
    def is_identity(self) -> bool:
        """Whether the output is to equal the photos."""
        return not self.moments


class Trainer:
    """One run. Each step draws by its number alone, so a resumed run is the same as one that never stopped."""

    def __init__(
        self,
        plan: TrainingPlan,
        group: ProcessGroup,
        network: LiveNetwork,
        encoder: Encoder,
        views: AugmentedViews,
        validator: Validator | None,
        state: TrainingState,
    ) -> None:
        """validator: None for a process that does not validate.

        state: fresh or from a checkpoint, of this network; of a larger one of the part that learns, its second network.
        """
        self._plan, self._group, self._views, self._validator = plan, group, views, validator
        self.state = state
        self._parameters = tuple(state.network.requires_grad_(True).train().parameters())
        self._averaged = self._with_average(network)
        self._scheduler = make_scheduler(state.optimizer, plan, state.step)
        self._painting = group.wrap_ddp(VectorPainter(network))
        weights = {layer: share * plan.content_weight for layer, share in CONTENT_LAYERS.items()}
        self._loss = TrainingLoss(encoder, LossWeights(1.0, weights, SMOOTHNESS), is_rooted=True)
        self._autocast = torch.autocast(group.device.type, torch.bfloat16, enabled=encoder.dtype == torch.bfloat16)

    def run(self) -> Generator[TrainingNews, None, None]:
        """Steps up to the last; a validation before the first, every so often and after the last."""
        state, plan = self.state, self._plan
        if state.step == 0:
            yield self._news({}, self.validate())
        while state.step < plan.steps:
            started = time.perf_counter()
            losses = self._step()
            is_due = state.step % plan.validate_every == 0 or state.step == plan.steps
            validation = self.validate() if is_due else None
            state.seconds += time.perf_counter() - started
            yield self._news(losses, validation)

    def paint(self, content: Tensor, vector: Tensor) -> Tensor:
        """A picture by the averaged weights as they are now. Shapes: (B, 3, H, W), (B or 1, N) -> (B, 3, H, W)."""
        with torch.no_grad(), self._autocast:
            painted: Tensor = self._averaged(content, self._averaged.conditions(vector))
            return painted.float()

    def validate(self) -> dict[str, float] | None:
        """The errors of the averaged weights, which are kept if they are the best; None without a validator."""
        if self._validator is None:
            return None
        state = self.state
        errors = self._validator.validate(self.paint)
        if not state.base_errors:
            state.base_errors = state.best_errors = errors
        keeps_photo = errors["content"] <= MOST_CONTENT * state.base_errors["content"]
        if keeps_photo and _style_error(errors) < _style_error(state.best_errors):
            state.best = {name: tensor.clone() for name, tensor in state.average.module.named_parameters()}
            state.best_errors, state.best_step = errors, state.step
        return errors

    def _news(self, losses: dict[str, float], validation: dict[str, float] | None) -> TrainingNews:
        state = self.state
        is_best = validation is not None and state.best_step == state.step
        return TrainingNews(state.step, self._plan.steps, losses, validation, is_best, state.skipped, state.seconds)

    def _with_average(self, network: LiveNetwork) -> LiveNetwork:
        """The network with the averaged weights."""
        return cast(StyleNetwork, self.state.average.module)

    def _descend_all(self) -> Mapping[str, Tensor]:
        """Paint a batch and leave the gradients at the parameters; the losses of what this process painted.

        A process that does the work of several, because the run was begun by more, paints their shards in turn.
        """
        *others, last = self._group.shards(self.state.processes)
        share, found = 1 / (len(others) + 1), []
        for shard in others:
            with self._group.accumulate(self._painting):
                found.append(self._descend(shard, share))
        found.append(self._descend(last, share))  # here gradients are averaged over the processes
        return {name: torch.cat([losses[name].reshape(-1) for losses in found]) for name in found[0]}

    def _descend(self, shard: int, share: float) -> Mapping[str, Tensor]:
        """Paint a shard of a batch and add this share of its gradients; the losses of its pictures."""
        batch = self._draw(shard)
        with self._autocast:
            painted = self._painting(batch.images, batch.vectors).float()
        layers = {layer: target for layer, target in batch.moments.items() if layer != PIXELS}
        result = run_to_end(self._loss.compute(painted.detach(), layers, batch.features))
        assert result.gradient is not None
        leaf = painted.detach().requires_grad_()
        extra = SMOOTHNESS * total_variation(leaf) / total_variation(batch.images).clamp_min(1e-4)
        if batch.is_identity:
            extra = extra + IDENTITY_WEIGHT * (leaf - batch.images).square().mean()
        else:
            color_difference = relative_moments_loss(batch_moments(leaf), batch.moments[PIXELS])
            extra = extra + COLOR * distance(color_difference).mean()
        (gradient,) = torch.autograd.grad(extra, leaf)
        painted.backward((result.gradient + gradient) * share)
        return result.losses

    def _step(self) -> dict[str, float]:
        """One step; its losses, or {} if its numbers blew up and it was skipped."""
        state = self.state
        found = self._descend_all()
        length = float(nn.utils.clip_grad_norm_(self._parameters, MAX_GRADIENT_NORM))
        state.step += 1
        is_sound = math.isfinite(length)  # the same in all processes
        if not is_sound:
            state.skipped += 1
            state.optimizer.zero_grad()  # without gradients the step below changes nothing but the learning rate
        state.optimizer.step()
        self._scheduler.step()
        state.optimizer.zero_grad()
        if is_sound:
            state.average.update_parameters(state.network)
        losses = {name: float(values.mean()) for name, values in found.items()}
        return losses | {"gradient": length} if is_sound else {}

    def _draw(self, shard: int) -> Batch:
        plan, views = self._plan, self._views
        draws = seeded(plan.seed, _STEP, self.state.step, shard)
        photos = torch.randint(views.content_count, (plan.batch,), generator=draws).tolist()
        contents = [views.content(number) for number in photos]
        images = torch.cat([view.image for view in contents]).contiguous(memory_format=torch.channels_last)
        features = {layer: torch.cat([view.features[layer] for view in contents]) for layer in CONTENT_LAYERS}
        if between(0, 1, seeded(plan.seed, _KIND, self.state.step)) < IDENTITY:
            vectors = torch.cat([view.vector for view in contents])
            return Batch(images, features, vectors, {})
        targets = [self._draw_style(draws) for _ in range(plan.batch)]
        moments = {
            layer: Moments(*(torch.stack(part) for part in zip(*(each[layer] for _, each in targets), strict=True)))
            for layer in (*STYLE_LAYERS, PIXELS)
        }
        return Batch(images, features, torch.cat([vector for vector, _ in targets]), moments)

    def _draw_style(self, draws: torch.Generator) -> tuple[Tensor, dict[str, Moments]]:
        """A style, or a mix of two: of their vectors and of their moments."""
        count = 2 if between(0, 1, draws) < BLENDED else 1
        numbers = torch.randint(self._views.style_count, (count,), generator=draws).tolist()
        share = between(0.2, 0.8, draws) if count == 2 else 1.0
        parts, shares = [self._views.style(number) for number in numbers], [share, 1 - share][:count]
        vector = torch.stack([part.vector * weight for part, weight in zip(parts, shares, strict=True)]).sum(0)
        exact = [
            {layer: Moments(part.mean.float(), part.covariance.float()) for layer, part in view.moments.items()}
            for view in parts
        ]
        return vector, {layer: blend_moments([one[layer] for one in exact], shares) for layer in exact[0]}


def _style_error(errors: Mapping[str, float]) -> float:
    """The error that the best network is chosen by: of style and colours."""
    return errors["style"] + errors["color"]
