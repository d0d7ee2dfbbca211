"""Open picture files and picture data: any supported format in, an upright sRGB Picture or a PictureError out."""

from __future__ import annotations

import os
import warnings
from io import BytesIO
from pathlib import Path
from typing import IO

from PIL import Image, ImageFile

from studio.core.errors import PictureError
from studio.core.image_io.color.color_tags import told_colors
from studio.core.image_io.color.deep_colors import rgb_profile
from studio.core.image_io.color.deep_image import DEEP_VALUES, DeepValues, deep_pixels
from studio.core.image_io.color.transparency import continue_visible
from studio.core.image_io.color.upright_pixels import finer_pixels, upright_pixels
from studio.core.image_io.containers.open_file import (
    check_not_empty,
    clean_aperture,
    load_deep,
    load_file,
    open_file,
    reduce_jpeg,
)
from studio.core.image_io.containers.webp_chunks import load_webp, read_webp
from studio.core.image_io.deep_jpeg import LACKS_PIXELS, read_deep_jpeg, read_frame
from studio.core.image_io.deep_png import deep_mode, round_values, scale_clear_grey
from studio.core.image_io.exif import carried, dots_per_inch, orientation_of, read_exif
from studio.core.image_io.formats import RAW_FILE, SHORTCUT, FormatName, describe_stranger, recognise
from studio.core.image_io.gif_canvas import frame_box, with_free_canvas
from studio.core.image_io.header_checks import DECODER_ERRORS, check_before_parsing, check_claims
from studio.core.image_io.odd_bmp import read_bmp_header, read_odd_bmp
from studio.core.image_io.opening.places import reachable
from studio.core.image_io.opening.wanted import Wanted
from studio.core.image_io.tiff.tiff_reader import raw_file, read_tiff
from studio.core.picture import SMALLEST_EDGE, Fine, Metadata, Picture, Pixels
from studio.core.storage.regular_file import open_regular, reason, shown_name

_MOST_INSIDE = 2**28  # bytes of a picture within a BMP
PART_IS_MISSING = "Part of this file is missing or damaged."
_OTHERWISE = "Save it as a JPEG or PNG in another program."
_NOTES = "studio: notes"  # in the `info` of a loaded image


def open_picture(path: Path) -> Picture:
    """The picture in a file: upright, sRGB, 8 bits, with alpha where it has some; the first frame or page.

    What is hidden under alpha 0 is continued from what is visible (`continue_visible`). A file that lacks some of its
    pixels is opened with `PART_IS_MISSING` among its `notes`.

    The format is told by the content, whatever the suffix. Raises PictureError if the file is missing, unreadable,
    no picture, damaged, or outside `SMALLEST_EDGE` ... `LARGEST_PIXELS`; sizes and lies are seen before any decoding.
    """
    return open_wanted(path, Wanted())


def open_wanted(path: Path, wanted: Wanted) -> Picture:
    """As `open_picture`, in another way."""
    path = reachable(path)
    with open_regular(path) as file:
        return decode_wanted(file, shown_name(path), path, wanted)


def decode_picture(data: bytes, name: str, source: Path | None = None) -> Picture:
    """The picture in bytes from the clipboard, a pipe or a browser. name: what messages call it. As `open_picture`."""
    return decode(BytesIO(data), name, source)


def read_header(file: IO[bytes], name: str) -> ImageFile.ImageFile:
    """The parsed header of a picture file, not decoded yet. Raises PictureError; what is not one is named if known."""
    hush_pillow()
    format_name = _format_of(file, name)
    try:
        check_before_parsing(name, file, format_name)
        return open_file(name, file, format_name)
    except DECODER_ERRORS as error:
        raise _damaged(name, error) from error


def decode(
    file: IO[bytes],
    name: str,
    source: Path | None = None,
    smallest_edge: int = SMALLEST_EDGE,
    *,
    keep_hidden: bool = False,
) -> Picture:
    """As `decode_picture`, from a file open for reading. smallest_edge, keep_hidden: as of `Wanted`."""
    return decode_wanted(file, name, source, Wanted(smallest_edge, keep_hidden))


