"""How much the photo counts in a lesson: so much that it stays as recognisable as in a mix of the same pictures.

A fixed weight keeps more of the photo with one artist than with another. So it is a multiplier of a constraint, which
grows while more is lost than the mix loses, and falls while there is room for the style. Source: Platt & Barr 1988,
"Constrained differential optimization".
"""

from __future__ import annotations

import math

from torch import Tensor

ALLOWED = 1.0  # times what the mix loses of the crops that are learnt on
ALLOWED_IN_EXAM = 1.02  # times what it loses of whole photos, by another measure
RATE = 0.05  # change of the weight's logarithm in a step that loses twice as much as it may
LEAST, MOST = 0.01, 1.0
_FLAT = 0.05  # loss below which a mix loses next to nothing: a crop with nothing in it must not decide


def next_weight(weight: float, allowed: float, lost: Tensor, lost_by_mix: Tensor) -> float:
    """The weight after a step. lost, lost_by_mix: distances of what is alike within photos, (B,) each."""
    ratios = (lost + _FLAT) / (allowed * lost_by_mix + _FLAT)
    change = RATE * max(-1.0, min(1.0, float(ratios.mean()) - 1))
    return min(MOST, max(LEAST, weight * math.exp(change)))


def next_allowed(allowed: float, content: float, content_of_mix: float) -> float:
    """What may be lost of crops from now on, if so much is lost in an exam: less, if that is too much."""
    return min(ALLOWED, allowed * ALLOWED_IN_EXAM * content_of_mix / max(content, 1e-6))
