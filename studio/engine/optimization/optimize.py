"""Finish: optimises the picture itself, coarse to fine, as a generator of snapshots."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from studio.core.engine_api.finish_memory import SMALLEST_TILE
from studio.core.engine_api.schedule import Stage, stages
from studio.core.errors import EngineError
from studio.engine.losses.objective import Evaluation, Objective
from studio.engine.networks.vgg import Encoder
from studio.engine.optimization.lbfgs import BoundedLBFGS
from studio.engine.optimization.preconditioner import Preconditioner
from studio.engine.optimization.targets import (
    FeatureCache,
    Painting,
    enlarged,
    enlarged_alone,
    first_image,
    make_objective,
    targets_at,
)
from studio.engine.runtime.device import is_out_of_memory, release_memory

RELAXATION = 1.4  # a step of length 1 is a little short here; measured from 0.8 to 1.6
PATIENCE = 8  # steps over which the loss has to improve ...
LEAST_IMPROVEMENT = 0.004  # ... by this share, else the stage ends early
BLOW_UP = 1.5  # a loss this many times the best so far is a step to take back
TRIES = 3  # steps taken back per stage before it ends with its best picture
SHORT_OF_MEMORY = "There is not enough memory"


@dataclass(frozen=True)
class Snapshot:
    """The picture after a step. progress: share of the whole work. losses: of exactly this image, weights applied."""

    image: Tensor
    step: int
    steps: int
    progress: float
    losses: dict[str, float] = field(default_factory=dict)
    note: str = ""


@torch.no_grad()
def finish(
    encoder: Encoder, painting: Painting, style_keys: tuple[str, ...], cache: FeatureCache
) -> Generator[Snapshot | None, None, Tensor]:
    """Paint; yields snapshots, None between pieces of a step, and returns the image (1, 3, H, W) in [0, 1].

    style_keys: a name per style, unique to its pixels; with it, `cache` remembers features from run to run.
    Where a size cannot be painted, the largest one that could is enlarged, and a snapshot's note says so. Raises
    EngineError if none could.
    """
    generator = torch.Generator().manual_seed(painting.recipe.seed)
    start_edge = None if painting.start is None else max(painting.start.shape[2:])
    plan = stages(max(painting.size), min(painting.size), painting.recipe.quality, start_edge)
    clock = _Clock(plan)
    painted = painting.start
    for number, stage in enumerate(plan):
        try:
            targets = targets_at(painting, stage.long_edge)
            if painted is None or number == 0:
                image = first_image(painting, targets, generator)
            else:
                image = enlarged(painting, painted, targets)
            yield clock.snapshot(image)
            objective = yield from make_objective(encoder, painting, targets, style_keys, cache)
            painted = yield from _descend(objective, image, stage, clock)
            continue
        except _StageError as failure:
            reason = str(failure)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            reason = SHORT_OF_MEMORY
        # outside the except clauses, whose traceback would keep the memory
        release_memory(encoder.device)
        if painted is None:
            raise EngineError(f"{reason} at {stage.long_edge} px.", "Try a smaller size, another style or strength.")
        note = f"{reason} at {stage.long_edge} px: painted at {max(painted.shape[2:])} px and enlarged."
        painted = enlarged_alone(painting, painted, painting.size)
        yield clock.snapshot(painted, note=note)
        break
    assert painted is not None
    return painted


class _StageError(Exception):
    """A size could not be painted, and why."""


class _Clock:
    """Counts steps and the work they are, over all stages."""

    def __init__(self, plan: tuple[Stage, ...]) -> None:
        self._steps = sum(stage.steps for stage in plan)
        self._cost = sum(stage.cost for stage in plan)
        self._step, self._spent = 0, 0.0

    def advance(self, stage: Stage, steps: int = 1) -> None:
        self._step += steps
        self._spent += stage.cost * steps / stage.steps

    def snapshot(self, image: Tensor, losses: dict[str, float] | None = None, note: str = "") -> Snapshot:
        progress = min(1.0, self._spent / self._cost)
        return Snapshot(image, self._step, self._steps, progress, losses or {}, note)


def _descend(
    objective: Objective, image: Tensor, stage: Stage, clock: _Clock
) -> Generator[Snapshot | None, None, Tensor]:
    """The best image of a stage. Every image that is shown or returned has been evaluated."""
    optimizer = BoundedLBFGS(_history(image), Preconditioner(), RELAXATION)
    best, best_loss = image, math.inf
    history: list[float] = []
    failures = 0
    for number in range(stage.steps):
        evaluation = yield from _evaluate(objective, image)
        clock.advance(stage)
        loss = evaluation.losses["total"]
        if not (math.isfinite(loss) and bool(torch.isfinite(evaluation.gradient).all())) or loss > BLOW_UP * best_loss:
            failures += 1
            if math.isinf(best_loss):
                raise _StageError("The numbers blew up")
            if failures > TRIES:
                clock.advance(stage, stage.steps - number - 1)
                break
            optimizer.forget()
            optimizer.first_step /= 4
            image = best
            continue
        if loss < best_loss:
            best, best_loss = image, loss
        history.append(loss)
        yield clock.snapshot(image, evaluation.losses)
        if len(history) > PATIENCE and history[-1] > (1 - LEAST_IMPROVEMENT) * history[-1 - PATIENCE]:
            clock.advance(stage, stage.steps - number - 1)
            break
        image = optimizer.step(image, evaluation.gradient)
    return best


def _evaluate(objective: Objective, image: Tensor) -> Generator[None, None, Evaluation]:
    """The evaluation, with smaller tiles when memory runs out. Raises _StageError when the smallest do not fit."""
    while True:
        try:
            return (yield from objective.evaluate(image))
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        # outside the except clause, whose traceback would keep the memory
        release_memory(image.device)
        if min(objective.tile_pixels, image.shape[2] * image.shape[3]) <= SMALLEST_TILE**2:
            raise _StageError(SHORT_OF_MEMORY)
        objective.use_smaller_tiles(image.shape[2] * image.shape[3])


def _history(image: Tensor) -> int:
    """Steps to remember: each takes two images of float32."""
    pixels = image.shape[2] * image.shape[3]
    return 10 if pixels < 4_000_000 else 4
