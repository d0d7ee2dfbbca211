"""Pictures as bytes of a file, without loss: the original's own where a picture came from one, else packed pixels."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from PIL import Image

from studio.core.errors import PictureError, StudioError
from studio.core.image_io.formats import FormatName, recognise
from studio.core.image_io.picture_reader import decode, read_header
from studio.core.picture import Picture
from studio.core.storage.regular_file import reason
from studio.core.storage.untrusted import read_bounded

LARGEST_FILE = 2**30  # bytes of one picture's file
_MOST_BESIDE_PIXELS = 2**24  # bytes of a photo's file that are not its pixels: credentials, previews, a film behind it

_WEBP_EDGE = 16_383  # px
_WEBP_PIXELS = 2**20  # beyond, its encoder keeps Python's lock for more than a frame of the window
_SUFFIX: dict[FormatName, str] = {
    "JPEG": ".jpg", "PNG": ".png", "WebP": ".webp", "TIFF": ".tiff", "AVIF": ".avif", "HEIC": ".heic", "BMP": ".bmp",
    "GIF": ".gif",
}  # fmt: skip
SUFFIXES = tuple(_SUFFIX.values())

# A photo's file is a tenth of its pixels. It is kept with them, because the file itself may be gone or another one by
# the next time that the project is written; None: it has none that decodes to it.
_originals: WeakKeyDictionary[Picture, bytes | None] = WeakKeyDictionary()
# Where pictures lie already: they need not be packed again, and their pixels need not stay in memory.
_kept: WeakKeyDictionary[Picture, PictureFile] = WeakKeyDictionary()
_lock = Lock()


def pack_pixels(picture: Picture) -> bytes:
    """WebP without loss, and PNG where a picture is large or has 16 bits; without name and metadata.

    WebP at its least effort writes a painting of 2 megapixels in 50 ms into 0.9 MB; PNG at level 1 needs 70 ms and
    1.3 MB, at level 6 170 ms and 1.2 MB; raw it has 6.2 MB. But for 24 megapixels WebP stops all other threads for
    0.2 s, and PNG at no time for more than 13 ms. The 16 bits of a painting take 8 MB, for most of them are noise.
    """
    pixels, alpha = picture.pixels, picture.alpha
    if picture.fine is not None:
        return _pack_deep(picture)
    if alpha is not None and int(alpha.min()) < 255:
        pixels = np.dstack((pixels, alpha))
    file = BytesIO()
    if packed_suffix(picture) == ".webp":
        Image.fromarray(pixels).save(file, "WEBP", lossless=True, quality=0, method=0, exact=True)
    else:
        Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()


def _pack_deep(picture: Picture) -> bytes:
    import imagecodecs

    values = picture.deep_rows(slice(None))
    if picture.alpha is not None and int(picture.alpha.min()) < 255:
        values = np.dstack((values, picture.alpha * np.uint16(257)))
    return bytes(imagecodecs.png_encode(values, level=1))


def pack_preview(picture: Picture) -> bytes:
    """A small picture that is only looked at, as WebP with loss."""
    file = BytesIO()
    Image.fromarray(picture.pixels).save(file, "WEBP", quality=80)
    return file.getvalue()


def unpack(data: bytes, picture_name: str, is_original: bool = True) -> Picture:
    """The picture in bytes of a file. Raises PictureError.

    is_original: as it came, to be opened as any photo is; else what `pack_pixels` made, to the pixel, also where it is
    transparent.
    """
    return decode(BytesIO(data), picture_name, smallest_edge=1, keep_hidden=not is_original)


def pixels_in(data: bytes, name: str) -> int:
    """How many pixels a picture file claims to have; nothing is decoded. Raises PictureError if it is none."""
    size = read_header(BytesIO(data), name).size
    return int(size[0] * size[1])


def suffix_of(data: bytes) -> str:
    """The ending for bytes of a picture's file. Raises KeyError if they are none."""
    return _SUFFIX[recognise(data[:64])]  # type: ignore[index]


def packed_suffix(picture: Picture) -> str:
    """The ending of what `pack_pixels` makes."""
    is_small = picture.long_edge <= _WEBP_EDGE and picture.width * picture.height <= _WEBP_PIXELS
    return ".webp" if is_small and picture.fine is None else ".png"


@dataclass(frozen=True)
class PictureFile:
    """A picture as a file. suffix: of its name. is_original: as `unpack`. read: its bytes, made or read when called."""

    suffix: str
    is_original: bool
    read: Callable[[], bytes]


def file_of(picture: Picture) -> PictureFile:
    """The file that a picture is kept as: the one it lies in already, the one it came from, or one to be made.

    Asked for the first time it may read and decode a file, as `original_of`.
    """
    with _lock:
        kept = _kept.get(picture)
    if kept is not None:
        return kept
    original = original_of(picture)
    if original is not None:
        return PictureFile(suffix_of(original), True, lambda: original)
    return PictureFile(packed_suffix(picture), False, lambda: pack_pixels(picture))


def keep_file(picture: Picture, file: PictureFile | None) -> None:
    """Remember the file that a picture lies in, for as long as there is the picture; None: it lies there no more."""
    with _lock:
        if file is None:
            _kept.pop(picture, None)
        else:
            _kept[picture] = file


def release(picture: Picture) -> bool:
    """Give the memory of a picture back, its original file's too, if it lies in a file; whether it did."""
    with _lock:
        kept = _kept.get(picture)
        if kept is None or not picture.is_in_memory:
            return False
        _originals.pop(picture, None)
    picture.release(partial(read_file, kept, picture.name))
    return True


def picture_at_rest(file: PictureFile, size: tuple[int, int], fingerprint: str, **fields: Any) -> Picture:
    """The picture in a file, which is not read now. fields: as of Picture; `name` among them."""
    picture = Picture.at_rest(size, fingerprint, partial(read_file, file, fields["name"]), **fields)
    keep_file(picture, file)
    return picture


def read_file(file: PictureFile, name: str) -> Picture:
    """The picture in a file. Raises PictureError, or what reading it raises as one."""
    try:
        return unpack(file.read(), name, file.is_original)
    except (OSError, ValueError) as error:
        raise PictureError(f"{name} cannot be read any more: {reason(error)}.") from error


def original_of(picture: Picture) -> bytes | None:
    """The file the picture came from, as bytes; None if there is none, or if it holds another picture by now.

    Asked for the first time it reads and decodes the file, which takes as long as opening it did.
    """
    with _lock:
        if picture in _originals:
            return _originals[picture]
        kept = _kept.get(picture)
    if kept is not None:
        return kept.read() if kept.is_original else None
    found = None
    if picture.source is not None:
        with suppress(OSError, ValueError, StudioError):
            data = read_bounded(picture.source, min(LARGEST_FILE, picture.nbytes + _MOST_BESIDE_PIXELS))
            is_as_large = pixels_in(data, picture.name) == picture.width * picture.height  # else it is another by now
            if is_as_large and unpack(data, picture.name).fingerprint == picture.fingerprint:
                found = data
    keep_original(picture, found)
    return found


def reachable_original(picture: Picture | None) -> bytes | None:
    """As `original_of`, for who can do without: None, too, where the file that it lies in can no longer be read."""
    if picture is not None:
        with suppress(OSError, ValueError, StudioError):
            return original_of(picture)
    return None


def keep_original(picture: Picture, data: bytes | None) -> None:
    """Remember the file that a picture came from, for as long as there is the picture."""
    with _lock:
        _originals[picture] = data
