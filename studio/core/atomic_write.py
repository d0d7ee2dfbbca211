"""Replace a file as one act: at every moment, and after a crash at any moment, the old file or the new one is whole."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from studio.core.errors import PictureError, WriteError

# What disks say that cannot do what they are asked for: network folders and those of programs (FUSE).
_UNSUPPORTED = {errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.EPERM, errno.ENOSYS, errno.ENOTTY}


def replace_file(path: Path, data: bytes, verify: Callable[[Path], None] | None = None) -> None:
    """Write `data` to a temporary file beside `path`, let `verify` look at it, and rename it to `path`.

    A link is followed, the permissions of an older file are kept. Whatever goes wrong (also what `verify` raises), the
    temporary file is removed and `path` is as it was. Raises WriteError with the reason and a remedy.
    """
    target = Path(os.path.realpath(path))
    # Of fixed length: a name of the target's own, plus something, may be too long for the disk.
    temporary = target.with_name(f".style-studio-{secrets.token_hex(8)}.part")
    try:
        mode = _mode_of(target)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        descriptor = os.open(temporary, flags, 0o666 if mode is None else mode & 0o777)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                flush_to_disk(file.fileno())
            if mode is not None:
                with suppress(OSError):  # a disk without permissions; the file was opened with no more than these
                    temporary.chmod(mode)
            if verify is not None:
                verify(temporary)
            temporary.replace(target)
        except BaseException:  # also Ctrl+C
            with suppress(OSError):
                temporary.unlink()
            raise
    except (OSError, ValueError) as error:
        raise WriteError(*unwritable(path, error).args) from error
    _flush_folder(target.parent)


def flush_to_disk(descriptor: int) -> None:
    """As `os.fsync`, where the disk knows how: one that does not is still a place to write to."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise


def _mode_of(target: Path) -> int | None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not target.exists():
        return None
    if not os.access(target, os.W_OK):  # a rename would not mind; the artist who protected it would
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return target.stat().st_mode & 0o7777


def _flush_folder(folder: Path) -> None:
    # So that a power cut does not forget the rename. The new file is in place already: not a failure to report.
    if os.name == "posix":
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def unwritable(path: Path, error: OSError | ValueError) -> PictureError:
    """Why a file could not be written, in a sentence."""
    name = path.name or str(path)
    match error.errno if isinstance(error, OSError) else None:
        case errno.ENOSPC | errno.EDQUOT:
            return PictureError(f"The disk is full: {name} was not written.", "Free some space or save elsewhere.")
        case errno.EISDIR:
            return PictureError(f"{name} is a folder.", "Choose a file name inside it.")
        case errno.ENOENT | errno.ENOTDIR:
            return PictureError(f"The folder {path.parent} is not there.", "Make it first or save elsewhere.")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return PictureError(f"{name} may not be written there.", "Choose another folder or name.")
        case errno.ENAMETOOLONG:
            return PictureError(f"The name {name[:40]}... is too long for this disk.", "Choose a shorter one.")
    why = (isinstance(error, OSError) and error.strerror) or str(error)
    return PictureError(f"{name} could not be written: {why}.", "Try again or save elsewhere.")
