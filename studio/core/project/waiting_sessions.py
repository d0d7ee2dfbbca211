"""The sessions that lie on the disk of this user: found, counted, and discarded where they take too much."""

from __future__ import annotations

import re
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from studio.core.artwork.artwork_state import removal_key
from studio.core.artwork.blend import name_of_both
from studio.core.errors import ProjectError, StudioError
from studio.core.project.archive import LARGEST_DOCUMENT
from studio.core.project.document_reader import parse_document
from studio.core.storage.atomic_write import machine, replace_file
from studio.core.storage.folder_lock import LOCK_NAME, FolderLock
from studio.core.storage.untrusted import read_bounded
from studio.core.storage.user_folders import data_folder

DOCUMENT = "sitting.json"  # and "sittings" for their folder: as earlier versions call them
_ORDER = "order.txt"  # a number, where the time of the document does not tell that it came after those of others
NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}(?:-([0-9a-f]{8}))?")  # time, number, and the computer that began it
_LONGEST_ORDER = 64  # bytes
_LAST_ORDER = 1e11  # in three thousand years
_TICK = 1e-3  # s
_STYLE = re.compile(f'"{removal_key("style", "")}([^"]+)"')


def new_name() -> str:
    """A name for the folder of a new session."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{token_hex(4)}-{machine()}"


def session_lock(folder: Path) -> FolderLock:
    """The lock of a session. On a disk without locks, a session is gone on with by the computer alone that began it."""
    name = NAME.fullmatch(folder.name)
    return FolderLock(folder, is_of_this_computer=name is not None and name[1] == machine())


@dataclass(frozen=True)
class WaitingSession:
    """A session that no studio works in.

    modified: seconds since 1970 of its last action, as the clock went. size: bytes. order: larger than that of all that
    were written before it, however the clock was set.
    """

    folder: Path
    modified: float
    size: int
    order: float


def sessions_folder() -> Path:
    """Where the sessions of this user lie."""
    return data_folder() / "sittings"


def waiting_sessions(root: Path | None = None) -> list[WaitingSession]:
    """The sessions that have a state, newest first, among them those that studios work in now."""
    found = []
    root = root or sessions_folder()
    with suppress(OSError):
        for folder in root.iterdir():
            if NAME.fullmatch(folder.name) is None or folder.is_symlink():
                continue
            with suppress(OSError):
                modified = (folder / DOCUMENT).stat().st_mtime
                size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
                found.append(WaitingSession(folder, modified, size, _order_of(folder)))
    return sorted(found, key=lambda session: (session.order, session.folder.name), reverse=True)


def put_last(folder: Path) -> None:
    """Keep a session that was just written behind all others, also where the clock was set back since these were.

    Where the disk refuses, the clock alone counts until the next state. Waits for the disk.
    """
    with suppress(StudioError, OSError):
        others = max((_order_of(each) for each in folder.parent.iterdir() if each != folder), default=0.0)
        if (folder / DOCUMENT).stat().st_mtime <= others:
            replace_file(folder / _ORDER, repr(others + _TICK).encode())


def _order_of(folder: Path) -> float:
    """As of `WaitingSession`; 0.0 where there is no state. Waits for the disk."""
    with suppress(OSError):
        modified = (folder / DOCUMENT).stat().st_mtime
        with suppress(OSError, ValueError):
            told = float(read_bounded(folder / _ORDER, _LONGEST_ORDER))
            return max(modified, told) if told < _LAST_ORDER else modified
        return modified
    return 0.0


@dataclass(frozen=True)
class LeftWork:
    """What lies in a session before.

    name: of its project's file, or of its photo, or both that are blended; "" without either. modified: as of
    `WaitingSession`.
    """

    folder: Path
    name: str
    modified: float


def left_work(most: int, root: Path | None = None) -> tuple[LeftWork, ...]:
    """What the newest sessions hold, those in which nothing was done left out; at most `most`. Waits for the disk."""
    found: list[LeftWork] = []
    for session in waiting_sessions(root):
        name = name_of_work(session.folder)
        if name is not None:
            found.append(LeftWork(session.folder, name, session.modified))
        if len(found) == most:
            break
    return tuple(found)


def name_of_work(folder: Path) -> str | None:
    """The name of its file or of its photos, "" if nobody can tell; None if there is no work in the session.

    Waits for the disk.
    """
    try:
        values = parse_document(read_bounded(folder / DOCUMENT, LARGEST_DOCUMENT))
        if values.get("file") is not None:
            return Path(values["file"]["path"]).name
        state, pictures = values["state"], values["pictures"]
        if state["blend"] is not None:
            blend = values["blends"][state["blend"]]
            base, over = (str(pictures[blend[part]]["name"]) for part in ("base", "over"))
            return name_of_both(base, over)
        if state["content"] is None:
            return "" if state["styles"] or state["regions"] or values["history"] or values["undo"] else None
        return str(pictures[state["content"]]["name"])
    except (StudioError, OSError, ValueError, LookupError, TypeError):
        return ""


def sweep_sessions(root: Path, room: int, present: Path) -> int:
    """Discard sessions, the oldest first, until they take at most `room` bytes; the bytes of those that stay.

    The present one is neither counted nor touched; one that a studio works in, or in which something is pinned, stays,
    and so do, where the disk knows no locks, those that another computer began.
    """
    others = [session for session in waiting_sessions(root) if session.folder != present]
    size = sum(session.size for session in others)
    for session in reversed(others):
        if size <= room:
            break
        with suppress(StudioError):
            if not _has_pinned(session.folder) and discard_session(session.folder):
                size -= session.size
    return size


def styles_removed_somewhere(root: Path | None = None) -> frozenset[str]:
    """Ids of the artist's styles that some session's undo or redo may bring back. Waits for the disk."""
    found: set[str] = set()
    for session in waiting_sessions(root):
        with suppress(OSError, ValueError):
            found.update(_STYLE.findall(read_bounded(session.folder / DOCUMENT, LARGEST_DOCUMENT).decode("ascii")))
    return frozenset(found)


def _has_pinned(folder: Path) -> bool:
    try:
        values = parse_document(read_bounded(folder / DOCUMENT, LARGEST_DOCUMENT))
        return any(entry["is_pinned"] is not False for entry in values["history"])
    except (StudioError, OSError, ValueError, LookupError, TypeError):  # nobody can tell: it is not thrown away
        return True


def discard_session(folder: Path, *, is_ours: bool = False) -> bool:
    """Delete a session for good, unless a studio works in it; whether it is gone. Raises StudioError if it may not.

    is_ours: whether it was this studio's until just now. Others stay where no lock tells who works in them.
    """
    if NAME.fullmatch(folder.name) is None:
        raise ProjectError(f"{folder} is not a session.")
    lock = session_lock(folder)
    if not lock.take_if_free(0.0) or not (lock.is_held or is_ours):
        return False
    try:  # first, so that what a crash leaves of it is no session
        (folder / DOCUMENT).unlink(missing_ok=True)
    except OSError:  # then its pictures are needed still
        lock.release()
        return False
    return remove_locked(folder, lock)


def remove_locked(folder: Path, lock: FolderLock) -> bool:
    """Delete a folder of which the lock was taken, as far as the disk lets us; whether all in it is gone.

    It is given free last: a studio that starts meanwhile takes a folder without a state for a new one, and must not
    have it deleted under its hands.
    """
    is_held = lock.is_held
    for path in _content(folder):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()
    is_gone = not _content(folder)
    lock.release()
    if is_held:
        with suppress(OSError):  # another studio has taken it by now
            folder.rmdir()
    else:  # no lock is to be had: it is our own, and nobody else takes it
        shutil.rmtree(folder, ignore_errors=True)
    return is_gone


def _content(folder: Path) -> list[Path]:
    with suppress(OSError):
        return [path for path in folder.iterdir() if path.name != LOCK_NAME]
    return []
