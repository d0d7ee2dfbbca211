"""One studio at a time in a folder: a lock that ends with the process that holds it, however that ends."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from tempfile import gettempdir

from filelock import FileLock, Timeout

from studio.core.errors import StudioError
from studio.core.storage.atomic_write import unwritable

LOCK_NAME = ".style-studio.lock"
WAIT_SECONDS = 0.5  # for a studio that is just ending
_UNSUPPORTED = (errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOLCK, errno.EINVAL)


class FolderLock:
    """The lock of a folder that is there. It lies in a file of its own: on Windows nobody can read what is locked.

    Any thread may take and release it. The system gives it free when the process is killed; the file that stays behind
    then means nothing. For a folder on a disk without locks it lies among the temporary files: studios of this computer
    see each other by it.
    """

    def __init__(self, folder: Path, *, is_of_this_computer: bool = False) -> None:
        """is_of_this_computer: whether studios of other computers leave it alone of themselves, where no lock tells."""
        self._folder = folder
        self._is_of_this_computer = is_of_this_computer
        self._lock = _file_lock(folder / LOCK_NAME)
        self._lock_here: FileLock | None = None  # where the disk has none

    def take(self) -> None:
        """Take it. Raises StudioError if another studio has it, or if nothing can be written there."""
        if not self.take_if_free():
            raise StudioError(
                f"Another Style Studio is writing to {self._folder}.", "Wait for it, or choose another folder."
            )

    def take_if_free(self, wait: float = WAIT_SECONDS) -> bool:
        """Take it, unless another studio has it for `wait` seconds more. Raises PictureError if one cannot write there.

        On a disk without locks one studio of each computer gets it; `is_held` tells.
        """
        if self._lock.is_locked or self._is_held_here:
            return True
        try:
            self._lock.acquire(timeout=wait)
        except Timeout:
            return False
        except OSError as error:
            if error.errno not in _UNSUPPORTED:  # a disk without locks (some network folders) is no reason not to work
                raise unwritable(self._folder / LOCK_NAME, error) from error
            return self._take_here(wait)
        return True

    @property
    def is_held(self) -> bool:
        """Whether it is taken, and nobody else takes it."""
        return bool(self._lock.is_locked or (self._is_of_this_computer and self._is_held_here))

    def release(self) -> None:
        """Give the folder free; idempotent. Where the disk has failed, it is free when the process ends."""
        for lock in (self._lock, self._lock_here):
            if lock is not None and lock.is_locked:
                if lock is self._lock_here:
                    with suppress(OSError):  # what the disk has refused to lock
                        (self._folder / LOCK_NAME).unlink()
                # Once, while it is held: who waits sees that its file is gone, and makes another, which is theirs.
                with suppress(OSError):
                    Path(lock.lock_file).unlink()
                with suppress(OSError):
                    lock.release(force=True)

    @property
    def _is_held_here(self) -> bool:
        return self._lock_here is not None and bool(self._lock_here.is_locked)

    def _take_here(self, wait: float) -> bool:
        try:
            name = blake2b(os.fsencode(os.path.realpath(self._folder)), digest_size=16).hexdigest()
            self._lock_here = _file_lock(Path(gettempdir(), f"style-studio-{name}.lock"))
            self._lock_here.acquire(timeout=wait)
        except Timeout:
            return False
        except OSError:  # no locks there either, or another user's: everybody gets it
            if self._lock_here is not None:
                with suppress(OSError):
                    Path(self._lock_here.lock_file).unlink()
        return True


def _file_lock(path: Path) -> FileLock:
    return FileLock(path, timeout=WAIT_SECONDS, thread_local=False, fallback_to_soft=False)
