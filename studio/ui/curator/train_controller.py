"""TrainController: one classifier, from labelled pictures to a file of the user's, trained in the background."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.classifier.results import Epoch
from studio.core.classifier.settings import ClassifierSettings
from studio.core.curator.examples import LEAST_WORKS, Collection, LabelledBy
from studio.core.curator.model_card import classifier_card
from studio.core.curator.model_file import Classifier, write_classifier
from studio.core.curator.report_page import report_page
from studio.core.engine_api.contract import Event, Failed, Progress, Stopped
from studio.core.engine_api.features import FeatureQuery
from studio.core.engine_api.learning import ClassifierRequest, Trained
from studio.core.errors import StudioError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.library.library_index import IndexedPicture
from studio.core.storage.atomic_write import make_folder, replace_file
from studio.core.storage.file_names import proposed_stem
from studio.core.storage.user_folders import data_folder
from studio.jobs.worker import Worker
from studio.ui.curator.training_set import Source, TrainingEnded, open_all, sort_out_folder, sort_out_library
from studio.ui.export.exporter import free_path
from studio.ui.session.activities import Activity
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.threads.serial_executor import SerialExecutor

GivePictures = Callable[[bool, Callable[[list[IndexedPicture]], None], Callable[[StudioError], None]], None]
"""Calls back with the pictures of the library, or, if the first argument says so, with those that are selected."""

SUFFIX = ".safetensors"
REPORT_SUFFIX = ".html"  # of the report beside it
_OPENING = 0.05  # share of the progress; training has the rest
_TELLS_AFTER = 0.08  # of the training, from where on the time left can be told
_LONGEST_NAME = 60  # characters of a file


def classifiers_folder() -> Path:
    """Where the user's own classifiers lie; may not exist yet."""
    return data_folder() / "classifiers"


