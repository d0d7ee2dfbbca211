"""Save and load a project as one `.studio` file; README.md beside this file describes it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NamedTuple, Protocol

from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.card import Card
from studio.core.errors import PictureError, ProjectError, StudioError
from studio.core.image_io import open_picture
from studio.core.image_io.opening.opener import OpeningCancelled
from studio.core.image_io.opening.places import reachable
from studio.core.picture import Picture
from studio.core.project.archive import DOCUMENT, ArchiveReader, check_total, damaged, is_member, write_archive
from studio.core.project.document import ProjectDocument
from studio.core.project.document_reader import DocumentReader, parse_document
from studio.core.project.document_rows import EntrySummary
from studio.core.project.picture_bytes import file_of, unpack
from studio.core.project.picture_table import Fetch
from studio.core.project.project import Photos, Project, ProjectFile
from studio.core.storage.untrusted import check_encodable, path_inside

SUFFIX = ".studio"
Kept = Mapping[str, Callable[[], bytes]]  # files that lie somewhere already, by the names that projects give them


class OpensParts(Protocol):
    """Opens what a project's file holds and what it links to, as `picture_bytes.unpack` and `open_picture`."""

    def open_picture(self, path: Path) -> Picture:
        """The picture in a file."""

    def unpack_picture(self, data: bytes, name: str, is_original: bool) -> Picture:
        """The picture in bytes."""


class MissingPhoto(ProjectError):  # noqa: N818 - it says what happened
    """A photo that a project links to is not where it was, or is another one by now.

    path: where it was looked for. fingerprint: what to hand to `load_project` with its new place.
    """

    def __init__(self, message: str, remedy: str = "", path: Path | None = None, fingerprint: str = "") -> None:
        super().__init__(message, remedy)
        self.path = path
        self.fingerprint = fingerprint


class ProjectChanged(ProjectError):  # noqa: N818 - it says what happened
    """A project's file is not what was read or saved before, so it was not replaced. is_gone: it is not there."""

    def __init__(self, message: str, remedy: str = "", is_gone: bool = False) -> None:
        super().__init__(message, remedy)
        self.is_gone = is_gone


class Saved(NamedTuple):
    """What was written. size: in bytes. mark: as of `ProjectFile`."""

    size: int
    mark: str


@dataclass(frozen=True)
class ProjectSize:
    """Bytes in the file. photos: what is painted. others: results, styles, thumbnails, what was learnt, the list."""

    photos: int
    others: int

    @property
    def total(self) -> int:
        """Of the whole file, but for some 200 bytes a picture."""
        return self.photos + self.others


@dataclass(frozen=True)
class Preview:
    """What is in a project, without its pictures. entries: of the history, each with its thumbnail, oldest first."""

    entries: tuple[tuple[EntrySummary, Picture | None], ...]


def is_project(path: Path) -> bool:
    """Whether the name is that of a project's file."""
    return path.suffix.lower() == SUFFIX


def save_project(
    path: Path, project: Project, photos: Photos = "embedded", kept: Kept | None = None, mark: str | None = None
) -> Saved:
    """Write a project into one file. Takes as long as encoding what is new in it.

    photos: "linked" writes the paths of those that lie in a file, relative where they lie below the project's folder,
    and embeds the others. kept: as of `SessionStore.lend_files`, so that nothing is encoded twice. The undo steps are
    written too; `Project.without_undo` leaves them out. mark: what is in `path` must have it, None if anything may be
    there.
    Raises ProjectChanged if it has not, or StudioError: the disk refuses, the project is too large or its window's
    state is no JSON; whatever was in `path` is there still.
    """

    def check() -> None:
        if mark is not None:
            _check_unchanged(path, mark)

    check()  # before the work, and after it
    document = ProjectDocument(project, links=_links(path, project) if photos == "linked" else {})
    files = document.files | {name: read for name, read in (kept or {}).items() if name in document.files}
    members = {DOCUMENT: document.to_json()} | {name: pack() for name, pack in files.items()}
    write_archive(path, members, check)
    return Saved(sum(map(len, members.values())), mark_of(members[DOCUMENT]))


def mark_of(document: bytes) -> str:
    """What tells one saved state from all others: no two have one list, since each says when it was saved."""
    return blake2b(document, digest_size=16).hexdigest()


def is_unchanged(file: ProjectFile) -> bool:
    """Whether a project's file is as it was read or saved. Waits for the disk."""
    try:
        _check_unchanged(file.path, file.mark)
    except ProjectError:
        return False
    return True


def _check_unchanged(path: Path, mark: str) -> None:
    if not os.path.exists(path):  # noqa: PTH110 - Path's raises where a folder may not be entered
        raise ProjectChanged(f"{path.name} is no longer in {path.parent}.", "It was moved, renamed or deleted.", True)
    try:
        with ArchiveReader(path) as archive:
            is_same = mark_of(archive.read(DOCUMENT)) == mark
    except ProjectError:
        is_same = False
    if not is_same:
        raise ProjectChanged(
            f"{path.name} has been changed since it was opened or saved here.",
            "Another window or program has written it.",
        )


