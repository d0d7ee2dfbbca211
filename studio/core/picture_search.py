"""The picture files among files and folders, for whatever takes many at once."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from studio.core.formats import OPEN_SUFFIXES


def pictures_in(places: Iterable[Path]) -> tuple[Path, ...]:
    """Files as they are, whatever they hold; out of a folder, by name, what ends like a picture, also from below.

    Hidden files and folders are passed over: systems leave them behind, such as the "._boat.jpg" of a Mac.
    """
    found: list[Path] = []
    for place in places:
        if not place.is_dir():
            found.append(place)
            continue
        for folder, below, names in os.walk(place):
            below[:] = sorted(name for name in below if not name.startswith("."))
            found += [Path(folder, name) for name in sorted(names) if _is_picture_name(name)]
    return tuple(found)


def _is_picture_name(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in OPEN_SUFFIXES
