"""The picture files among files and folders, for whatever takes many at once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.core.errors import PictureError
from studio.core.image_io.formats import OPEN_SUFFIXES
from studio.core.image_io.opening.opener import OpeningCancelled
from studio.core.image_io.opening.places import reachable
from studio.core.image_io.picture_reader import open_picture
from studio.core.picture import Picture
from studio.core.storage.regular_file import shown_name

MOST_TRIED = 50  # files; whoever drops a thousand unreadable ones is not kept waiting for all of them


@dataclass(frozen=True)
class Opened:
    """The pictures opened, and the files besides them: not needed, or no pictures."""

    pictures: tuple[Picture, ...]
    left_out: tuple[Path, ...]


def pictures_in(
    places: Iterable[Path], levels: int | None = None, check: Callable[[], None] = lambda: None
) -> tuple[Path, ...]:
    """Files as they are, whatever they hold; out of a folder what ends like a picture, also from below.

    By name, in the order people count: "boat 9" before "boat 10". levels: how many folders below are looked into, None
    for all. check: called at each folder; what it raises ends the search. Hidden files and folders are passed over:
    systems leave them behind, such as the "._boat.jpg" of a Mac.
    """
    found: list[Path] = []
    for place in map(_reachable, places):
        if is_folder(place):
            for _, pictures in folders_with_pictures(place, levels):
                check()
                found += pictures
        else:
            found.append(place)
    return tuple(found)


def folders_with_pictures(
    place: Path, levels: int | None = None, unreadable: list[Path] | None = None
) -> Iterator[tuple[Path, list[Path]]]:
    """A folder and those below it, with the pictures in each, as `pictures_in` finds them.

    unreadable: takes the folders that may not be read.
    """

    def note(error: OSError) -> None:
        if unreadable is not None and error.filename is not None:
            unreadable.append(Path(error.filename))

    for folder, below, names in os.walk(place, onerror=note):
        is_deepest = levels is not None and len(Path(folder).relative_to(place).parts) >= levels
        below[:] = [] if is_deepest else sorted((name for name in below if not name.startswith(".")), key=_counting)
        yield Path(folder), [Path(folder, name) for name in sorted(names, key=_counting) if _is_picture_name(name)]


def open_some(places: Sequence[Path], count: int, open_one: Callable[[Path], Picture] = open_picture) -> Opened:
    """The first `count` pictures that can be opened among files and folders, one folder deep, or as many as there are.

    Raises what is wrong with the first file if there is none, or PictureError if the folders hold no pictures.
    """
    paths = pictures_in(places, levels=1)
    pictures: dict[Path, Picture] = {}
    problem: Exception | None = None
    for path in paths[:MOST_TRIED]:
        try:
            pictures[path] = open_one(path)
        except OpeningCancelled:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the next may be a picture
            problem = problem or error
        if len(pictures) == count:
            break
    if not pictures:
        raise problem or _nothing_in(places)
    return Opened(tuple(pictures.values()), tuple(path for path in paths if path not in pictures))


def _reachable(place: Path) -> Path:
    try:
        return reachable(place)
    except PictureError:  # which opening it tells
        return place


def _nothing_in(places: Sequence[Path]) -> PictureError:
    where = shown_name(places[0]) if len(places) == 1 else "these folders"
    return PictureError(
        f"There are no pictures in {where}.", "The studio opens JPEG, PNG, WebP, TIFF, AVIF, HEIC, BMP and GIF."
    )


def is_folder(place: Path) -> bool:
    """Whether it is one; False also for a name the system does not allow, of which opening it says so."""
    try:
        return _reachable(place).is_dir()
    except (OSError, ValueError):
        return False


def _is_picture_name(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in OPEN_SUFFIXES


def _counting(name: str) -> list[tuple[int, str]]:
    """Sorts "boat 9" before "boat 10", and capitals beside small letters."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts] + [(-1, name)]
