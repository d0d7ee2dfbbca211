"""The pictures of a project: decoded within the memory that is free, or left on the disk until somebody looks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from studio.core.artwork.blend import Blend, blend_pictures
from studio.core.errors import ProjectError
from studio.core.picture import Metadata, Picture, Pixels
from studio.core.project.document import MOST_ICC
from studio.core.project.document_rows import MetadataRow, PictureRow
from studio.core.project.picture_bytes import PictureFile, keep_original, picture_at_rest, pixels_in, unpack
from studio.core.project.tables import Tables, check_text
from studio.core.regions.mask_file import unpack_mask
from studio.core.storage.untrusted import make_checked

_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_MOST_EXIF = 2**20  # bytes
_BYTES_PER_PIXEL = 4  # with alpha
_MEMORY_SHARE = 0.5  # of what is free

Fetch = Callable[[str], bytes]
OpenLink = Callable[[str, str], Picture]
Leave = Callable[[str, int], Callable[[], bytes]]


@dataclass
class PictureTable:
    """Reads the pictures that rows of a project name.

    fetch, open_link, is_own, leave, unpack_one: as of DocumentReader.
    """

    tables: Tables
    fetch: Fetch
    open_link: OpenLink
    is_own: bool = False
    leave: Leave | None = None
    unpack_one: Callable[[bytes, str, bool], Picture] = unpack
    _pixels: int = field(default=0, init=False)  # that may still be decoded
    _masks: dict[str, Pixels] = field(default_factory=dict, init=False)  # by file
    _blended: dict[int, Picture] = field(default_factory=dict, init=False)  # by place of the blend

    def __post_init__(self) -> None:
        self._pixels = int(psutil.virtual_memory().available * _MEMORY_SHARE) // _BYTES_PER_PIXEL

    def picture(self, place: object) -> Picture:
        """The picture at a place of the table. Raises ValueError, or StudioError."""
        return self.tables.once("pictures", place, self._make_picture)

    def blended(self, place: int, blend: Blend) -> Picture:
        """What the blend at a place of its table looks like. Raises as `picture`."""
        if place not in self._blended:
            base = blend.base
            if self.leave is None:
                self._spend(base.width * base.height)
                self._blended[place] = blend_pictures(blend)
            else:
                size, made = (base.width, base.height), partial(blend_pictures, blend)
                about = {"name": base.name, "source": base.source, "metadata": base.metadata}
                self._blended[place] = Picture.at_rest(size, None, made, **about)
        return self._blended[place]

    def mask(self, name: str) -> Pixels:
        """The mask in a file of the project, (h, w) uint8. Raises as `picture`."""
        if name not in self._masks:
            self._masks[name] = unpack_mask(self.fetch(name))
            self._spend(self._masks[name].size // _BYTES_PER_PIXEL)
        return self._masks[name]

    def load(self, picture: Picture) -> None:
        """Read one that was left on the disk. Raises as `picture`."""
        if not picture.is_in_memory:
            self._spend(picture.width * picture.height)
            picture.load()

    def _make_picture(self, values: dict[str, Any]) -> Picture:
        row = make_checked(PictureRow, values)
        check_text(row.name, row.link or "", row.source or "")
        metadata = Metadata() if row.metadata is None else self._metadata(row.metadata)
        if (row.link is None) == (row.file is None):
            raise ValueError("a picture has no place")
        if _FINGERPRINT.fullmatch(row.fingerprint) is None:  # files are called so
            raise ValueError("a picture has no fingerprint")
        if row.source is not None and not self.is_own:
            raise ValueError("a picture names a place on another disk")
        if row.link is not None:
            return replace(self.open_link(row.link, row.fingerprint), metadata=metadata)
        assert row.file is not None
        source = Path(row.source) if row.source else None
        if self.leave is not None and row.length and len(row.size) == 2 and min(row.size) > 0:
            file = PictureFile(Path(row.file).suffix, row.is_original, self.leave(row.file, row.length))
            size, about = (row.size[0], row.size[1]), {"name": row.name, "source": source, "metadata": metadata}
            return picture_at_rest(file, size, row.fingerprint, **about)
        data = self.fetch(row.file)
        self._spend(pixels_in(data, row.name))
        found = self.unpack_one(data, row.name, row.is_original)
        picture = Picture(found.pixels, row.name, found.alpha, source, metadata, fine=found.fine)
        keep_original(picture, data if row.is_original else None)
        return picture

    def _metadata(self, place: object) -> Metadata:
        def make(values: dict[str, Any]) -> Metadata:
            row = make_checked(MetadataRow, values)
            is_too_long = len(row.exif) > 2 * _MOST_EXIF or len(row.icc) > 2 * MOST_ICC
            if is_too_long or not (row.dpi is None or 1 < row.dpi <= 100_000):
                raise ValueError("metadata are none")
            return Metadata(bytes.fromhex(row.exif), row.dpi, bytes.fromhex(row.icc))

        return self.tables.once("metadata", place, make)

    def _spend(self, pixels: int) -> None:
        self._pixels -= pixels
        if self._pixels < 0:
            raise ProjectError("Its pictures need more memory than is free.", "Close other programs, and try again.")
