"""LessonCheck: what to expect of a lesson on the chosen pictures, said before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from studio.core.curator.lesson_outlook import LessonOutlook
from studio.core.engine_api.contract import Described, DescribeRequest, Event, Failed, Stopped
from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.training.reference_checks import Remark
from studio.core.training.taught_pictures import as_taught
from studio.jobs.worker import Worker
from studio.ui.importing.reference_pictures import ReferencePictures
from studio.ui.session.session import Session
from studio.ui.threads.serial_executor import SerialExecutor

Row = NDArray[np.floating]


class LessonCheck(QObject):
    """Looks at the pictures as they are taught, one after the other, while the artist goes on.

    What was seen of a picture is remembered as long as it is chosen. Where the engine cannot say, nothing is said: the
    lesson itself tells it again. remarks: on all pictures together. is_looking: whether more may come. Signal:
    changed().
    """

    changed = Signal()

    def __init__(
        self,
        session: Session,
        worker: Worker,
        files: SerialExecutor,
        references: ReferencePictures,
        parent: QObject | None = None,
    ) -> None:
        """files: the thread on which pictures are laid on sheets."""
        super().__init__(parent)
        self._worker, self._files, self._references = worker, files, references
        self.remarks: tuple[Remark, ...] = ()
        self.is_looking = False
        self._chosen: tuple[Picture, ...] = ()
        self._taught: tuple[Picture, ...] = ()
        self._rows: dict[str, Row] = {}  # by fingerprint
        self._asked: DescribeRequest | None = None
        self._run = 0  # of the pictures that are chosen now
        references.changed.connect(self._begin)
        session.event_unclaimed.connect(self._take_event)

    @Slot()
    def _begin(self) -> None:
        if self._references.pictures == self._chosen:
            return
        self._chosen = self._references.pictures
        self._run += 1
        self._stop_asking()
        self._say(self._run, (), is_looking=bool(self._chosen))
        if self._chosen:
            run, chosen = self._run, self._chosen
            self._files.submit(lambda: _with_fingerprints(chosen), partial(self._look, run), partial(self._end, run))

    def _look(self, run: int, taught: tuple[Picture, ...]) -> None:
        if run == self._run:
            known = {picture.fingerprint for picture in taught}
            self._taught = taught
            self._rows = {name: row for name, row in self._rows.items() if name in known}
            self._ask_next()

    def _ask_next(self) -> None:
        """Ask about the next picture, or, with all of them seen, what that means."""
        unseen = next((picture for picture in self._taught if picture.fingerprint not in self._rows), None)
        if unseen is not None:
            self._asked = DescribeRequest(unseen, LessonOutlook.query)
            self._worker.look(self._asked)
            return
        run, rows = self._run, [self._rows[picture.fingerprint] for picture in self._taught]
        self._files.submit(lambda: LessonOutlook.load().remarks(rows), partial(self._say, run), partial(self._end, run))

    @Slot(object)
    def _take_event(self, event: Event) -> None:
        asked = self._asked
        if asked is None or not isinstance(event, Described | Failed | Stopped) or event.request_id != asked.id:
            return
        self._asked = None
        if isinstance(event, Described):
            self._rows[asked.content.fingerprint] = LessonOutlook.row_of(event.vectors)
            self._ask_next()
        else:
            self._say(self._run, ())

    def _stop_asking(self) -> None:
        if self._asked is not None:
            self._worker.stop_look(self._asked)
            self._asked = None

    def _say(self, run: int, remarks: Sequence[Remark], is_looking: bool = False) -> None:
        if run == self._run and (tuple(remarks), is_looking) != (self.remarks, self.is_looking):
            self.remarks, self.is_looking = tuple(remarks), is_looking
            self.changed.emit()

    def _end(self, run: int, _: StudioError) -> None:
        self._say(run, ())


def _with_fingerprints(chosen: Sequence[Picture]) -> tuple[Picture, ...]:
    """As they are taught, with their fingerprints worked out here and not on the thread of the window."""
    taught = as_taught(chosen)
    for picture in taught:
        _ = picture.fingerprint
    return taught
