"""Read a TIFF: the page that is the picture, in any sample type and colour model, to upright 8-bit sRGB."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from studio.core.errors import PictureError
from studio.core.image_io.color.color_tags import exif_colors
from studio.core.image_io.color.deep_colors import rgb_profile
from studio.core.image_io.color.deep_image import as_stored
from studio.core.image_io.deep_pixels import Extent, likely_white, stated_white
from studio.core.image_io.exif import orientation_of
from studio.core.image_io.formats import RAW_FILE
from studio.core.image_io.header_checks import DECODER_ERRORS
from studio.core.image_io.tiff.colors import Convert, colors_of, icc_of
from studio.core.image_io.tiff.directory import DNG_VERSION, PHOTOMETRIC, Directory, best_page, read_directories
from studio.core.image_io.tiff.segments import Segments
from studio.core.picture import Fine, Pixels

_ORIENTATION, _EXIF, _MAKE, _MODEL, _XMP = 274, 0x8769, 271, 272, 700
_MOST_XMP = 2**20  # bytes
_MAX_SAMPLE, _S_MAX_SAMPLE = 281, 341
_RAW_COMPRESSIONS = (34713, 32767, 32770)  # Nikon, Sony, Samsung
_OF_SENSORS = (32803, 34892)  # colour filter array, linear raw
_MOST_EXIF_VALUES = 65_536
_OF_PIXELS = frozenset(
    (256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 320, 322, 323, 324, 325, 330, 339, 347, 34675)
)


@dataclass(frozen=True)
class TiffPicture:
    """What a TIFF holds. pixels, alpha, fine: as in Picture. exif: the tags of the page. notes: for the user to read.

    icc: its profile if that is one of RGB, else b"". lacks_pixels: whether some are known to be missing or wrong.
    """

    pixels: Pixels
    alpha: Pixels | None
    exif: Image.Exif
    dpi: float | None
    notes: tuple[str, ...]
    icc: bytes = b""
    fine: Fine | None = None
    lacks_pixels: bool = False


def read_tiff(file: IO[bytes], name: str, check: Callable[[str, int, int], None]) -> TiffPicture:
    """The picture in a TIFF: the largest full page, upright, sRGB.

    White is what the sample type, MaxSampleValue or SMaxSampleValue says, see `deep_pixels`; alpha of both kinds.
    check: called with name, width and height before anything is decoded. Memory: 3 or 4 bytes per pixel and one strip,
    row of tiles, or 250,000 px. Raises PictureError, naming the kind where a whole file is of one that is not read;
    DECODER_ERRORS where a segment is damaged.
    """
    pages = read_directories(file)
    _refuse_raw_files(name, file, pages)
    chosen = best_page(pages)
    if chosen is None:
        raise PictureError(f"{name} is damaged or cut off.", "Copy or download it again from where it came.")
    page, full = chosen
    check(name, *page.size)
    length = file.seek(0, os.SEEK_END)
    segments = Segments(file, page, name, length)
    exif = _exif(file, page, pages[0])
    with np.errstate(all="ignore"):  # floats may hold anything
        white, extent = _white(segments, page)
        convert = colors_of(page, segments, name, white, extent, exif_colors(exif))
        pixels, alpha, fine = _pixels(segments, convert, _orientation(page))
    dpi, notes = _dots_per_inch(page), _notes(page, full)
    return TiffPicture(pixels, alpha, exif, dpi, notes, rgb_profile([icc_of(page)]), fine, segments.lacks_pixels)


def _white(segments: Segments, page: Directory) -> tuple[float, Extent]:
    """What counts as white; and how far the values reach, looked for where it matters."""
    stated = page.numbers(_S_MAX_SAMPLE, 64) or page.numbers(_MAX_SAMPLE, 64)
    white = stated_white(segments.dtype, segments.bits, max(stated) if stated else None)
    extent = Extent()
    photometric = page.number(PHOTOMETRIC, 1)
    if photometric in (3, 8, 9):  # numbers of palette entries; Lab: fixed scales
        return white or float(2**segments.bits - 1), extent
    if white is not None and segments.dtype.kind != "f":
        return white, extent
    colors = {2: 3, 5: 4, 6: 3}.get(photometric, 1)
    enough = 2.0**segments.bits / 16 if segments.dtype.kind == "u" else 2.0**segments.bits / 32
    for _, values in segments.parts():
        extent = extent.joined(values[:, :, :colors])
        if segments.dtype.kind != "f" and extent.largest > enough:
            break  # it uses its range
    return white or likely_white(segments.dtype, segments.bits, extent), extent


def _orientation(page: Directory) -> int:
    """1 to 8: of the page's own tag; where it has none, or one outside of these, of its XMP."""
    told = page.number(_ORIENTATION, 0)
    if 1 <= told <= 8:
        return told
    has_xmp = _XMP in page and page.entries[_XMP].count <= _MOST_XMP
    return orientation_of(Image.Exif(), page.raw(_XMP) if has_xmp else None)


