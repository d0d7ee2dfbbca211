"""Library: the parts of the library, their threads, and what comes in from elsewhere: drops, the canvas, a region."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from studio.core.errors import StudioError
from studio.core.image_io.find_pictures import is_folder
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.image_io.opening.places import reachable
from studio.core.library.arranging import Labelled
from studio.core.library.library_index import IndexedPicture
from studio.core.library.search import Vectors
from studio.jobs.worker import Worker
from studio.ui.actions.actions import Actions
from studio.ui.dialogs.file_dialogs import ask_for_files
from studio.ui.importing.drop_target import DropTarget
from studio.ui.importing.importer import Importer
from studio.ui.importing.mime_payload import Payload, payload_kind
from studio.ui.library.index_writer import IndexWriter
from studio.ui.library.library_browser import LibraryBrowser
from studio.ui.library.library_entries import IndexReader, LibraryEntries
from studio.ui.library.library_indexer import LibraryIndexer
from studio.ui.library.library_room import LibraryRoom
from studio.ui.library.picture_describer import PictureDescriber
from studio.ui.library.preview.preview import Preview
from studio.ui.library.questions import Kind, Query
from studio.ui.library.selection_actions import SelectionActions
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.session.settings import Settings
from studio.ui.threads.serial_executor import SerialExecutor

_PURPOSE = "library"  # of the dialog


class Library(QObject):
    """room: what is shown. Signals: wanted(), the room is to be shown; left(), the canvas is."""

    wanted = Signal()
    left = Signal()

    def __init__(
        self,
        session: Session,
        worker: Worker,
        importer: Importer,
        opener: PictureOpener,
        settings: Settings,
        actions: Actions,
        window: QWidget,
        menu: QMenu | None = None,
        folder: Path | None = None,
    ) -> None:
        """window: the dialogs' parent. menu: as of LibraryRoom. folder: of the index; None for the user's."""
        super().__init__(window)
        self._session, self._importer, self._settings, self._window = session, importer, settings, window
        self._opener = opener
        names = ("index", "decoding", "search", "reading", "asking", "preview")
        self._threads = tuple(SerialExecutor(f"library-{name}", self) for name in names)
        writing, decoding, searching, reading, asking, previewing = self._threads
        self._asking, self._writing = asking, writing
        self._writer = IndexWriter(folder)
        self._readers = IndexReader(folder), IndexReader(folder)
        self.indexer = LibraryIndexer(
            session, worker, opener, settings, self._writer, writing, decoding, self._style_files, self
        )
        self.browser = LibraryBrowser(self.indexer, self._readers[0], searching, self._style_files, self)
        self.entries = LibraryEntries(self._readers[1], reading, self)
        self.describer = PictureDescriber(session, worker, opener, asking, self)
        self.selection = SelectionActions(session, importer, self.entries, asking, self)
        self.room = LibraryRoom(self.indexer, self.browser, self.entries, self.selection, actions, menu, folder)
        self.preview = Preview(self.room, self.entries, self.room.model, opener, previewing, self)
        self.preview.open_on(self.room.grid, self.room.map.map, row=self._single_row)
        self.preview.panel.walked.connect(self._walk_on)
        self.preview.panel.used.connect(self._use_previewed)
        self.preview.panel.closed.connect(self.room.enter)
        self.selection.preview_wanted.connect(self.preview.show_row)
        self._drops = DropTarget(lambda mime: self._takes(mime), self)
        self._drops.dropped.connect(self.take_drop)
        self._drops.watch(self.room)
        self.room.left.connect(self.left)
        self.selection.left.connect(self.left)
        self.selection.like_wanted.connect(lambda row: self._show_like_row(row, "alike"))
        self.selection.styles_like_wanted.connect(lambda row: self._show_like_row(row, "styles"))
        self.room.head.add_requested.connect(self.ask_for_folder)
        self.indexer.indexed.connect(self.entries.forget)
        for part in (self.indexer, self.browser):
            part.message_posted.connect(session.post_message)
        session.message_posted.connect(self.room.messages.show_message)

    @Slot()
    def start(self) -> None:
        """Go on with what is left to be looked at, and look for what has changed since."""
        self.indexer.look()

    @Slot()
    def ask_for_folder(self) -> None:
        """Let the artist choose a folder."""
        title, mode = self.tr("Add a folder to the library, with its subfolders"), QFileDialog.FileMode.Directory
        ask_for_files(self._window, self._settings, _PURPOSE, title, mode, self.add, opener=self._opener)

    def add(self, paths: Sequence[Path]) -> None:
        """Add folders to the library; of files, look for what is like the first one."""

        def sort_out() -> tuple[list[Path], list[Path]]:
            folders = [reachable(path).absolute().resolve() for path in paths if is_folder(path)]
            return folders, [path for path in paths if not is_folder(path)]

        def take(found: tuple[list[Path], list[Path]]) -> None:
            folders, files = found
            if folders:
                self.indexer.add(folders)
            elif files:
                self.describer.describe_file(files[0], self._show_like, self._tell)

        self._asking.submit(sort_out, take, self._tell)

    @Slot(object)
    def take_drop(self, payload: Payload) -> None:
        """Add folders; look for what is like a picture."""
        match payload.kind:
            case "files":
                self.add(payload.paths)
            case "image":
                self.describer.describe_payload(payload, self.tr("Dropped picture"), self._show_like, self._tell)

    @Slot()
    def show_like_canvas(self) -> None:
        """Show what is like the selected region of the photo, or else the picture on the canvas."""
        session, choice = self._session, self._session.selection.selected
        photo, shown = session.artwork.state.photo, session.on_canvas.shown
        self.wanted.emit()
        if choice is not None and photo is not None:
            seen = session.sight.seen(photo)
            self.describer.describe_region(photo, choice.region.mask, seen, choice.name, self._show_like, self._tell)
        elif shown is not None:
            self.describer.describe(shown.picture, self._show_like, self._tell)

    def put_labels(
        self,
        model: str,
        labels: Sequence[tuple[Path, str, float]],
        is_first: bool,
        take: Callable[[], None],
        refuse: Callable[[StudioError], None],
    ) -> None:
        """As of IndexWriter; then call `take`, or `refuse`. What is shown follows."""

        def kept(rows: frozenset[int]) -> None:
            if is_first:
                self.entries.forget_labels()
            self.indexer.indexed.emit(rows)
            take()

        self._writing.submit(lambda: self._writer.put_labels(model, labels, is_first), kept, refuse)

    def show_only(self, labelled: Labelled | None) -> None:
        """Show only what a classifier said this of, or all."""
        self.browser.set_labelled(labelled)

    def show_labels(self, model: str) -> None:
        """Show what this classifier said, where there is a choice, on the map, too."""
        self.room.model.show_labels_of(model)
        self.entries.forget_labels()
        self.room.map.controller.show_labels(model)

    def give_pictures(
        self, is_selected: bool, take: Callable[[list[IndexedPicture]], None], refuse: Callable[[StudioError], None]
    ) -> None:
        """Call `take` with what is known of all pictures in the folders of the library, or of the selected ones."""
        folders = [folder.path for folder in self.indexer.folders]
        selected = self.selection.rows
        self.entries.ask(
            lambda index: index.pictures(selected if is_selected else index.arranged(folders)), take, refuse
        )

    def give_label_counts(
        self, take: Callable[[dict[str, dict[str, int]]], None], refuse: Callable[[StudioError], None]
    ) -> None:
        """Call `take` with what each classifier said of how many pictures."""
        if self.indexer.is_open:  # until then there may be no index to read
            self.entries.ask(lambda index: index.labels.counts(), take, refuse)

    def close(self) -> None:
        """End what is under way; what was looked at is on the disk. Idempotent."""
        self._writer.end()
        self.browser.end()
        self.room.map.close_down()
        for thread in self._threads:
            thread.close()
        self._writer.close()
        for reader in self._readers:
            reader.close()

    def _single_row(self) -> int | None:
        """What Space shows: the current picture of the grid, or the one that is selected on the map."""
        current = self.room.grid.currentIndex()
        if self.room.grid.isVisible():
            return int(self.room.model.rows[current.row()]) if current.isValid() else None
        return next(iter(self.room.map.selected_rows), None)

    @Slot(object)
    def _walk_on(self, event: QKeyEvent) -> None:
        """To the next picture of the grid; the map has no order."""
        if self.room.grid.isVisible():
            self.room.grid.keyPressEvent(event)
            row = self._single_row()
            if row is not None:
                self.preview.show_row(row)

    @Slot(bool)
    def _use_previewed(self, is_mix: bool) -> None:
        row = self.preview.row
        if row is not None:
            self.preview.panel.leave()
            self.selection.use_row(row, is_mix)

    def _style_files(self) -> tuple[Path, ...]:
        return tuple(card.file for card in self._importer.cards)

    def _takes(self, mime: QMimeData) -> bool:
        return payload_kind(mime) in ("files", "image")

    def _show_like_row(self, row: int, kind: Kind) -> None:
        entry = self.entries.entry(row)
        self.browser.show_like(Query(entry.title if entry is not None else self.tr("this picture"), row=row), kind)

    def _show_like(self, name: str, vectors: Vectors) -> None:
        self.browser.show_like(Query(name, vectors=vectors))

    def _tell(self, error: StudioError) -> None:
        self._session.post_message(Message.about(error))
