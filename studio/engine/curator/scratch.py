"""The same network trained from nothing, with a short budget: what pretraining is worth."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from studio.core.classifier.measures import Classes
from studio.core.picture import Picture
from studio.core.resampling import resized
from studio.engine.curator.tuner import EpochResult
from studio.engine.vision.encoders import untrained_network

EDGE = 128  # px of the squares it sees
RATE = 1e-3


def train_from_scratch(
    pictures: Sequence[Picture],
    classes: Classes,
    is_held_out: np.ndarray,
    epochs: int,
    batch: int,
    seed: int,
    device: torch.device,
) -> Generator[EpochResult | None, None, np.ndarray]:
    """Train MobileNetV2 with a new last layer; yields after each batch, and each epoch's result.

    Returns the probabilities of those held out. Shapes: classes, is_held_out (N,); returns (held out, classes).
    """
    images = torch.from_numpy(np.stack([resized(picture.pixels, (EDGE, EDGE)) for picture in pictures]))
    images = images.permute(0, 3, 1, 2)
    labels = torch.from_numpy(classes)
    network = untrained_network("mobilenet_v2")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network.classifier = nn.Linear(1280, int(classes.max()) + 1)
    network.to(device)
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    draw = np.random.default_rng(seed)
    learnt, held = np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out)
    chances = np.zeros((len(held), int(classes.max()) + 1))
    best = float("inf")
    for epoch in range(1, epochs + 1):
        network.train()
        losses = []
        order = draw.permutation(learnt)
        for start in range(0, len(order) - 1, batch):  # one picture alone has no statistics
            places = torch.from_numpy(order[start : start + batch])
            seen = _input(images[places], device)
            seen = seen.flip(3) if draw.random() < 0.5 else seen
            loss = functional.cross_entropy(network(seen), labels[places].to(device))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            losses.append(float(loss.detach()))
            yield None
        network.eval()
        scores = []
        with torch.no_grad():
            for start in range(0, len(held), batch):
                scores.append(network(_input(images[held[start : start + batch]], device)).cpu())
                yield None
        found = torch.cat(scores)
        loss_held = float(functional.cross_entropy(found, labels[held]))
        chances = found.double().softmax(1).numpy()
        accuracy = float((found.argmax(1) == labels[held]).float().mean())
        is_best, best = loss_held < best, min(best, loss_held)
        yield EpochResult(epoch, float(np.mean(losses)), loss_held, accuracy, is_best)
    return chances


def _input(images: torch.Tensor, device: torch.device) -> torch.Tensor:
    """From bytes to about [-2, 2]."""
    return images.to(device).float().div(255).sub(0.45).div(0.225)
