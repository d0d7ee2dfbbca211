"""How long Finish takes: guessed before it starts from earlier runs, and counted down smoothly while it runs."""

from __future__ import annotations

from studio.core.recipe import Quality, StyleRecipe

_WORK: dict[Quality, float] = {"draft": 0.22, "standard": 1.0, "high": 2.35}
_CPU_PACE = 110.0  # s per standard megapixel, measured on two cores; the first run replaces it
_SMOOTHING = 0.3  # share of a new reading; steps differ in cost from scale to scale


class TimeEstimate:
    """Seconds for a recipe on this machine.

    pace: seconds per megapixel of standard quality, None while unknown. device: where that was measured.
    """

    def __init__(self, pace: float | None = None, device: str = "") -> None:
        self.pace = pace
        self.device = device

    def use_device(self, device: str) -> None:
        """Start from a plain guess on a device where nothing was measured yet; a GPU's pace cannot be guessed."""
        if device != self.device or self.pace is None:
            self.device = device
            self.pace = _CPU_PACE if device.startswith("CPU") else None

    def seconds(self, width: int, height: int, recipe: StyleRecipe) -> float | None:
        """How long an artwork of this size (px) will take, or None."""
        return None if self.pace is None or recipe.method == "live" else self.pace * _work(width, height, recipe)

    def learn(self, width: int, height: int, recipe: StyleRecipe, seconds: float) -> None:
        """Take the pace of a run that went from beginning to end."""
        if recipe.method != "live":  # it takes next to no time, and another one
            self.pace = seconds / _work(width, height, recipe)


class Countdown:
    """The time left of one run, smoothed."""

    def __init__(self) -> None:
        self._total: float | None = None
        self._seconds = self._progress = 0.0

    def update(self, progress: float, seconds: float) -> None:
        """Take a reading: share of the work done, 0 to 1, after this many seconds."""
        self._seconds, self._progress = seconds, progress
        if progress <= 0:
            return
        total = seconds / progress
        self._total = total if self._total is None else self._total + _SMOOTHING * (total - self._total)

    @property
    def seconds_left(self) -> float | None:
        """Seconds to go, None before there is anything to go by."""
        if self._total is None:
            return None
        # The total lags behind when steps slow down; with nothing left to do there is no time left either.
        return max(0.0, min(self._total - self._seconds, self._total * (1 - self._progress)))


def _work(width: int, height: int, recipe: StyleRecipe) -> float:
    return width * height / 1e6 * _WORK[recipe.quality]
