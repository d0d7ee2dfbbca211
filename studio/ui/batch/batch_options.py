"""BatchOptions: what an artist chooses for a batch, and what is on disk for it, such as an interrupted batch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from studio.core.batch.job import BatchItem
from studio.core.batch.journal import read_journal
from studio.core.batch.plan import find_photos, plan_items
from studio.core.image_io import ExportFormat
from studio.core.image_io.find_pictures import is_folder

_FOLDER_NAME = "painted"  # proposed beside the photos


@dataclass(frozen=True)
class BatchOptions:
    """What the artist has chosen. places: files and folders. left_out: photos among them that were taken off the list.
    folder: where the artworks go, None while unknown.

    proposes_folder: whether to propose one beside the first photo then. library: folders of the library, whose pictures
    are to stay the artist's own: the proposal lies beside them.
    """

    places: tuple[Path, ...] = ()
    left_out: frozenset[Path] = frozenset()
    folder: Path | None = None
    format: ExportFormat = "png"
    may_overwrite: bool = False
    proposes_folder: bool = False
    library: tuple[Path, ...] = ()


@dataclass(frozen=True)
class InterruptedBatch:
    """A batch that did not come to its end in the chosen folder."""

    done: int
    items: int


@dataclass(frozen=True)
class BatchScan:
    """What is found for some options.

    options: with the folder that is proposed. items: as they would be painted. notes: what the artist should know about
    the photos. has_folder: whether the folder for the artworks is there already.
    """

    options: BatchOptions
    items: tuple[BatchItem, ...] = ()
    notes: tuple[str, ...] = ()
    interrupted: InterruptedBatch | None = None
    has_folder: bool = False


def scan(options: BatchOptions) -> BatchScan:
    """Look for the photos, and for an interrupted batch in the folder. Waits for the disk. Raises StudioError."""
    options = _with_folder(options)
    folder = options.folder or Path()
    record = read_journal(folder) if options.folder is not None else None
    interrupted = None
    if record is not None and not record.has_ended:
        done = sum(line["state"] == "done" for line in record.states.values())
        interrupted = InterruptedBatch(done, len(record.items))
    if not options.places:
        return BatchScan(options, interrupted=interrupted, has_folder=folder.is_dir())
    search = find_photos(options.places, folder, options.left_out)
    known = tuple(record.items.values()) if record else ()
    items = plan_items(search.photos, folder, options.format, known)
    return BatchScan(options, items, search.notes, interrupted, folder.is_dir())


def _with_folder(options: BatchOptions) -> BatchOptions:
    folder = options.folder
    if folder is None and options.places and options.proposes_folder:
        folder = _proposed(options.places[0], options.library)
    return replace(options, folder=folder, proposes_folder=False)


def _proposed(place: Path, library: Sequence[Path]) -> Path | None:
    """A folder in or beside `place`, or beside the library that it is in; None where the artist has to be asked."""
    folder = place if is_folder(place) else place.parent
    above = next((one for one in library if folder.is_relative_to(one) or _resolved(folder).is_relative_to(one)), None)
    if above is None:
        return folder / _FOLDER_NAME
    if not above.name or not os.access(above.parent, os.W_OK):  # such as a whole disk
        return None
    return above.with_name(f"{above.name} {_FOLDER_NAME}")


def _resolved(folder: Path) -> Path:
    try:
        return folder.resolve()
    except (OSError, RuntimeError):  # links in a circle
        return folder
