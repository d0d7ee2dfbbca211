"""BatchOptions: what an artist chooses for a batch, and what is on disk for it, such as an interrupted batch."""

from __future__ import annotations

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

    proposes_folder: whether to propose one beside the first photo then.
    """

    places: tuple[Path, ...] = ()
    left_out: frozenset[Path] = frozenset()
    folder: Path | None = None
    format: ExportFormat = "png"
    may_overwrite: bool = False
    proposes_folder: bool = False


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
        first = options.places[0]
        folder = (first if is_folder(first) else first.parent) / _FOLDER_NAME
    return replace(options, folder=folder, proposes_folder=False)
