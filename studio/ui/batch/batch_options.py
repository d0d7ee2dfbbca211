"""What an artist chooses for a batch, and what is found there: photos, and perhaps a batch that was cut short."""

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
class BatchChoice:
    """What the artist has chosen. places: files and folders. folder: where the artworks go, None while unknown.

    proposes_folder: whether one beside the first photo is to be found then.
    """

    places: tuple[Path, ...] = ()
    folder: Path | None = None
    format: ExportFormat = "png"
    may_overwrite: bool = False
    proposes_folder: bool = False


@dataclass(frozen=True)
class CutShort:
    """A batch that did not come to its end in the chosen folder."""

    done: int
    items: int


@dataclass(frozen=True)
class Found:
    """What a choice comes to.

    choice: with the folder that is proposed. items: as they would be painted. notes: what the artist should know about
    the photos. has_folder: whether the folder for the artworks is there already.
    """

    choice: BatchChoice
    items: tuple[BatchItem, ...] = ()
    notes: tuple[str, ...] = ()
    cut_short: CutShort | None = None
    has_folder: bool = False


def look_for(choice: BatchChoice) -> Found:
    """The photos, and what is left to go on with in the folder. Takes as long as the disk. Raises StudioError."""
    choice = _with_folder(choice)
    folder = choice.folder or Path()
    record = read_journal(folder) if choice.folder is not None else None
    cut_short = None
    if record is not None and not record.has_ended:
        done = sum(line["state"] == "done" for line in record.states.values())
        cut_short = CutShort(done, len(record.items))
    if not choice.places:
        return Found(choice, cut_short=cut_short, has_folder=folder.is_dir())
    search = find_photos(choice.places, folder)
    known = tuple(record.items.values()) if record else ()
    items = plan_items(search.photos, folder, choice.format, known)
    return Found(choice, items, search.notes, cut_short, folder.is_dir())


def _with_folder(choice: BatchChoice) -> BatchChoice:
    folder = choice.folder
    if folder is None and choice.places and choice.proposes_folder:
        first = choice.places[0]
        folder = (first if is_folder(first) else first.parent) / _FOLDER_NAME
    return replace(choice, folder=folder, proposes_folder=False)
