"""The exponential moving average of weights that learn: nearer to what they are learning than where a step leaves them.

After Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging", who average all steps alike.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.optim.swa_utils import get_ema_multi_avg_fn


def average_into(averaged: Sequence[Tensor], current: Sequence[Tensor], count: int, most: float) -> None:
    """Bring averages nearer to the weights as they are now. Shapes: the same, one by one.

    count: of the updates, from 1 on: the fewer there were, the less is kept, so that the weights before the first step
    fade. most: share of itself that an average keeps in the long run.
    """
    keep = min(most, count / (count + 9))
    get_ema_multi_avg_fn(keep)(list(averaged), list(current), count)  # type: ignore[no-untyped-call]
