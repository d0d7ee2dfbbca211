"""Bringing the index up to date with folders: only what changed is looked at, and a kill loses a second of work."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from studio.core.errors import EngineError, StudioError
from studio.core.image_io.find_pictures import folders_with_pictures, is_folder
from studio.core.library.facts import MOST_LEVELS, FactsReader
from studio.core.library.library_index import Described, FileState, LibraryIndex
from studio.core.picture import Picture
from studio.core.storage.untrusted import check_ordinary
from studio.core.training.data_card import MANIFEST

THUMBNAIL = 128  # px of the longer edge
COMMIT_SECONDS = 1.0
_QUALITY = 70
_STEP = 1000  # pictures whose facts are read before it is asked whether anybody still waits

DescribeAll = Callable[[Sequence[Path]], Iterable[Described | StudioError]]
"""What pictures are like, in their order, or why one cannot be opened."""


@dataclass(frozen=True)
class IndexNews:
    """How far it is: `done` of `total` files were looked at, the last of them `path`. problem: why it was left out."""

    done: int
    total: int
    path: Path
    problem: str = ""


@dataclass(frozen=True)
class Changes:
    """What is to do: files that are new or changed, as they are now, in order, and those that are no longer there.

    folders: all that were looked into, with so many pictures found.
    """

    wanted: Mapping[Path, FileState]
    gone: tuple[Path, ...]
    folders: tuple[Path, ...] = ()
    found: int = 0


def changes_in(
    index: LibraryIndex, folders: Sequence[Path], told: Callable[[int], None] = lambda found: None
) -> Changes:
    """What has changed in folders (absolute paths) since they were looked at.

    told: of how many pictures were found, folder by folder; what it raises ends the search.
    """
    wanted: dict[Path, FileState] = {}
    gone: list[Path] = []
    visited: list[Path] = []
    found = 0
    for folder in folders:
        known = index.known(folder)
        unreadable: list[Path] = []
        for place, paths in folders_with_pictures(folder, unreadable=unreadable):
            visited.append(place)
            found += len(paths)
            told(found)
            for path in paths:
                state = known.pop(path, None)
                with suppress(OSError):  # gone since
                    now = FileState.of(path)
                    if state != now:
                        wanted[path] = now
        if folder.is_dir():  # a disk that is not connected has lost nothing, nor has a folder that cannot be read
            gone += (path for path in known if not any(map(path.is_relative_to, unreadable)))
    return Changes(wanted, tuple(gone), tuple(visited), found)


def renew_facts(
    index: LibraryIndex, folders: Sequence[Path], reader: FactsReader, check: Callable[[], None] = lambda: None
) -> frozenset[int]:
    """Read facts again whose manifest or card is new, changed or gone since; not yet committed.

    folders: that pictures lie in (absolute paths). check: what it raises ends the search, with nothing noted. Returns
    the rows of which something else is known now.
    """
    assert index.fact_files is not None, "only who writes renews"
    above = {one for folder in folders for one in list(folder.parents)[: MOST_LEVELS - 1]} - set(folders)
    changes = index.fact_files.changes(folders, above, MANIFEST, check)
    affected = [index.rows(manifest.parent) for manifest in changes.manifests]
    affected += [index.rows_beside(card) for card in changes.cards]
    rows = np.unique(np.concatenate(affected)) if affected else np.zeros(0, np.int64)
    renewed = set()
    for start in range(0, len(rows), _STEP):
        check()
        for picture in index.pictures(rows[start : start + _STEP]):
            facts = reader.facts_of(picture.path)
            if facts != picture.facts:
                index.put_facts(picture.row, facts)
                renewed.add(picture.row)
    index.fact_files.note(changes)
    return frozenset(renewed)


def update(
    index: LibraryIndex, folders: Sequence[Path], describe: DescribeAll, *, clock: Callable[[], float] = time.monotonic
) -> Generator[IndexNews, None, None]:
    """Bring the index up to date, telling of each file; closed or killed in between, the next call goes on from there.

    folders: absolute paths. What cannot be opened is left out until it changes, and what the engine could not look at
    until the next call. Raises StudioError if the index cannot be written.
    """
    changes = changes_in(index, folders)
    index.forget(changes.gone)
    reader = FactsReader()
    renew_facts(index, changes.folders, reader)
    index.commit()
    try:
        last = clock()
        wanted = list(changes.wanted.items())
        for done, ((path, state), described) in enumerate(zip(wanted, describe(list(changes.wanted)), strict=True), 1):
            if isinstance(described, EngineError):  # no fault of the file: the next call looks at it again
                yield IndexNews(done, len(wanted), path, described.message)
            else:
                yield IndexNews(done, len(wanted), path, take_in(index, path, state, reader, described))
            if clock() - last >= COMMIT_SECONDS:
                index.commit()
                last = clock()
    finally:
        index.commit()


def take_in(
    index: LibraryIndex, path: Path, state: FileState, reader: FactsReader, described: Described | StudioError
) -> str:
    """Put into the index what was seen of a file, not yet committed. Returns what was wrong with it, or "".

    state: of the file, from before it was opened: if it changes meanwhile, it is looked at again. So is one that cannot
    be read now, because its disk is gone or it belongs to somebody else: nothing is noted of it.
    """
    if isinstance(described, StudioError):
        if is_as_it_was(path, state):
            index.note_problem(path, state, described.message)
        return described.message
    index.add(path, state, reader.facts_of(path), described)
    return ""


def is_as_it_was(path: Path, state: FileState) -> bool:
    """Whether a file can be read and is still in this state."""
    try:
        check_ordinary(path)
        with path.open("rb") as file:
            file.read(1)
        return FileState.of(path) == state
    except (OSError, ValueError):
        return False


def thumbnail_of(picture: Picture) -> bytes:
    """A small WebP file of the whole picture."""
    image = Image.fromarray(picture.pixels)
    image.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.BICUBIC, reducing_gap=2.0)
    file = BytesIO()
    image.save(file, "WEBP", quality=_QUALITY, method=2)
    return file.getvalue()


def absolute_folders(folders: Iterable[Path]) -> list[Path]:
    """The folders as the index names them. Raises StudioError for what is none."""
    found = []
    for folder in folders:
        place = Path(folder).absolute()
        if not is_folder(place):
            raise StudioError(f"There is no folder {folder}.", "Check its name.")
        found.append(place.resolve())
    return found
