"""Training of the larger Live network: of its second network alone, on what the small one paints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor

from studio.core.generators import run_to_end
from studio.core.training.training_plan import TrainingPlan
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
from studio.engine.networks.fine_network import FineNetwork, LiveNetwork, RefinementNetwork
from studio.engine.networks.style_network import VECTOR
from studio.engine.networks.vgg import Encoder
from studio.engine.train.augmentation import AugmentedViews, between, seeded
from studio.engine.train.checkpoint import TrainingState
from studio.engine.train.distributed import ProcessGroup
from studio.engine.train.trainer import Trainer
from studio.engine.train.validation import Validator

REACH = 0.92  # of the way from the photo's vector to the style's: about as Live goes by itself
DROPPED = 0.1  # of the numbers of descriptors: there are fewer works to learn from than ways to tell them apart
FULL = 0.8  # of the pictures are painted so; the others anywhere between photo and style, to learn Strength
_STEP = 5  # stream of random numbers


class FineTrainer(Trainer):
    """One run. The small network stays as it is."""

    def __init__(
        self,
        plan: TrainingPlan,
        group: ProcessGroup,
        network: FineNetwork,
        encoder: Encoder,
        views: AugmentedViews,
        validator: Validator | None,
        state: TrainingState,
    ) -> None:
        """As of Trainer. state: of the second network."""
        self._live, self._encoder = network.live.requires_grad_(False), encoder
        super().__init__(plan, group, network, encoder, views, validator, state)
        self._painting_loss = PaintingLoss(encoder, PaintingWeights(structure=plan.content_weight))

    def _with_average(self, network: LiveNetwork) -> LiveNetwork:
        assert isinstance(network, FineNetwork)
        return FineNetwork(network.live, cast(RefinementNetwork, self.state.average.module))

    def _descend(self, shard: int, share: float) -> Mapping[str, Tensor]:
        plan, views, live = self._plan, self._views, self._live
        draws = seeded(plan.seed, _STEP, self.state.step, shard)
        images, vectors, targets, features = [], [], [], []
        for number in torch.randint(views.content_count, (plan.batch,), generator=draws).tolist():
            view = views.content(number)
            vector, moments = self._draw_style(draws)
            amount = 1.0 if between(0, 1, draws) < FULL else between(0, 1, draws)
            vectors.append(_with_gaps(torch.lerp(view.vector, vector, REACH * amount), draws))
            targets.append(moments if amount == 1 else self._blended(view.image, moments, amount))
            images.append(view.image)
            features.append(view.features)
        photos, style = torch.cat(images).contiguous(memory_format=torch.channels_last), torch.cat(vectors)
        wanted = {
            layer: Moments(*(torch.stack(part) for part in zip(*(each[layer] for each in targets), strict=True)))
            for layer in MOMENTS
        }
        content = {layer: torch.cat([each[layer] for each in features]) for layer in STRUCTURE_LAYERS}
        with torch.no_grad():
            started = live(photos, live.conditions(style[:, : live.vector_length]))
            content |= {PIXELS: photos, STARTED: coarse_cells(started)}
        with self._autocast:
            painted = self._painting(photos, style).float()
        result = run_to_end(self._painting_loss.compute(painted.detach(), wanted, content))
        assert result.gradient is not None
        painted.backward(result.gradient * share)
        return result.losses

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
