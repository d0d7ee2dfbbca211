"""LibraryReader: what the map needs of an index, read off the GUI thread: works, plane, thumbnails, layouts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage

from studio.core.errors import StudioError
from studio.core.library.layout_cache import LayoutCache
from studio.core.library.library_index import IndexedPicture, LibraryIndex
from studio.core.library.naming.color_words import color_traits
from studio.core.library.naming.group_names import Known
from studio.core.library.plane import Plane, make_plane
from studio.jobs.layout.layout_process import LayoutProcess

_FORMAT = "WEBP"
_STEP = 1000  # rows that are read before it is asked whether anybody still waits
Labels = Mapping[int, Sequence[tuple[str, str, float]]]  # model, label ("" for unknown), certainty


@dataclass(frozen=True, eq=False)
class LibraryPlane:
    """The works of a library, in the order of the plane's places. vectors: (N, length), of their style.

    umap: their places by UMAP where these have been computed before. labels: by row, what classifiers said.
    """

    pictures: tuple[IndexedPicture, ...]
    vectors: NDArray[np.float32]
    plane: Plane
    umap: NDArray[np.float32] | None
    labels: Labels = field(default_factory=dict)


class LibraryReader:
    """Reads one index; may be used on several threads, one of which reads at a time."""

    def __init__(self, folder: Path | None = None) -> None:
        """folder: of the index; None for the user's own. It is opened when something is first read."""
        self._folder = folder
        self._index: LibraryIndex | None = None
        self._lock = Lock()
        self._is_closed = False
        self._is_stopped = False

    def plane(self, under: Path | None, rows: Sequence[int] | None) -> LibraryPlane:
        """Works below a folder, or in these rows, or all. Raises StudioError, and CancelledError after `stop`."""
        with self._lock:
            index = self._opened()
            wanted = index.rows(under) if rows is None else np.array(rows, np.int64)
            pictures = tuple(picture for few in self._in_steps(wanted) for picture in index.pictures(few))
            # Some may have gone.
            vectors = index.vectors("style", _rows_of(pictures))
            labels = {row: said for few in self._in_steps(wanted) for row, said in index.labels.of(few).items()}
            colors = [color_traits(index.vectors("palette", few)) for few in self._in_steps(_rows_of(pictures))]
            folder = index.folder
        known = Known(
            [picture.facts for picture in pictures],
            [picture.path.parent.name for picture in pictures],
            np.concatenate(colors) if colors else None,
        )
        plane = make_plane(vectors, known, go_on=self.go_on)
        return LibraryPlane(
            pictures, vectors, plane, LayoutCache(folder).find(vectors) if len(pictures) else None, labels
        )

    def labels(self, rows: Sequence[int]) -> Labels:
        """What classifiers said of the pictures in these rows. Raises StudioError."""
        with self._lock:
            return self._opened().labels.of(rows)

    def lay_out(self, vectors: NDArray[np.float32], process: LayoutProcess) -> NDArray[np.float32]:
        """Places by UMAP, computed in the process and kept. Raises LayoutStopped, StudioError."""
        places = process.places(vectors)
        with self._lock:
            folder = self._opened().folder
        LayoutCache(folder).keep(vectors, places)
        return places

    def thumbnail(self, row: int) -> QImage | None:
        """The thumbnail of the picture in a row; None where there is none, or the reader is closed."""
        with self._lock:
            try:
                data = self._opened().thumbnail(row)
            except StudioError:
                return None
        image = QImage()
        return image if data and image.loadFromData(data, _FORMAT) else None

    def stop(self) -> None:
        """End what is being read at its next step, and all that is read from now on; does not wait."""
        self._is_stopped = True

    def go_on(self) -> None:
        """For work between its steps: raises CancelledError after `stop`."""
        if self._is_stopped:
            raise CancelledError

    def close(self) -> None:
        """Let go of the index; idempotent."""
        with self._lock:
            self._is_closed = True
            if self._index is not None:
                self._index.close()
                self._index = None

    def _in_steps(self, rows: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
        for start in range(0, len(rows), _STEP):
            self.go_on()
            yield rows[start : start + _STEP]

    def _opened(self) -> LibraryIndex:
        if self._is_closed:
            raise StudioError(QCoreApplication.translate("LibraryReader", "The library is closed."))
        if self._index is not None and not self._index.is_current:
            self._index.close()
            self._index = None
        if self._index is None:
            self._index = LibraryIndex(self._folder)
        return self._index


def _rows_of(pictures: Sequence[IndexedPicture]) -> NDArray[np.int64]:
    return np.array([picture.row for picture in pictures], np.int64)
