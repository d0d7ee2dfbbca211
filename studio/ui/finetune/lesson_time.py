"""LessonTime: how long a lesson will take on this computer, and how long the one under way goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from studio.core.engine_api.contract import Frame
from studio.core.engine_api.learning import TuneRequest
from studio.core.engine_api.tune_settings import TuneSettings
from studio.core.recipe import StyleRecipe
from studio.core.training.lesson_work import PAINTING_EDGE, STEPS_PER_PAINTING, LessonPace, work_between, work_of
from studio.ui.session.finish.time_estimate import TimeEstimate
from studio.ui.session.settings import Settings

_KEY = "teaching/pace"


@dataclass(frozen=True)
class ExpectedTime:
    """seconds: of a lesson. is_measured: by a lesson on this computer; else it is told by how quickly that paints."""

    seconds: float
    is_measured: bool


class LessonTime:
    """What lessons measure is kept for the next start; until there was one, what painting takes tells it roughly."""

    def __init__(self, settings: Settings, painting: TimeEstimate, clock: Callable[[], float] = time.monotonic) -> None:
        """painting: knows the device, and what painting takes on it. clock: seconds, for tests."""
        self._settings, self._painting, self._clock = settings, painting, clock
        self._pace = _read_pace(settings)
        self._request: TuneRequest | None = None
        self._own = LessonPace()  # of the lesson under way
        self._begun = 0.0  # s of the clock
        self._expected: tuple[float, float] | None = None  # s for its preparation, and for all steps
        self._done = 0.0  # share of the steps that was done before
        self._by_clock: float | None = None  # s for all of it, going by what is done, by clock and by engine:
        self._by_engine: float | None = None
        self._seen: tuple[float, float] | None = None  # s of the clock, progress
        self._examined: tuple[int, float] | None = None  # step, s of the engine

    def expected(self, plan: TuneSettings, pictures: int) -> ExpectedTime | None:
        """How long a lesson will take, None where nobody knows. pictures: the artist's own, to learn from and on."""
        work, device, rate = work_of(plan, pictures), self._painting.device, self._pace.seconds_per_step
        if rate is not None and device in ("", self._pace.device):
            return ExpectedTime(rate * work, is_measured=True)
        painted = self._painting.seconds(PAINTING_EDGE, PAINTING_EDGE, StyleRecipe())
        return None if painted is None else ExpectedTime(painted * work / STEPS_PER_PAINTING, is_measured=False)

    def seconds_left(self, progress: float) -> float | None:
        """How long the lesson under way goes on, with that share of it done; None while unknown."""
        whole = self._by_engine or self._by_clock
        if whole is not None:
            return whole * (1 - progress)
        if self._expected is None:
            return None
        preparing, learning = self._expected
        if self._seen is not None:
            return learning * (1 - progress)
        left = max(0.0, preparing - (self._clock() - self._begun))  # it prepares, or waits, which is no learning
        return left + learning * (1 - self._done)

    def begin(self, request: TuneRequest, done: float = 0.0) -> None:
        """Follow this one from now on. done: share of its steps that it is resumed after."""
        plan, pictures = request.settings, len(request.references) + len(request.photos)
        expected, learning = self.expected(plan, pictures), work_between(plan, 0, plan.all_steps)
        self._done = done
        self._request, self._own, self._begun = request, LessonPace(self._painting.device), self._clock()
        self._expected = None
        if expected is not None:
            share = learning / work_of(plan, pictures)
            self._expected = expected.seconds * (1 - share), expected.seconds * share
        self._by_clock = self._by_engine = self._seen = self._examined = None

    def take_progress(self, progress: float) -> None:
        """Take the share that is done; from the first step on."""
        now = self._clock()
        if self._seen is None:
            self._seen = now, progress
        elif progress > self._seen[1]:
            self._by_clock = (now - self._seen[0]) / (progress - self._seen[1])

    def take_frame(self, frame: Frame) -> None:
        """Take what the engine has worked until a validation; between two of them it is known what was done."""
        if self._request is None:
            return
        if frame.progress > 0 and frame.seconds > 0:
            self._by_engine = frame.seconds / frame.progress
        before = self._examined
        is_silent = frame.step == 0 and self._request.is_resumed  # no seconds of the lesson before
        self._examined = None if is_silent else (frame.step, frame.seconds)
        if before is not None and frame.step > before[0] and frame.seconds > before[1]:
            work = work_between(self._request.settings, before[0], frame.step)
            self._keep(self._own.plus(work, frame.seconds - before[1]))

    def _keep(self, pace: LessonPace) -> None:
        self._own = pace
        if pace.seconds_per_step is not None:
            self._pace = pace
            self._settings.set(_KEY, asdict(pace))


def _read_pace(settings: Settings) -> LessonPace:
    """What was kept, as far as it makes sense."""
    values = settings.get(_KEY, dict) or {}
    device, work, seconds = (values.get(name) for name in ("device", "work", "seconds"))
    if not isinstance(device, str) or type(work) is not float or type(seconds) is not float:
        return LessonPace()
    return LessonPace(device, work, seconds)
