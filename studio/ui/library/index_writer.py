"""IndexWriter: what is done to the index on its thread: it is surveyed, takes pictures in and forgets folders."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from studio.core.errors import StudioError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.library.facts import FactsReader
from studio.core.library.files.index_database import IndexDamaged
from studio.core.library.indexing import COMMIT_SECONDS, changes_in, renew_facts, take_in, thumbnail_of
from studio.core.library.library_index import Described, FileState, LibraryIndex
from studio.core.library.search import Vectors
from studio.core.picture import Picture
from studio.core.styles.load_style import is_style_file

SHORT_EDGE = 512  # px of pictures that are looked at: twice of what the networks see, so that it is shrunk well
_TOLD_SECONDS = 0.1


@dataclass(frozen=True)
class Wanted:
    """A file to be looked at, as it was when that was found out."""

    path: Path
    state: FileState


@dataclass(frozen=True)
class FolderState:
    """A folder of the library. count: pictures of it in the index. is_there: False where its disk is not connected."""

    path: Path
    count: int
    is_there: bool


@dataclass(frozen=True)
class LibraryState:
    """All folders. problems: files in them that are no pictures to be had, and why."""

    folders: tuple[FolderState, ...]
    problems: Mapping[Path, str]


@dataclass(frozen=True)
class Survey:
    """What a look at all folders found. renewed: rows of pictures of which a manifest or a card says something else."""

    wanted: tuple[Wanted, ...]
    state: LibraryState
    renewed: frozenset[int] = frozenset()


@dataclass(frozen=True, eq=False)
class Prepared:
    """A picture that is opened, and its thumbnail, a WebP file."""

    picture: Picture
    thumbnail: bytes

    def described(self, vectors: Vectors) -> Described:
        """As it goes into the index."""
        picture = self.picture
        return Described(picture.fingerprint, picture.width, picture.height, vectors, self.thumbnail)


class SearchEnded(StudioError):  # noqa: N818 - it says what happened
    """The studio is closed, or the folders are others by now."""


class IndexWriter:
    """For one thread; `end` may be called from any. Nobody else can write to the index until `rest` is called."""

    def __init__(self, folder: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """folder: where the index lies; None for the user's own."""
        self.folder = folder
        self._clock = clock
        self._index: LibraryIndex | None = None
        self._reader = FactsReader()
        self._ended = threading.Event()
        self._committed_at = 0.0
        self._problems: dict[Path, str] = {}  # of this run, of which the index notes those that are the file's fault
        self._changed: set[int] = set()  # rows that were written since the last commit

    def survey(
        self,
        folders: Sequence[Path],
        styles: Sequence[Path],
        told: Callable[[int], None] = lambda found: None,
        retries: bool = False,
    ) -> Survey:
        """What is new or changed in folders, and among the files of styles, which come last.

        told: of how many pictures were found so far. retries: look again at what could not be opened, too. A damaged
        index is made again. Raises StudioError if the index cannot be written, and SearchEnded after `end`.
        """
        last = self._clock()

        def check(found: int) -> None:
            nonlocal last
            if self._ended.is_set():
                text = QCoreApplication.translate("IndexWriter", "The folders were not searched to the end.")
                raise SearchEnded(text)
            if self._clock() - last >= _TOLD_SECONDS:
                last = self._clock()
                told(found)

        try:
            return self._survey(folders, styles, check, retries)
        except IndexDamaged:
            self.close()  # and opened again it is a new one
            return self._survey(folders, styles, check, retries)

    def keep(self, wanted: Wanted, seen: Described | StudioError) -> frozenset[int]:
        """Take in what was seen of a file. Returns the rows that are on the disk since then, now and then some."""
        index = self._opened()
        problem = take_in(index, wanted.path, wanted.state, self._reader, seen)
        if problem:
            self._problems[wanted.path] = problem
        kept = index.find(wanted.path)
        if kept is not None:
            self._changed.add(kept.row)
        return self._commit() if self._clock() - self._committed_at >= COMMIT_SECONDS else frozenset()

    def put_labels(self, model: str, labels: Sequence[tuple[Path, str, float]], is_first: bool) -> frozenset[int]:
        """Have what a classifier said of pictures on the disk: its label ("" for unknown) and certainty.

        is_first: what it said before is forgotten. Returns the rows of these pictures.
        """
        is_alone = self._index is None
        index = self._opened()
        try:
            if is_first:
                index.labels.forget(model)
            rows = set()
            for path, label, certainty in labels:
                picture = index.find(path)
                if picture is not None:
                    index.labels.put(picture.row, model, label, certainty)
                    rows.add(picture.row)
            return self._commit() | rows
        finally:
            if is_alone:
                self.close()

    def forget(self, folder: Path, left: Sequence[Path]) -> None:
        """Leave out a folder; what lies in one of those that are left stays. The files are not touched."""
        index = self._opened()
        index.forget(path for path in index.known(folder) if not any(path.is_relative_to(one) for one in left))
        self._commit()

    def rest(self, folders: Sequence[Path]) -> tuple[frozenset[int], LibraryState]:
        """Have everything on the disk, and let others write.

        Returns the rows that are there since then, and how it is with folders.
        """
        index = self._opened()
        try:
            return self._commit(), self._state(index, folders)
        finally:
            self.close()

    def close(self) -> None:
        """Let others write; what was taken in since the last second is lost."""
        if self._index is not None:
            self._index.close()
            self._index = None

    def end(self) -> None:
        """Give up a `survey` under way; from any thread."""
        self._ended.set()

    def _survey(
        self, folders: Sequence[Path], styles: Sequence[Path], check: Callable[[int], None], retries: bool
    ) -> Survey:
        index = self._opened()
        self._reader = FactsReader()  # manifests may have changed
        self._problems.clear()
        if retries:
            index.forget(path for folder in folders for path in index.problems(folder))
        changes = changes_in(index, folders, check)
        index.forget(changes.gone)
        known = (*changes.folders, *(path.parent for path in styles))
        renewed = renew_facts(index, known, self._reader, lambda: check(changes.found))
        index.commit()
        wanted = [Wanted(path, state) for path, state in changes.wanted.items()]
        wanted += self._changed_styles(index, styles, set(changes.wanted))
        return Survey(tuple(wanted), self._state(index, folders), renewed)

    def _state(self, index: LibraryIndex, folders: Sequence[Path]) -> LibraryState:
        states, problems = [], {}
        for folder in folders:
            states.append(FolderState(folder, len(index.rows(folder)), folder.is_dir()))
            problems.update(index.problems(folder))
            problems.update((path, text) for path, text in self._problems.items() if path.is_relative_to(folder))
        return LibraryState(tuple(states), problems)

    def _commit(self) -> frozenset[int]:
        self._opened().commit()
        self._committed_at = self._clock()
        changed, self._changed = frozenset(self._changed), set()
        return changed

    def _opened(self) -> LibraryIndex:
        if self._index is None:
            self._index = LibraryIndex(self.folder, is_writer=True)
            self._committed_at = self._clock()
        return self._index

    def _changed_styles(self, index: LibraryIndex, styles: Sequence[Path], others: set[Path]) -> list[Wanted]:
        known = {
            path: state for folder in {path.parent for path in styles} for path, state in index.known(folder).items()
        }
        wanted = []
        for path in styles:
            with suppress(OSError):
                state = FileState.of(path)
                if path not in others and known.get(path) != state:
                    wanted.append(Wanted(path, state))
        return wanted


def prepare(path: Path, opener: PictureOpener) -> Prepared:
    """Open a picture, or that of a learned style, to be looked at. On any thread; raises PictureError."""
    if is_style_file(path):
        picture = opener.open_thumbnail(path, SHORT_EDGE, SHORT_EDGE)
    else:
        picture = opener.open_small(path, SHORT_EDGE)
    _ = picture.fingerprint  # worked out here and not on the thread of the index
    return Prepared(picture, thumbnail_of(picture))
