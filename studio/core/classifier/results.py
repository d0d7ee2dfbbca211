"""What is found out about a classifier while it is trained and afterwards, on works that were held out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from studio.core.picture import Picture

StageName = Literal["head", "fine-tuned", "from scratch"]


@dataclass(frozen=True)
class Epoch:
    """A point of a learning curve.

    part: of the parts that works are held out in, from 1 on; 0 where the final classifier learns from all pictures.
    loss: mean cross-entropy of what was learnt from. held_out_loss, held_out_accuracy: of other works, None where none
    were held out. is_best: no epoch of this curve had a lower held_out_loss.
    """

    stage: StageName
    part: int
    parts: int
    epoch: int
    epochs: int
    loss: float
    held_out_loss: float | None = None
    held_out_accuracy: float | None = None
    is_best: bool = False


@dataclass(frozen=True)
class StageResult:
    """How good one way of training was on the works held out, and whether it was kept.

    loss: mean cross-entropy after the temperature. pictures: how many were judged. note: why it was kept or not, or
    with what budget it was trained.
    """

    name: StageName
    accuracy: float
    interval: tuple[float, float]
    loss: float
    pictures: int
    is_kept: bool
    note: str = ""


@dataclass(frozen=True)
class ConfidentError:
    """A picture that was taken for another class, and how certain the classifier was."""

    path: str
    label: str
    guess: str
    certainty: float


@dataclass(frozen=True, eq=False)
class Look:
    """What a classifier looked at in a picture that was held out: the picture, warm where it spoke for the guess."""

    path: str
    label: str
    guess: str
    certainty: float
    picture: Picture


@dataclass(frozen=True, eq=False)
class Assessment:
    """What is known of a classifier. All of it is of pictures whose work was held out.

    accuracy, and interval: top-1 with its 95 per cent interval (Wilson), as if pictures were right or wrong each for
    itself; works_interval: with works drawn again and again (bootstrap), as those of one are right or wrong together.
    majority: share of the most frequent class. precision: mean average precision. scratch: accuracy of a head on the
    same network with random weights, None if not tried; scratch_precision: its mean average precision.
    calibration_raw, calibration: ECE in 15 bins of equal width before and after the temperature; calibration_adaptive:
    after it, in 10 bins of equally many; calibration_by_chance: what `calibration` would be with true certainties, in
    the mean, and what one in twenty exceeds; calibration_by_works: the mean, if all pictures of a work are right or
    wrong together. temperature: the final one.
    groups: of `reliability`. answered: share that is not "unknown"; right: how many of these are right. confusion: rows
    are the labels. seed, folds: how pictures were held out. stages, epochs: how it was trained. looks: at what.
    """

    names: tuple[str, ...]
    counts: dict[str, int]
    works: dict[str, int]
    accuracy: float
    interval: tuple[float, float]
    works_interval: tuple[float, float]
    majority: float
    precision: float
    scratch: float | None
    scratch_precision: float | None
    calibration_raw: float
    calibration: float
    calibration_adaptive: float
    calibration_by_chance: tuple[float, float]
    calibration_by_works: float
    temperature: float
    groups: tuple[tuple[float, float, float], ...]
    answered: float
    right: float
    confusion: NDArray[np.int64]
    errors: tuple[ConfidentError, ...]
    regularisation: float
    seed: int
    folds: int
    notes: tuple[str, ...]
    stages: tuple[StageResult, ...] = ()
    epochs: tuple[Epoch, ...] = ()
    looks: tuple[Look, ...] = ()
