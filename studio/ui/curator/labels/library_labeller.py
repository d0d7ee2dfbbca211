"""LibraryLabeller: has a classifier say what every picture of the library is, behind all else the studio does."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from studio.core.classifier.linear_head import UNKNOWN
from studio.core.curator.model_file import Classifier, read_classifier
from studio.core.curator.photo_check import PhotoCheck, Verdict
from studio.core.displayable import shortened
from studio.core.engine_api.contract import Described, DescribeRequest, Event, Failed, Stopped
from studio.core.engine_api.features import FeatureQuery
from studio.core.errors import StudioError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.library.library_index import IndexedPicture
from studio.core.picture import Picture
from studio.jobs.worker import Worker
from studio.ui.curator.training_set import OPENED_EDGE
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.threads.serial_executor import SerialExecutor

_IN_FLIGHT = 2  # pictures: one is opened while the engine looks at the one before
_AT_ONCE = 16  # labels that are written together
_TRIES = 3  # pictures that fail one after the other; then it is not the picture
_LONGEST_NAME = 80  # characters of what the labels are by

Row = NDArray[np.float32]
Refuse = Callable[[StudioError], None]


class LabelledLibrary(Protocol):
    """What the library does for labels."""

    def give_pictures(self, is_selected: bool, take: Callable[[list[IndexedPicture]], None], refuse: Refuse) -> None:
        """Call back with all pictures, or with those that are selected."""

    def put_labels(
        self,
        model: str,
        labels: Sequence[tuple[Path, str, float]],
        is_first: bool,
        take: Callable[[], None],
        refuse: Refuse,
    ) -> None:
        """Keep what a classifier said; is_first: what it said before is forgotten."""

    def give_label_counts(self, take: Callable[[dict[str, dict[str, int]]], None], refuse: Refuse) -> None:
        """Call back with what each classifier said of how many pictures."""

    def show_labels(self, model: str) -> None:
        """Show what this classifier said, where there is a choice."""

    def show_only(self, labelled: tuple[str, str] | None) -> None:
        """Show only what a classifier said this of, or all."""


@dataclass(frozen=True, eq=False)
class _Model:
    """A classifier that is at work, and what it is called where its labels are."""

    name: str
    classifier: Classifier
    check: PhotoCheck

    @property
    def needs_frozen(self) -> bool:
        """Whether the check for photos sees other features than the classifier."""
        return self.classifier.block is not None or self.classifier.query != PhotoCheck.query


class LibraryLabeller(QObject):
    """One classifier at a time. name: of it, "" while there is none; done of total pictures; failed: left out of these.

    Signals: changed(); labelled(name), all is said; message_posted(Message).
    """

    changed = Signal()
    labelled = Signal(str)
    message_posted = Signal(object)

    def __init__(
        self,
        session: Session,
        worker: Worker,
        files: SerialExecutor,
        opener: PictureOpener,
        library: LabelledLibrary,
        parent: QObject | None = None,
    ) -> None:
        """files: the thread on which pictures are opened."""
        super().__init__(parent)
        self._worker, self._files, self._opener, self._library = worker, files, opener, library
        self.name = ""
        self.done = self.total = self.failed = 0
        self._model: _Model | None = None
        self._queue: deque[Path] = deque()
        self._in_flight = 0
        self._asked: dict[int, tuple[Path, Picture, Row | None]] = {}
        self._ready: list[tuple[Path, str, float]] = []
        self._failures = 0
        self._is_first = True
        self._run = 0
        session.event_unclaimed.connect(self._take_event)

    @property
    def is_labelling(self) -> bool:
        """Whether one is at work."""
        return bool(self.name)

    def label(self, path: Path) -> None:
        """Label the library with the classifier in a file, instead of what is under way."""
        self._end()
        self._run += 1
        self.name, self.done, self.total, self.failed = path.stem, 0, 0, 0
        self.changed.emit()
        run = self._run

        def read() -> _Model:
            classifier = read_classifier(path)
            return _Model(shortened(classifier.card.title or path.stem, _LONGEST_NAME), classifier, PhotoCheck.load())

        self._files.submit(read, partial(self._take_model, run), partial(self._give_up, run))

    def stop(self) -> None:
        """Label no more; what was said stays."""
        if self.is_labelling:
            name = self._model.name if self._model is not None else ""
            self._write(self._run, is_last=False)
            self._end()
            self._run += 1
            self.changed.emit()
            if name:
                self.labelled.emit(name)

    def _take_model(self, run: int, model: _Model) -> None:
        if run != self._run:
            return
        self._model, self.name, self._is_first = model, model.name, True
        self.changed.emit()
        self._library.give_pictures(False, partial(self._take_pictures, run), partial(self._give_up, run))

    def _take_pictures(self, run: int, pictures: Sequence[IndexedPicture]) -> None:
        if run != self._run:
            return
        if not pictures:
            self._give_up(run, StudioError(self.tr("There are no pictures in the library."), self.tr("Add a folder.")))
            return
        self._queue = deque(picture.path for picture in pictures)
        self.total, self._failures = len(pictures), 0
        self.changed.emit()
        self._fill()

    def _fill(self) -> None:
        while self._queue and self._in_flight < _IN_FLIGHT:
            path, run = self._queue.popleft(), self._run
            self._in_flight += 1
            self._files.submit(
                lambda path=path: self._opener.open_small(path, OPENED_EDGE),  # type: ignore[misc]
                partial(self._ask, run, path, None),
                partial(self._leave_out, run),
            )

    def _ask(self, run: int, path: Path, row: Row | None, picture: Picture) -> None:
        """What the picture is like for the classifier, or, if that is known, for the check for photos."""
        if run != self._run or self._model is None:
            return
        classifier = self._model.classifier
        if row is None:
            request = DescribeRequest(picture, classifier.query, classifier.block)
        else:
            request = DescribeRequest(picture, PhotoCheck.query)
        self._asked[request.id] = path, picture, row
        self._worker.describe(request)

    @Slot(object)
    def _take_event(self, event: Event) -> None:
        if not isinstance(event, Described | Failed | Stopped) or event.request_id not in self._asked:
            return
        path, picture, row = self._asked.pop(event.request_id)
        model, run = self._model, self._run
        match event:
            case Described(vectors=vectors) if model is not None:
                self._failures = 0
                if row is None and model.needs_frozen:
                    self._ask(run, path, row_of(vectors, model.classifier.query), picture)
                elif row is None:
                    self._classify(model, path, row_of(vectors, model.classifier.query), None)
                else:
                    self._classify(model, path, row, row_of(vectors, PhotoCheck.query))
            case Failed(error=error):
                self._leave_out(run, error)

    def _classify(self, model: _Model, path: Path, row: Row, frozen: Row | None) -> None:
        try:
            verdict = Verdict.of(model.classifier, model.check, row, frozen)
        except StudioError as error:
            self._give_up(self._run, error)
            return
        label = "" if verdict.name == UNKNOWN else verdict.name
        self._ready.append((path, label, verdict.certainty))
        self._end_one()

    def _leave_out(self, run: int, error: StudioError) -> None:
        if run != self._run:
            return
        self.failed += 1
        self._failures += 1
        if self._failures >= _TRIES and self.failed == self.done + 1:  # nothing has ever gone right
            self._give_up(run, error)
            return
        self._end_one()

    def _end_one(self) -> None:
        self._in_flight -= 1
        self.done += 1
        is_last = not self._queue and not self._in_flight
        if is_last or len(self._ready) >= _AT_ONCE:
            self._write(self._run, is_last)
        self._fill()
        self.changed.emit()

    def _write(self, run: int, is_last: bool) -> None:
        model, ready = self._model, self._ready
        if model is None or (not ready and not is_last):
            return
        self._ready = []
        is_first, self._is_first = self._is_first, False
        take = partial(self._finish, run) if is_last else _nothing
        self._library.put_labels(model.name, ready, is_first, take, partial(self._give_up, run))

    def _finish(self, run: int) -> None:
        if run != self._run or self._model is None:
            return
        name, failed, total = self._model.name, self.failed, self.total
        self._end()
        self.changed.emit()
        self.labelled.emit(name)
        text = self.tr("{} pictures are labelled by {}.").format(f"{total - failed:,}", name)
        more = self.tr("{} could not be opened.").format(f"{failed:,}") if failed else ""
        self.message_posted.emit(Message(f"{text} {more}".strip(), self.tr("A classifier is not an attribution.")))

    def _give_up(self, run: int, error: StudioError) -> None:
        if run == self._run:
            self._end()
            self._run += 1
            self.changed.emit()
            self.message_posted.emit(Message.about(error))

    def _end(self) -> None:
        self._model, self.name = None, ""
        self._queue.clear()
        self._asked.clear()
        self._ready = []
        self._in_flight = 0


def row_of(vectors: Mapping[str, Row], query: FeatureQuery) -> Row:
    """The vectors of all layers, one behind the other."""
    return np.concatenate([vectors[layer] for layer in query.layers])


def _nothing() -> None:
    pass
