"""SessionFiles: the pictures of a session on the disk, each in a file named after its fingerprint."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from weakref import WeakSet

from studio.core.errors import ProjectError, StudioError, WriteError
from studio.core.picture import Picture
from studio.core.project.archive import is_member
from studio.core.project.document import Pack
from studio.core.project.picture_bytes import LARGEST_FILE, file_of, keep_file
from studio.core.storage.atomic_write import make_folder, replace_file
from studio.core.storage.regular_file import reason
from studio.core.storage.untrusted import read_bounded

_KINDS = ("pictures", "thumbnails", "learned", "masks")


def unkept(place: Path, error: StudioError) -> WriteError:
    """Why no session can be kept in a folder: the error of writing, without a name that the user has never seen."""
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
        return WriteError(f"The disk of {place} is full.", "Free some space there.")
    why = f": {reason(cause)}" if isinstance(cause, OSError) else ""
    return WriteError(f"Nothing can be written to {place}{why}.", "Look at its permissions.")


class SessionFiles:
    """The files in a session's folder, written once and removed when nothing needs them.

    `sizes` and `lend` may be called from any thread, and wait for no disk; the others from one thread at a time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._living: dict[str, WeakSet[Picture]] = {}  # pictures in memory, by the file that they lie in
        self._lent: dict[object, frozenset[str]] = {}  # files that are being read, by who reads them
        self._changing = Lock()  # of which files there are, and which of them are lent
        self._sizes = self._found()

    @property
    def sizes(self) -> Mapping[str, int]:
        """The files that are there, by the names that documents give them, with their sizes in bytes."""
        return self._sizes

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(self._sizes.values())

    def lend(self) -> tuple[dict[str, Callable[[], bytes]], Callable[[], None]]:
        """How the files are read that are there now, all of which stay until the second is called."""
        reader = object()
        with self._changing:
            names = self._lent[reader] = frozenset(self._sizes)

        def give_back() -> None:
            with self._changing:
                self._lent.pop(reader, None)

        return {name: partial(self.fetch, name) for name in names}, give_back

    def fetch(self, name: str) -> bytes:
        """The content of a file. Raises ProjectError, or ValueError if no file can be called so."""
        if not is_member(name):
            raise ValueError("it names a file that cannot be")
        try:
            return read_bounded(self._folder / name, LARGEST_FILE)
        except OSError as error:
            raise ProjectError(f"{name} cannot be read: {error.strerror}.") from error

    def leave(self, name: str, length: int) -> Callable[[], bytes]:
        """As `DocumentReader.leave`: reads a file later. Raises ValueError if it is not there in this length."""
        if not is_member(name):
            raise ValueError("it names a file that cannot be")
        if self._sizes.get(name) != length:
            raise ValueError(f"{name} is not there as it was written")
        return partial(self.fetch, name)

    def add(self, files: Mapping[str, Pack]) -> None:
        """Write those that are not there yet. Raises WriteError."""
        missing = files.keys() - self._sizes.keys()
        for kind in {name.partition("/")[0] for name in missing}:
            make_folder(self._folder / kind)
        for name in missing:
            data = files[name]()
            self.write(name, data)
            self._note(name, len(data))

    def write(self, name: str, data: bytes) -> None:
        """As `replace_file`, but no sentence names a file that the user has never seen."""
        try:
            replace_file(self._folder / name, data)
        except WriteError as error:
            raise unkept(self._folder.parent, error) from error.__cause__

    def tell(self, pictures: Mapping[str, Iterable[Picture]]) -> None:
        """Let pictures know in which file they lie, so that their memory can be given back."""
        for name, alike in pictures.items():
            for picture in alike:
                keep_file(picture, replace(file_of(picture), read=self.leave(name, self._sizes[name])))
                self._living.setdefault(name, WeakSet()).add(picture)

    def keep_only(self, used: Iterable[str]) -> None:
        """Remove all others, but for those that are lent or that a picture needs.

        These, and what cannot be removed now, stay for the next time.
        """
        for name in self._sizes.keys() - set(used):
            with self._changing:
                if any(name in names for names in self._lent.values()) or self._is_needed(name):
                    continue
                size = self._sizes.pop(name)  # from now on nobody is lent it
            try:
                (self._folder / name).unlink(missing_ok=True)
            except OSError:
                self._note(name, size)

    def _note(self, name: str, size: int) -> None:
        with self._changing:
            self._sizes[name] = size

    def _is_needed(self, name: str) -> bool:
        """Whether a picture that no state names any more lies in this file and nowhere else."""
        pictures = list(self._living.pop(name, ()))
        if any(not picture.is_in_memory for picture in pictures):
            self._living[name] = WeakSet(pictures)
            return True
        for picture in pictures:
            keep_file(picture, None)
        return False

    def _found(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for kind in _KINDS:
            with suppress(OSError):
                for path in (self._folder / kind).iterdir():
                    name = f"{kind}/{path.name}"
                    with suppress(OSError):  # of one that leads nowhere
                        if is_member(name):
                            found[name] = path.stat().st_size
        return found
