"""LessonCheck: what to expect of a lesson on the chosen pictures, said before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from studio.core.curator.lesson_outlook import LessonOutlook
from studio.core.engine_api.contract import Described, DescribeRequest
from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.training.reference_checks import Remark
from studio.core.training.taught_pictures import as_taught
from studio.jobs.worker import Worker
from studio.ui.importing.reference_pictures import ReferencePictures
from studio.ui.session.session import Session
from studio.ui.threads.engine_question import EngineQuestion
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
        self._files, self._references = files, references
        self._question = EngineQuestion(worker, session.event_unclaimed, self)
        self._question.answered.connect(self._take_answer)
        self._question.failed.connect(self._give_up)
        self.remarks: tuple[Remark, ...] = ()
        self.is_looking = False
        self._chosen: tuple[Picture, ...] = ()
        self._taught: tuple[Picture, ...] = ()
        self._rows: dict[str, Row] = {}  # by fingerprint
        self._asked = ""  # the fingerprint of what the engine looks at
        self._run = 0  # of the pictures that are chosen now
        references.changed.connect(self._begin)

    @Slot()
    def _begin(self) -> None:
        if self._references.pictures == self._chosen:
            return
        self._chosen = self._references.pictures
        self._run += 1
        self._question.cancel()
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
            self._asked = unseen.fingerprint
            self._question.ask(DescribeRequest(unseen, LessonOutlook.query))
            return
        run, rows = self._run, [self._rows[picture.fingerprint] for picture in self._taught]
        self._files.submit(lambda: LessonOutlook.load().remarks(rows), partial(self._say, run), partial(self._end, run))

    @Slot(object)
    def _take_answer(self, answer: Described) -> None:
        self._rows[self._asked] = LessonOutlook.row_of(answer.vectors)
        self._ask_next()

    @Slot(object)
    def _give_up(self, _: StudioError) -> None:
        self._say(self._run, ())

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
