"""How a knob's values are spread along its slider: linear, or equal distances for equal ratios."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from studio.core.recipe import Knob

Pace = Literal["fine", "step", "coarse"]

_SHARE_OF_TRACK: dict[Pace, float] = {"fine": 0.0, "step": 0.02, "coarse": 0.1}


@dataclass(frozen=True)
class SliderScale:
    """Values of `knob` as positions from 0 (its low end) to 1 (its high end)."""

    knob: Knob

    def position(self, value: float) -> float:
        """Where on the slider the value lies, 0 to 1."""
        low, high = self.knob.low, self.knob.high
        value = min(max(value, low), high)
        if self.knob.scale == "log":
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)

    def value(self, position: float) -> float:
        """The value at a position, on the knob's grid; whole numbers come round (832, not 835)."""
        low, high = self.knob.low, self.knob.high
        position = min(max(position, 0.0), 1.0)
        if self.knob.scale == "log":
            value = low * (high / low) ** position
            grain = 2 ** math.floor(math.log2(value / 16)) if self.knob.is_whole and value >= 16 else self.knob.step
        else:
            value, grain = low + (high - low) * position, self.knob.step
        return self._on_grid(value, max(grain, self.knob.step))

    def moved(self, value: float, count: int, pace: Pace) -> float:
        """The value after `count` moves; a fine move is one step of the knob, and every move moves."""
        share = _SHARE_OF_TRACK[pace]
        moved = self.value(self.position(value) + count * share) if share else value
        if (moved - value) * count <= 0:
            moved = self._on_grid(value + count * self.knob.step, self.knob.step)
        return moved

    def _on_grid(self, value: float, grain: float) -> float:
        value = round(round(value / grain) * grain, 6)
        value = min(max(value, self.knob.low), self.knob.high)
        return int(value) if self.knob.is_whole else value
