"""How much the photo counts in a lesson: so much that it stays as recognisable as in a mix of the same pictures.

A fixed weight keeps more of the photo with one artist than with another. So it is a multiplier of a constraint, which
grows while more is lost of the crops that are learnt on than may be, and falls while there is room for the style.
Source: Platt & Barr 1988, "Constrained differential optimization". How much of the crops may be lost follows from the
exams, whose measure of whole photos is another one.
"""

from __future__ import annotations

import math

from torch import Tensor

ALLOWED = 1.1  # times what the mix loses of the crops, before the first exam
LEAST_ALLOWED, MOST_ALLOWED = 0.7, 1.5
ALLOWED_IN_EXAM = 1.07  # times what the mix loses of whole photos
RATE = 0.4  # change of the weight's logarithm in a step that loses twice as much as it may
BELIEVED = 0.7  # how much of the way an exam takes what is allowed to what it has found right
LEAST, MOST = 0.002, 1.0  # of what is alike; what is matched goes with it
DECAY = 0.95  # per step, of the mean of what is lost
_FLAT = 0.05  # loss below which a mix loses next to nothing: a crop with nothing in it must not decide


def lost_share(lost: Tensor, lost_by_mix: Tensor) -> float:
    """What is lost of photos as a share of what the mix loses. Shapes: distances of what is alike, (B,) each."""
    return min(2.0, float(((lost + _FLAT) / (lost_by_mix + _FLAT)).mean()))


def next_weight(weight: float, allowed: float, share: float) -> float:
    """The weight after a step that loses this share."""
    return min(MOST, max(LEAST, weight * math.exp(RATE * max(-1.0, min(1.0, share / allowed - 1)))))


def next_allowed(allowed: float, share: float, share_in_exam: float) -> float:
    """What may be lost of crops after an exam: most of the way to what is right, so that it does not swing.

    share: what was lost of them lately.
    """
    right = ALLOWED_IN_EXAM * share / max(share_in_exam, 1e-6)
    wanted = math.exp((1 - BELIEVED) * math.log(allowed) + BELIEVED * math.log(right))
    return min(MOST_ALLOWED, max(LEAST_ALLOWED, wanted))
