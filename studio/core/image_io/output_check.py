"""Whether something can be written where it is wanted, asked of the disk before any work is done for it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from studio.core.errors import PictureError, WriteError
from studio.core.storage.atomic_write import replace_file, unwritable
from studio.core.storage.regular_file import reason

# What no other name or folder on this machine would help against.
_TROUBLE = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
_PROBE = ".style-studio-probe"  # of this name nothing is ever written


class _GoodEnough(Exception):  # noqa: N818 - no error: it ends the attempt before the file takes its name
    pass


def check_writable(path: Path) -> None:
    """Raise PictureError unless `replace_file` could write to `path` now; leaves nothing behind.

    What is wrong with the machine and not with the name, such as a full disk, is a WriteError.
    """
    try:
        with suppress(FileNotFoundError):
            if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
                raise PictureError(f"{path.name} is not an ordinary file.", "Choose another name.")
        replace_file(path, b"", _stop)
    except _GoodEnough:
        return
    except (OSError, ValueError) as error:  # of a name that is too long, or has a zero byte
        raise _refusal(unwritable(path, error), error) from error
    except WriteError as error:
        raise _refusal(error, error.__cause__) from error


def check_folder(folder: Path) -> None:
    """Raise PictureError unless files can be written into `folder`, which may have to be made first. As above."""
    nearest = folder
    try:
        while not _is_there(nearest) and nearest != nearest.parent:
            nearest = nearest.parent
    except (OSError, ValueError) as error:
        raise _refusal(unwritable(folder, error), error) from error
    if not nearest.is_dir():
        raise PictureError(f"{nearest} is not a folder.", "Choose another one.")
    try:
        replace_file(nearest / _PROBE, b"", _stop)
    except _GoodEnough:
        return
    except WriteError as error:
        cause = error.__cause__ or error
        refusal = PictureError(f"Nothing can be written into {nearest}: {reason(cause)}.", "Choose another folder.")
        raise _refusal(refusal, cause) from error


def same_file(path: Path, others: Iterable[Path]) -> Path | None:
    """The first of `others` that is the same file as `path`, by whatever name or link, or None."""
    for other in others:
        with suppress(OSError, ValueError):  # one of them is not there
            if os.path.samefile(path, other):  # noqa: PTH121 - takes both by their names, and needs neither opened
                return other
    return None


def file_identity(path: Path) -> tuple[int, int] | None:
    """Equal for two names of one file, hard links included; None where there is none."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return facts.st_dev, facts.st_ino


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _stop(_: Path) -> None:
    raise _GoodEnough


def _refusal(error: PictureError, cause: BaseException | None) -> PictureError:
    if isinstance(cause, OSError) and cause.errno in _TROUBLE:
        return WriteError(error.message, error.remedy)
    return PictureError(error.message, error.remedy)
