"""Training of a Live network for arbitrary styles, as a generator of steps; on one device or on many.

Of the larger network the second one learns, on top of a small one that stays as it is. Both learn by what Live shows:
they are given the photo as Live gives it to them, and their picture is judged with the style's fine contrasts.
"""

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
from studio.engine.feed_forward.flat_regions import deband
from studio.engine.feed_forward.lattice import without_lattice
from studio.engine.feed_forward.strength import band_share
from studio.engine.losses.band_statistics import BandCovariances, blend_bands, match_bands_to_learn
from studio.engine.losses.painting_loss import (
    MOMENTS,
    PIXELS,
    STARTED,
    STRUCTURE_LAYERS,
    PaintingLoss,
    PaintingWeights,
    coarse_cells,
    thinned_moments,
)
from studio.engine.losses.statistics import Moments, blend_moments
from studio.engine.networks.fine_network import FineNetwork, LiveNetwork, RefinementNetwork, VectorPainter
from studio.engine.networks.style_network import VECTOR, StyleNetwork
from studio.engine.networks.vgg import Encoder
from studio.engine.train.augmentation import AugmentedViews, between, seeded
from studio.engine.train.checkpoint import TrainingState
from studio.engine.train.distributed import ProcessGroup
from studio.engine.train.optimizer import make_scheduler
from studio.engine.train.validation import Validator

BLENDED = 0.25  # of the pictures are painted in a mix of two styles
REACH = 0.92  # of the way from the photo's vector to the style's: about as Live goes by itself
DROPPED = 0.1  # of the numbers of descriptors: there are fewer works to learn from than ways to tell them apart
FULL = 0.8  # of the pictures are painted so; the others anywhere between photo and style, to learn Strength
MAX_GRADIENT_NORM = 1.0
MOST_CONTENT = 1.15  # times the content error before training; with more, a network is not the best
_STEP = 5  # stream of random numbers


@dataclass(frozen=True)
class Batch:
    """What one step paints.

    photos: (B, 3, crop, crop). vectors: of the styles, (B, N). features: of the photos to keep, by layer, (B, C, h, w).
    moments: to reach, by layer, (B, C) and (B, C, C). bands: of each picture's style, and how much it gets of them.
    """

    photos: Tensor
    vectors: Tensor
    features: Mapping[str, Tensor]
    moments: Mapping[str, Moments]
    bands: tuple[tuple[BandCovariances, float], ...]


class Trainer:
    """One run. Each step draws by its number alone, so a resumed run is the same as one that never stopped."""

    def __init__(
        self,
        plan: TrainingPlan,
        group: ProcessGroup,
        network: LiveNetwork,
        small: StyleNetwork,
        encoder: Encoder,
        views: AugmentedViews,
        validator: Validator | None,
        state: TrainingState,
    ) -> None:
        """small: the small network before any step, whose coarse colours are kept. validator: None where none is due.

        state: fresh or from a checkpoint, of this network; of a larger one of the part that learns, its second network.
        """
        self._plan, self._group, self._views, self._validator = plan, group, views, validator
        self._small, self._encoder, self.state = small.requires_grad_(False), encoder, state
        network.requires_grad_(False)
        self._parameters = tuple(state.network.requires_grad_(True).train().parameters())
        self._averaged = self._with_average(network)
        self._scheduler = make_scheduler(state.optimizer, plan, state.step)
        self._painting = group.wrap_ddp(VectorPainter(network))
        self._loss = PaintingLoss(encoder, PaintingWeights(structure=plan.content_weight))
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
        """The network with the averaged weights in the place of those that learn."""
        average = self.state.average.module
        if isinstance(network, FineNetwork):
            return FineNetwork(network.live, cast(RefinementNetwork, average))
        return cast(StyleNetwork, average)

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
        batch, small = self._draw(shard), self._small
        given = deband(batch.photos)  # laid out as they are
        with torch.no_grad():
            started = without_lattice(small(given, small.conditions(batch.vectors[:, :VECTOR])))
        content = {**batch.features, PIXELS: batch.photos, STARTED: coarse_cells(started)}
        with self._autocast:
            painted = self._painting(given, batch.vectors).float()
        painted = match_bands_to_learn(without_lattice(painted), batch.bands)
        result = run_to_end(self._loss.compute(painted.detach(), batch.moments, content))
        assert result.gradient is not None
        torch.autograd.backward(painted, result.gradient * share)
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
        contents, vectors, wanted, bands = [], [], [], []
        for number in torch.randint(views.content_count, (plan.batch,), generator=draws).tolist():
            photo = views.content(number)
            vector, moments, of_style = self._draw_style(draws)
            amount = 1.0 if between(0, 1, draws) < FULL else between(0, 1, draws)
            contents.append(photo)
            vectors.append(_with_gaps(torch.lerp(photo.vector, vector, REACH * amount), draws))
            wanted.append(moments if amount == 1 else self._blended(photo.image, moments, amount))
            bands.append((of_style, band_share(amount)))
        return Batch(
            photos=torch.cat([photo.image for photo in contents]).contiguous(memory_format=torch.channels_last),
            vectors=torch.cat(vectors),
            features={layer: torch.cat([photo.features[layer] for photo in contents]) for layer in STRUCTURE_LAYERS},
            moments={
                layer: Moments(*(torch.stack(part) for part in zip(*(each[layer] for each in wanted), strict=True)))
                for layer in MOMENTS
            },
            bands=tuple(bands),
        )

    def _draw_style(self, draws: torch.Generator) -> tuple[Tensor, dict[str, Moments], BandCovariances]:
        """A style, or a mix of two: of their vectors, of their moments and of their bands."""
        count = 2 if between(0, 1, draws) < BLENDED else 1
        numbers = torch.randint(self._views.style_count, (count,), generator=draws).tolist()
        share = between(0.2, 0.8, draws) if count == 2 else 1.0
        parts, shares = [self._views.style(number) for number in numbers], [share, 1 - share][:count]
        vector = torch.stack([part.vector * weight for part, weight in zip(parts, shares, strict=True)]).sum(0)
        exact = [
            {layer: Moments(part.mean.float(), part.covariance.float()) for layer, part in view.moments.items()}
            for view in parts
        ]
        moments = {layer: blend_moments([one[layer] for one in exact], shares) for layer in exact[0]}
        return vector, moments, blend_bands([part.bands for part in parts], shares)

    @torch.no_grad()
    def _blended(self, photo: Tensor, moments: Mapping[str, Moments], share: float) -> dict[str, Moments]:
        """The moments of a picture that is a style in this share, and the photo in the rest."""
        seen = self._encoder(photo, tuple(MOMENTS))
        own = {layer: Moments(*(part[0] for part in thinned_moments(seen[layer], layer))) for layer in MOMENTS}
        return {layer: blend_moments([own[layer], moments[layer]], [1 - share, share]) for layer in MOMENTS}


def _with_gaps(vector: Tensor, draws: torch.Generator) -> Tensor:
    """The vector with some numbers of its descriptor dropped, the others larger for it. Shapes: (1, N) -> (1, N)."""
    described = vector[:, VECTOR:]
    kept = torch.rand(described.shape, generator=draws).to(described.device) >= DROPPED
    return torch.cat((vector[:, :VECTOR], described * kept / (1 - DROPPED)), 1)


def _style_error(errors: Mapping[str, float]) -> float:
    """The error that the best network is chosen by: of style and colours."""
    return errors["style"] + errors["color"]
