"""The part of a classifier that learns: the last stages of MobileNetV2 and the head, from activations to scores."""

from __future__ import annotations

import copy
from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from studio.core.classifier.linear_head import LinearHead
from studio.core.classifier.tuned_block import LAST, TunedBlock
from studio.core.engine_api.features import STYLE_LAYERS
from studio.engine.curator.views import Rows, View, stack, stage_name

_LEAST = 1e-8  # below it a root's slope is taken for 0: it would be endless
_AT_ONCE = 64  # views


class TunedNetwork(nn.Module):
    """Copies of the stages from `first` on, and a head; it starts as what it is made of.

    Statistics of batch normalisation stay as they are: batches are small, and pictures are seen one at a time later.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, stages: nn.Module, first: int, head: LinearHead, device: torch.device) -> None:
        """stages: all of the network's, which are not changed."""
        super().__init__()
        self.first = first
        children = list(stages.children())
        self.stages = nn.ModuleList(copy.deepcopy(children[number]) for number in range(first, LAST + 1))
        self.weight = nn.Parameter(torch.from_numpy(np.array(head.weight)))
        self.bias = nn.Parameter(torch.from_numpy(np.array(head.bias)))
        self.register_buffer("mean", torch.from_numpy(np.array(head.mean)))
        self.register_buffer("scale", torch.from_numpy(np.array(head.scale)))
        self.requires_grad_(True).eval()
        self.to(device)

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self.weight.device

    def forward(self, rows: Tensor, activations: Tensor) -> Tensor:
        """Scores. Shapes: (B, P), (B, C, h, w) -> (B, classes)."""
        return self.scores(self.features(rows, activations)[0])

    def features(self, rows: Tensor, activations: Tensor) -> tuple[Tensor, Tensor]:
        """All features (B, D) as a head is given, and the last activations (B, 1280, h, w)."""
        parts, current = [rows], activations
        for number, stage in enumerate(self.stages, start=self.first):
            current = stage(current)
            if stage_name(number) in STYLE_LAYERS:
                flat = current.flatten(2)
                parts += [flat.mean(2), flat.std(2)]
        return torch.cat(parts, 1), current

    def scores(self, features: Tensor) -> Tensor:
        """As `LinearHead.scores`. Shapes: (B, D) -> (B, classes)."""
        size = features.abs()
        roots = torch.where(size > _LEAST, features.sign() * size.clamp_min(_LEAST).sqrt(), 0.0)
        return (roots - self.mean) * self.scale @ self.weight + self.bias

    def all_features(self, views: Sequence[View]) -> Generator[None, None, Rows]:
        """Of views of any sizes; yields now and then. Shape: (N, D)."""
        found: list[Tensor | None] = [None] * len(views)
        for places in by_size(views):
            with torch.no_grad():
                features, _ = self.features(*stack([views[place] for place in places], self.device))
            for place, row in zip(places, features.cpu(), strict=True):
                found[place] = row
            yield
        return np.stack([row.numpy() for row in found if row is not None]).astype(np.float32)

    def block(self) -> TunedBlock:
        """The stages as they are now."""
        return TunedBlock(
            {
                f"features.{number}.{name}": parameter.detach().cpu().numpy().astype(np.float32).copy()
                for number, stage in enumerate(self.stages, start=self.first)
                for name, parameter in stage.named_parameters()
            }
        )

    def head(self, like: LinearHead, features: Rows, classes: np.ndarray) -> LinearHead:
        """The head as it is now; where classes lie is measured anew. features (N, D), classes (N,): learnt from."""
        points = like.standardised(features) @ like.basis.astype(np.float64)
        centers = np.stack([points[classes == number].mean(0) for number in range(len(like.classes))])
        weight, bias = (parameter.detach().cpu().numpy().astype(np.float32) for parameter in (self.weight, self.bias))
        return replace(like, weight=weight.copy(), bias=bias.copy(), centers=centers.astype(np.float32))


def by_size(views: Sequence[View]) -> list[list[int]]:
    """Places of views of one size, not too many at once."""
    groups: dict[torch.Size, list[int]] = {}
    for place, view in enumerate(views):
        groups.setdefault(view.activation.shape, []).append(place)
    return [places[start : start + _AT_ONCE] for places in groups.values() for start in range(0, len(places), _AT_ONCE)]
