"""JPEGs that Pillow does not read: 12 bits, and lossless of 2 to 16; what nobody here reads is named."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import blake2b
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.core.errors import PictureError
from studio.core.image_io.color.deep_image import DEEP_VALUES, DeepValues
from studio.core.image_io.containers.jpeg_segments import JpegContent, needs_more, read_jpeg
from studio.core.image_io.deep_pixels import to_eight_bits

_START_OF_SCAN, _LOSSLESS, _JPEG_LS = 0xDA, 0xC3, 0xF7
_HUFFMAN_TABLES, _RESERVED, _ARITHMETIC_TABLES = 0xC4, 0xC8, 0xCC
_HIERARCHICAL = frozenset((0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF))
_MOST_FILE = 2**30  # bytes; 200 megapixels of 16 bits, which are hardly compressed
_MOST_HEADER = 64 * 2**20  # bytes before the pixels: EXIF, profiles, previews
_MOST_SEGMENTS, _MOST_FILLING = 4096, 65_536  # beyond them `check_before_parsing` refuses the file
LACKS_PIXELS = "studio: lacks pixels"
_PROFILE, _EXIF, _XMP = b"ICC_PROFILE\0", b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"


@dataclass(frozen=True)
class Frame:
    """The frame header of a JPEG. marker: its kind. bits: per sample. info: profile, EXIF, XMP, as in Pillow."""

    marker: int
    bits: int
    width: int
    height: int
    samples: int
    info: dict[str, bytes]

    @property
    def is_for_pillow(self) -> bool:
        """Whether Pillow reads it, or is the one to say that it is damaged."""
        return self.bits == 8 and self.marker not in (_LOSSLESS, _JPEG_LS, *_HIERARCHICAL)


def read_frame(file: IO[bytes]) -> Frame | None:
    """The frame header of a JPEG file, or None where there is none before the pixels; the file is rewound."""
    file.seek(0)
    file.read(2)
    profile: list[bytes] = []
    info: dict[str, bytes] = {}
    found = None
    filling = 0
    for _ in range(_MOST_SEGMENTS):
        if found is not None or file.tell() > _MOST_HEADER:
            break
        mark = file.read(1)
        if mark != b"\xff":
            break
        kind = file.read(1)
        while kind == b"\xff" and filling < _MOST_FILLING:
            kind, filling = file.read(1), filling + 1
        if kind == b"\xff":
            break
        length = int.from_bytes(file.read(2)) - 2
        if not kind or length < 0 or kind[0] == _START_OF_SCAN:
            break
        marker = kind[0]
        if marker == _JPEG_LS or (
            0xC0 <= marker <= 0xCF and marker not in (_HUFFMAN_TABLES, _RESERVED, _ARITHMETIC_TABLES)
        ):
            body = file.read(min(length, 6))
            if len(body) < 6:
                break
            found = Frame(marker, body[0], int.from_bytes(body[3:5]), int.from_bytes(body[1:3]), body[5], info)
        elif 0xE1 <= marker <= 0xE2:
            body = file.read(length)
            if body.startswith(_PROFILE):
                profile.append(body[len(_PROFILE) :])
            for key, mark in (("exif", _EXIF), ("xmp", _XMP)):
                if body.startswith(mark):
                    info.setdefault(key, body if key == "exif" else body[len(mark) :])
        else:
            file.seek(length, os.SEEK_CUR)
    if profile:
        info["icc_profile"] = b"".join(part[2:] for part in sorted(profile))
    file.seek(0)
    return found


def read_deep_jpeg(file: IO[bytes], frame: Frame, name: str) -> Image.Image:
    """The picture of a JPEG that is not for Pillow, with `info` as if Pillow had read it.

    One of more than 8 bits is in `info` as `DEEP_VALUES`, and the image itself has a single pixel. `LACKS_PIXELS` in
    `info` says whether it does.

    Raises PictureError naming a kind that cannot be read; RuntimeError, a decoder error, where it is damaged.
    """
    kind = ""
    if frame.marker == _JPEG_LS:
        kind = "JPEG-LS"
    elif frame.marker in _HIERARCHICAL:
        kind = "hierarchical JPEG"
    elif frame.samples not in (1, 3) or (frame.bits != 12 and frame.marker != _LOSSLESS):
        kind = f"{frame.bits}-bit JPEG of {frame.samples} channels"
    if kind:
        raise PictureError(
            f"{name} is a {kind}, which cannot be opened.", "Save it as an ordinary JPEG or a PNG in another program."
        )
    import imagecodecs

    content = read_jpeg(name, file, file.seek(0, os.SEEK_END))
    content.file.seek(0)
    values = imagecodecs.jpeg8_decode(content.file.read(_MOST_FILE))
    if values.shape[:2] != (frame.height, frame.width):
        raise RuntimeError("the frame is another one")
    if values.dtype == np.uint16:
        image = Image.new("RGB", (1, 1))
        image.info[DEEP_VALUES] = DeepValues(np.atleast_3d(values), 2**frame.bits - 1)
    else:
        image = Image.fromarray(to_eight_bits(values, float(2**frame.bits - 1)))
    image.info.update(frame.info)
    image.info[LACKS_PIXELS] = _lacks_pixels(content, values, frame)
    image.format = "JPEG"
    return image


def _lacks_pixels(content: JpegContent, values: NDArray[Any], frame: Frame) -> bool:
    """Whether the decoder, which only warns, has put grey where there was nothing; as `containers/jpeg_segments.py`."""
    import imagecodecs

    def decoded(data: bytes) -> bytes | None:
        try:
            return blake2b(imagecodecs.jpeg8_decode(data).data).digest()  # itself, it might be 600 MB
        except RuntimeError:
            return None

    grey, level = 1 << frame.bits - 1, 1 << max(0, frame.bits - 8)
    is_grey = (np.abs(values[-4:, -4:].astype(int) - grey) <= level).all()
    return content.is_damaged or (bool(is_grey) and needs_more(content.body(), decoded))
