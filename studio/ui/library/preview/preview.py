"""Preview: opens the picture that is looked at closely, off the GUI thread, first small and then in full."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QWidget

from studio.core.errors import StudioError
from studio.core.image_io.opening.opener import Cancellation, OpeningCancelled, PictureOpener
from studio.core.picture import Picture
from studio.core.styles.load_style import is_style_file
from studio.ui.images.picture_pyramid import PicturePyramid, make_levels
from studio.ui.library.library_entries import Entry, LibraryEntries
from studio.ui.library.library_model import LibraryModel
from studio.ui.library.preview.preview_panel import PreviewPanel
from studio.ui.threads.serial_executor import SerialExecutor

_SMALL = 720  # px of the shorter edge: enough for most windows, and much quicker than all of it


class Preview(QObject):
    """Shows a row of the index over `host`, and follows the current one there. What is no longer waited for is given
    up; a file that cannot be opened is a sentence in its place.
    """

    def __init__(
        self,
        host: QWidget,
        entries: LibraryEntries,
        model: LibraryModel,
        opener: PictureOpener,
        files: SerialExecutor,
        parent: QObject | None = None,
    ) -> None:
        """files: where pictures are opened. The model has the words on a picture."""
        super().__init__(parent)
        self._entries, self._model, self._opener, self._files = entries, model, opener, files
        self.panel = PreviewPanel(host)
        self.panel.closed.connect(self._give_up)
        self.row: int | None = None  # of the index, what is shown
        self._cancellation = Cancellation()
        self._size = ""
        self._problem = ""
        self._opened: Path | None = None  # what is being opened or shown
        entries.arrived.connect(self._follow)

    def open_on(self, *views: QWidget, row: Callable[[], int | None]) -> None:
        """Have Space in these views show the row that is current there."""
        self._current_row = row
        for view in views:
            view.installEventFilter(self)

    def show_row(self, row: int) -> None:
        """Show a picture of the index."""
        if row != self.row:
            self._give_up()
            self.row = row
            self._follow()
        self.panel.enter()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and _is_space(event):
            row = self._current_row()
            if row is not None:
                self.show_row(row)
            return True
        return super().eventFilter(watched, event)

    @Slot()
    def _follow(self) -> None:
        """The entry has arrived, or has changed."""
        if self.row is None:
            return
        entry = self._entries.entry(self.row)
        if entry is None:
            self.panel.show_words([self.tr("Reading…")])
            return
        if self._opened != entry.picture.path:
            self._opened = entry.picture.path
            self.panel.view.show_thumbnail(entry.image)
            self._open(entry)
        self._say(entry)

    def _say(self, entry: Entry) -> None:
        lines = self._model.about(entry)
        if self._size:
            lines.insert(1, self._size)
        self.panel.show_words(lines, self._problem)

    def _open(self, entry: Entry) -> None:
        cancellation, path = self._cancellation, entry.picture.path
        openings: list[Callable[[], Picture]] = [
            partial(self._opener.open_small, path, _SMALL, cancellation),
            partial(self._opener.open_picture, path, cancellation),
        ]
        if is_style_file(path):
            openings = [partial(self._opener.open_thumbnail, path, _SMALL, _SMALL)]
        for number, opening in enumerate(openings, 1):
            is_last = number == len(openings)
            self._files.submit(
                partial(_opened, opening, cancellation),
                partial(self._take, entry, cancellation, is_last),
                partial(self._refuse, entry, cancellation),
            )

    def _take(self, entry: Entry, cancellation: Cancellation, is_last: bool, pyramid: PicturePyramid) -> None:
        if cancellation is self._cancellation:
            self.panel.view.show_picture(pyramid)
            if is_last and not is_style_file(entry.picture.path):
                picture = pyramid.picture
                self._size = self.tr("{} × {} px").format(picture.width, picture.height)
            self._say(entry)

    def _refuse(self, entry: Entry, cancellation: Cancellation, error: StudioError) -> None:
        if cancellation is self._cancellation and not isinstance(error, OpeningCancelled):
            cancellation.cancel()  # the other size would fail as well
            self._problem = " ".join(filter(None, (error.message, error.remedy)))
            self._say(entry)

    @Slot()
    def _give_up(self) -> None:
        self._cancellation.cancel()
        self._cancellation = Cancellation()
        self.row = self._opened = None
        self._size = self._problem = ""
        self.panel.view.show_thumbnail(QImage())


def _opened(opening: Callable[[], Picture], cancellation: Cancellation) -> PicturePyramid:
    """The picture, ready to be drawn at any size. Not for the GUI thread."""
    cancellation.check()
    pyramid = PicturePyramid(opening())
    cancellation.check()
    if pyramid.needs_levels:
        pyramid.take_levels(make_levels(pyramid.picture))
    return pyramid


def _is_space(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.NoModifier
