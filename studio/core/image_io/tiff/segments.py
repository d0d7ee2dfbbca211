"""The strips and tiles of one page of a TIFF, decoded piece by piece by tifffile and imagecodecs, within bounds.

Why these two and not libvips (pyvips-binary): `studio/core/image_io/README.md`.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any

import numpy as np

from studio.core.errors import PictureError
from studio.core.image_io.containers.webp_chunks import ends_empty
from studio.core.image_io.deep_pixels import Values
from studio.core.image_io.tiff.directory import STRIP_BYTES, STRIP_OFFSETS, TILE_BYTES, TILE_OFFSETS, Directory
from studio.core.image_io.tiff.made_directory import tifffile_page
from studio.core.image_io.tiff.missing_pixels import fax_lacks_pixels, jpeg_lacks_pixels

PART = 250_000  # px that are converted together, where segments are that small
_MOST_SEGMENTS = 1_000_000
_MOST_UNTOLD = 1_000  # segments whose lengths nobody tells
_MOST_SMALL_TILES = 10_000
_SMALLEST_TILE = 16 * 16  # px
_MOST_BYTES_AT_ONCE = 3 * 2**30
_MOST_JPEG_HEADER = 2**20

_FAX, _JPEG, _WEBP, _JPEG_2000 = (2, 3, 4), 7, (50001,), (33003, 33004, 33005, 34712)
_COMPRESSIONS = {
    1: "none", 2: "CCITT", 3: "CCITT fax 3", 4: "CCITT fax 4", 5: "LZW", _JPEG: "JPEG", 8: "Deflate", 32773: "PackBits",
    32946: "Deflate", 34925: "LZMA", 50000: "Zstandard", **dict.fromkeys(_WEBP, "WebP"),
    **dict.fromkeys(_JPEG_2000, "JPEG 2000"),
}  # fmt: skip
_OTHER_COMPRESSIONS = {
    6: "old-style JPEG", 32766: "NeXT", 32809: "ThunderScan", 32908: "PixarFilm", 32909: "PixarLog", 32947: "DCS",
    34676: "LogLuv", 34677: "LogLuv", 34887: "LERC", 34892: "lossy JPEG of a raw file", 34713: "Nikon raw",
    50002: "JPEG XL", 52546: "JPEG XL", 34661: "JBIG", 34933: "PNG", 34934: "JPEG XR", 22610: "JPEG XR",
}  # fmt: skip


class Segments:
    """Decodes the pixels of a page of a TIFF.

    bits: per sample. dtype: of the values. samples: per pixel. lacks_pixels: whether some of what was decoded is known
    to be missing or wrong. Raises PictureError where the page is of a kind that is not read, is cut off, or claims more
    than a picture can have.
    """

    def __init__(self, file: IO[bytes], page: Directory, name: str, length: int) -> None:
        self._file, self._page, self._name, self._length = file, page, name, length
        self.width, self.height = page.size
        self.samples = max(1, page.number(277, 1))
        self.compression = page.number(259, 1)
        if self.compression not in _COMPRESSIONS:
            kind = _OTHER_COMPRESSIONS.get(self.compression, f"of number {self.compression}")
            raise unreadable(name, f"its pixels are compressed in a way the studio does not read ({kind})")
        self.is_tiled = TILE_OFFSETS in page
        self._planes = self.samples if page.number(284, 1) == 2 else 1
        self._offsets, self._counts = self._places()
        self.lacks_pixels = False
        self._only: Values | None = None
        self._rows = min(max(1, page.number(278, self.height)), self.height)  # of a strip
        self._split_raw_strips()
        try:
            self._tiff = tifffile_page(file, page, self._rows, length)
        except ValueError as error:
            raise _damaged(name) from error
        if self._tiff.dtype is None or self._tiff.dtype.kind not in "buif":
            raise unreadable(name, f"its samples are of a kind the studio does not read ({_samples(page)})")
        self.dtype: np.dtype[Any] = self._tiff.dtype
        self.bits: int = self._tiff.bitspersample if isinstance(self._tiff.bitspersample, int) else 8
        self._check()

    def parts(self) -> Iterator[tuple[slice, Values]]:
        """Rows of the picture, and their values (rows, width, samples), from top to bottom."""
        gathered: list[Values] = []
        top = 0
        for band in self._tile_rows() if self.is_tiled else self._strips():
            gathered.append(band)
            rows = sum(len(each) for each in gathered)
            if rows * self.width >= PART or top + rows == self.height:
                band = gathered[0] if len(gathered) == 1 else np.concatenate(gathered)
                step = max(1, PART // self.width)
                for start in range(0, rows, step):  # what works on it makes copies, some of them in 64 bits
                    part = band[start : start + step]
                    yield slice(top + start, top + start + len(part)), part
                top, gathered = top + rows, []

    def _strips(self) -> Iterator[Values]:
        strips = math.ceil(self.height / self._rows)
        for index in range(strips):
            planes = [self._decoded(plane * strips + index) for plane in range(self._planes)]
            rows = min(self._rows, self.height - index * self._rows)
            shape = (rows, self.width, self.samples // self._planes)
            filled = [np.zeros(shape, self.dtype) if each is None else each.reshape(shape) for each in planes]
            yield filled[0] if self._planes == 1 else np.concatenate(filled, axis=2)

    def _tile_rows(self) -> Iterator[Values]:
        tile_width, tile_height = self._page.number(322, 0), self._page.number(323, 0)
        across, down = math.ceil(self.width / tile_width), math.ceil(self.height / tile_height)
        per_plane = self.samples // self._planes
        for row in range(down):
            rows = min(tile_height, self.height - row * tile_height)
            band = np.zeros((rows, self.width, self.samples), self.dtype)
            for plane in range(self._planes):
                for column in range(across):
                    tile = self._decoded((plane * down + row) * across + column)
                    if tile is not None:
                        left = column * tile_width
                        columns = min(tile_width, self.width - left)
                        place = band[:, left : left + columns, plane * per_plane : (plane + 1) * per_plane]
                        place[...] = tile[0, :rows, :columns]
            yield band

    def _decoded(self, index: int) -> Values | None:
        """The values of a segment, or None where the file leaves it out."""
        if self._only is not None:
            return self._only
        offset, count = self._offsets[index], self._counts[index]
        if offset == 0 or count == 0:
            return None
        self._file.seek(offset)
        data = self._file.read(count)
        tables = {"jpegtables": self._tiff.jpegtables} if self.compression == _JPEG else {}
        self._check_own_size(data)
        decoded: Values
        decoded, _, _ = self._tiff.decode(data, index, _fullsize=self.is_tiled, **tables)
        self.lacks_pixels = self.lacks_pixels or self._lacks_pixels(data, decoded)
        if len(self._offsets) == 1:
            self._only = decoded  # there may be a second pass, after one that looked for white
        return decoded

    def _lacks_pixels(self, data: bytes, decoded: Values) -> bool:
        if self.compression == _JPEG:
            tables = self._tiff.jpegtables or b""
            return jpeg_lacks_pixels(data, tables, decoded, self.width * self.height, self._name)
        if self.compression in _WEBP:
            return ends_empty(data)
        return self.compression in _FAX and fax_lacks_pixels(data)

    def _places(self) -> tuple[list[int], list[int]]:
        """Where the segments are, and how many bytes each has."""
        tags = (TILE_OFFSETS, TILE_BYTES) if self.is_tiled else (STRIP_OFFSETS, STRIP_BYTES)
        offsets, counts = ([int(value) for value in self._page.numbers(tag, _MOST_SEGMENTS)] for tag in tags)
        if not any(counts):  # old writers left it out: up to the next one, or the end
            ends = sorted({*offsets, self._length})
            counts = [next((end - offset for end in ends if end > offset), 0) for offset in offsets[:_MOST_UNTOLD]]
        return offsets, counts

    def _split_raw_strips(self) -> None:
        # Uncompressed pixels are often one strip: read some rows of it at a time.
        bits = self._page.numbers(258, 64) or (1,)
        row_bytes = math.ceil(self.width * sum(bits[:1]) * (self.samples // self._planes) / 8)
        rows = max(1, PART // max(1, self.width))
        strips = math.ceil(self.height / self._rows)
        is_plain = self.compression == 1 and not self.is_tiled and len(set(bits)) == 1
        if not is_plain or self._rows <= rows or len(self._offsets) != strips * self._planes or len(self._counts) < 1:
            return
        offsets, counts = [], []
        for plane in range(self._planes):
            for strip in range(strips):
                start = self._offsets[plane * strips + strip]
                below = min(self._rows, self.height - strip * self._rows)
                if start + below * row_bytes > self._length or (strips > 1 and self._rows % rows):
                    return  # cut off, which is seen later, or rows that do not fit together
                for top in range(0, below, rows):
                    offsets.append(start + top * row_bytes)
                    counts.append(min(rows, below - top) * row_bytes)
        self._offsets, self._counts, self._rows = offsets, counts, rows

    def _check(self) -> None:
        page = self._page
        if page.number(32997, 1) > 1:
            raise unreadable(self._name, "it is a stack of layers and not one picture")
        tile_width, tile_height = (page.number(tag, 0) for tag in (322, 323)) if self.is_tiled else (0, 0)
        if self.is_tiled:
            if min(tile_width, tile_height) < 1 or max(tile_width, tile_height) > 2**20:
                raise _damaged(self._name)
            segments = math.ceil(self.width / tile_width) * math.ceil(self.height / tile_height)
            if tile_width * tile_height < _SMALLEST_TILE and segments > _MOST_SMALL_TILES:
                raise unreadable(self._name, f"it is cut into {segments:,} tiny tiles")
            pixels = max(tile_width * tile_height, self.width * min(tile_height, self.height))
        else:
            segments = math.ceil(self.height / self._rows)
            pixels = self.width * self._rows
        segments *= self._planes
        if self.samples > 64 or segments > _MOST_SEGMENTS:
            raise unreadable(self._name, f"it is cut into {segments:,} pieces of {self.samples} samples")
        if pixels * self.samples * self.dtype.itemsize > _MOST_BYTES_AT_ONCE:
            raise PictureError(
                f"{self._name} is compressed in one piece, which needs more than 3 GB to open.",
                "Save it in strips or tiles, or make it smaller, in another program.",
            )
        if len(self._offsets) < segments or len(self._counts) < segments:
            raise _damaged(self._name)
        ends = zip(self._offsets[:segments], self._counts[:segments], strict=True)
        if any(start + count > self._length for start, count in ends):
            raise PictureError(
                f"{self._name} is cut off: the file ends before the picture does.",
                "Copy or download it again from where it came.",
            )
        if sum(self._counts[:segments]) > 4 * self._length + 2**26:  # many tiles may share one that is empty
            raise PictureError(f"{self._name} is damaged: its strips claim more data than the file has.")

    def _check_own_size(self, data: bytes) -> None:
        """Raise PictureError where a segment with a header of its own says that it is larger than it may be."""
        if self.compression == _JPEG:
            size = _jpeg_size(data)
        elif self.compression in _WEBP:
            from PIL import WebPImagePlugin

            size = WebPImagePlugin.WebPImageFile(BytesIO(data)).size
        elif self.compression in _JPEG_2000:
            marker = data.find(b"\xff\x4f\xff\x51")
            size = struct.unpack_from(">II", data, marker + 8) if 0 <= marker <= len(data) - 16 else None
        else:
            return
        most = (self._page.number(322, 0), self._page.number(323, 0)) if self.is_tiled else (self.width, self._rows)
        if size is None or size[0] > most[0] + 64 or size[1] > most[1] + 64:
            raise _damaged(self._name)


def unreadable(name: str, why: str) -> PictureError:
    """The error for a file that is whole, of a kind that is not read. why: "it is ..." or the like."""
    return PictureError(f"{name} cannot be opened: {why}.", "Save it as an ordinary TIFF or PNG in another program.")


def _damaged(name: str) -> PictureError:
    return PictureError(f"{name} is damaged or cut off.", "Copy or download it again from where it came.")


def _samples(page: Directory) -> str:
    kinds = {1: "whole numbers", 2: "signed numbers", 3: "floats", 4: "undefined", 5: "complex", 6: "complex"}
    formats = sorted({kinds.get(int(value), "unknown") for value in page.numbers(339, 64) or (1,)})
    bits = sorted({int(value) for value in page.numbers(258, 64) or (1,)})
    return f"{', '.join(map(str, bits))} bits, {', '.join(formats)}"


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < min(len(data), _MOST_JPEG_HEADER) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None
