"""ExportPlace: checks, off the GUI thread, the place where a file is to be written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal, Slot

from studio.core.errors import StudioError
from studio.core.image_io.find_pictures import is_folder
from studio.ui.export.exporter import free_path
from studio.ui.threads.task_pool import TaskPool

_PICTURES = QStandardPaths.StandardLocation.PicturesLocation


@dataclass(frozen=True)
class Place:
    """has_folder: whether there is one to write into. is_taken: whether a file is there, which would be replaced."""

    path: Path
    has_folder: bool
    is_taken: bool


class ExportPlace(QObject):
    """The newest question is answered; those before it are dropped.

    Signals: proposed(Path); looked_at(Place); failed(StudioError), the system does not answer.
    """

    proposed = Signal(object)
    looked_at = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked: Path | None = None
        self._tasks = TaskPool(1, self)
        self._tasks.finished.connect(self._take)
        self._tasks.failed.connect(self._give_up)

    def propose(self, path: Path, *, elsewhere: bool = False) -> None:
        """Find a free name near this one. elsewhere: in the user's own folder where this one's is gone."""
        self._ask(path, "propose", lambda: _free_place(path, elsewhere))

    def look_at(self, path: Path) -> None:
        """Find out what there is, unless that is being asked."""
        if path != self._asked:
            self._ask(path, "look_at", lambda: Place(path, is_folder(path.parent), path.exists()))

    def _ask(self, path: Path, question: str, find_out: Callable[[], object]) -> None:
        self._asked = path
        self._tasks.forget()
        self._tasks.submit(question, find_out)

    @Slot(object, object)
    def _take(self, question: str, answer: object) -> None:
        self._asked = None
        (self.proposed if question == "propose" else self.looked_at).emit(answer)

    @Slot(object, object)
    def _give_up(self, question: str, error: StudioError) -> None:
        self._asked = None
        self.failed.emit(error)


def _free_place(path: Path, elsewhere: bool) -> Path:
    if elsewhere and not is_folder(path.parent):
        pictures = Path(QStandardPaths.writableLocation(_PICTURES))
        path = (pictures if is_folder(pictures) else Path.home()) / path.name
    return free_path(path)
