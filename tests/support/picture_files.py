"""Small picture files for tests, made in memory: one of every format, and PNG and TIFF chunk by chunk."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from studio.core.picture import Pixels

Chunk = tuple[bytes, bytes]
"""A PNG chunk: its kind and its body."""

HEIC = (Path(__file__).parent / "pictures" / "turned.heic").read_bytes()
"""Four flat quarters, 48 x 32 px once upright, with a GPS position; made with libheif from `quarters()`."""

CORNERS = ((200, 40, 40), (40, 160, 40), (40, 40, 200), (220, 220, 60))


def make_exif(has_place: bool) -> bytes:
    """An EXIF block of a camera, which says or does not say where it was."""
    exif = Image.Exif()
    exif[Base.Make] = "Leica"
    if has_place:
        exif[IFD.GPSInfo] = {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (47.0, 33.0, 27.0)}
    return exif.tobytes()


def quarters(width: int = 48, height: int = 32) -> Pixels:
    """Red, green / blue, yellow: every turn and every flip of it differs."""
    pixels = np.empty((height, width, 3), np.uint8)
    middle, half = height // 2, width // 2
    pixels[:middle, :half], pixels[:middle, half:], pixels[middle:, :half], pixels[middle:, half:] = CORNERS
    return pixels


def stored_quarters(orientation: int) -> Pixels:
    """What a camera held so writes of `quarters()`."""
    return stored(quarters(), orientation)


def stored(upright: Pixels, orientation: int) -> Pixels:
    """What a camera held so writes of what is seen, by the EXIF standard."""
    return np.ascontiguousarray(
        {
            1: upright,
            2: upright[:, ::-1],
            3: upright[::-1, ::-1],
            4: upright[::-1],
            5: upright.swapaxes(0, 1),
            6: np.rot90(upright),
            7: upright[::-1, ::-1].swapaxes(0, 1),
            8: np.rot90(upright, -1),
        }[orientation]
    )


def noise(width: int = 40, height: int = 24, channels: int = 3) -> Pixels:
    """The same pixels of all values at each call."""
    return np.random.default_rng(7).integers(0, 256, (height, width, channels), dtype=np.uint8)


def encoded(format_name: str, pixels: np.ndarray[Any, Any], **settings: Any) -> bytes:
    """A file of Pillow's format of that name."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, format_name, **settings)
    return file.getvalue()


def one_of_each_format() -> dict[str, bytes]:
    """Files by a name with the right suffix; JPEG also progressive, with EXIF and in CMYK, PNG also with palette."""
    pixels = noise()
    alpha = noise(channels=4)
    exif = Image.Exif()
    exif[0x010F], exif[0x0112], exif[0x8825] = "Maker", 6, {1: "N", 2: (1.0, 2.0, 3.0)}
    palette = BytesIO()
    Image.fromarray(pixels).quantize(16).save(palette, "PNG", transparency=3)
    cmyk = BytesIO()
    Image.frombytes("CMYK", (40, 24), alpha.tobytes()).save(cmyk, "JPEG")
    return {
        "a.jpg": encoded("JPEG", pixels, exif=exif),
        "progressive.jpg": encoded("JPEG", pixels, progressive=True),
        "cmyk.jpg": cmyk.getvalue(),
        "a.png": encoded("PNG", alpha, exif=exif, dpi=(300, 300)),
        "palette.png": palette.getvalue(),
        "a.webp": encoded("WEBP", alpha, exif=exif),
        "lossless.webp": encoded("WEBP", alpha, lossless=True),
        "a.tif": encoded("TIFF", pixels, compression="tiff_lzw"),
        "raw.tif": encoded("TIFF", alpha),
        "a.avif": encoded("AVIF", alpha, exif=exif, speed=10),
        "a.heic": HEIC,
        "a.bmp": encoded("BMP", pixels),
        "a.gif": encoded("GIF", pixels),
    }


def png(
    width: int, height: int, depth: int, color_type: int, rows: bytes, *before: Chunk, behind: Sequence[Chunk] = ()
) -> bytes:
    """A PNG of these raw, unfiltered rows, with more chunks before and behind the pixels; nothing is checked."""
    raw = [b"\0" + rows[at : at + len(rows) // height] for at in range(0, len(rows), max(1, len(rows) // height))]
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, 0)
    pixels = zlib.compress(b"".join(raw))
    chunks = [(b"IHDR", header), *before, (b"IDAT", pixels), *behind, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, chunks))


def tiff(tags: dict[int, tuple[int, int, int]], data: bytes = b"") -> bytes:
    """A little-endian TIFF: tag -> (type, count, value or offset); `data` follows the directory. Nothing is checked."""
    entries = b"".join(struct.pack("<HHII", tag, *entry) for tag, entry in sorted(tags.items()))
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + b"\0\0\0\0" + data


def _chunk(chunk: Chunk) -> bytes:
    kind, body = chunk
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
