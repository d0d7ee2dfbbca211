"""Files in an output folder that somebody else may have filled, or may change while it is worked in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.core.errors import PictureError
from studio.core.storage.untrusted import path_inside


def file_facts(path: Path) -> list[Any] | None:
    """What tells a file from the one that replaces it, as a journal notes it; None where there is none."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return [facts.st_ino, facts.st_mtime_ns, facts.st_size]


def check_inside(folder: Path, output: str) -> None:
    """Raise PictureError where a file of this name, or a link, would be written outside of the folder."""
    try:
        path_inside(folder, output)  # also if it is not there: a link to nothing would be written through
    except ValueError as error:
        raise PictureError(f"{error}: nothing is written outside of {folder}.", "Remove the link.") from error
