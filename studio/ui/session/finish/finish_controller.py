"""FinishController: starts, restarts and stops Finish, and keeps what it has painted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.engine_api.contract import Done, Event, Failed, Frame, Progress, Stopped
from studio.jobs.worker import Worker
from studio.ui.selection.mask_drawer import MaskDrawer
from studio.ui.session.activities import Activities
from studio.ui.session.finish.finish_run import FinishRun
from studio.ui.session.finish.time_estimate import TimeEstimate
from studio.ui.session.message import Message

_WORTH_TELLING = 0.1  # of a run: of less there is nothing to look back at
_TELLING = 0.4  # of the work; less of it says too little about the rest
WORTH_KEEPING = 0.1  # of a run: what is painted of less looks as what it began from


class FinishController(QObject):
    """The one long job that paints the artwork.

    run: the one under way, or None. standing_edge: tells px of the longer edge of the picture on the canvas, if it is
    of these settings, else 0: see `FinishRun`. Signals: starting(), the engine is wanted for a run.
    changed(), the run has started or is stopping. frame_arrived(), it has another picture. ended(), it is over and what
    it has painted, all or the picture so far, is a result of the artwork. message_posted(Message, or None to clear a
    problem). measured(), the estimate has learnt from a run.
    """

    starting = Signal()
    changed = Signal()
    frame_arrived = Signal()
    ended = Signal()
    message_posted = Signal(object)
    measured = Signal()

    def __init__(
        self,
        artwork: Artwork,
        worker: Worker,
        estimate: TimeEstimate,
        masks: MaskDrawer,
        activities: Activities,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._activities = activities
        self.run: FinishRun | None = None
        self.standing_edge: Callable[[ArtworkState], int] = lambda state: 0
        self._artwork = artwork
        self._worker = worker
        self._estimate = estimate
        self._masks = masks

    @property
    def missing(self) -> str:
        """What is still missing for a run, in a few words, or ""."""
        match self._artwork.missing:
            case "picture":
                return self.tr("Open a picture first")
            case "blend":
                return self.tr("Blending the pictures")
            case "style":
                return self.tr("Pick a style first")
        return "" if self._is_ready else self.tr("Looking at the picture")

    @property
    def _is_ready(self) -> bool:
        return self._masks.is_ready(self._artwork.state, is_live=False)

    @property
    def seconds_expected(self) -> float | None:
        """How long a run with the present settings would take, or None."""
        size, result = self._artwork.state.size, self._artwork.result
        if size is None or self.missing:
            return None
        start_edge = result.painted.long_edge if result is not None and self._artwork.is_half_painted else None
        return self._estimate.seconds(*size, self._artwork.recipe, start_edge)

    @property
    def bytes_expected(self) -> int | None:
        """What memory it would take, or None."""
        size = self._artwork.state.size
        return self._estimate.bytes(*size, self._artwork.recipe) if size and not self.missing else None

    def begin(self) -> None:
        """Paint the present settings, or continue where that was stopped; say so if neither is possible."""
        if self.run is not None:
            return
        if self.missing:
            self.message_posted.emit(Message(f"{self.missing}."))
            return
        if self._artwork.is_finished:
            text = self.tr("The artwork is finished with these settings.")
            self.message_posted.emit(
                Message(text, self.tr("You can keep painting, or make it larger."), action="keep_painting")
            )
            return
        self.message_posted.emit(None)
        self._artwork.commit()
        self.start(is_resumed=self._artwork.is_half_painted)

    def start(self, *, is_resumed: bool) -> None:
        """Paint the present settings; is_resumed: from the artwork's result."""
        self.starting.emit()
        state = self._artwork.state
        seen, edge = self._masks.seen(state), self.standing_edge(state)
        self._start(FinishRun(state, is_resumed=is_resumed, seen=seen, standing_edge=edge))
        self.changed.emit()

    @Slot()
    def stop(self) -> None:
        """Stop and keep the picture so far."""
        if self.run is not None and not self.run.is_stopping:
            self.run.is_stopping = True
            self._worker.stop_job()
            self.changed.emit()

    def follow_settings(self) -> None:
        """A changed run begins again from the picture it has, or stops where that is not possible."""
        run = self.run
        if run is None or run.is_stopping or self._artwork.state.has_settings_of(run.state):
            return
        if self._artwork.missing:
            self.stop()
        elif self._is_ready:  # else it follows when the masks are drawn
            if run.own_progress >= WORTH_KEEPING and (painted := run.result()) is not None:
                self._artwork.keep_result(painted)
            self._start(FinishRun(self._artwork.state, run, seen=self._masks.seen(self._artwork.state)))
            self._tell_of_restart(run, self.run)

    def leave(self) -> None:
        """End a run under way, such as for another photo; what it has painted so far goes to the history."""
        if self.run is not None:
            self._worker.stop_job()
            self.end()
            self.frame_arrived.emit()

    def end(self, done: Done | None = None) -> None:
        """The run is over: keep the whole result, or the picture so far.

        Where that is coarser than what is on the canvas, it goes to the history alone.
        """
        run, self.run = self.run, None
        result = run.result(done) if run else None
        if run is not None and result is not None:
            if done is not None or run.is_shown:
                self._artwork.add_result(result)
            elif run.own_progress >= WORTH_KEEPING:
                self._artwork.keep_result(result)
        if run is not None:
            self._learn(run, done)
        self.ended.emit()

    def _learn(self, run: FinishRun, done: Done | None) -> None:
        """Remember how quick it was; a run that was stopped has told it, too, if enough of it was painted."""
        size, start = run.state.size, run.request.start
        seconds, progress = (run.seconds, run.progress) if done is None else (done.seconds, 1.0)
        if size is not None and progress >= _TELLING and not self._activities.shared_engine_within(seconds):
            start_edge = start.long_edge if start is not None else None
            self._estimate.learn(*size, run.state.recipe, seconds, start_edge=start_edge, progress=progress)
            self.measured.emit()

    @Slot(object, float)
    def learn_draft(self, drafted: Result, seconds: float) -> None:
        """Remember how quick a draft was that was painted in the background: it is a Finish, too."""
        if not self._activities.shared_engine_within(seconds):
            self._estimate.learn(drafted.picture.width, drafted.picture.height, drafted.recipe, seconds)
            self.measured.emit()

    def take_event(self, event: Event) -> bool:
        """Take an event if it belongs to the run; False if it does not."""
        if self.run is None or getattr(event, "request_id", 0) != self.run.request.id:
            return False
        match event:
            case Frame():
                self.run.take_event(event)
                self.frame_arrived.emit()
            case Progress():
                self.run.take_event(event)
            case Done(notes=notes):
                self.end(event)
                for note in notes:
                    self.message_posted.emit(Message(note))
            case Stopped():
                is_aside = not self.run.is_shown and self.run.own_progress >= WORTH_KEEPING
                self.end()
                if is_aside:
                    self._tell_of_kept()
            case Failed(error=error):
                self.end()
                self.message_posted.emit(Message.about(error, action="finish"))
        return True

    def _tell_of_kept(self) -> None:
        text = self.tr("The canvas keeps what it shows: Finish was not as sharp yet.")
        self.message_posted.emit(Message(text, self.tr("What was painted is in the history.")))

    def _tell_of_restart(self, before: FinishRun, now: FinishRun | None) -> None:
        if now is None or now.request.start is None:
            text = self.tr("Finish starts over with the new settings.")
        else:
            text = self.tr("Finish starts over with the new settings, from the picture so far.")
        is_told = before.frame is not None and before.progress >= _WORTH_TELLING
        self.message_posted.emit(Message(text, self.tr("What was painted is in the history.") if is_told else ""))

    def _start(self, run: FinishRun) -> None:
        self.run = run
        self._worker.start_job(run.request)
