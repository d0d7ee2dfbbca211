"""Open picture files so that what is whole is not called damaged, and what is damaged is known to be."""

from __future__ import annotations

import os
from io import BytesIO
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from studio.core.errors import PictureError
from studio.core.image_io.color.deep_image import DeepValues
from studio.core.image_io.containers.heif_boxes import HeifContent, read_heif
from studio.core.image_io.containers.jpeg_segments import JpegContent, read_jpeg
from studio.core.image_io.containers.png_chunks import PngContent, read_png
from studio.core.image_io.containers.spliced_file import SplicedFile
from studio.core.image_io.formats import FormatName, open_header
from studio.core.image_io.header_checks import DECODER_ERRORS, end_of_boxes

_CONTENT = "studio: content"  # in the `info` of an image, until it is loaded
_MOST_DEEP_HEIC = 75_000_000  # px: libheif keeps what it decoded beside what it hands over, 18 bytes a pixel in all
_LEAST_SHARE = 0.05  # of a picture, to be worth opening


def open_file(name: str, file: IO[bytes], format_name: FormatName) -> ImageFile.ImageFile:
    """As `open_header`, with what the file tells beside its pixels in `info`, under Pillow's names.

    New: "cicp" (primaries, transfer, matrix, is full range), "srgb", and "gamma" and "chromaticity" (of red, green,
    blue, white) of PNG. Raises what the plugin raises, and PictureError for a JPEG of too many scans.
    """
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    match format_name:
        case "PNG":
            png = read_png(name, file, length)
            image = open_header(cast("IO[bytes]", png.file), format_name)
            image.info.update(png.info)
            image.info[_CONTENT] = png
        case "JPEG":
            jpeg = read_jpeg(name, file, length)
            image = open_header(jpeg.file, format_name)
            image.info[_CONTENT] = jpeg
            if image.mode == "CMYK" and "adobe" not in image.info:  # only Adobe's inks are inverted; Pillow takes any
                image.tile = [tile._replace(args=("CMYK", *tuple(tile.args or ())[1:])) for tile in image.tile]
        case "AVIF" | "HEIC":
            heif = read_heif(file, length)
            image = open_header(_up_to(file, end_of_boxes(file, length) or length, length), format_name)
            image.info[_CONTENT] = heif
            if heif.nclx is not None:
                image.info["cicp"] = heif.nclx
        case _:
            image = open_header(file, format_name)
    return image


def load_deep(file: IO[bytes], image: ImageFile.ImageFile) -> DeepValues | None:
    """All the bits of an AVIF or HEIC of `open_file` that has more than 8, and of which nothing is missing; else None.

    None, too, where it cannot be decoded so: then `load_file` tells what is wrong. The file's place is kept.
    """
    content = image.info.get(_CONTENT)
    if not isinstance(content, HeifContent) or content.has_empty_tail:
        return None
    try:
        if image.format == "AVIF" and content.av1_bits > 8:
            found = _deep_avif(file, content.av1_bits)
        elif image.format == "HEIF" and _is_deep_heic(image):
            found = _deep_heic(file, int(image.info["bit_depth"]))
        else:
            return None
    except DECODER_ERRORS:
        return None
    is_whole = found is not None and found.codes.shape[:2] == (image.height, image.width)
    return found if is_whole else None


def clean_aperture(image: ImageFile.ImageFile) -> tuple[int, int, int, int] | None:
    """What of an AVIF of `open_file` is to be seen, as it is stored: left, top, right, bottom; None for all of it.

    Pillow's plugin does not look; of a HEIC it is what the plugin hands over.
    """
    content = image.info.get(_CONTENT)
    return content.aperture if isinstance(content, HeifContent) and image.format == "AVIF" else None


def _is_deep_heic(image: ImageFile.ImageFile) -> bool:
    return int(image.info.get("bit_depth", 8)) > 8 and image.width * image.height <= _MOST_DEEP_HEIC


def _deep_avif(file: IO[bytes], bits: int) -> DeepValues | None:
    import imagecodecs

    length = file.seek(0, os.SEEK_END)
    end = end_of_boxes(file, length) or length
    file.seek(0)
    return _as_deep(imagecodecs.avif_decode(file.read(end), index=0), bits)


def _deep_heic(file: IO[bytes], bits: int) -> DeepValues | None:
    import pi_heif

    length = file.seek(0, os.SEEK_END)
    heif = pi_heif.open_heif(_up_to(file, end_of_boxes(file, length) or length, length), convert_hdr_to_8bit=False)
    main = heif[heif.primary_index]
    if not main.mode.endswith(";16") or main.premultiplied_alpha:
        return None
    return _as_deep(np.asarray(main), bits, 16 - bits, main)  # the array does not keep it


def _as_deep(codes: NDArray[Any], bits: int, shift: int = 0, owner: object = None) -> DeepValues | None:
    if codes.dtype != np.uint16 or codes.ndim not in (2, 3):
        return None
    codes = codes if codes.ndim == 3 else codes[:, :, None]
    return DeepValues(codes, (1 << bits) - 1, shift, owner) if codes.shape[2] <= 4 else None


def reduce_jpeg(image: ImageFile.ImageFile, edge: int) -> None:
    """Have a JPEG of `open_file` decoded at a fraction of its size, no edge of it below `edge` px where it has that."""
    width, height = image.size
    factor = max(edge / width, edge / height)
    if factor < 1:
        image.draft(None, (max(1, int(width * factor)), max(1, int(height * factor))))
        content = image.info.get(_CONTENT)
        if isinstance(content, JpegContent):
            content.lacks_pixels = lambda _: False  # which only those of the full size tell


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
        if isinstance(content, JpegContent) and content.sound and not np.asarray(image).any():
            _load_sound(image, content.sound)
    if isinstance(content, PngContent):
        is_damaged = is_damaged or content.is_damaged or (_ends_black(image) and not content.is_complete())
    elif isinstance(content, JpegContent):
        is_damaged = is_damaged or content.is_damaged or content.lacks_pixels(image)
    if is_damaged:
        check_not_empty(name, image)
    return is_damaged


def _load_sound(image: ImageFile.ImageFile, data: bytes) -> None:
    """Show what came before the damage: of a progressive JPEG, its decoder shows nothing until all is read."""
    sound = open_header(BytesIO(data), "JPEG")
    try:
        sound.load()
    except DECODER_ERRORS:
        return
    if sound.size == image.size and sound.mode == image.mode:
        image.im = sound.im


def check_not_empty(name: str, image: Image.Image) -> None:
    """Raise PictureError where there is nothing of a damaged picture."""
    if _is_empty(image):
        raise PictureError(
            f"{name} is cut off: the file ends before the picture does.",
            "Copy or download it again from where it came.",
        )


def _up_to(file: IO[bytes], end: int, length: int) -> IO[bytes]:
    """The file without what lies behind `end`: these decoders read all of it at once."""
    file.seek(0)
    return file if end >= length else cast("IO[bytes]", SplicedFile(file, [(0, end)]))


def _ends_black(image: Image.Image) -> bool:
    # As rows do that were never decoded, whose memory is zeros.
    last = np.asarray(image.crop((0, image.height - 1, image.width, image.height)))
    return not last.any()


def _is_empty(image: Image.Image) -> bool:
    """Whether there is next to nothing but what decoders put where they have nothing."""
    pixels = np.asarray(image)
    if not pixels.any():
        return True
    fill = 0 if image.format == "PNG" else 128
    shown = np.abs(pixels - np.array(fill, pixels.dtype)) > (image.format != "PNG")
    return bool(np.count_nonzero(shown) < _LEAST_SHARE * shown.size)
