"""WorksComparer: opens two works, has them compared by the engine, and writes the comparison as a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from studio.core.comparison.report import comparison_values
from studio.core.comparison.sheet import comparison_sheet
from studio.core.displayable import displayable
from studio.core.engine_api.comparison import Comparison
from studio.core.engine_api.contract import Compared, CompareRequest
from studio.core.errors import StudioError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.library.facts import FactsReader
from studio.core.picture import Picture
from studio.core.resampling import reduced
from studio.core.storage.atomic_write import replace_file
from studio.jobs.worker import Worker
from studio.ui.images.picture_pyramid import whole_image
from studio.ui.session.session import Session
from studio.ui.threads.engine_question import EngineQuestion
from studio.ui.threads.serial_executor import SerialExecutor

SHORT_EDGE = 768  # px of works as they are compared and shown
LONG_EDGE = 2048


@dataclass(frozen=True, eq=False)
class ComparedWork:
    """One of the two works, small. title: of the work, or the file's name. about: author and year, where known."""

    path: Path
    picture: Picture
    image: QImage
    title: str
    about: str


class WorksComparer(QObject):
    """Compares as soon as there are two works. Opening and writing happen off the GUI thread.

    works: the first and the second, None while there is none. comparison: of both, None while it is not there.
    Signals: opened(int), one of the works is another; progressed(float), 0 to 1; compared(); written(Path);
    failed(StudioError), one of these did not come about.
    """

    opened = Signal(int)
    progressed = Signal(float)
    compared = Signal()
    written = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        session: Session,
        worker: Worker,
        opener: PictureOpener,
        files: SerialExecutor,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.works: list[ComparedWork | None] = [None, None]
        self.comparison: Comparison | None = None
        self._question = EngineQuestion(worker, session.event_unclaimed, self)
        self._question.progressed.connect(self.progressed)
        self._question.answered.connect(self._take_answer)
        self._question.failed.connect(self.failed)
        self.opener = opener
        self._files = files
        self._wanted: list[Path | None] = [None, None]
        self._is_closed = False

    @property
    def is_comparing(self) -> bool:
        """Whether the engine is asked and has not answered yet."""
        return self._question.request is not None

    def open(self, side: int, path: Path) -> None:
        """Take another work, the first (0) or the second (1), and compare again."""
        self._wanted[side] = path

        def take(work: ComparedWork) -> None:
            if not self._is_closed and self._wanted[side] == path:
                self.works[side] = work
                self._start(side)

        def refuse(error: StudioError) -> None:
            if not self._is_closed and self._wanted[side] == path:
                self._wanted[side] = None
                self.failed.emit(error)

        self._files.submit(lambda: _open(self.opener, path), take, refuse)

    def write(self, path: Path) -> None:
        """Write the comparison as PNG, or as JSON where the name ends so."""
        first, second, comparison = *self.works, self.comparison
        if first is None or second is None or comparison is None:
            return

        def work() -> None:
            titles = first.title, second.title
            if path.suffix.lower() == ".json":
                values = comparison_values(comparison, *titles)
                for side, one in (("first", first), ("second", second)):
                    values[side]["path"] = str(one.path)
                replace_file(path, json.dumps(values, indent=1).encode())
            else:
                replace_file(path, comparison_sheet(comparison, first.picture, second.picture, titles))

        self._files.submit_write(work, self._unless_closed(lambda: self.written.emit(path)), self._tell)

    def close(self) -> None:
        """Stop what is under way and tell nothing more; idempotent."""
        self._is_closed = True
        self._question.cancel()

    def _start(self, side: int) -> None:
        self._question.cancel()
        self.comparison = None
        first, second = self.works
        if first is not None and second is not None:
            self._question.ask(CompareRequest(first.picture, second.picture))
        self.opened.emit(side)

    @Slot(object)
    def _take_answer(self, answer: Compared) -> None:
        self.comparison = answer.comparison
        self.compared.emit()

    def _unless_closed(self, function: Callable[[], None]) -> Callable[[object], None]:
        return lambda _: None if self._is_closed else function()

    def _tell(self, error: StudioError) -> None:
        if not self._is_closed:
            self.failed.emit(error)


def _open(opener: PictureOpener, path: Path) -> ComparedWork:
    """Off the GUI thread. Raises what opening raises."""
    picture = reduced(opener.open_small(path, SHORT_EDGE), LONG_EDGE)
    facts = FactsReader().facts_of(path)
    about = ", ".join(filter(None, (facts.known_author, facts.year)))
    return ComparedWork(path, picture, whole_image(picture), facts.title or displayable(path.name), about)
