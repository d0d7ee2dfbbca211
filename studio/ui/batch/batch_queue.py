"""BatchQueue: many photos painted in the worker's background with the present styles, while the artist works on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.artwork.artwork_state import relative_parts
from studio.core.artwork.card_corrections import CardCorrections
from studio.core.batch.job import BatchJob, ItemReport
from studio.core.engine_api.contract import Event
from studio.core.errors import StudioError
from studio.core.image_io import ExportOptions
from studio.core.image_io.opening.opener import PictureOpener
from studio.jobs.batch.batch import Batch, open_batch, resume_batch
from studio.jobs.worker import Worker
from studio.ui.batch.batch_options import BatchOptions, BatchScan, InterruptedBatch, scan
from studio.ui.batch.batch_run import BatchRun
from studio.ui.batch.batch_signing import sign_all
from studio.ui.batch.batch_statuses import BatchStatuses
from studio.ui.export.exporter import Exporter
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.threads.serial_executor import SerialExecutor


class BatchQueue(QObject):
    """One batch at a time: chosen, painted, paused, stopped, resumed.

    An item is painted only while the artist's own work rests: a moved slider or a Finish goes first, then the item
    continues where it was. Photos and artworks are read and written on a thread of their own.

    statuses: how each item stands, in order. is_running: from the start to the end or a stop, pauses included.
    is_scanning: whether the statuses are still those of older options. interrupted: what could be resumed in the chosen
    folder, or None. has_folder: whether that folder is there. Signals: reset(), all statuses are other ones;
    report_changed(row); state_changed(), everything else; message_posted(Message or None).
    """

    reset = Signal()
    report_changed = Signal(int)
    state_changed = Signal()
    message_posted = Signal(object)

    def __init__(
        self,
        session: Session,
        worker: Worker,
        files: SerialExecutor,
        exporter: Exporter,
        opener: PictureOpener,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.options = BatchOptions()
        self._before: list[tuple[tuple[Path, ...], frozenset[Path]]] = []  # places and what was left out, for undo
        self.statuses = BatchStatuses()
        self.job: BatchJob | None = None  # of the batch that runs or ran last
        self.interrupted: InterruptedBatch | None = None
        self.is_running = self.is_paused = self.is_scanning = self.has_folder = False
        self._session = session
        self._worker = worker
        self._files = files
        self._exporter = exporter
        self._open_photo = opener.open_picture
        self._run: BatchRun | None = None  # or the last one: what it was writing at its end is reported later
        self._opening_token: object | None = None
        session.event_unclaimed.connect(self._take)

    @property
    def progress(self) -> float:
        """Of all items, 0 to 1."""
        item = self._run.item if self._run is not None else None
        under_way = self.statuses.of(item).progress if item is not None else 0.0
        return (self.statuses.tried + under_way) / len(self.statuses) if self.statuses else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds to go, None while unknown."""
        return self._run.seconds_left if self._run is not None and self.is_running else None

    def choose(self, options: BatchOptions) -> None:
        """Look for the photos and for what is in the folder; the statuses follow. Not while a batch runs."""
        self.options = options
        self.is_scanning = True
        self.message_posted.emit(None)
        self.state_changed.emit()
        refuse = partial(self._refuse_options, options)
        self._files.submit(lambda: scan(options), partial(self._take_scan, options), refuse)

    def leave_out(self, row: int) -> None:
        """Take a photo off the list, until that is undone."""
        if len(self.statuses) == 1:
            self.clear()
        elif not self.is_running and 0 <= row < len(self.statuses):
            self._before.append((self.options.places, self.options.left_out))
            photo = self.statuses[row].item.photo
            self.choose(replace(self.options, left_out=self.options.left_out | {photo}))

    def clear(self) -> None:
        """Take all photos off the list, until that is undone."""
        if not self.is_running and self.options.places:
            self._before.append((self.options.places, self.options.left_out))
            self.choose(replace(self.options, places=(), left_out=frozenset()))

    @Slot()
    def undo(self) -> None:
        """Put back what was taken off the list last."""
        if self._before and not self.is_running:
            places, left_out = self._before.pop()
            self.choose(replace(self.options, places=places, left_out=left_out))

    def start(self) -> None:
        """Paint what is chosen with the present styles, settings and regions; an interrupted batch alike is continued.

        Besides their format, the files are written as in the last export: with its quality, maker and label. Of the
        regions, what was brushed on the artist's photo means nothing in others and is left out; the window says it.
        """
        artwork, options = self._session.artwork, self.options
        if options.folder is None or self.is_running or self._waits_for_learning():
            return
        folder = options.folder
        try:
            last = self._exporter.last
            export_options = (last.options if last else ExportOptions()).in_format(options.format)
            artist = last.artist if last else ""
            styles, regions = artwork.cards.styles(artwork.styles), artwork.cards.regions(artwork.regions)
            job = BatchJob(styles, artwork.recipe, export_options, artist=artist, regions=relative_parts(regions))
        except StudioError as error:
            self._tell(error)
            return
        open_photo = self._open_photo
        signing = self._exporter.signing
        self._begin(
            lambda: sign_all(
                open_batch(
                    folder,
                    job,
                    options.places,
                    may_overwrite=options.may_overwrite,
                    open_photo=open_photo,
                    left_out=options.left_out,
                ),
                signing,
            )
        )

    def resume(self) -> None:
        """Continue the batch that was interrupted in the chosen folder, with the settings it began with.

        Its styles are credited as their cards say by now: a licence may have been entered meanwhile.
        """
        folder = self.options.folder
        if folder is not None and not self.is_running and not self._waits_for_learning():
            signing, cards = self._exporter.signing, self._session.artwork.cards.copy()
            self._begin(lambda: sign_all(_credited(resume_batch(folder, self._open_photo), cards), signing))

    def set_paused(self, is_paused: bool) -> None:
        """Pause after the step under way, or continue."""
        self.is_paused = is_paused
        self._worker.pause_background(is_paused)
        self.state_changed.emit()

    def stop(self) -> None:
        """End the batch here; the item under way is not kept, all others are, and the batch can be resumed."""
        if not self.is_running:
            return
        self._worker.stop_background()
        self._end()
        self.choose(self.options)

    def close(self) -> None:
        """Stop for good, and wait for what is being written."""
        if self._run is not None:
            self._run.close()
        self._files.close()

    def _waits_for_learning(self) -> bool:
        """Whether a style is being learnt, which a batch would end; if so, a message says it."""
        is_learning = "learning" in self._session.activities
        if is_learning:
            text = self.tr("A style is being learnt, or a classifier trained.")
            self.message_posted.emit(Message(text, self.tr("Stop it, or wait until it is done."), action="teach"))
        return is_learning

    def _begin(self, open_one: Callable[[], Batch]) -> None:
        self.is_running, self.is_scanning, self.interrupted = True, False, None
        token = self._opening_token = object()  # the artist may stop, and begin another, before the disk has answered
        self._session.activities.begin("batching")
        self.message_posted.emit(None)
        self.state_changed.emit()
        self._files.submit(open_one, partial(self._take_batch, token), partial(self._refuse_batch, token))

    def _refuse_batch(self, token: object, error: StudioError) -> None:
        if token is self._opening_token:
            self._break(error)

    def _take_batch(self, token: object, batch: Batch) -> None:
        if token is not self._opening_token:
            self._files.submit_write(batch.close, _ignore, self._tell)
            return
        self.job, self.has_folder = batch.job, True
        if not self.options.places:  # resumed from its journal alone
            photos = tuple(item.photo for item in batch.items)
            self.options = replace(self.options, places=photos, format=batch.job.options.format)
        left = {item.number for item in batch.left}
        self._set_reports(ItemReport(item, "waiting" if item.number in left else "done") for item in batch.items)
        for note in batch.notes:
            self.message_posted.emit(Message(note))
        if self._run is not None:
            self._run.deleteLater()  # all it wrote was reported before this batch was opened
        self._run = run = BatchRun(batch, self._worker, self._files, self._session.engine, self)
        run.reported.connect(self._report)
        run.came_to_end.connect(self._take_finish)
        run.broken.connect(self._break)
        run.message_posted.connect(self.message_posted)
        run.go_on()

    @Slot(object)
    def _take(self, event: Event) -> None:
        if self._run is not None:
            self._run.take_event(event)

    @Slot()
    def _take_finish(self) -> None:
        count, left_out = len(self.statuses), self.statuses.left_out
        self._end()
        if left_out:
            text = self.tr("{} of {} pictures are painted; {} could not be.").format(count - left_out, count, left_out)
            remedy = self.tr("The list says why.")
        else:
            text, remedy = self.tr("All {} pictures are painted.").format(count), ""
        message = Message(text, remedy, action="render_many")
        self._session.post_message(message)
        self.message_posted.emit(replace(message, action=""))

    @Slot(object)
    def _break(self, error: StudioError) -> None:
        """The batch cannot continue now; it can be resumed later."""
        self._worker.stop_background()
        self._end()
        self.choose(self.options)
        self._tell(error)

    def _end(self) -> None:
        self._opening_token = None
        if self._run is not None:
            self._run.end()
        self.is_running = False
        if self.is_paused:
            self.set_paused(False)
        self._session.activities.end("batching")
        self.state_changed.emit()

    def _take_scan(self, options: BatchOptions, scanned: BatchScan) -> None:
        if options is not self.options or self.is_running:  # of older options
            return
        self.options = scanned.options
        self.is_scanning, self.interrupted, self.has_folder = False, scanned.interrupted, scanned.has_folder
        known = {(report.item.photo, report.item.output): report for report in self.statuses}
        waiting = (ItemReport(item, "waiting") for item in scanned.items)
        self._set_reports(known.get((new.item.photo, new.item.output), new) for new in waiting)
        for note in scanned.notes:
            self.message_posted.emit(Message(note))

    def _set_reports(self, reports: Iterable[ItemReport]) -> None:
        self.statuses = BatchStatuses(reports)
        self.reset.emit()
        self.state_changed.emit()

    @Slot(object)
    def _report(self, report: ItemReport) -> None:
        row = self.statuses.take_report(report)
        if row is not None:
            self.report_changed.emit(row)

    def _refuse_options(self, options: BatchOptions, error: StudioError) -> None:
        if options is self.options and not self.is_running:
            self.is_scanning = False
            self._tell(error)
            self.state_changed.emit()

    def _tell(self, error: StudioError) -> None:
        self.message_posted.emit(Message.about(error))


def _credited(batch: Batch, cards: CardCorrections) -> Batch:
    job = batch.job
    batch.job = replace(job, styles=cards.styles(job.styles), regions=cards.regions(job.regions))
    return batch


def _ignore(nothing: None) -> None:
    """Nothing to do."""