class TrainController(QObject):
    """Trains only while the artist's own work rests, as a style is learnt.

    source: what was chosen. collection: what it holds, None until it is sorted out. epochs: points of the learning
    curves so far. note: what is done now. trained: what came of it. title: what it is called. kept: its file, once it
    is kept. Signals: progressed(); state_changed(), everything else; kept_as(Path); message_posted(Message or None).
    """

    progressed = Signal()
    state_changed = Signal()
    kept_as = Signal(object)
    message_posted = Signal(object)
    _opened = Signal(int, int)

    def __init__(
        self,
        session: Session,
        worker: Worker,
        files: SerialExecutor,
        opener: PictureOpener,
        give_pictures: GivePictures,
        parent: QObject | None = None,
    ) -> None:
        """files: the thread on which pictures are opened and files are written."""
        super().__init__(parent)
        self.source: Source | None = None
        self.collection: Collection | None = None
        self.epochs: list[Epoch] = []
        self.trained: Trained | None = None
        self.kept: Path | None = None
        self.title, self.note = "", ""
        self.progress = 0.0
        self.least_works = LEAST_WORKS
        self.is_sorting = self.is_training = self.is_stopping = self.is_keeping = False
        self._session, self._worker, self._files, self.opener = session, worker, files, opener
        self._give_pictures = give_pictures
        self._request: ClassifierRequest | None = None
        self._started = 0.0
        self._asked = 0  # of all that was chosen, only the last counts
        self._is_closed = False
        self._opened.connect(self._tell_opened)
        session.event_unclaimed.connect(self._take)

    @property
    def seconds_left(self) -> float | None:
        """How long training goes on, None while unknown."""
        share = (self.progress - _OPENING) / (1 - _OPENING)
        if not self.is_training or share < _TELLS_AFTER:
            return None
        return (time.monotonic() - self._started) * (1 - share) / share

    @property
    def can_train(self) -> bool:
        """Whether there is something to train on, and nothing else under way."""
        is_free = not (self.is_training or self.is_sorting or self.is_keeping)
        return is_free and self.collection is not None and self.collection.is_enough

    @property
    def is_unsaved(self) -> bool:
        """Whether closing the studio would lose a training or its result."""
        return self.is_training or (self.trained is not None and self.kept is None)

    def choose_folder(self, paths: Sequence[Path]) -> None:
        """Take the subfolders of a folder as classes."""
        if paths and not self.is_training:
            self._sort_out(Source("folder", paths[0]), partial(sort_out_folder, tuple(paths)))

    def choose_library(self, by: LabelledBy, is_selected: bool) -> None:
        """Take what is known of the pictures of the library, or of those selected there, as classes."""
        if self.is_training:
            return
        source = Source(by, None, is_selected)
        number = self._begin_to_sort(source)
        self._give_pictures(
            is_selected,
            lambda pictures: self._sort(number, source, partial(_library_of, pictures, by)),
            partial(self._refuse_collection, number),
        )

    def set_least_works(self, least: int) -> None:
        """Leave out classes with fewer works than this."""
        if least != self.least_works:
            self.least_works = least
            self.choose_again()

    def choose_again(self) -> None:
        """Look again at what was chosen."""
        source = self.source
        if source is None:
            return
        if source.folder is not None:
            self.choose_folder([source.folder])
        else:
            self.choose_library(source.by, source.is_selected)

    def train(self, title: str, settings: ClassifierSettings) -> None:
        """Train on what was chosen."""
        collection = self.collection
        if collection is None or not self.can_train:
            return
        others: tuple[tuple[Activity, str, str], ...] = (
            ("batching", self.tr("Many pictures are being painted."), "render_many"),
            ("learning", self.tr("A style is being learnt."), "teach"),
        )
        for activity, text, action in others:
            if activity in self._session.activities:
                self.message_posted.emit(Message(text, self.tr("Train when that is done."), action=action))
                return
        self.title, self.epochs, self.trained, self.kept, self.progress = title, [], None, None, 0.0
        self.note = self.tr("Opening the pictures")
        self.is_training, self.is_stopping = True, False
        self._session.activities.begin("learning")
        self.message_posted.emit(None)
        self.state_changed.emit()

        def told(number: int, count: int) -> None:
            self._check_open()
            if self.is_stopping:
                raise TrainingEnded(self.tr("It was stopped."))
            self._opened.emit(number, count)

        self._files.submit(lambda: open_all(collection, settings, self.opener, told), self._begin, self._refuse)

    def stop(self) -> None:
        """Stop training; what it came to so far is thrown away."""
        if self.is_training and not self.is_stopping:
            self.is_stopping = True
            self.state_changed.emit()
            if self._request is not None:
                self._worker.stop_background()

    def keep(self) -> None:
        """Write the classifier, with its card and the report beside it, into the user's folder."""
        trained, title = self.trained, self.title
        if trained is None or self.is_keeping or self.kept is not None:
            return
        self.is_keeping = True
        self.state_changed.emit()

        def write() -> Path:
            folder = classifiers_folder()
            make_folder(folder)
            path = free_path(folder / f"{proposed_stem(title, 'classifier', _LONGEST_NAME)}{SUFFIX}", REPORT_SUFFIX)
            card = classifier_card(title, path, trained.assessment, trained.block is not None, "Style Studio")
            query = FeatureQuery()
            report = report_page(title, trained.assessment, query.encoder).encode()
            write_classifier(path, Classifier(trained.head, query, card, trained.block))
            try:
                replace_file(path.with_suffix(REPORT_SUFFIX), report)
            except StudioError:  # both, or neither: it can be kept again
                path.unlink(missing_ok=True)
                raise
            return path

        self._files.submit_write(write, self._take_kept, self._refuse)

    def discard(self) -> None:
        """Throw away what was trained; what it was trained on stays chosen."""
        if not self.is_training and not self.is_keeping:
            self.trained, self.kept, self.epochs, self.progress, self.note = None, None, [], 0.0, ""
            self.message_posted.emit(None)
            self.state_changed.emit()

    def close(self) -> None:
        """Give up sorting out and opening pictures; idempotent."""
        self._is_closed = True

    def _check_open(self) -> None:
        if self._is_closed:
            raise CancelledError  # which nobody needs to be told

    def _begin_to_sort(self, source: Source) -> int:
        self._asked += 1
        self.source, self.collection, self.is_sorting = source, None, True
        self.message_posted.emit(None)
        self.state_changed.emit()
        return self._asked

    def _sort_out(self, source: Source, work: Callable[[int, Callable[[], None]], Collection]) -> None:
        self._sort(self._begin_to_sort(source), source, work)

    def _sort(self, number: int, source: Source, work: Callable[[int, Callable[[], None]], Collection]) -> None:
        def check() -> None:
            self._check_open()
            if number != self._asked:
                raise TrainingEnded(self.tr("Something else was chosen."))

        self._files.submit(
            lambda: work(self.least_works, check),
            partial(self._take_collection, number),
            partial(self._refuse_collection, number),
        )

    def _take_collection(self, number: int, collection: Collection) -> None:
        if number == self._asked:
            self.is_sorting, self.collection = False, collection
            self.state_changed.emit()

    def _refuse_collection(self, number: int, error: StudioError) -> None:
        if number == self._asked:
            self.is_sorting, self.source = False, None
            self.message_posted.emit(Message.about(error))
            self.state_changed.emit()

    @Slot(int, int)
    def _tell_opened(self, number: int, count: int) -> None:
        if self.is_training and self._request is None:
            self.progress = _OPENING * number / max(1, count)
            self.note = self.tr("Opening the pictures: {} of {}").format(number + 1, count)
            self.progressed.emit()

    def _begin(self, request: ClassifierRequest) -> None:
        if self.is_stopping:
            self._end()
            return
        self._request, self._started = request, time.monotonic()
        self.note = self.tr("Waiting for the engine")
        self.progressed.emit()
        self._worker.start_background(request)

    @Slot(object)
    def _take(self, event: Event) -> None:
        if self._request is None or getattr(event, "request_id", None) != self._request.id:
            return
        match event:
            case Progress(progress=progress, note=note, epoch=epoch):
                self.progress = _OPENING + (1 - _OPENING) * progress
                self.note = note or self.note
                if epoch is not None:
                    self.epochs.append(epoch)
                self.progressed.emit()
            case Trained():
                self.trained, self.progress = event, 1.0
                self.epochs = list(event.assessment.epochs)
                self._end()
            case Stopped():
                self._end()
            case Failed(error=error):
                self._refuse(error)

    def _end(self) -> None:
        self.is_training = self.is_stopping = False
        self._request, self.note = None, ""
        self._session.activities.end("learning")
        self.progressed.emit()
        self.state_changed.emit()

    def _take_kept(self, path: Path) -> None:
        self.is_keeping, self.kept = False, path
        text = self.tr("{} is kept in your classifiers.").format(self.title)
        self.message_posted.emit(Message(text, self.tr("It can label the library.")))
        self.state_changed.emit()
        self.kept_as.emit(path)

    def _refuse(self, error: StudioError) -> None:
        if self.is_training:
            self._end()
        self.is_keeping = False
        if not isinstance(error, TrainingEnded):
            self.message_posted.emit(Message.about(error))
        self.state_changed.emit()


def _library_of(
    pictures: Sequence[IndexedPicture], by: LabelledBy, least_works: int, check: Callable[[], None]
) -> Collection:
    return sort_out_library(pictures, by, least_works, check)
