"""Which weights learn at a step of a fine-tuning, and at which rate.

First the style vector alone, then the layers that paint, which are unfrozen from the end of the network on (Howard &
Ruder 2018, "Universal language model fine-tuning"); the rate of each rises along a line and falls along half a cosine.
"""

from __future__ import annotations

import math

from studio.core.engine_api.tune_settings import TuneSettings

VECTOR = "vector"  # the first stage, and the weight that learns in it; the second stage is "layers"
VECTOR_SHARE = 0.2  # of its rate the vector keeps while the layers learn
UNFROZEN_AT = (0.0, 0.25, 0.5)  # share of the steps from which on the groups of `learnable_groups` learn
NORM_RATE = 5.0  # times the rate of the layers for the normalisations, whose weights are much larger
LAST_RATE = 0.1  # of the first
WARM_UP = 10  # steps in which the rate rises, as Adam's estimates are poor at first
_CONDITIONS = ("conditions.bias", "condition.bias")  # of the small network and of the second one of the larger


class LearningSchedule:
    """groups: names of weights, from the end of the network on. is_from_scratch: whether they are random."""

    def __init__(self, settings: TuneSettings, groups: tuple[tuple[str, ...], ...], is_from_scratch: bool) -> None:
        self._settings, self._groups, self._is_from_scratch = settings, groups, is_from_scratch

    def steps(self, stage: str) -> int:
        """How many a stage has at most."""
        return self._settings.vector_steps if stage == VECTOR else self._settings.deep_steps

    def names_at(self, stage: str, stage_step: int) -> list[str]:
        """What learns at a step of a stage."""
        if stage == VECTOR:
            return [VECTOR]
        settings = self._settings
        share = stage_step / max(1, self.steps(stage)) if settings.is_gradual else 1.0
        names = [VECTOR] if settings.vector_steps else []
        for group, start in zip(self._groups, UNFROZEN_AT, strict=False):
            names += group if share >= start else ()
        return names

    def rate(self, name: str, stage: str, setbacks: int) -> float:
        """The learning rate of a weight in a stage, before warm-up and cosine; halved at each setback."""
        settings = self._settings
        rate = settings.learning_rate if stage == VECTOR else settings.deep_rate
        if name == VECTOR and stage != VECTOR:
            rate = settings.learning_rate * VECTOR_SHARE
        elif name.endswith(_CONDITIONS) and not self._is_from_scratch:
            rate *= NORM_RATE
        return rate / float(2**setbacks)

    def factor(self, stage: str, stage_step: int) -> float:
        """By which the rates of a stage are multiplied at a step, 0 to 1."""
        falling = LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * stage_step / self.steps(stage))) / 2
        return min(1.0, (stage_step + 1) / WARM_UP) * falling
