"""Finisher: Finish at work. Starts, restarts and stops the run, and keeps what it has painted."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.core.artwork import Artwork
from studio.core.contract import Done, Event, Failed, Frame, Progress, Stopped
from studio.jobs.worker import Worker
from studio.ui.estimate import Estimate
from studio.ui.message import Message
from studio.ui.run import Run


class Finisher(QObject):
    """The one long job that paints the artwork.

    run: the one under way, or None. Signals: frame_arrived(), the run has another picture. ended(), the run is over and
    what it has painted, all or the picture so far, is a result of the artwork. message_posted(Message).
    """

    frame_arrived = Signal()
    ended = Signal()
    message_posted = Signal(object)

    def __init__(self, artwork: Artwork, worker: Worker, estimate: Estimate, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.run: Run | None = None
        self._artwork = artwork
        self._worker = worker
        self._estimate = estimate

    def start(self, *, is_resumed: bool) -> None:
        """Paint the present settings; is_resumed: from the artwork's result."""
        self._start(Run(self._artwork.state, is_resumed=is_resumed))

    def stop(self) -> bool:
        """Stop and keep the picture so far; False if there is nothing to stop."""
        if self.run is None or self.run.is_stopping:
            return False
        self.run.is_stopping = True
        self._worker.stop_job()
        return True

    def follow_settings(self, is_possible: bool) -> None:
        """A changed run begins again from the picture it has, or stops where that is not possible."""
        run = self.run
        if run is None or run.is_stopping or self._artwork.state.has_settings_of(run.state):
            return
        if is_possible:
            self._start(Run(self._artwork.state, run))
        else:
            self.stop()

    def leave(self) -> None:
        """Another photo lies on the table: what is painted of the old one goes to the history."""
        if self.run is not None:
            self._worker.stop_job()
            self.end()
            self.frame_arrived.emit()

    def end(self, done: Done | None = None) -> None:
        """The run is over: keep the whole result, or the picture so far."""
        run, self.run = self.run, None
        result = run.result(done) if run else None
        if run is not None and result is not None:
            self._artwork.add_result(result)
            if done is not None and run.request.start is None:
                size = result.picture.width, result.picture.height
                self._estimate.learn(*size, run.state.recipe, done.seconds)
        self.ended.emit()

    def take(self, event: Event) -> bool:
        """Take an event if it belongs to the run; False: it is somebody else's."""
        if self.run is None or getattr(event, "request_id", 0) != self.run.request.id:
            return False
        match event:
            case Frame():
                self.run.take(event)
                self.frame_arrived.emit()
            case Progress():
                self.run.take(event)
            case Done(notes=notes):
                self.end(event)
                for note in notes:
                    self.message_posted.emit(Message(note))
            case Stopped():
                self.end()
            case Failed(error=error):
                self.end()
                self.message_posted.emit(Message.about(error, action="finish"))
        return True

    def _start(self, run: Run) -> None:
        self.run = run
        self._worker.start_job(run.request)
