"""Fine-tuning of head and last stages: discriminative rates, augmentation, and an end where nothing gets better.

Sources: Howard & Ruder 2018, "Universal Language Model Fine-tuning" (a lower rate for each stage before), Loshchilov &
Hutter 2019 (AdamW), Szegedy et al. 2015 (label smoothing).
"""

from __future__ import annotations

import copy
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from studio.core.classifier.measures import Classes, softmax
from studio.core.classifier.settings import ClassifierSettings
from studio.core.curator.assessment import mean_loss
from studio.engine.curator.tuned_network import TunedNetwork, by_size
from studio.engine.curator.views import View, stack

SMOOTHING = 0.05  # of labels
_DECAY = 0.01
_SLOWER = 0.5  # times the rate of the stage behind
_VALIDATED = 0.2  # share of the works learnt from that tell when to end


@dataclass(frozen=True)
class EpochResult:
    """What an epoch came to; None where nothing was held out."""

    epoch: int
    loss: float
    held_out_loss: float | None
    held_out_accuracy: float | None
    is_best: bool


@dataclass(frozen=True)
class TuningSet:
    """What is learnt from: whole pictures, their other views, and their classes."""

    whole: Sequence[View]
    crops: Sequence[Sequence[View]]
    classes: Classes

    def only(self, places: np.ndarray) -> TuningSet:
        """Those at some places."""
        return TuningSet([self.whole[n] for n in places], [self.crops[n] for n in places], self.classes[places])


def tune(
    network: TunedNetwork,
    learnt: TuningSet,
    held_out: TuningSet | None,
    settings: ClassifierSettings,
    epochs: int,
    seed: int,
) -> Generator[EpochResult | None, None, int]:
    """Fine-tune in place; yields after each batch, and each epoch's result. Returns the epoch that was best.

    With something held out it ends early, and the network is left as it was best, which may be as it came (0); else
    it learns for all epochs.
    """
    draw = np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(_groups(network, settings), weight_decay=_DECAY)
    best_epoch, best_loss, best = 0, float("inf"), None
    if held_out is not None:
        best_loss, _ = yield from validate(network, held_out)
        best = copy.deepcopy(network.state_dict())
    for epoch in range(1, epochs + 1):
        losses = []
        order = draw.permutation(len(learnt.classes))
        for start in range(0, len(order), settings.batch):
            places = order[start : start + settings.batch]
            losses.append(_step(network, optimizer, learnt, places, draw))
            yield None
        loss = accuracy = None
        is_best = False
        if held_out is not None:
            loss, accuracy = yield from validate(network, held_out)
            is_best = loss < best_loss
            if is_best:
                best_epoch, best_loss, best = epoch, loss, copy.deepcopy(network.state_dict())
        yield EpochResult(epoch, float(np.mean(losses)), loss, accuracy, is_best)
        if held_out is not None and epoch - best_epoch >= settings.patience:
            break
    if best is not None:
        network.load_state_dict(best)
        return best_epoch
    return epochs


def validate(network: TunedNetwork, held_out: TuningSet) -> Generator[None, None, tuple[float, float]]:
    """Mean cross-entropy and accuracy on whole pictures; yields now and then."""
    features = torch.from_numpy((yield from network.all_features(held_out.whole))).to(network.device)
    with torch.no_grad():
        scores = network.scores(features).cpu().double().numpy()
    return mean_loss(softmax(scores), held_out.classes), float((scores.argmax(1) == held_out.classes).mean())


def validation_places(classes: Classes, works: Sequence[str], seed: int) -> np.ndarray:
    """Which pictures tell when to end: about a fifth of the works, of classes that have two left to learn from.

    Shape: (N,) of bool.
    """
    draw = np.random.default_rng(seed)
    names = np.array(works)
    chosen: set[str] = set()
    for number in np.unique(classes):
        own = np.unique(names[classes == number])
        draw.shuffle(own)
        chosen.update(own[: max(1, round(_VALIDATED * len(own)))] if len(own) >= 3 else ())
    return np.isin(names, list(chosen))


def _step(
    network: TunedNetwork,
    optimizer: torch.optim.Optimizer,
    learnt: TuningSet,
    places: np.ndarray,
    draw: np.random.Generator,
) -> float:
    """One batch, each picture as a whole or in one of its crops."""
    views = []
    for place in places:
        crops = learnt.crops[place]
        number = int(draw.integers(len(crops) + 1))
        views.append(crops[number - 1] if number else learnt.whole[place])
    labels = torch.from_numpy(learnt.classes[places]).to(network.device)
    optimizer.zero_grad()
    total = 0.0
    for group in by_size(views):
        scores: Tensor = network(*stack([views[place] for place in group], network.device))
        loss = functional.cross_entropy(scores, labels[group], label_smoothing=SMOOTHING, reduction="sum") / len(places)
        loss.backward()  # type: ignore[no-untyped-call]
        total += float(loss.detach())
    optimizer.step()
    return total


def _groups(network: TunedNetwork, settings: ClassifierSettings) -> list[dict[str, object]]:
    groups: list[dict[str, object]] = [{"params": [network.weight, network.bias], "lr": settings.head_rate}]
    rate = settings.block_rate
    for stage in reversed(network.stages):
        groups.append({"params": list(stage.parameters()), "lr": rate})
        rate *= _SLOWER
    return groups
