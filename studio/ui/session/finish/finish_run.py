"""FinishRun: a Finish under way: what was asked for, the newest frame, the progress."""

from __future__ import annotations

from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.engine_api.build_requests import style_request
from studio.core.engine_api.contract import Done, Frame, Progress, Seen
from studio.core.engine_api.schedule import FULL_EDGE
from studio.core.picture import Picture
from studio.ui.session.finish.time_estimate import Countdown


class FinishRun:
    """One job of the engine, from its request to its end.

    state: the settings it was started from. before: the run it continues with other settings, None for a new one;
    until its own first frame comes, the picture is that run's. is_resumed: it continues from the result of `state`.
    seen: what there is in the photo, for its regions. standing_edge: px of the longer edge of the picture of these
    settings that is on the canvas, 0 where none is. is_shown: whether `frame` is to be seen; where one is there, not
    before it is as large, and has its strokes.
    """

    def __init__(
        self,
        state: ArtworkState,
        before: FinishRun | None = None,
        *,
        is_resumed: bool = False,
        seen: Seen | None = None,
        standing_edge: int = 0,
    ) -> None:
        self.state = state
        long_edge = max(state.size) if state.size and standing_edge else 0
        self._least_edge = min(long_edge, max(standing_edge, FULL_EDGE))
        self.is_shown: bool = before.is_shown if before else False
        self.frame: Frame | None = before.frame if before else None
        self._frame_progress: float = before._frame_progress if before else 0.0
        self._frame_state: ArtworkState = before._frame_state if before else state  # what `frame` was painted from
        content = None if state.recipe.method == "pattern" else state.content
        start = state.result.painted if is_resumed and state.result else self._start_of(before)
        self.request = style_request(content, state.styles, state.recipe, start, state.regions, seen)
        self.progress = 0.0
        self.step = self.steps = 0
        self.seconds = 0.0  # until the newest frame
        self.note = ""
        self.is_stopping = False
        self._countdown = Countdown()

    def _start_of(self, before: FinishRun | None) -> Picture | None:
        """What a run with other settings goes on from; a pattern is no beginning of a picture, nor the reverse."""
        if before is None or self._is_pattern != before._is_pattern:
            return None
        return self.painted or before.request.start

    @property
    def _is_pattern(self) -> bool:
        return self.state.recipe.method == "pattern"

    @property
    def painted(self) -> Picture | None:
        """What is painted so far, in the styles' colours."""
        return (self.frame.uncolored or self.frame.picture) if self.frame else None

    @property
    def own_progress(self) -> float:
        """Of what `frame` is: 0.0 while it is still that of the run before."""
        return self.progress if self.frame is not None and self._frame_state is self.state else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds to go, None while unknown."""
        return self._countdown.seconds_left

    def take_event(self, event: Frame | Progress) -> None:
        """Take a frame or a sign of life."""
        self.progress = max(self.progress, event.progress)
        if isinstance(event, Frame):
            self.frame, self._frame_state, self._frame_progress = event, self.state, event.progress
            self.is_shown = event.picture.long_edge >= self._least_edge
            self.step, self.steps = event.step, event.steps
            self.seconds = event.seconds
            self._countdown.update(event.progress, event.seconds)
        elif event.note:
            self.note = event.note

    def result(self, done: Done | None = None) -> Result | None:
        """The complete result, or without `done` the picture so far, if there is one."""
        if done is not None:
            return _result(self.state, done.result, done.uncolored, 1.0, done.seconds, done.notes)
        if self.frame is not None:
            frame = self.frame
            progress = min(self._frame_progress, 0.99)  # the last frame may come before the end
            return _result(self._frame_state, frame.picture, frame.uncolored, progress, frame.seconds, ())
        return None


def _result(
    state: ArtworkState,
    picture: Picture,
    uncolored: Picture | None,
    progress: float,
    seconds: float,
    notes: tuple[str, ...],
) -> Result:
    is_complete = progress == 1.0
    return Result(
        picture,
        state.content,
        state.styles,
        state.recipe,
        uncolored,
        is_complete,
        seconds,
        notes,
        blend=state.blend,
        progress=0.0 if is_complete else progress,
        regions=state.regions,
    )
