"""How long painting takes and what memory: guessed before from earlier runs, and counted down smoothly meanwhile."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from studio.core.engine_api.contract import EngineInfo
from studio.core.engine_api.finish_memory import finish_bytes, live_bytes
from studio.core.engine_api.schedule import stages
from studio.core.recipe import FINE_NETWORK, METHODS, QUALITIES, StyleRecipe
from studio.ui.session.settings import Settings

_KEY = "engine/runs"
_KEPT = 24  # runs that are remembered
_CPU_RATE, _CPU_CORES = 5.0, 2  # s per unit of work, measured on so many cores; the first run replaces it
_CORES_HELP = 0.75  # power of the number of cores: each further one helps less
_SETTING_UP = 2.0  # steps that measuring photo and style costs at each size
_GUIDED = 1.17  # times as long with *Freedom* below 1, measured
_FINE = 3.0  # times the work is a picture for the larger Live network
_SMOOTHING = 0.3  # share of a new reading; steps differ in cost from scale to scale
_OCTAVE, _OTHER = 1.0, 1.5  # how much less a run tells of one twice as large, and of one in another quality or method
_TELLING = 0.02  # share of the work before which a run took more to set up than to paint
_SLOWEST = 1e6  # s per unit of work; anything slower was never measured
_STEP = 32  # px between sizes that are proposed
_VALUE_BYTES = {"float16": 2, "bfloat16": 2}


@dataclass(frozen=True)
class MeasuredRun:
    """A run that was painted here. work: as `_work` counts it. seconds: that it took."""

    method: str
    quality: str
    encoder: str
    is_free: bool
    long_edge: int
    work: float
    seconds: float


class TimeEstimate:
    """Seconds and bytes for a recipe on this machine.

    runs: measured on `device`, oldest first. A run like the one to come tells most; one of another size, quality or
    method tells something, as the work of both is known.
    """

    def __init__(self, runs: Sequence[MeasuredRun] = (), device: str = "") -> None:
        self.runs = list(runs)[-_KEPT:]
        self.device = device
        self._info: EngineInfo | None = None

    def use_device(self, info: EngineInfo) -> None:
        """Forget what was measured on another device."""
        self._info = info
        if info.device != self.device:
            self.device, self.runs = info.device, []

    def seconds(self, width: int, height: int, recipe: StyleRecipe, start_edge: int | None = None) -> float | None:
        """How long an artwork of this size (px) will take, or None where nobody knows.

        start_edge: the longer edge of a picture that it goes on from.
        """
        work = _work(width, height, recipe, start_edge)
        weights = [self._likeness(run, recipe, max(width, height)) for run in self.runs]
        if sum(weights) > 0:
            rates = [run.seconds / run.work for run in self.runs]
            return work * sum(w * rate for w, rate in zip(weights, rates, strict=True)) / sum(weights)
        rate = _guess(self.device)
        return None if rate is None or recipe.method == "live" else work * rate

    def bytes(self, width: int, height: int, recipe: StyleRecipe) -> int | None:
        """What memory the engine will take, or None while it is not known."""
        if self._info is None:
            return None
        if recipe.method == "live":
            return live_bytes(width * height, recipe.live_network == FINE_NETWORK)
        return finish_bytes(width * height, _VALUE_BYTES.get(self._info.dtype, 4), self._info.memory)

    def learn(
        self,
        width: int,
        height: int,
        recipe: StyleRecipe,
        seconds: float,
        *,
        start_edge: int | None = None,
        progress: float = 1.0,
    ) -> None:
        """Take what a run took that went so far. One of the same kind and size takes the place of the older one."""
        work = progress * _work(width, height, recipe, start_edge)
        if work <= 0 or not 0 < seconds / work < _SLOWEST:
            return
        long_edge, is_free = max(width, height), _is_free(recipe)
        run = MeasuredRun(recipe.method, recipe.quality, recipe.encoder, is_free, long_edge, work, seconds)
        others = [known for known in self.runs if astuple(known)[:5] != astuple(run)[:5]]
        self.runs = [*others, run][-_KEPT:]

    def largest_edge(self, width: int, height: int, recipe: StyleRecipe, seconds: float, unknown: int) -> int:
        """The longer edge of the largest picture of this shape, no larger than it, that takes at most so many seconds.

        unknown: what it is where nobody knows how long anything takes.
        """
        long_edge, edge = max(width, height), max(width, height)
        while edge > _STEP:
            scale = edge / long_edge
            expected = self.seconds(max(1, round(width * scale)), max(1, round(height * scale)), recipe)
            if expected is None:
                return min(edge, unknown)
            if expected <= seconds:
                return edge
            edge = (edge - 1) // _STEP * _STEP
        return edge

    def _likeness(self, run: MeasuredRun, recipe: StyleRecipe, long_edge: int) -> float:
        if (run.method == "live") != (recipe.method == "live"):
            return 0.0
        distance = _OCTAVE * abs(math.log2(run.long_edge / long_edge))
        if recipe.method != "live":
            differences = (run.quality != recipe.quality, run.method != recipe.method, run.is_free != _is_free(recipe))
            distance += _OTHER * sum(differences)
        distance += 2 * _OTHER * (run.encoder != recipe.encoder)
        return math.exp(-2 * distance)


def keep_estimate(settings: Settings, estimate: TimeEstimate) -> None:
    """Remember what was measured, for the next start."""
    settings.set(_KEY, {"device": estimate.device, "runs": [list(astuple(run)) for run in estimate.runs]})


def read_estimate(settings: Settings) -> TimeEstimate:
    """What was remembered, as far as it makes sense."""
    values = settings.get(_KEY, dict) or {}
    device, rows = values.get("device"), values.get("runs")
    if not isinstance(device, str) or not isinstance(rows, list):
        return TimeEstimate()
    runs = [_checked(row) for row in rows[-_KEPT:]]
    return TimeEstimate([run for run in runs if run is not None], device)


def _checked(row: Any) -> MeasuredRun | None:
    kinds = [str, str, str, bool, int, float, float]
    if not isinstance(row, list) or [type(part) for part in row] != kinds:
        return None
    run = MeasuredRun(*row)
    is_known = run.method in METHODS and run.quality in QUALITIES and 0 < run.long_edge < 2**20
    is_known = is_known and 0 < run.work < math.inf and 0 < run.seconds < math.inf
    return run if is_known and run.seconds / run.work < _SLOWEST else None


class Countdown:
    """The time left of one run, smoothed. items: how many pictures it paints, one after the other."""

    def __init__(self, items: int = 1) -> None:
        self._telling = _TELLING / max(1, items)
        self._total: float | None = None
        self._seconds = self._progress = 0.0

    def update(self, progress: float, seconds: float) -> None:
        """Take a reading: share of the work done, 0 to 1, after this many seconds."""
        self._seconds, self._progress = seconds, progress
        if progress < self._telling:  # seconds of setting up over next to no work would promise hours
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


def _work(width: int, height: int, recipe: StyleRecipe, start_edge: int | None) -> float:
    """The work of a recipe, in steps of a megapixel; of the method "live", in megapixels of the small network."""
    long_edge, short_edge = max(width, height), min(width, height)
    if recipe.method == "live":
        return width * height / 1e6 * (_FINE if recipe.live_network == FINE_NETWORK else 1.0)
    plan = stages(long_edge, short_edge, recipe.quality, start_edge)
    pixels = sum(stage.cost + _SETTING_UP * stage.cost / stage.steps for stage in plan)
    return pixels / 1e6 * (1.0 if _is_free(recipe) else _GUIDED)


def _is_free(recipe: StyleRecipe) -> bool:
    return recipe.method == "pattern" or recipe.freedom >= 1


def _guess(device: str) -> float | None:
    """Seconds per unit of work on a device where nothing was measured yet; a GPU's cannot be guessed."""
    if not device.startswith("CPU"):
        return None
    found = re.search(r"\d+", device)
    cores = int(found[0]) if found else _CPU_CORES
    return _CPU_RATE * math.pow(_CPU_CORES / max(1, cores), _CORES_HELP)
