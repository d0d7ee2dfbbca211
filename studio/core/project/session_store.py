"""The session on disk: after each action, all there is; after a crash at any instant, what there was."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.card import Card
from studio.core.errors import ProjectError, StudioError
from studio.core.picture import Picture
from studio.core.project.archive import LARGEST_DOCUMENT, damaged
from studio.core.project.document import ProjectDocument, thumbnail_name
from studio.core.project.document_reader import DocumentReader, parse_document
from studio.core.project.picture_bytes import unpack
from studio.core.project.project import HistoryEntry, Project
from studio.core.project.session_files import SessionFiles, unkept
from studio.core.project.waiting_sessions import (
    DOCUMENT,
    NAME,
    new_name,
    put_last,
    remove_locked,
    session_lock,
    sessions_folder,
    sweep_sessions,
    waiting_sessions,
)
from studio.core.storage.atomic_write import make_folder, replace_file
from studio.core.storage.folder_lock import FolderLock
from studio.core.storage.untrusted import read_bounded

HISTORY_BYTES = 4 * 2**30  # the cap, unless the artist sets another
_SWEEP_EVERY = 64 * 2**20  # bytes that this session grows by until those before are counted again
_ASIDE = "sitting.before.json"  # what could not be brought back as a whole; its pictures stay


@dataclass(frozen=True)
class Recorded:
    """What became of a state. size: bytes on the disk now. dropped: entries of the history the cap has no room for.

    others: bytes of the sessions before, which lie beside this one.
    """

    size: int
    dropped: tuple[HistoryEntry, ...] = ()
    others: int = 0


class SessionStore:
    """One session, locked for as long as this studio has it; use `open_session` to get one.

    In its folder: `sitting.json`, the document of the last state, and the pictures it names, each written once under
    its fingerprint, before the document that is first to name it. So whatever is cut off, the last document is whole,
    and so are its pictures. All methods may be called from any thread. From the window's thread only `sizes` and
    `lend_files`: the others wait for the disk. cap: bytes that the pictures may take.
    """

    def __init__(self, folder: Path, lock: FolderLock, cap: int = HISTORY_BYTES) -> None:
        self.folder = folder
        self.cap = cap
        self._lock = lock
        self._turns = count(1)
        self._turn = 0  # of the newest state written
        self._writing = Lock()
        self._document = b""
        self._files = SessionFiles(folder)
        self._spared = self._named_aside()  # files that a damaged state names
        self._needed: frozenset[str] | None = None  # files of the last state, and those; None before it
        self._dropped: WeakValueDictionary[int, Result] = WeakValueDictionary()  # by id; not to be written again
        self._dropped_under = cap
        self._is_closed = False
        self._others: int | None = None  # bytes of the sessions before; None: not counted yet
        self._others_under = (0, 0)  # the cap and the size when they were counted

    def record(self, project: Project) -> Recorded:
        """Write a state; when this returns, it is what `recover` would return. Only pictures that are new are written.

        States count in the order of the calls: one whose turn comes after that of a later one is left out. If the
        pictures take more than `cap` bytes, the oldest entries that are neither pinned nor shown are left out, and undo
        does without their pictures. Raises StudioError if the disk refuses, or after `close`; then the last state is
        there still, and the next call tries again.
        """
        turn = next(self._turns)
        with self._writing:
            if self._is_closed:
                raise ProjectError("This session is closed.")
            if turn < self._turn:
                return Recorded(self._files.size)
            document, dropped = self._fitting(project)
            self._write_document(document)
            self._turn = turn
            self._files.tell(document.pictures)
            self._needed = frozenset(document.files) | self._spared
            self._files.keep_only(self._needed)
            needed = sum(size for name, size in self._files.sizes.items() if name in self._needed)
            others = self._sweep_others(needed)  # what stays for a while alone costs no session its place
            return Recorded(self._files.size, dropped, others)

    @property
    def is_locked(self) -> bool:
        """Whether the disk sees to it that no other studio works in it."""
        return self._lock.is_held

    @property
    def has_state(self) -> bool:
        """Whether there is anything to `recover`. Waits for the disk."""
        return (self.folder / DOCUMENT).exists()

    def usage(self) -> Recorded:
        """What `record` tells of the disk, of what is there already; discards nothing."""
        return Recorded(self._files.size, (), sweep_sessions(self.folder.parent, sys.maxsize, self.folder))

    @property
    def sizes(self) -> dict[str, int]:
        """The files that are there, by the names that projects give them, with their sizes in bytes."""
        return dict(self._files.sizes)

    def lend_files(self) -> tuple[dict[str, Callable[[], bytes]], Callable[[], None]]:
        """How they are read, and what to call afterwards: until then all of them stay, whatever is recorded."""
        return self._files.lend()

    def prune(self) -> None:
        """Remove what the last state does not need and stayed since it was lent; nothing after `close`."""
        with self._writing:
            if self._needed is not None and not self._is_closed:
                self._files.keep_only(self._needed)

    def thumbnail(self, picture: Picture) -> Picture | None:
        """The small copy of a painting; None if there is none yet. Waits for the disk, and for the fingerprint."""
        name = thumbnail_name(picture)
        with suppress(StudioError, ValueError):
            return unpack(self._files.fetch(name), name)
        return None

    def recover(self, cards: Iterable[Card] = ()) -> Project | None:
        """The last state that was recorded; None if nothing was yet. cards: as `load_project`.

        What is damaged is left out and told in `problems`; its files are then kept beside the others. Raises
        ProjectError if nothing of it can be read.
        """
        with self._writing:
            try:
                data = read_bounded(self.folder / DOCUMENT, LARGEST_DOCUMENT)
            except FileNotFoundError:
                return None
            except (OSError, ValueError) as error:
                raise damaged(DOCUMENT, error) from error
            try:
                values = parse_document(data)
                reader = DocumentReader(
                    values, self._files.fetch, _open_no_link, cards, is_own=True, leave=self._files.leave
                )
                project = reader.read()
            except (ValueError, MemoryError, StudioError) as error:
                self._set_aside(data)
                if isinstance(error, ProjectError):
                    raise
                raise damaged(DOCUMENT, error) from error
            if project.problems:
                self._set_aside(data)
            return project

    def close(self) -> None:
        """Give the session free; the next start finds it. Idempotent. A folder without a state is removed."""
        with self._writing:
            is_empty = not self.has_state and not (self.folder / _ASIDE).exists()
            if is_empty and not self._is_closed:
                remove_locked(self.folder, self._lock)
            self._lock.release()
            self._is_closed = True

    def _fitting(self, project: Project) -> tuple[ProjectDocument, tuple[HistoryEntry, ...]]:
        """The document of as much of a project as there is room for, its pictures written; the entries that are not."""
        if self.cap != self._dropped_under:
            self._dropped.clear()
            self._dropped_under = self.cap
        dropped = [entry for entry in project.history if _may_go(project, entry) and id(entry.result) in self._dropped]
        for entry in dropped:
            project = _without(project, entry)
        while True:
            document = ProjectDocument(project, keep_sources=True)
            self._files.add(document.files)
            document.note_sizes(self._files.sizes)
            size = sum(self._files.sizes[name] for name in document.files)
            oldest = _next_to_go(project)
            if size <= self.cap or oldest is None:
                return document, tuple(dropped)
            project = _without(project, oldest)
            dropped.append(oldest)
            self._dropped[id(oldest.result)] = oldest.result

    def _write_document(self, document: ProjectDocument) -> None:
        data = document.to_json()
        if data != self._document:
            self._files.write(DOCUMENT, data)
            self._document = data
            put_last(self.folder)

    def _named_aside(self) -> frozenset[str]:
        try:
            text = read_bounded(self.folder / _ASIDE, LARGEST_DOCUMENT).decode()
        except (OSError, ValueError):
            return frozenset()
        return frozenset(name for name in self._files.sizes if f'"{name}"' in text)

    def _sweep_others(self, size: int) -> int:
        """Discard sessions before, the oldest first, until all fit under the cap; the bytes of those that stay."""
        if self._others is None or self.cap < self._others_under[0] or size > self._others_under[1] + _SWEEP_EVERY:
            self._others = sweep_sessions(self.folder.parent, max(0, self.cap - size), self.folder)
            self._others_under = self.cap, size
        return self._others

    def _set_aside(self, data: bytes) -> None:
        self._spared = frozenset(self._files.sizes)
        with suppress(StudioError):
            replace_file(self.folder / _ASIDE, data)


def open_session(root: Path | None = None, cap: int = HISTORY_BYTES, *, start_empty: bool = False) -> SessionStore:
    """The newest session that no studio works in, to go on with; a new one if there is none, or if `start_empty`.

    root: the folder of all sessions; None for this user's own. A session that another studio has open is not touched,
    nor, where the disk knows no locks, one that another computer began. Raises StudioError if nothing can be written.
    """
    root = root or sessions_folder()
    try:
        return _open_session(root, cap, start_empty)
    except StudioError as error:
        raise unkept(root, error) from error.__cause__


def _open_session(root: Path, cap: int, start_empty: bool) -> SessionStore:
    make_folder(root)
    waiting = [] if start_empty else [session.folder for session in waiting_sessions(root)]
    for folder in (*waiting, *_begun(root)):
        with suppress(StudioError):  # that one may not be written
            lock = session_lock(folder)
            if lock.take_if_free(0.0):
                if lock.is_held and (folder in waiting) == (folder / DOCUMENT).exists():  # as it still was
                    return SessionStore(folder, lock, cap)
                lock.release()
    while True:
        folder = root / new_name()
        make_folder(folder)
        lock = session_lock(folder)
        if lock.take_if_free():  # another studio may have found it in between
            return SessionStore(folder, lock, cap)


def peek(cards: Iterable[Card] = (), root: Path | None = None) -> Project | None:
    """What the newest session holds, where none can be taken because nothing can be written there; None if nothing.

    cards: as `load_project`. What cannot be read, and what a studio works in, is left out.
    """
    for session in waiting_sessions(root):
        lock = session_lock(session.folder)
        with suppress(StudioError):
            if _is_free(lock):
                return SessionStore(session.folder, lock).recover(cards)
    return None


def _is_free(lock: FolderLock) -> bool:
    try:
        is_free = lock.take_if_free(0.0)
    except StudioError:  # nothing can be written there, by nobody
        return True
    lock.release()
    return is_free


def take_session(folder: Path, cap: int = HISTORY_BYTES) -> SessionStore:
    """One of `waiting_sessions`, to go on with. Raises ProjectError if it is gone, or if a studio works in it.

    One that is not `is_locked`, on a disk without locks, is only to be read: another computer may work in it.
    """
    lock = session_lock(folder)
    if not (folder / DOCUMENT).exists() or not lock.take_if_free(0.0):
        raise ProjectError("This session is not there any more, or is open in another window.")
    return SessionStore(folder, lock, cap)


def _begun(root: Path) -> list[Path]:
    """Folders of sessions whose studio ended before it recorded anything: they are as good as new ones."""
    with suppress(OSError):
        return [
            folder
            for folder in sorted(root.iterdir())
            if NAME.fullmatch(folder.name) and not folder.is_symlink() and not (folder / DOCUMENT).exists()
        ]
    return []


def _next_to_go(project: Project) -> HistoryEntry | None:
    """The entry that the cap costs first: what was thrown away, then what is oldest."""
    found = [entry for entry in project.history if _may_go(project, entry)]
    return next((entry for entry in found if entry.key in project.state.removed), found[0] if found else None)


def _may_go(project: Project, entry: HistoryEntry) -> bool:
    """Whether the cap may cost this entry: it is neither pinned nor on the canvas."""
    is_shown = project.shown is not None and project.history[project.shown] is entry
    is_pinned = entry.is_pinned and entry.key not in project.state.removed
    return not is_pinned and not is_shown and entry.result is not project.state.result


def _without(project: Project, entry: HistoryEntry) -> Project:
    """A project without an entry, nor its pictures in the undo steps."""
    lean = project.without_entry(next(i for i, one in enumerate(project.history) if one is entry))

    def strip(states: tuple[ArtworkState, ...]) -> tuple[ArtworkState, ...]:
        return tuple(replace(one, result=None) if one.result is entry.result else one for one in states)

    return replace(lean, undo=strip(lean.undo), redo=strip(lean.redo))


def _open_no_link(place: str, fingerprint: str) -> Picture:
    raise ProjectError(f"{place} is not in the session.")
