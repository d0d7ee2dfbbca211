"""One studio at a time in a folder: a lock that ends with the process that holds it, however that ends."""

from __future__ import annotations

import errno
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from studio.core.errors import StudioError
from studio.core.storage.atomic_write import unwritable

LOCK_NAME = ".style-studio.lock"
WAIT_SECONDS = 0.5  # for a studio that is just ending
_UNSUPPORTED = (errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOLCK, errno.EINVAL)


class FolderLock:
    """The lock of a folder that is there. It lies in a file of its own: on Windows nobody can read what is locked.

    Any thread may take and release it. The system gives it free when the process is killed; the file that stays behind
    then means nothing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FileLock(folder / LOCK_NAME, timeout=WAIT_SECONDS, thread_local=False, fallback_to_soft=False)

    def take(self) -> None:
        """Take it. Raises StudioError if another studio has it, or if nothing can be written there."""
        if not self.take_if_free():
            raise StudioError(
                f"Another Style Studio is writing to {self._folder}.", "Wait for it, or choose another folder."
            )

    def take_if_free(self, wait: float = WAIT_SECONDS) -> bool:
        """Take it, unless another studio has it for `wait` seconds more. Raises PictureError if one cannot write there.

        On a disk without locks everybody gets it; `is_held` tells.
        """
        if self._lock.is_locked:
            return True
        try:
            self._lock.acquire(timeout=wait)
        except Timeout:
            return False
        except OSError as error:
            if error.errno not in _UNSUPPORTED:  # a disk without locks (some network folders) is no reason not to work
                raise unwritable(self._folder / LOCK_NAME, error) from error
        return True

    @property
    def is_held(self) -> bool:
        """Whether it is taken, and the disk sees to it that nobody else takes it."""
        return bool(self._lock.is_locked)

    def release(self) -> None:
        """Give the folder free; idempotent. Where the disk has failed, it is free when the process ends."""
        if self._lock.is_locked:
            with suppress(OSError):  # while it is held: who waits for it sees that its file is gone, and makes another
                (self._folder / LOCK_NAME).unlink()
            with suppress(OSError):
                self._lock.release(force=True)