def decode_wanted(file: IO[bytes], name: str, source: Path | None, wanted: Wanted) -> Picture:
    """As `decode`, in another way."""
    hush_pillow()
    format_name = _format_of(file, name)
    try:
        if format_name == "TIFF":
            return _decode_tiff(file, name, source, wanted)
        image = _odd_kind(file, name, format_name, wanted) or _by_pillow(file, name, wanted)
        exif = read_exif(image)
        dpi = _plausible_dpi(image, dots_per_inch(exif))
        xmp = None if image.format == "AVIF" else image.info.get("xmp")  # its boxes say it: MIAF, 7.3.6.3
        is_turned = image.format == "HEIF"  # this plugin does it by itself
        orientation, told = 1 if is_turned else orientation_of(exif, xmp), told_colors(image, exif)
        deep = image.info.get(DEEP_VALUES)
        if isinstance(deep, DeepValues):
            pixels, alpha, fine = deep_pixels(deep, orientation, told)
        else:
            pixels, alpha = upright_pixels(image, orientation, told)
            fine = finer_pixels(image, orientation, told, pixels)
        notes = image.info.get(_NOTES, ())
        del image, deep
        if not wanted.keep_hidden:
            _replace_hidden(pixels, alpha, fine)
        return Picture(pixels, name, alpha, source, Metadata(carried(exif), dpi, rgb_profile(told)), notes, fine)
    except DECODER_ERRORS as error:
        raise _damaged(name, error) from error


def _format_of(file: IO[bytes], name: str) -> FormatName:
    """The format of a file by its content; the file is rewound. Raises PictureError; what is not one is named."""
    try:
        head = file.read(64)
        file.seek(0)
    except OSError as error:
        raise _damaged(name, error) from error
    if not head:
        raise PictureError(f"{name} is empty: it has 0 bytes.", "Copy or download it again from where it came.")
    format_name = recognise(head)
    if format_name is None:
        raise _stranger(name, head)
    return format_name


def _decode_tiff(file: IO[bytes], name: str, source: Path | None, wanted: Wanted) -> Picture:
    check_before_parsing(name, file, "TIFF")
    found = read_tiff(file, name, wanted.check)
    if not wanted.keep_hidden:
        _replace_hidden(found.pixels, found.alpha, found.fine)
    metadata = Metadata(carried(found.exif), _plausible(found.dpi), found.icc)
    notes = (*found.notes, PART_IS_MISSING) if found.lacks_pixels else found.notes
    return Picture(found.pixels, name, found.alpha, source, metadata, notes, found.fine)


def _replace_hidden(pixels: Pixels, alpha: Pixels | None, fine: Fine | None) -> None:
    """Continue what is visible into what is hidden under alpha 0."""
    if alpha is not None:
        continue_visible(pixels, alpha)
        if fine is not None:
            fine[alpha == 0] = 0


def _odd_kind(file: IO[bytes], name: str, format_name: FormatName, wanted: Wanted) -> Image.Image | None:
    """The loaded image of a file of a kind that Pillow does not read, or None where it is for Pillow."""
    frame = read_frame(file) if format_name == "JPEG" else None
    if frame is not None and not frame.is_for_pillow:
        wanted.check(name, frame.width, frame.height)
        check_before_parsing(name, file, "JPEG")
        image = read_deep_jpeg(file, frame, name)
        if image.info.pop(LACKS_PIXELS):
            image.info[_NOTES] = (PART_IS_MISSING,)
        return image
    if format_name == "WebP":
        return _webp(file, name, wanted)
    header = read_bmp_header(file) if format_name == "BMP" else None
    if header is None or header.is_for_pillow:
        return None
    if header.holds_a_file:
        file.seek(header.start)
        inside = file.read(_MOST_INSIDE)
        if recognise(inside[:64]) in ("JPEG", "PNG"):
            return _by_pillow(BytesIO(inside), name, wanted)
    wanted.check(name, header.width, header.height)
    return read_odd_bmp(file, header, name)


