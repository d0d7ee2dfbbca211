"""Teaching: one style being learnt in the worker's background, from the pictures to the tile in the gallery."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.card import OWN_CATEGORY, Card
from studio.core.contract import Done, Event, Failed, Frame, Lesson, Progress, Stopped, TuneRequest, new_request_id
from studio.core.errors import StudioError
from studio.core.files import open_picture
from studio.core.folders import data_folder
from studio.core.learned_file import read_learned, training_file
from studio.core.open_picture import reason
from studio.core.picture import Picture
from studio.core.picture_search import pictures_in
from studio.core.reference_check import Remark, check_references
from studio.core.tune_settings import TuneSettings
from studio.jobs.worker import Worker
from studio.ui.file_thread import FileThread
from studio.ui.message import Message
from studio.ui.own_styles import OwnStyles
from studio.ui.session import Session

MOST_PICTURES = 30


@dataclass(frozen=True)
class Reference:
    """A picture to learn from, and the file it came from."""

    path: Path
    picture: Picture


class Teaching(QObject):
    """One style at a time: pictures chosen, learnt, stopped, gone on with, kept or discarded.

    It learns only while the artist's own work rests. What is learnt lies in a file all the time, so it survives the end
    of the program, and `begun` names it at the next start.

    references, remarks: what is learnt from, and what is to be said of it. lessons: so far. sample: how far it has
    come. has_style: whether there is something to keep. can_resume: whether it can go on exactly. Signals:
    references_changed(); lesson_arrived(); state_changed(), everything else; message_posted(Message or None).
    """

    references_changed = Signal()
    lesson_arrived = Signal()
    state_changed = Signal()
    message_posted = Signal(object)

    def __init__(
        self,
        session: Session,
        worker: Worker,
        files: FileThread,
        own: OwnStyles,
        parent: QObject | None = None,
        folder: Path | None = None,
    ) -> None:
        """folder: where a style lies while it is learnt; None for the user's own."""
        super().__init__(parent)
        self.references: tuple[Reference, ...] = ()
        self.remarks: tuple[Remark, ...] = ()
        self.lessons: list[Lesson] = []
        self.sample: Picture | None = None
        self.begun = ""
        self.progress = 0.0
        self.note = ""
        self.is_learning = self.is_stopping = self.is_over = self.has_style = self.can_resume = False
        self._session = session
        self._worker = worker
        self._files = files
        self._own = own
        self._folder = folder or data_folder() / "learning"
        self._request: TuneRequest | None = None
        session.event_unclaimed.connect(self._take)

    @property
    def output(self) -> Path:
        """Where the style lies until it is kept."""
        return self._folder / "style.safetensors"

    def look_for_begun(self) -> None:
        """Look whether a style was left here when the program ended."""
        if not self.is_learning and not self.has_style:
            self._files.run(self._begun_title, self._take_begun, lambda _: None)

    @Slot(list)
    def add_places(self, places: Sequence[Path]) -> None:
        """Add pictures, and all in folders; what cannot be opened is told and left out."""
        if self.is_learning:
            return
        known = self.references

        def open_all() -> tuple[tuple[Reference, ...], tuple[Remark, ...], list[StudioError]]:
            found, problems = list(known), []
            for path in pictures_in(places):
                if len(found) == MOST_PICTURES:
                    text = f"A style is learnt from {MOST_PICTURES} pictures at most."
                    problems.append(StudioError(text, "The others are left out."))
                    break
                try:
                    found.append(Reference(path, open_picture(path)))
                except StudioError as error:
                    problems.append(error)
            references = tuple({one.picture.fingerprint: one for one in found}.values())
            return references, check_references([one.picture for one in references]), problems

        self._files.run(open_all, lambda found: self._take_references(*found), self._refuse)

    def remove(self, number: int) -> None:
        """Leave one picture out."""
        if not self.is_learning:
            left = self.references[:number] + self.references[number + 1 :]
            pictures = [one.picture for one in left]
            self._files.run(
                lambda: (left, check_references(pictures), []),
                lambda found: self._take_references(*found),
                self._refuse,
            )

    def learn(self, title: str, author: str, licence: str, settings: TuneSettings) -> None:
        """Learn from the pictures, afresh."""
        if self.is_learning or not self.references:
            return
        card = Card(
            "style", "style", title, author, "", licence, "Learnt by Style Studio", self.output, category=OWN_CATEGORY
        )
        pictures = tuple(one.picture for one in self.references)
        self.lessons, self.sample = [], None
        self._start(TuneRequest(pictures, card, self.output, settings, sample=self._session.artwork.content))

    def resume(self) -> None:
        """Go on exactly where it was stopped."""
        if self._request is not None and self.can_resume and not self.is_learning:
            self._start(replace(self._request, is_resumed=True, id=new_request_id()))

    def stop(self) -> None:
        """Stop learning; what is learnt stays, to be kept, discarded or gone on with."""
        if self.is_learning and not self.is_stopping:
            self.is_stopping = True
            self.state_changed.emit()
            self._worker.stop_background()

    def keep(self) -> None:
        """Put the style into the gallery."""
        if self.has_style and not self.is_learning:
            self._own.keep_learned(self.output, lambda _: self._forget())

    def discard(self) -> None:
        """Throw away what is learnt; the pictures stay chosen."""
        if not self.is_learning:
            self._forget()

    def _start(self, request: TuneRequest) -> None:
        if self._session.is_batching:
            text = self.tr("Many pictures are being painted.")
            self.message_posted.emit(Message(text, self.tr("Learn when they are done."), action="render_many"))
            return
        self._request = request
        self.is_learning, self.is_stopping, self.is_over, self.begun = True, False, False, ""
        self.progress, self.note = 0.0, ""
        self._session.set_learning(True)
        self.message_posted.emit(None)
        self.state_changed.emit()
        self._files.run(self._make_folder, lambda _: self._worker.start_background(request), self._refuse)

    @Slot(object)
    def _take(self, event: Event) -> None:
        if self._request is None or getattr(event, "request_id", None) != self._request.id:
            return
        match event:
            case Progress(progress=progress, note=note, lesson=lesson):
                self.progress = progress
                if note:
                    self.note = note
                if lesson is not None:
                    self.note = ""
                    # After going on, the steps since the last save are done again.
                    self.lessons = [*(old for old in self.lessons if old.step < lesson.step), lesson]
                    self.has_style = self.can_resume = True
                self.lesson_arrived.emit()
            case Frame(picture=picture):
                self.sample = picture
                self.lesson_arrived.emit()
            case Done(result=result, notes=notes):
                self.sample, self.progress, self.is_over, self.can_resume = result, 1.0, True, False
                self._end()
                self.message_posted.emit(Message(" ".join(notes)))
            case Stopped():
                self._end()
            case Failed(error=error):
                self._end()
                self.message_posted.emit(Message.about(error))

    def _end(self) -> None:
        self.is_learning = self.is_stopping = False
        self._session.set_learning(False)
        self.lesson_arrived.emit()
        self.state_changed.emit()

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StudioError(f"There can be no folder {self._folder}: {reason(error)}.", "Make room there.") from error

    def _delete(self) -> None:
        for path in (self.output, training_file(self.output)):
            with suppress(OSError):  # it is overwritten by the next one
                path.unlink(missing_ok=True)

    def _forget(self) -> None:
        self._files.run(self._delete, lambda _: None, self._refuse)
        self._request, self.lessons, self.sample = None, [], None
        self.begun, self.progress = "", 0.0
        self.has_style = self.can_resume = self.is_over = False
        self.message_posted.emit(None)
        self.lesson_arrived.emit()
        self.state_changed.emit()

    def _begun_title(self) -> str:
        return read_learned(self.output)[0].title

    def _take_begun(self, title: str) -> None:
        if not self.is_learning and not self.has_style:
            self.begun, self.has_style = title, True
            text = self.tr("{} was being learnt when the studio ended.").format(title)
            self._session.message_posted.emit(Message(text, self.tr("What there is can be kept."), action="teach"))
            self.state_changed.emit()

    def _take_references(
        self, references: tuple[Reference, ...], remarks: tuple[Remark, ...], problems: Sequence[StudioError]
    ) -> None:
        self.references, self.remarks = references, remarks
        if problems:
            text = " ".join(problem.message for problem in problems[:3])
            self.message_posted.emit(Message(text, problems[0].remedy, is_problem=True))
        self.references_changed.emit()
        self.state_changed.emit()

    def _refuse(self, error: StudioError) -> None:
        if self.is_learning:
            self._end()
        self.message_posted.emit(Message.about(error))