def _pixels(segments: Segments, convert: Convert, orientation: int) -> tuple[Pixels, Pixels | None, Fine | None]:
    is_on_its_side = orientation >= 5
    size = (segments.width, segments.height) if is_on_its_side else (segments.height, segments.width)
    pixels = np.empty((*size, 3), np.uint8)
    stored = as_stored(pixels, orientation)
    alpha = stored_alpha = fine = stored_fine = None
    for rows, values in segments.parts():
        stored[rows], opacity, rest = convert(values)
        if rest is not None:
            if fine is None or stored_fine is None:
                fine = np.empty((*size, 3), np.int8)
                stored_fine = as_stored(fine, orientation)
            stored_fine[rows] = rest
        if opacity is not None:
            if alpha is None or stored_alpha is None:
                alpha = np.empty(size, np.uint8)
                stored_alpha = as_stored(alpha, orientation)
            stored_alpha[rows] = opacity
    fine = fine if fine is not None and fine.any() else None  # 8 bits in a file of 16
    return pixels, None if alpha is None or alpha.min() == 255 else alpha, fine


def _refuse_raw_files(name: str, file: IO[bytes], pages: list[Directory]) -> None:
    kind = ""
    file.seek(8)
    if file.read(2) == b"CR":
        kind = f"{RAW_FILE} (Canon CR2)"
    elif any(DNG_VERSION in page for page in pages):
        kind = f"{RAW_FILE} (DNG)"
    elif any(page.number(PHOTOMETRIC, 0) in _OF_SENSORS or page.number(259, 1) in _RAW_COMPRESSIONS for page in pages):
        kind = RAW_FILE
    if kind:
        raise raw_file(name, kind)


def raw_file(name: str, kind: str) -> PictureError:
    """The error for what a sensor recorded and no program has developed yet. kind: "a raw file of ..."."""
    return PictureError(
        f"{name} is {kind}, which is not a picture yet.", "Develop it in a raw converter and open the TIFF or JPEG."
    )


def _notes(page: Directory, full: list[Directory]) -> tuple[str, ...]:
    if len(full) < 2:
        return ()
    number = next((index for index, each in enumerate(full, 1) if each is page), 1)
    sizes = {each.size for each in full}
    which = "the largest" if len(sizes) > 1 else "the first"
    return (f"This file has {len(full)} pages; page {number}, {which}, was opened.",)


def _dots_per_inch(page: Directory) -> float | None:
    values = page.numbers(282, 4)
    unit = page.number(296, 2)
    if not values or unit not in (2, 3):
        return None
    return values[0] * (2.54 if unit == 3 else 1)


def _exif(file: IO[bytes], page: Directory, first: Directory) -> Image.Exif:
    """The tags of the page, or of the first page where only that one tells of the camera."""
    told = page if any(tag in page for tag in (_EXIF, _MAKE, _MODEL)) else first
    exif = Image.Exif()
    if told.is_big and told.order == ">":
        return exif  # Pillow 13 takes those for small ones
    file.seek(0)
    head = file.read(16 if told.is_big else 8)
    try:
        tags = ImageFileDirectory_v2(head)
        if told.is_modest:
            file.seek(told.offset)
            tags.load(file)
        exif.fp, exif.head = file, head  # for EXIF and GPS, which are read when asked for
        for tag in tags:
            if told.entries[tag].count <= _MOST_EXIF_VALUES and tag not in _OF_PIXELS:
                exif[tag] = tags[tag]
    except DECODER_ERRORS:
        return Image.Exif()
    return exif
