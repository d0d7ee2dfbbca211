"""Replace a file as one act: at every moment, and after a crash at any moment, the old file or the new one is whole."""

from __future__ import annotations

import errno
import os
import platform
import re
import secrets
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import psutil

from studio.core.errors import PictureError, WriteError

# Temporary files: machine and process that write it, and a number. Those of the first versions had the number alone.
_PART = re.compile(r"\.style-studio-(?:([0-9a-f]{8})-(\d{1,10})-)?[0-9a-f]{16}\.part")
_ABANDONED = 24 * 3600.0  # seconds without a change; a file is written in minutes
# What disks say that cannot do what they are asked for: network folders and those of programs (FUSE).
_UNSUPPORTED = {errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.EPERM, errno.ENOSYS, errno.ENOTTY}


def replace_file(path: Path, data: bytes | memoryview, verify: Callable[[Path], None] | None = None) -> None:
    """Write `data` to a temporary file beside `path`, let `verify` look at it, and rename it to `path`.

    A link is followed, the permissions of an older file are kept, and nothing but a file is replaced. Whatever goes
    wrong (also what `verify` raises), the temporary file is removed and `path` is as it was. Raises WriteError with the
    reason and a remedy.
    """
    try:
        target = Path(os.path.realpath(path))
        mode = _mode_of(target)
        temporary = part_beside(target)
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
        raise unwritable(path, error) from error
    _flush_folder(target.parent)


def part_beside(target: Path) -> Path:
    """A name for a file that is to be renamed to `target` when it is whole.

    Files under such names that processes have left here, which were killed before they could rename them, are removed.
    """
    _sweep(target.parent)
    # Of fixed length: a name of the target's own, plus something, may be too long for the disk.
    return target.with_name(f".style-studio-{machine()}-{os.getpid()}-{secrets.token_hex(8)}.part")


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, unless it is there. Raises PictureError with the reason and a remedy."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise PictureError(
            f"The folder {folder} cannot be made: a file has that name.", "Choose another folder."
        ) from error
    except (OSError, ValueError) as error:
        raise PictureError(
            f"The folder {folder} cannot be made: {_reason(error)}.",
            "Look at the permissions of the folder above, make room, or choose another folder.",
        ) from error


def flush_to_disk(descriptor: int) -> None:
    """As `os.fsync`, where the disk knows how: one that does not is still a place to write to."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise


def unwritable(path: Path, error: OSError | ValueError) -> WriteError:
    """Why a file could not be written, in a sentence."""
    name = path.name or str(path)
    match error.errno if isinstance(error, OSError) else None:
        case errno.ENOSPC | errno.EDQUOT:
            return WriteError(f"The disk is full: {name} was not written.", "Free some space or save elsewhere.")
        case errno.EISDIR:
            return WriteError(f"{name} is a folder.", "Choose a file name inside it.")
        case errno.ENOENT | errno.ENOTDIR:
            folder = Path(os.path.realpath(path) if path.is_symlink() else path).parent
            return WriteError(f"The folder {folder} is not there.", "Make it first or save elsewhere.")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return WriteError(f"{name} may not be written there.", "Choose another folder or name.")
        case errno.ENAMETOOLONG:
            return WriteError(f"The name {name[:40]}... is too long for this disk.", "Choose a shorter one.")
        case errno.EINVAL | errno.EILSEQ:
            return WriteError(
                f"This disk does not take the name {name}.", "Choose plain letters and digits, or save elsewhere."
            )
        case errno.EFBIG:
            return WriteError(f"{name} is too large for this disk.", "Choose a smaller size or save elsewhere.")
    return WriteError(f"{name} could not be written: {_reason(error)}.", "Try again or save elsewhere.")


def _mode_of(target: Path) -> int | None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not target.exists():
        return None
    if not target.is_file():  # a rename would put a file in place of a pipe, or as root of /dev/null
        raise WriteError(f"{target.name} is not an ordinary file.", "Choose another name.")
    if not os.access(target, os.W_OK):  # a rename would not mind; the artist who protected it would
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return target.stat().st_mode & 0o7777


def _sweep(folder: Path) -> None:
    """Remove the temporary files that ended processes have left; those that cannot be removed stay."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            found = _PART.fullmatch(entry.name)
            if found is None:
                continue
            with suppress(OSError):
                facts = entry.stat(follow_symlinks=False)
                is_abandoned = time.time() - facts.st_mtime > _ABANDONED
                is_orphan = found[1] == machine() and _has_ended(int(found[2]))
                if stat.S_ISREG(facts.st_mode) and (is_orphan or is_abandoned):
                    Path(entry.path).unlink()


def machine() -> str:
    """Eight digits, equal for processes that know of each other: of one machine and there of one container."""
    namespace = ""
    with suppress(OSError):  # only Linux has it
        namespace = str(Path("/proc/self/ns/pid").readlink())
    return blake2b(f"{platform.node()} {namespace}".encode(errors="replace"), digest_size=4).hexdigest()


def _has_ended(process: int) -> bool:
    """Whether there is no such process on this machine."""
    try:
        return not psutil.pid_exists(process)
    except OverflowError:  # no number of a process
        return True


def _flush_folder(folder: Path) -> None:
    # So that a power cut does not forget the rename. The new file is in place already: not a failure to report.
    if os.name == "posix":
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _reason(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
