"""LibraryEntries: what is shown of pictures in the library, read off the GUI thread and kept while it is in sight."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPixmap

from studio.core.errors import StudioError
from studio.core.library.library_index import IndexedPicture, LibraryIndex
from studio.ui.threads.serial_executor import SerialExecutor

T = TypeVar("T")
KEPT = 1000  # pictures; some 60 MB
_AT_ONCE = 48  # pictures that are read in one go


@dataclass(frozen=True)
class Label:
    """What a classifier said of a picture. label: "" for unknown. certainty: 0 to 1."""

    model: str
    label: str
    certainty: float


@dataclass(frozen=True, eq=False)
class Entry:
    """A picture of the library as it is shown; image is null where there is no thumbnail."""

    picture: IndexedPicture
    image: QImage
    labels: tuple[Label, ...] = ()

    @property
    def title(self) -> str:
        """What it is called: by its facts, or by its file."""
        return self.picture.facts.title or self.picture.path.stem


class IndexReader:
    """The index for one thread that only reads it; opened at the first question, and anew where it was made again."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._index: LibraryIndex | None = None

    @property
    def index(self) -> LibraryIndex:
        """Raises StudioError if it cannot be opened."""
        if self._index is not None and not self._index.is_current:
            self.close()
        if self._index is None:
            self._index = LibraryIndex(self._folder)
        return self._index

    def entries(self, rows: Sequence[int]) -> list[Entry]:
        """What is shown of these rows; those that are no longer there are left out."""
        labels = self.index.labels.of(rows)
        return [
            Entry(
                picture,
                QImage.fromData(self.index.thumbnail(picture.row)),
                tuple(Label(*label) for label in labels.get(picture.row, ())),
            )
            for picture in self.index.pictures(rows)
        ]

    def close(self) -> None:
        """Let go of the files."""
        if self._index is not None:
            self._index.close()
            self._index = None


class LibraryEntries(QObject):
    """`entry` answers at once, with None while there is none. Signals: arrived(), some are there."""

    arrived = Signal()

    def __init__(self, reader: IndexReader, files: SerialExecutor, parent: QObject | None = None) -> None:
        """files: the thread of the reader."""
        super().__init__(parent)
        self._reader, self._files = reader, files
        self._kept: OrderedDict[int, tuple[Entry, QPixmap]] = OrderedDict()
        self._wanted: OrderedDict[int, None] = OrderedDict()  # the newest last
        self.has_labels = False  # whether a classifier has said anything of those read so far
        self._is_reading = False
        self._stale: set[int] = set()  # shown as they were until they are read anew
        self._timer = QTimer(self)  # all rows of one paint are asked for together
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._read)

    def entry(self, row: int) -> Entry | None:
        """What is shown of a row if it is there; otherwise None, and it will arrive."""
        kept = self._get(row)
        return kept[0] if kept is not None else None

    def pixmap(self, row: int) -> QPixmap | None:
        """The thumbnail, in the same way; a null one where there is none."""
        kept = self._get(row)
        return kept[1] if kept is not None else None

    def image(self, row: int) -> QImage | None:
        """The thumbnail as an image, in the same way."""
        entry = self.entry(row)
        return None if entry is None or entry.image.isNull() else entry.image

    def forget(self, rows: Iterable[int]) -> None:
        """These rows are others by now."""
        self._stale.update(row for row in rows if row in self._kept)

    def forget_labels(self) -> None:
        """What is said of pictures may be something else by now."""
        self._stale.update(self._kept)
        self.arrived.emit()

    def read(
        self,
        rows: Sequence[int] | NDArray[np.int64],
        take: Callable[[list[IndexedPicture]], None],
        refuse: Callable[[StudioError], None],
    ) -> None:
        """Call `take` with what is known of these rows, however many."""
        self.ask(lambda index: index.pictures(rows), take, refuse)

    def ask(
        self, question: Callable[[LibraryIndex], T], take: Callable[[T], None], refuse: Callable[[StudioError], None]
    ) -> None:
        """Call `take` with what the index answers, off the GUI thread, or `refuse`."""
        self._files.submit(lambda: question(self._reader.index), take, refuse)

    def _get(self, row: int) -> tuple[Entry, QPixmap] | None:
        kept = self._kept.get(row)
        if kept is not None:
            self._kept.move_to_end(row)
        if kept is None or row in self._stale:
            self._wanted[row] = None
            self._wanted.move_to_end(row)
            while len(self._wanted) > KEPT // 2:  # scrolled past long ago
                self._wanted.popitem(last=False)
            if not self._is_reading and not self._timer.isActive():
                self._timer.start()
        return kept

    @Slot()
    def _read(self) -> None:
        rows = [self._wanted.popitem()[0] for _ in range(min(_AT_ONCE, len(self._wanted)))]
        if rows:
            self._is_reading = True
            self._stale.difference_update(rows)
            self._files.submit(lambda: self._reader.entries(rows), self._take, self._refuse)

    def _take(self, entries: Sequence[Entry]) -> None:
        self._is_reading = False
        for entry in entries:
            self._kept[entry.picture.row] = entry, QPixmap.fromImage(entry.image)
            self.has_labels |= bool(entry.labels)
        while len(self._kept) > KEPT:
            self._stale.discard(self._kept.popitem(last=False)[0])
        self.arrived.emit()
        self._read()

    def _refuse(self, error: StudioError) -> None:
        """The next paint asks again."""
        self._is_reading = False
