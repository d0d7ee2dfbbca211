"""Open a file that somebody named, whatever lies there; and say in the system's words why it cannot be."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import IO

from studio.core.displayable import displayable
from studio.core.errors import PictureError


def open_regular(path: Path) -> IO[bytes]:
    """The file opened for reading; PictureError if it is missing, locked, a folder, or a device that never ends."""
    name = shown_name(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise PictureError(f"{name} is a folder.", "Choose a file in it.")
        if not stat.S_ISREG(status.st_mode):
            raise PictureError(f"{name} is not an ordinary file.", "Choose an ordinary file.")
        return path.open("rb")
    except FileNotFoundError as error:
        if path.is_symlink():
            raise PictureError(f"{name} is a link to a file that is gone.", "Choose the file itself.") from error
        raise PictureError(f"{name} is not there any more.", "Check whether it was moved or renamed.") from error
    except PermissionError as error:
        raise PictureError(f"{name} may not be read.", "Ask for permission to read it, or copy it.") from error
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        raise PictureError(f"{name} cannot be opened: {reason(error)}.") from error


def read_regular(path: Path, most: int) -> bytes:
    """The file, or its first `most` bytes; PictureError as of `open_regular`, or if the disk refuses."""
    with open_regular(path) as file:
        try:
            return file.read(most)
        except OSError as error:
            raise PictureError(f"{shown_name(path)} cannot be read: {reason(error)}.") from error


def shown_name(path: Path) -> str:
    """The file's name, without its folder, as text that can be shown and written down whatever bytes it has."""
    return displayable(path.name or str(path))


def reason(error: BaseException) -> str:
    """Why the system refused, in its own words, such as "Input/output error"."""
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
