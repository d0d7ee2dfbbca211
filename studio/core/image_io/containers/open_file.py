"""Open picture files so that what is whole is not called damaged, and what is damaged is known to be."""

from __future__ import annotations

import os
from typing import IO, cast

import numpy as np
from PIL import Image, ImageFile

from studio.core.errors import PictureError
from studio.core.image_io.containers.heif_boxes import HeifContent, read_heif
from studio.core.image_io.containers.jpeg_segments import JpegContent, read_jpeg
from studio.core.image_io.containers.png_chunks import PngContent, read_png
from studio.core.image_io.formats import FormatName, open_header
from studio.core.image_io.header_checks import DECODER_ERRORS

_CONTENT = "studio: content"  # in the `info` of an image, until it is loaded
_LEAST_SHARE = 0.05  # of a picture, to be worth opening
_WEBP_TAIL = 64  # bytes; no coder of pictures ends in as many zeros


def open_file(name: str, file: IO[bytes], format_name: FormatName) -> ImageFile.ImageFile:
    """As `open_header`, with what the file tells beside its pixels in `info`, under Pillow's names.

    New: "cicp" (primaries, transfer, matrix, is full range), "srgb", and "gamma" and "chromaticity" (of red, green,
    blue, white) of PNG. Raises what the plugin raises, and PictureError for a JPEG of too many scans.
    """
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    match format_name:
        case "PNG":
            png = read_png(file, length)
            image = open_header(cast("IO[bytes]", png.file), format_name)
            image.info.update(png.info)
            image.info[_CONTENT] = png
        case "JPEG":
            jpeg = read_jpeg(name, file, length)
            image = open_header(jpeg.file, format_name)
            image.info[_CONTENT] = jpeg
        case "AVIF" | "HEIC":
            heif = read_heif(file, length)
            file.seek(0)
            image = open_header(file, format_name)
            image.info[_CONTENT] = heif
            if heif.nclx is not None:
                image.info["cicp"] = heif.nclx
        case _:
            image = open_header(file, format_name)
            if format_name == "WebP":
                image.info[_CONTENT] = HeifContent(has_empty_tail=_webp_has_empty_tail(file, length))
    return image


def load_file(name: str, image: ImageFile.ImageFile) -> bool:
    """Decode an image of `open_file` as far as it goes; True where pixels are missing or wrong.

    Raises what the decoder raises, and PictureError where there is nothing of the picture.
    """
    content = image.info.pop(_CONTENT, None)
    is_damaged = isinstance(content, HeifContent) and content.has_empty_tail
    try:
        image.load()
    except DECODER_ERRORS as error:
        is_of_the_system = isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno is not None)
        if not isinstance(content, PngContent | JpegContent) or is_of_the_system or image._im is None:
            raise
        image.tile = []  # what was decoded up to here stays
        is_damaged = True
    if isinstance(content, PngContent):
        is_damaged = is_damaged or content.is_damaged or (_ends_black(image) and not content.is_complete())
    elif isinstance(content, JpegContent):
        is_damaged = is_damaged or content.is_damaged or content.lacks_pixels(image)
    if is_damaged and _is_empty(image):
        raise PictureError(
            f"{name} is cut off: the file ends before the picture does.",
            "Copy or download it again from where it came.",
        )
    return is_damaged


def _ends_black(image: Image.Image) -> bool:
    # As rows do that were never decoded, whose memory is zeros.
    last = np.asarray(image.crop((0, image.height - 1, image.width, image.height)))
    return not last.any()


def _is_empty(image: Image.Image) -> bool:
    """Whether there is next to nothing but what decoders put where they have nothing."""
    pixels = np.asarray(image)
    fill = 0 if image.format == "PNG" else 128
    shown = np.abs(pixels - np.array(fill, pixels.dtype)) > (image.format != "PNG")
    return bool(np.count_nonzero(shown) < _LEAST_SHARE * shown.size)


def _webp_has_empty_tail(file: IO[bytes], length: int) -> bool:
    """Whether the pixels of the first frame end in zeros, as those of a download do that was not finished."""
    at, is_empty = 12, False
    for _ in range(64):
        file.seek(at)
        kind, size = file.read(4), int.from_bytes(file.read(4), "little")
        if kind in (b"VP8 ", b"VP8L") and size >= 2 * _WEBP_TAIL:
            file.seek(min(at + 8 + size, length) - _WEBP_TAIL)
            is_empty = file.read(_WEBP_TAIL) == bytes(_WEBP_TAIL)
            break
        at += 8 + size + size % 2
        if len(kind) < 4 or at >= length:
            break
    file.seek(0)
    return is_empty
