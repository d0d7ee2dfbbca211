"""RecentFiles: the pictures and projects opened last, newest first, kept between starts."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from studio.core.errors import PictureError, StudioError
from studio.core.project.project_file import SUFFIX
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.session.settings import Settings
from studio.ui.threads.serial_executor import SerialExecutor

MOST = 10
_KEY = "files/recent"


class RecentFiles(QObject):
    """Remembers every photo that came from a file, and every project.

    Signals: for a chosen one that is still there, found(Path), or project_found(Path).
    """

    found = Signal(object)
    project_found = Signal(object)

    def __init__(
        self, session: Session, files: SerialExecutor, settings: Settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._files = files
        self._settings = settings
        session.content_changed.connect(self._remember)

    @property
    def paths(self) -> tuple[Path, ...]:
        """At most MOST, the newest first."""
        kept = self._settings.get(_KEY, list) or []
        return tuple(Path(name) for name in kept if isinstance(name, str))[:MOST]

    @Slot()
    def clear(self) -> None:
        """Forget all."""
        self._settings.remove(_KEY)

    def choose(self, path: Path) -> None:
        """Look for a file off the GUI thread (a disk may be asleep); one that is gone leaves the list."""
        self._files.submit(lambda: _existing(path), self._tell_found, partial(self._drop, path))

    @Slot()
    def _remember(self) -> None:
        photo = self._session.artwork.state.photo
        if photo is not None and photo.source is not None:
            self.note(photo.source)

    @Slot(object)
    def note(self, path: Path | None) -> None:
        """Put a file at the head of the list; None changes nothing."""
        if path is not None:
            path = Path(os.path.abspath(path))  # noqa: PTH100 - a link stays a link, as the artist named it
            self._keep([path, *(other for other in self.paths if other != path)])

    def _tell_found(self, path: Path) -> None:
        (self.project_found if path.suffix.lower() == SUFFIX else self.found).emit(path)

    def _drop(self, path: Path, error: StudioError) -> None:
        if isinstance(error, PictureError):  # else it may well be there
            self._keep([other for other in self.paths if other != path])
        self._session.post_message(Message.about(error, action="open"))

    def _keep(self, paths: list[Path]) -> None:
        self._settings.set(_KEY, [str(path) for path in paths[:MOST]])


def _existing(path: Path) -> Path:
    if not os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises where a folder may not be entered
        text = QCoreApplication.translate(
            "RecentFiles", "{} is no longer where it was, so it was taken off the list of recent files."
        )
        raise PictureError(text.format(path.name))
    return path
