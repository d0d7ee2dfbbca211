"""BatchRun: the items of one batch painted one after the other, in the worker's background."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from studio.core.batch.job import BatchItem, ItemReport
from studio.core.engine_api.contract import Done, Event, Failed, Frame, Progress, Stopped, StyleRequest
from studio.core.engine_api.request_id import new_request_id
from studio.core.errors import StudioError, WeightsError
from studio.jobs.batch.batch import Batch
from studio.jobs.worker import Worker
from studio.ui.batch.batch_countdown import BatchCountdown
from studio.ui.batch.batch_look import BatchLook
from studio.ui.session.engine_link import EngineLink
from studio.ui.session.message import Message
from studio.ui.threads.serial_executor import SerialExecutor


class BatchRun(QObject):
    """Opens an item, has it painted and writes it, then the next; photos and artworks on the files' thread.

    item: the one under way. Signals: reported(ItemReport). came_to_end(): every item has been tried.
    broken(StudioError): it cannot continue now, and has to be ended. message_posted(Message): of what was still being
    written at the end.
    """

    reported = Signal(object)
    came_to_end = Signal()
    broken = Signal(object)
    message_posted = Signal(object)

    def __init__(
        self, batch: Batch, worker: Worker, files: SerialExecutor, engine: EngineLink, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.item: BatchItem | None = None
        self._batch = batch
        self._worker = worker
        self._files = files
        self._engine = engine
        self._left = deque(batch.left)
        self._look = BatchLook(worker)
        self._countdown = BatchCountdown(len(batch.left))
        self._request: StyleRequest | None = None
        self._is_saving = False  # the item under way, which is painted
        self._has_ended = False

    @property
    def seconds_left(self) -> float | None:
        """Seconds to go, None while unknown."""
        return self._countdown.seconds_left

    def go_on(self) -> None:
        """Begin the next item, or come to the end."""
        if not self._left:
            self._files.submit(self._batch.finish, self._take_finish, partial(self._fail, None))
            return
        batch, item, look = self._batch, self._left.popleft(), self._look
        self.item = item
        self.reported.emit(ItemReport(item, "opening"))
        self._files.submit(lambda: batch.open(item, look), self._take_opened, partial(self._fail, item))

    def end(self) -> None:
        """Paint nothing more. The item under way is not kept, unless it is being written; others are. Idempotent."""
        if self._has_ended:
            return
        self._has_ended = True
        self._look.close()
        self._files.submit_write(self._batch.close, _ignore, self._tell)
        if self.item is not None and not self._is_saving:
            self.reported.emit(ItemReport(self.item, "waiting"))
        self._request = self.item = None

    def close(self) -> None:
        """Let go of the files' thread, wait for what it writes, and close the batch: the window is closing."""
        self._look.close()
        self._files.close()
        self._batch.close()

    def take_event(self, event: Event) -> None:
        """Take an event; nothing happens if it does not belong to this batch."""
        if self._look.take_event(event):
            if isinstance(event, Failed) and self._is_for_all(event.error):
                self.broken.emit(event.error)
            return
        request, item, batch = self._request, self.item, self._batch
        if request is None or item is None or getattr(event, "request_id", None) != request.id:
            return
        match event:
            case Frame(progress=progress, seconds=seconds):
                self.reported.emit(ItemReport(item, "painting", progress))
                self._countdown.update(progress, seconds)
            case Progress(progress=progress):
                self.reported.emit(ItemReport(item, "painting", progress))
            case Done(seconds=seconds):
                self._request, self._is_saving = None, True
                self.reported.emit(ItemReport(item, "saving", 1.0))
                self._countdown.add_seconds(seconds)
                self._finish_item(item, lambda: batch.deliver(item, request, event))
            case Stopped():  # not by this batch: something else wanted the background
                self._request = replace(request, id=new_request_id())
                self._worker.start_background(self._request)
            case Failed(error=error) if self._is_for_all(error):
                self.broken.emit(error)
            case Failed(error=error):
                self._request = None
                self._finish_item(item, lambda: batch.leave(item, error))

    def _is_for_all(self, error: StudioError) -> bool:
        """Whether what befell one item would befall every other."""
        return isinstance(error, WeightsError) or self._engine.has_failed

    def _take_opened(self, request: StyleRequest | ItemReport) -> None:
        if self._has_ended:
            return
        if isinstance(request, ItemReport):
            self._take_end(request)
            return
        self._request = request
        self._worker.start_background(request)

    def _finish_item(self, item: BatchItem, work: Callable[[], ItemReport]) -> None:
        self._files.submit(work, self._take_end, partial(self._fail, item))

    def _take_end(self, report: ItemReport) -> None:
        self.reported.emit(report)
        if self._has_ended:  # stopped while it was written: it is done all the same
            return
        self.item, self._is_saving = None, False
        self._countdown.end_item()
        self.go_on()

    def _take_finish(self, _: None) -> None:
        if not self._has_ended:
            self.came_to_end.emit()

    def _fail(self, item: BatchItem | None, error: StudioError) -> None:
        """A task for the batch, and perhaps for an item of it, has failed."""
        if item is not None:
            self.reported.emit(ItemReport(item, "waiting"))  # also one that was saved while it was stopped
        if self._has_ended:
            self._tell(error)
        else:
            self.broken.emit(error)

    def _tell(self, error: StudioError) -> None:
        self.message_posted.emit(Message.about(error))


def _ignore(nothing: None) -> None:
    """Nothing to do."""