def _webp(file: IO[bytes], name: str, wanted: Wanted) -> Image.Image:
    check_before_parsing(name, file, "WebP")
    content = read_webp(file, file.seek(0, os.SEEK_END))
    wanted.check(name, content.width, content.height)
    image = load_webp(file, content)
    if content.has_empty_tail:
        check_not_empty(name, image)
        image.info[_NOTES] = (PART_IS_MISSING,)
    return image


def _by_pillow(file: IO[bytes], name: str, wanted: Wanted) -> Image.Image:
    """The loaded image of a file, with all its values, also those that Pillow leaves out."""
    image = read_header(file, name)
    wanted.check(name, image.width, image.height)
    check_claims(name, image, file.seek(0, os.SEEK_END))
    aperture = clean_aperture(image)
    if aperture is not None:
        wanted.check(name, aperture[2] - aperture[0], aperture[3] - aperture[1])
    if wanted.at_least is None and (deep := load_deep(file, image)) is not None:
        image.info[DEEP_VALUES] = deep if aperture is None else deep.cropped(aperture)
        return image
    raw_mode, box = deep_mode(image), frame_box(image)
    scale_clear_grey(image)
    if wanted.at_least is not None and image.format == "JPEG":
        reduce_jpeg(image, max(wanted.at_least))  # it may be on its side
    is_damaged = load_file(name, image)
    if is_damaged:
        image.info[_NOTES] = (PART_IS_MISSING,)
    elif raw_mode:
        file.seek(0)
        round_values(image, raw_mode, lambda: read_header(file, name))
    if aperture is not None:
        seen = image.crop(aperture)
        seen.format = image.format
        return seen
    return with_free_canvas(image, box) if box else image


def hush_pillow() -> None:
    """Let Pillow's remarks on odd metadata pass: what matters in them is checked here and said as a PictureError.

    One narrow filter, added again each time because others may have reset the list; adding it twice changes nothing.
    `warnings.catch_warnings` would be tidier, but two threads inside it restore each other's filters.
    """
    warnings.filterwarnings("ignore", module=r"PIL\.|pi_heif")


def _plausible_dpi(image: Image.Image, exif: float | None) -> float | None:
    header = image.info.get("dpi")
    if image.format == "JPEG" and not image.info.get("jfif_unit"):
        header = None  # Pillow's guess
    told = header[0] if isinstance(header, tuple) and header else None
    return _plausible(told) or _plausible(exif)


def _plausible(found: object) -> float | None:
    try:
        dpi = round(float(found), 1)  # type: ignore[arg-type]  # PNG counts per metre: 300 comes back as 299.9994
    except (TypeError, ValueError, ArithmeticError):
        return None
    return dpi if 1 < dpi <= 100_000 else None  # 1 is how a TIFF says that it does not know


def _stranger(name: str, head: bytes) -> PictureError:
    seems = describe_stranger(head)
    if seems == SHORTCUT:
        return PictureError(f"{name} is a shortcut and not the picture itself.", "Choose what it points to.")
    if seems.startswith(RAW_FILE):
        return raw_file(name, seems)
    what = f"{seems}, not a picture the studio opens" if seems else "not a picture the studio knows"
    return PictureError(f"{name} is {what}.", "It opens JPEG, PNG, WebP, TIFF, AVIF, HEIC, BMP and GIF.")


def _damaged(name: str, error: Exception) -> PictureError:
    if isinstance(error, OSError) and error.errno is not None:  # the disk's fault and not the picture's
        return PictureError(f"{name} cannot be read: {reason(error)}.", "Check the disk or the connection, try again.")
    if isinstance(error, MemoryError):
        return PictureError(f"{name} needs more memory than there is.", "Close other programs or make it smaller.")
    if "security limit" in str(error).lower():  # of libheif: more than 1,000 tiles, for one
        return PictureError(f"{name} has more parts than its decoder takes.", _OTHERWISE)
    return PictureError(f"{name} is damaged or cut off.", "Copy or download it again from where it came.")
