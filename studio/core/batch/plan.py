"""Which photos a batch paints, out of files and folders, and what the artworks are called: no name twice, none lost."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path, PurePosixPath

from studio.core.batch.job import BatchItem
from studio.core.batch.journal import read_journal
from studio.core.errors import PictureError
from studio.core.image_io.find_pictures import folders_with_pictures, is_folder
from studio.core.image_io.formats import SUFFIX_OF, ExportFormat
from studio.core.image_io.opening.places import reachable
from studio.core.storage.file_names import stem_after
from studio.core.storage.untrusted import name_key


@dataclass(frozen=True)
class Photo:
    """A photo to paint. path: absolute. folder: where it lies below the folder that was named, with "/"."""

    path: Path
    folder: str = ""


@dataclass(frozen=True)
class PhotoSearch:
    """What was found. notes: what the user should know, such as pictures that were named twice."""

    photos: tuple[Photo, ...]
    notes: tuple[str, ...] = ()


def find_photos(places: Sequence[Path], output: Path, left_out: Set[Path] = frozenset()) -> PhotoSearch:
    """The photos among files and folders, each once, folders with all below them in the order people count.

    A file that is named is taken whatever it is; out of a folder come pictures by their ending. left_out: photos that
    are not wanted, by their paths. Artworks are no photos: what a batch has written, by its journal, is left out, and
    so is `output` where it lies in a folder of photos. Raises PictureError if a place is not there, or if nothing is
    found.
    """
    found: dict[str, Photo] = {}
    doubles = 0
    unreadable: list[Path] = []
    artworks: set[str] = set()
    folder = Path(os.path.realpath(output))
    for place in places:
        for photo in _photos_in(reachable(place).absolute(), folder, artworks, unreadable):
            if photo.path in left_out:
                continue
            identity = identity_of(photo.path)
            doubles += identity in found
            found.setdefault(identity, photo)
    if not found:
        named = ", ".join(str(place) for place in places[:3])
        raise PictureError(
            f"There are no pictures to paint in {named}.",
            "What a batch has painted is left out: it is never painted again.",
        )
    notes = [f"{name} may not be read and is left out." for name in unreadable]
    if doubles:
        notes.append(
            f"{'1 picture is' if doubles == 1 else f'{doubles} pictures are'} named more than once and painted once."
        )
    return PhotoSearch(tuple(found.values()), tuple(notes))


def plan_items(
    photos: Iterable[Photo], output: Path, export_format: ExportFormat, known: Sequence[BatchItem] = ()
) -> tuple[BatchItem, ...]:
    """An item for each photo, with a file name below `output` that no other item has and no photo either.

    A photo among the `known` items keeps its name and number. Others are called after the photo, as far as every
    system takes that; where the name is taken, with the photo's format ("boat heic.png") or a number ("boat 2.png").
    """
    ending = SUFFIX_OF[export_format]
    photos = tuple(photos)
    # A photo in the output folder is nothing to be replaced, whatever may be overwritten.
    folder = Path(os.path.realpath(output))
    paths = [Path(os.path.realpath(photo.path)) for photo in photos]
    sources = {name_key(path.relative_to(folder).as_posix()) for path in paths if path.is_relative_to(folder)}
    usable = [item for item in known if item.output.endswith(ending) and name_key(item.output) not in sources]
    kept = {identity_of(item.photo): item for item in usable}
    taken = sources | {name_key(item.output) for item in known}
    number = max((item.number for item in known), default=-1)
    items = []
    for photo in photos:
        item = kept.get(identity_of(photo.path))
        if item is None:
            number += 1
            name = next(name for name in _names_for(photo, ending) if name_key(name) not in taken)
            taken.add(name_key(name))
            item = BatchItem(number, photo.path, name)
        items.append(item)
    return tuple(items)


def identity_of(path: Path) -> str:
    """Equal for two paths of one file."""
    return os.path.normcase(os.path.realpath(path))


def _photos_in(place: Path, output: Path, artworks: set[str], unreadable: list[Path]) -> Iterator[Photo]:
    """The photos of one place. artworks: grows by what journals on the way tell."""
    if not is_folder(place):
        if not os.path.lexists(place):
            raise PictureError(f"There is no picture or folder {place}.", "Check its name and folder.")
        yield Photo(place)
        return
    for above in place.parents:
        artworks |= _artworks_of(above)
    is_inside = Path(os.path.realpath(place)).is_relative_to(output)
    for folder, pictures in folders_with_pictures(place, unreadable=unreadable):
        if not is_inside and Path(os.path.realpath(folder)).is_relative_to(output):
            continue
        artworks |= _artworks_of(folder)
        below = folder.relative_to(place).as_posix()
        yield from (Photo(path, below) for path in pictures if not artworks or identity_of(path) not in artworks)


def _artworks_of(folder: Path) -> set[str]:
    record = read_journal(folder)
    return {identity_of(folder / output) for output in record.written} if record else set()


def _names_for(photo: Photo, ending: str) -> Iterator[str]:
    folder = PurePosixPath(*(stem_after(part, "photos") for part in PurePosixPath(photo.folder).parts))
    stem, suffix = stem_after(photo.path.stem, "artwork"), photo.path.suffix.lower().lstrip(".")
    stems: Iterable[str] = [stem, stem_after(f"{stem} {suffix}", stem)] if suffix else [stem]
    stems = chain(stems, (f"{stem} {number}" for number in count(2)))
    return (str(folder / f"{name}{ending}") for name in stems)
