"""TemporaryFolder: one that goes with who made it; what killed processes have left, the next one sweeps away."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from studio.core.errors import StudioError
from studio.core.storage.folder_lock import LOCK_NAME, FolderLock

_LOCKING = 60.0  # seconds in which whoever has made a folder has locked it
_ABANDONED = 24 * 3600.0  # seconds after which one that was never locked is nobody's


class TemporaryFolder:
    """A folder that nobody else may read, locked as long as the process lives: by that, others see that it is used."""

    def __init__(self, prefix: str, place: Path | None = None) -> None:
        """prefix: of its name, by which `sweep` finds it. place: in which it is made, None for the system's.

        Raises OSError.
        """
        self._folder = TemporaryDirectory(prefix=prefix, dir=place, ignore_cleanup_errors=True)
        self.path = Path(self._folder.name)
        self._lock = FolderLock(self.path)
        with suppress(StudioError):  # the disk is full: whoever writes there will hear of it
            self._lock.take_if_free(0)

    def remove(self) -> None:
        """Remove it with all that is in it; idempotent. What is open stays on some systems."""
        self._lock.release()
        self._folder.cleanup()


def sweep(prefix: str, places: Iterable[Path], only_file: str | None = None) -> None:
    """Remove the folders of this prefix that processes which were killed have left there. Not for the GUI thread.

    Those of a living process stay, in this container or another, and so do those of other users, and where it is in
    doubt: on disks without locks. only_file: what alone lies in them, if others may call their folders so, too.
    """
    for folder in _own_folders(prefix, places):
        with suppress(OSError, StudioError):
            if only_file is not None and not {only_file, LOCK_NAME}.issuperset(each.name for each in folder.iterdir()):
                continue
            age = time.time() - folder.stat().st_mtime
            if age < (_LOCKING if (folder / LOCK_NAME).exists() else _ABANDONED):
                continue
            lock = FolderLock(folder)
            if lock.take_if_free(0) and lock.is_held:
                lock.release()
                rmtree(folder, ignore_errors=True)


def _own_folders(prefix: str, places: Iterable[Path]) -> list[Path]:
    """Links are none: they may lead anywhere."""
    found = []
    for place in places:
        with suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                if entry.name.startswith(prefix):
                    with suppress(OSError):
                        if entry.is_dir(follow_symlinks=False) and _is_own(entry.stat(follow_symlinks=False)):
                            found.append(Path(entry.path))
    return found


def _is_own(facts: os.stat_result) -> bool:
    return os.name != "posix" or facts.st_uid == os.getuid()
