"""A place of safety for what could not be saved where it was wanted: minutes of painting or learning are not lost."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from studio.core.card import Card
from studio.core.errors import StudioError, WriteError
from studio.core.image_io import ExportOptions, save_picture
from studio.core.image_io.formats import SUFFIX_OF
from studio.core.image_io.xmp import Credits
from studio.core.picture import Picture
from studio.core.storage.file_names import proposed_stem
from studio.core.storage.user_folders import data_folder
from studio.core.styles.learned_style import LearnedStyle
from studio.core.styles.learned_style_file import SUFFIX, write_learned

_LONGEST_NAME = 40  # characters of the wanted name; that may be what the disk refused


def keep_safe(
    picture: Picture, wanted: str, options: ExportOptions | None = None, made_of: Credits | None = None
) -> Path | None:
    """Write a picture that could not be saved into a place of safety. Returns its path, None if no place takes it.

    The places are the folder "rescued" of the user's data, then one among the temporary files. It is written as it was
    to be saved, else as PNG with nothing but its pixels. wanted: the name it was to have.
    """
    options = options or ExportOptions()

    def as_wanted(path: Path) -> None:
        save_picture(picture, path, options, made_of, allow_plain=True)

    def as_pixels(path: Path) -> None:
        save_picture(picture, path, ExportOptions("png", keep_exif=False), allow_plain=True)

    for folder in _places():
        for suffix, write in ((SUFFIX_OF[options.format], as_wanted), (".png", as_pixels)):
            kept = _kept(folder, wanted, suffix, write)
            if kept is not None:
                return kept
    return None


def keep_style_safe(card: Card, learned: LearnedStyle, wanted: str) -> Path | None:
    """As `keep_safe`, for a style that was learnt."""
    kept = (_kept(folder, wanted, SUFFIX, lambda path: write_learned(path, card, learned)) for folder in _places())
    return next((path for path in kept if path is not None), None)


def unsaved(error: StudioError, kept: Path | None) -> WriteError:
    """The failure to save something that is done, with where it is now in the remedy. kept: None if it is lost."""
    if kept is None:
        return WriteError(error.message, f"{error.remedy} It could not be kept elsewhere either.".strip())
    return WriteError(error.message, f"It is kept in {kept}: move it from there to where you want it.")


def _places() -> Iterator[Path]:
    """Folders that may have to be made; the later ones only where the earlier ones take nothing."""
    with suppress(RuntimeError):  # a user without a home
        yield data_folder() / "rescued"
    with suppress(OSError):
        yield Path(tempfile.mkdtemp(prefix="style-studio-rescued-"))


def _kept(folder: Path, wanted: str, suffix: str, write: Callable[[Path], None]) -> Path | None:
    plain = re.sub(r"[^\w .-]+", "-", Path(wanted).stem).strip(" .-")
    stem = proposed_stem(plain, "artwork", _LONGEST_NAME)
    path = folder / f"{stem} {datetime.now().astimezone():%Y-%m-%d %H.%M.%S} {token_hex(2)}{suffix}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write(path)
    except (StudioError, OSError):
        with suppress(OSError):
            folder.rmdir()  # if it is empty: nobody need wonder what it is for
        return None
    return path
