"""Read a file that was just written and compare it, its values as they are: nothing is converted."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.core.errors import PictureError
from studio.core.image_io.formats import ExportFormat
from studio.core.image_io.header_checks import DECODER_ERRORS
from studio.core.image_io.output.content_credentials import check_signature
from studio.core.image_io.output.export_options import ExportOptions
from studio.core.image_io.output.openraster import read_openraster
from studio.core.image_io.output.output_values import LayerValues, Sheet, Values, image_of, pixel_values
from studio.core.image_io.output.signing_key import SigningKey
from studio.core.image_io.picture_reader import decode, read_header

_ELSEWHERE = "The old file is untouched. Try again or save elsewhere."
_LOSSY_TOLERANCE = 40  # levels, on the mean of a sixteenth of the picture; a broken file is off by far more
_SMALLEST_CELL = 64  # px: of fewer, a codec at its coarsest changes the mean by more
_FEW_PIXELS, _TINY_TOLERANCE = 1024, 100  # levels, on the mean of a whole picture of fewer: a few blocks of a codec
_COARSE_QUALITY = 30  # below it a codec may make anything of so few: then only their number is compared
_OPENED = ("png", "jpeg", "webp", "avif", "tiff")  # of 8 bits in sRGB the studio opens these itself


def verify(written: Path, name: str, sheet: Sheet, options: ExportOptions, key: SigningKey | None) -> None:
    """Raise PictureError unless the file decodes to what was to be written."""
    try:
        again = _read_back(written, name, sheet, options)
        if key is not None:
            check_signature(written.read_bytes(), options.format, key)
    except PictureError as error:
        raise PictureError(f"{name} could not be read back after writing: {error.message}", _ELSEWHERE) from error
    except DECODER_ERRORS as error:
        raise PictureError(f"{name} could not be read back after writing: {error}.", _ELSEWHERE) from error
    if again.shape[:2] != sheet.values.shape[:2]:
        raise PictureError(f"{name} came out as {again.shape[1]} x {again.shape[0]} px.", _ELSEWHERE)
    if not _is_same(again, sheet, options):
        raise PictureError(f"{name} came out with different pixels.", _ELSEWHERE)


def _read_back(written: Path, name: str, sheet: Sheet, options: ExportOptions) -> Values:
    if options.format in _OPENED and options.depth == 8 and sheet.is_srgb:
        with written.open("rb") as file:  # as it will be opened
            found = decode(file, name, smallest_edge=1, keep_hidden=True)
        if found.notes:
            raise PictureError(f"it is incomplete: {found.notes[0]}")
        return pixel_values(found.pixels, found.alpha)
    values, icc = _written_values(written, name, options.format, options.depth)
    if icc is not None and icc != sheet.icc:
        raise PictureError("it has another profile.")
    if sheet.layers:
        pairs = zip(_written_layers(written), sheet.layers, strict=True)
        if not all(a.name == b.name and np.array_equal(a.values, b.values) for a, b in pairs):
            raise PictureError("a layer is another one.")
    return values


def _written_values(path: Path, name: str, format_name: ExportFormat, depth: int) -> tuple[Values, bytes | None]:
    """The values (H, W, 3 or 4) in a file, and its ICC profile; None where the format has another way to tell.

    Raises PictureError or DECODER_ERRORS where it cannot be read. Of OpenRaster: the merged picture.
    """
    import imagecodecs
    import tifffile

    data = path.read_bytes()
    match format_name:
        case "jxl":
            return imagecodecs.jpegxl_decode(data), None
        case "ora":
            return read_openraster(data)[1], None
    image = read_header(BytesIO(data), name)
    icc = image.info.get("icc_profile")
    match format_name, depth:
        case "png", 16:
            return imagecodecs.png_decode(data), icc
        case "avif", 10:
            return imagecodecs.avif_decode(data), icc
        case "tiff", _:
            with tifffile.TiffFile(BytesIO(data)) as file:
                return file.asarray(), icc
    image.load()
    return np.asarray(image), icc


def _written_layers(path: Path) -> list[LayerValues]:
    """The layers of an OpenRaster file. Raises ValueError where it is none."""
    return read_openraster(path.read_bytes())[0]


def _is_same(again: Values, sheet: Sheet, options: ExportOptions) -> bool:
    if options.is_lossless:
        return np.array_equal(again, sheet.values)
    is_tiny = again.shape[0] * again.shape[1] < _FEW_PIXELS
    if is_tiny and options.quality < _COARSE_QUALITY:
        return True
    grids = (_grid(values, options, is_inks=sheet.is_inks) for values in (again, sheet.values))
    difference = np.abs(np.subtract(*grids)).max()
    return bool(difference <= (_TINY_TOLERANCE if is_tiny else _LOSSY_TOLERANCE))


def _grid(values: Values, options: ExportOptions, *, is_inks: bool) -> NDArray[np.int16]:
    """Means of a few cells, weighted by alpha: what is hidden under alpha 0, lossy codecs throw away."""
    if values.dtype != np.uint8:
        values = (values >> (options.depth - 8)).astype(np.uint8)
    weighted = image_of(np.ascontiguousarray(values), is_inks=is_inks)
    weighted = weighted if is_inks else weighted.convert("RGBA").convert("RGBa")
    height, width = values.shape[:2]
    cells = (min(4, width), min(4, height)) if width * height >= 16 * _SMALLEST_CELL else (1, 1)
    return np.asarray(weighted.resize(cells, Image.Resampling.BOX)).astype(np.int16)