def load_project(
    path: Path,
    cards: Iterable[Card] = (),
    moved: Mapping[str, Path] | None = None,
    opener: OpensParts | None = None,
) -> Project:
    """The project in a file. It decodes every picture: for a thread of its own.

    cards: of the user's own styles, which those in the project are matched with by id. moved: where linked photos are
    now, by fingerprint. opener: who decodes; None for this process itself, where nothing bounds its time.
    Raises MissingPhoto if a linked one is not there, or ProjectError for whatever is no project,
    is damaged, comes from a newer studio or was made to do harm; nothing of it is executed, and nothing but pictures
    with the fingerprints it gives is read elsewhere. The `file` of the project is this one.
    """
    try:
        path = reachable(path)
    except PictureError as error:  # on another machine that is not connected
        raise ProjectError(error.message, error.remedy) from error

    def open_link(place: str, fingerprint: str) -> Picture:
        return _linked(path, place, fingerprint, moved or {}, opener.open_picture if opener else open_picture)

    with ArchiveReader(path) as archive:
        try:
            document = archive.read(DOCUMENT)
            values = parse_document(document)
            unpack_one = opener.unpack_picture if opener else unpack
            project = DocumentReader(values, _fetch_from(archive), open_link, cards, unpack_one=unpack_one).read()
            file = ProjectFile(Path(os.path.abspath(path)), project.photos, mark_of(document))  # noqa: PTH100 - a link stays one
            return replace(project, file=file)
        except (ProjectError, OpeningCancelled):
            raise
        except StudioError as error:
            raise damaged(path.name, error.message.rstrip(".")) from error
        except (ValueError, MemoryError) as error:
            raise damaged(path.name, error or "there is not enough memory") from error


def preview_project(path: Path) -> Preview:
    """What is in a project, quickly: only its list and its thumbnails are read. Raises ProjectError."""
    with ArchiveReader(path) as archive:
        fetch = _fetch_from(archive)
        try:
            values = parse_document(archive.read(DOCUMENT))
            entries = DocumentReader(values, fetch, _no_link).summaries()
            return Preview(
                tuple(
                    (entry, unpack(fetch(entry.thumbnail), "thumbnail") if entry.thumbnail else None)
                    for entry in entries
                )
            )
        except ProjectError:
            raise
        except StudioError as error:
            raise damaged(path.name, error.message.rstrip(".")) from error
        except (ValueError, MemoryError) as error:
            raise damaged(path.name, error) from error


def size_of(project: Project, photos: Photos = "embedded", sizes: Mapping[str, int] | None = None) -> ProjectSize:
    """How large the file would be. Encodes all whose size is not in `sizes`. Raises ProjectError as `save_project`."""
    links = _links(Path(os.sep, SUFFIX), project) if photos == "linked" else {}
    document = ProjectDocument(project, links=links)
    known = sizes or {}
    all_sizes = {name: known[name] if name in known else len(pack()) for name, pack in document.files.items()}
    of_photos = sum(size for name, size in all_sizes.items() if name in document.photos)
    check_total(sum(all_sizes.values()), len(all_sizes))
    return ProjectSize(of_photos, sum(all_sizes.values()) - of_photos + len(document.to_json()))


def _no_link(place: str, fingerprint: str) -> Picture:
    raise ProjectError(f"{place} is not opened.")


def _fetch_from(archive: ArchiveReader) -> Fetch:
    def fetch(name: str) -> bytes:
        if not is_member(name) or name == DOCUMENT:
            raise ValueError("it names a part that cannot be")
        return archive.read(name)

    return fetch


def _links(path: Path, project: Project) -> dict[Picture, str]:
    """The photos that lie in files, and what the project calls these."""
    folder = Path(os.path.realpath(path)).parent
    found: dict[Picture, str] = {}
    parts: tuple[ArtworkState | Result, ...] = (
        project.state,
        *project.undo,
        *project.redo,
        *(entry.result for entry in project.history),
    )
    for part in parts:
        for picture in part.blend.pictures if part.blend else (part.content,):
            if picture is not None and picture.source is not None and file_of(picture).is_original:
                source = picture.source.absolute()
                is_below = source.is_relative_to(folder)
                found[picture] = source.relative_to(folder).as_posix() if is_below else str(source)
    return found


def _linked(
    path: Path, place: str, fingerprint: str, moved: Mapping[str, Path], open_one: Callable[[Path], Picture]
) -> Picture:
    folder = Path(os.path.realpath(path)).parent
    at = moved.get(fingerprint)
    if at is None:
        # A share on another machine would be told who asks, before it has shown anything. Windows takes either slash.
        if place[:2].replace("/", "\\") in ("\\\\", "\\?"):
            raise ValueError("it links to another machine")
        if PureWindowsPath(place).is_absolute() or PurePosixPath(place).is_absolute():  # perhaps another system's
            at = Path(check_encodable(place))
        else:
            at = path_inside(folder, place)
    try:
        picture = open_one(at)
    except OpeningCancelled:
        raise
    except StudioError as error:
        raise MissingPhoto(
            f"{path.name} links to a photo: {error.message}", "Say where it is now, or put it back.", at, fingerprint
        ) from error
    if picture.fingerprint != fingerprint:
        raise MissingPhoto(
            f"{at.name}, which {path.name} links to, is a different picture now.",
            "Say where the photo is, or put it back.",
            at,
            fingerprint,
        )
    return picture
