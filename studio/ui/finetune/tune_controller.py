"""TuneController: one style learnt in the worker's background, from the pictures to the tile in the gallery."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from studio.core.card import Card
from studio.core.engine_api.contract import Done, Event, Failed, Frame, Progress, Stopped
from studio.core.engine_api.learning import TrainingStep, TuneRequest
from studio.core.engine_api.request_id import new_request_id
from studio.core.engine_api.tune_settings import TuneSettings
from studio.core.errors import StudioError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.picture import Picture
from studio.core.storage.user_folders import data_folder
from studio.core.styles.learned_style_file import training_file
from studio.core.training.lesson_gain import LessonGain, gain_of
from studio.core.training.reference_checks import Remark, check_references
from studio.core.training.tune_request_file import write_request
from studio.core.training.works_taught import taught_card
from studio.jobs.worker import Worker
from studio.ui.finetune.lesson_check import LessonCheck
from studio.ui.finetune.lesson_place import LessonPlace
from studio.ui.finetune.lesson_time import ExpectedTime, LessonTime
from studio.ui.finetune.unfinished import Unfinished, delete, delete_lesson, find_unfinished
from studio.ui.importing.reference_pictures import ReferencePictures
from studio.ui.importing.user_styles import UserStyles
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.session.settings import Settings
from studio.ui.threads.serial_executor import SerialExecutor


class TuneController(QObject):
    """One style at a time: pictures chosen, learnt, stopped, resumed, kept or discarded.

    It learns only while the artist's own work rests. What is learnt, and what from, lies in files all the time, so it
    survives the end of the program: `unfinished` names it at the next start, and it can be resumed.

    references: what is learnt from. photos: the artist's own, to learn on. training_log: so far. sample: how far it had
    come at `sample_step`. untaught: the same photo in a mix of the references.
    is_mix: whether what was learnt was no better, so that this mix is what can be kept.
    has_style: whether there is something to keep. is_keeping: whether it is on its way into the gallery. kept: the last
    one that came there. can_resume: whether it can be resumed exactly. Signals: step_arrived(); request_found(
    TuneRequest), what an earlier run began; state_changed(), everything else; message_posted(Message or None);
    offer_settled(Message or None), what was said in the window of an earlier run has been seen to.
    """

    step_arrived = Signal()
    request_found = Signal(object)
    state_changed = Signal()
    message_posted = Signal(object)
    offer_settled = Signal(object)

    def __init__(
        self,
        session: Session,
        worker: Worker,
        files: SerialExecutor,
        user_styles: UserStyles,
        opener: PictureOpener,
        settings: Settings,
        parent: QObject | None = None,
        folder: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """settings: remember how quick lessons are here. folder: where a style lies while it is learnt; None for the
        user's own. clock: seconds, for tests.
        """
        super().__init__(parent)
        self._time = LessonTime(settings, session.estimate, clock)
        self.references = ReferencePictures(files, check_references, opener, self)
        self.photos = ReferencePictures(files, lambda _: (), opener, self)
        self._check = LessonCheck(session, worker, files, self.references, self)
        self.training_log: list[TrainingStep] = []
        self.sample: Picture | None = None
        self.sample_step = 0
        self.untaught: Picture | None = None
        self.unfinished = ""
        self._offer: Message | None = None  # to go on with it, in the studio's window
        self.progress = 0.0
        self.note = ""
        self.is_learning = self.is_stopping = self.is_over = self.has_style = self.can_resume = False
        self.is_keeping = self.is_mix = False
        self.kept: Card | None = None
        self._session = session
        self._worker = worker
        self._files = files
        self._user_styles = user_styles
        self._place = LessonPlace(folder or data_folder() / "learning")
        self._request: TuneRequest | None = None
        self._told_to_wait = ""  # the last that was told of `waits_for`
        session.event_unclaimed.connect(self._take)
        session.live.changed.connect(self._tell_waiting)
        session.state_changed.connect(self._tell_waiting)
        session.engine.ready.connect(self.step_arrived)  # another device, another pace
        session.measured.connect(self.step_arrived)
        session.content_changed.connect(self.step_arrived)  # another photo to show it on
        for chosen in (self.references, self.photos):
            chosen.message_posted.connect(self.message_posted)
            chosen.changed.connect(self.state_changed)
            chosen.opening_changed.connect(self.step_arrived)
        self._check.changed.connect(self.state_changed)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What is to be said of the references before learning: what to expect of all of them first."""
        return (*self._check.remarks, *self.references.remarks)

    @property
    def is_looking(self) -> bool:
        """Whether there may be another remark soon."""
        return self._check.is_looking

    @property
    def gain(self) -> LessonGain | None:
        """What the lesson has gained so far, None while unknown."""
        return gain_of(self.training_log)

    @property
    def sampled(self) -> Literal["canvas", "photos", "studio"]:
        """Whose photo shows what is learnt: the one on the canvas, the first to learn on, or one of the studio's."""
        request, content = self._request, self._session.artwork.content
        sample, photos = (content, self.photos.pictures) if request is None else (request.sample, request.photos)
        return "canvas" if sample is not None else "photos" if photos else "studio"

    @property
    def waits_for(self) -> str:
        """What keeps the engine from the lesson that has begun, in words; "" where nothing does."""
        live, run = self._session.live, self._session.finishing.run
        is_painted = run is not None or live.is_waiting or live.is_taking_over  # no draft: that gives way to learning
        return self.tr("Waits for the picture on the canvas") if self.is_learning and is_painted else ""

    @property
    def seconds_left(self) -> float | None:
        """How long learning goes on, None while unknown."""
        return self._time.seconds_left(self.progress)

    def expected(self, plan: TuneSettings) -> ExpectedTime | None:
        """How long it will take to learn from the chosen pictures; None where nobody knows, or there are none."""
        pictures = self.references.pictures
        return self._time.expected(plan, len(pictures) + len(self.photos.pictures)) if pictures else None

    @property
    def output(self) -> Path:
        """Where the style lies until it is kept."""
        return self._place.output

    def settle_offer(self) -> None:
        """What an earlier run began is before the artist's eyes: nothing has to tell of it any more."""
        self.offer_settled.emit(self._offer)

    def look_for_unfinished(self) -> None:
        """Look whether a style was left here when the program ended."""
        if not self.is_learning and not self.has_style:
            self._files.submit(lambda: find_unfinished(self._place), self._take_unfinished, lambda _: None)

    def learn(self, title: str, author: str, licence: str, settings: TuneSettings) -> None:
        """Learn from the pictures, from the start."""
        if self.is_learning or self.is_keeping or not self.references.pictures:
            return
        card = taught_card("style", title, author, licence, self.output, self.references.works)
        references, photos, sample = self.references.pictures, self.photos.pictures, self._session.artwork.content
        self._start(TuneRequest(references, card, self.output, settings, photos, sample))

    def resume(self) -> None:
        """Continue exactly where it was stopped."""
        if self._request is not None and self.can_resume and not self.is_learning and not self.is_keeping:
            self._start(replace(self._request, is_resumed=True, id=new_request_id()))

    def stop(self) -> None:
        """Stop learning; what is learnt stays, to be kept, discarded or resumed."""
        if self.is_learning and not self.is_stopping:
            self.is_stopping = True
            self.state_changed.emit()
            self._worker.stop_background()

    def keep(self) -> None:
        """Put the style into the gallery."""
        if self.has_style and not self.is_learning and not self.is_keeping:
            self._set_keeping(True)
            self._user_styles.keep_learned(self.output, self._tell_kept, lambda: self._set_keeping(False))

    def _tell_kept(self, card: Card) -> None:
        self._forget()
        self.kept = card
        text = self.tr("{} is in the gallery of the studio now, under Mine.").format(card.title)
        self.message_posted.emit(Message(text, self.tr("It is used like every other style."), action="use_taught"))

    def discard(self) -> None:
        """Throw away what is learnt; the pictures stay chosen."""
        if not self.is_learning and not self.is_keeping:
            self._forget()

    def _start(self, request: TuneRequest) -> None:
        if "batching" in self._session.activities:
            text = self.tr("Many pictures are being painted.")
            self.message_posted.emit(Message(text, self.tr("Learn when they are done."), action="render_many"))
            return
        if "learning" in self._session.activities:
            text = self.tr("A classifier is being trained.")
            self.message_posted.emit(Message(text, self.tr("Learn when it is done."), action="train_classifier"))
            return
        if not request.is_resumed:
            self.training_log, self.sample, self.untaught, self.can_resume = [], None, None, False
        self._request = request
        self.references.is_locked = self.photos.is_locked = True
        self.is_learning, self.is_stopping, self.is_over, self.is_mix, self.unfinished = True, False, False, False, ""
        self.progress, self.note = 0.0, ""
        log = self.training_log
        self._time.begin(request, log[-1].step / log[-1].steps if log else 0.0)
        self._session.activities.begin("learning")
        self.message_posted.emit(None)
        self.state_changed.emit()
        self._files.submit(lambda: self._prepare(request), self._begin, self._refuse)

    @Slot()
    def _tell_waiting(self) -> None:
        waits_for = self.waits_for
        if waits_for != self._told_to_wait:
            self._told_to_wait = waits_for
            self.step_arrived.emit()

    @Slot(object)
    def _take(self, event: Event) -> None:
        if self._request is None or getattr(event, "request_id", None) != self._request.id:
            return
        match event:
            case Progress(progress=progress, note=note, training_step=step):
                self.progress = progress
                if self.training_log and progress > 0:  # before, it prepares
                    self._time.take_progress(progress)
                if note:
                    self.note = note
                if step is not None:
                    self.note = ""
                    # After resuming, the steps since the last save are done again.
                    self.training_log = [*(old for old in self.training_log if old.step < step.step), step]
                    self.has_style = self.can_resume = True
                self.step_arrived.emit()
            case Frame(picture=picture, step=step_number):
                if step_number == 0:
                    self.untaught = picture
                else:
                    self.sample, self.sample_step = picture, step_number
                self._time.take_frame(event)
                self.step_arrived.emit()
            case Done(result=result, notes=notes):
                self.sample, self.progress, self.is_over, self.can_resume = result, 1.0, True, False
                self.has_style = True
                self.is_mix = self.untaught is not None and np.array_equal(result.pixels, self.untaught.pixels)
                self._end()
                self.message_posted.emit(Message(" ".join(notes)))
            case Stopped():
                self._end_early()
            case Failed(error=error):
                self._end_early()
                self.message_posted.emit(Message.about(error))

    def _end(self) -> None:
        self.is_learning = self.is_stopping = False
        self.references.is_locked = self.photos.is_locked = False
        self._session.activities.end("learning")
        self.step_arrived.emit()
        self.state_changed.emit()

    def _end_early(self) -> None:
        if not self.has_style:  # then there is nothing to go on with
            self._request = None
            self._files.submit_write(self._delete_all, lambda _: None, self._refuse)
        self._end()

    def _prepare(self, request: TuneRequest) -> TuneRequest:
        """Prepare the folder, and save what is needed to resume after a crash; the request, with its place for good."""
        if not self._place.take():
            text = self.tr("Another window of the studio is learning a style.")
            raise StudioError(text, self.tr("Keep or discard it there first."))
        request = replace(request, output=self.output, card=replace(request.card, file=self.output))
        if not request.is_resumed:
            delete(training_file(self.output))  # of another style; what was best of that stays until there is better
            write_request(request)
        return request

    def _begin(self, request: TuneRequest) -> None:
        self._request = request
        if self.is_stopping:  # before it had started
            self._end_early()
        else:
            self._worker.start_background(request)

    def _delete_all(self) -> None:
        delete_lesson(self._place)

    def _set_keeping(self, is_keeping: bool) -> None:
        """While the file is read, nothing may change it."""
        self.is_keeping = is_keeping
        self.state_changed.emit()

    def _forget(self) -> None:
        self.is_keeping = False
        self._files.submit_write(self._delete_all, lambda _: None, self._refuse)
        self._request, self.training_log, self.sample, self.untaught = None, [], None, None
        self.unfinished, self.progress = "", 0.0
        self.has_style = self.can_resume = self.is_over = self.is_mix = False
        self.message_posted.emit(None)
        self.step_arrived.emit()
        self.state_changed.emit()

    def _take_unfinished(self, unfinished: Unfinished) -> None:
        if self.is_learning or self.has_style:
            return
        request, title, log = unfinished.request, unfinished.title, list(unfinished.training_log)
        text = self.tr("{} was being learnt when the studio ended.").format(title)
        remedy = self.tr("What it has learnt can be kept.")
        if unfinished.has_style:
            self.unfinished, self.has_style = title, True
        if request is not None:
            self.references.show_pictures(request.references, unfinished.remarks)
            self.photos.show_pictures(request.photos, ())
            self.request_found.emit(request)
        if request is not None and unfinished.can_resume:
            self._request, self.can_resume, self.training_log = request, True, log
            self.progress = log[-1].step / log[-1].steps if log else self.progress
            remedy = self.tr("It can be resumed, kept or discarded.")
        elif request is not None and not unfinished.has_style:
            text = self.tr("{} had learnt nothing yet when the studio ended.").format(title)
            remedy = self.tr("Its pictures are chosen again.")
        elif request is not None:
            remedy = self.tr("What it has learnt can be kept; its pictures are chosen again.")
        once = f"{text} {self.output.parent} {len(log)}" if unfinished.has_style else ""
        self._offer = Message(text, remedy, action="teach", once=once, stays=self.has_style or self.can_resume)
        self._session.post_message(self._offer)
        self.step_arrived.emit()
        self.state_changed.emit()

    def _refuse(self, error: StudioError) -> None:
        if self.is_learning:
            self._end()
        self.message_posted.emit(Message.about(error))
