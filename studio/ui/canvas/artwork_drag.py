"""ArtworkDrag: the picture on the canvas, dragged into another program or a folder, as a file and as an image."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from threading import Event

from PySide6.QtCore import QMetaType, QMimeData, QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QWidget

from studio.core.errors import StudioError, WriteError
from studio.core.picture import Picture
from studio.ui.export.exporter import Exporter
from studio.ui.images.picture_pyramid import whole_image
from studio.ui.images.thumbnails import tile_of
from studio.ui.importing.mime_payload import ARTWORK_MIME_TYPE
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.threads.serial_executor import SerialExecutor

_URLS, _IMAGE = "text/uri-list", "application/x-qt-image"
_PREFIX = "style-studio-drag-"
_LEFT_BEHIND = 24 * 3600  # seconds after which the files of a studio that was killed are removed
_PATIENCE = 60.0  # seconds that another program is kept waiting for a file, and the window with it
_TILE = 96  # px of the picture under the pointer


class DraggedFile:
    """A file that is being written on another thread."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._ended = Event()

    def end(self, path: Path | None) -> None:
        """It is there, or will never be; from any thread."""
        self._path = path
        self._ended.set()

    def wait(self) -> Path | None:
        """Where it is, once it is there; None if it could not be written."""
        return self._path if self._ended.wait(_PATIENCE) else None


class ArtworkMime(QMimeData):
    """Gives the file and the image to who asks for them: a drag that is dropped nowhere waits for neither."""

    def __init__(self, picture: Picture, file: DraggedFile) -> None:
        super().__init__()
        self._picture, self._file = picture, file

    def formats(self) -> list[str]:
        return [_URLS, _IMAGE, ARTWORK_MIME_TYPE]

    def hasFormat(self, name: str) -> bool:
        return name in self.formats()

    def retrieveData(self, name: str, kind: QMetaType | QMetaType.Type) -> object:
        if name == _URLS and (path := self._file.wait()) is not None:
            return [QUrl(path.as_uri())]
        return whole_image(self._picture) if name == _IMAGE else None


class ArtworkDrag(QObject):
    """Begins drags. The file is written as the last export was, off the GUI thread from when the drag begins, into a
    folder that is removed when the studio is closed.
    """

    def __init__(self, exporter: Exporter, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._exporter, self._session = exporter, session
        self._files = SerialExecutor("dragged", self)
        self._folder: Path | None = None  # by the thread that writes

    @Slot(object)
    def begin(self, source: QWidget) -> None:
        """Drag what the canvas shows, from this widget, until it is dropped."""
        artwork = self._exporter.exportable
        mime = self.make_mime()
        if artwork is None or mime is None:
            return
        drag = QDrag(source)
        drag.setMimeData(mime)
        drag.setPixmap(tile_of(artwork.picture, _TILE, source.devicePixelRatioF()))
        drag.exec(Qt.DropAction.CopyAction)

    def make_mime(self) -> ArtworkMime | None:
        """What the canvas shows as data, and begin to write its file; None without a picture."""
        artwork = self._exporter.exportable
        if artwork is None:
            return None
        name, write = self._exporter.writer(artwork)
        file = DraggedFile()

        def write_file() -> None:
            written = None
            try:
                path = self._place_for(name)
                write(path)
                written = path
            except OSError as error:
                raise WriteError(
                    self.tr("The picture could not be written for dragging: {}.").format(error.strerror),
                    self.tr("Free space on the disk of the temporary files, or export the picture."),
                ) from error
            finally:
                file.end(written)

        self._files.submit_write(write_file, lambda _: None, self._tell)
        return ArtworkMime(artwork.picture, file)

    def close(self) -> None:
        """Remove the files; idempotent."""
        self._files.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _tell(self, error: StudioError) -> None:
        self._session.post_message(Message.about(error, action="export"))

    def _place_for(self, name: str) -> Path:
        """A folder of its own for each file, so that it has its name whatever was dragged before. Raises OSError."""
        if self._folder is None or not self._folder.is_dir():  # systems tidy up, and so does another studio
            remove_left_behind()
            self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        return Path(tempfile.mkdtemp(dir=self._folder)) / name


def remove_left_behind(now: float | None = None) -> None:
    """Remove the files of studios that were killed. Not for the GUI thread."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if (now or time.time()) - folder.stat().st_mtime > _LEFT_BEHIND:
                shutil.rmtree(folder, ignore_errors=True)
