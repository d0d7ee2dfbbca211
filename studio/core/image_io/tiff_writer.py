"""Write a TIFF with EXIF and GPS in it: through libtiff, Pillow 13 cannot write those two directories."""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.ExifTags import IFD
from PIL.TiffImagePlugin import ImageFileDirectory_v2
from PIL.TiffTags import BYTE, LONG, UNDEFINED

from studio.core.image_io.exif import utf8_text, with_standard_types

_ROWS_BYTES = 2**20  # of a strip, before compression
_ADOBE_DEFLATE, _DIFFERENCES, _INCH, _RGB, _UNASSOCIATED_ALPHA = 8, 2, 2, 2, 2
_SEPARATED, _CMYK = 5, 1


def encode_tiff(
    pixels: NDArray[Any], icc: bytes, exif: bytes, xmp: bytes, dpi: float | None, *, is_inks: bool = False
) -> bytes:
    """A little-endian TIFF of (H, W, 3 or 4) values of 8 or 16 bits, deflated without loss. exif: a block or b"".

    is_inks: the four are cyan, magenta, yellow and black; else the fourth is alpha.

    Raises struct.error (a decoder error) where the EXIF holds values that do not fit their tags.
    """
    height, width, channels = pixels.shape
    rows = max(1, _ROWS_BYTES // (width * channels * pixels.itemsize))
    strips = [_deflated(pixels[top : top + rows]) for top in range(0, height, rows)]
    starts = np.cumsum([0, *(len(strip) for strip in strips)])

    tags = ImageFileDirectory_v2(prefix=b"II")
    _add_exif(tags, exif)
    tags[256], tags[257] = width, height
    tags[258] = (8 * pixels.itemsize,) * channels
    tags[259] = _ADOBE_DEFLATE
    tags[262] = _SEPARATED if is_inks else _RGB
    tags.tagtype[273] = tags.tagtype[279] = LONG
    tags[273] = tuple(int(start) for start in starts[:-1])  # moved behind the tags when these are written
    tags[277], tags[278] = channels, rows
    tags[279] = tuple(len(strip) for strip in strips)
    tags[284] = 1  # red, green and blue of a pixel side by side
    tags[317] = _DIFFERENCES
    if is_inks:
        tags[332], tags[334] = _CMYK, channels
    elif channels == 4:
        tags[338] = _UNASSOCIATED_ALPHA
    if dpi is not None:
        tags[282] = tags[283] = dpi
        tags[296] = _INCH
    if xmp:
        tags.tagtype[700] = BYTE
        tags[700] = xmp
    tags.tagtype[34675] = UNDEFINED
    tags[34675] = icc
    file = BytesIO()
    tags.save(file)
    return b"".join((with_standard_types(file.getvalue()), *strips))


def _deflated(rows: NDArray[Any]) -> bytes:
    differences = rows.astype(rows.dtype.newbyteorder("<"))
    differences[:, 1:] -= rows[:, :-1]  # to the left neighbour, modulo 2^8 or 2^16: smaller by a third
    return zlib.compress(differences.tobytes(), 6)


def _add_exif(tags: ImageFileDirectory_v2, block: bytes) -> None:
    exif = Image.Exif()
    if block:
        exif.load(block)
    for tag, value in exif.items():
        if tag in (IFD.Exif, IFD.GPSInfo):
            tags.tagtype[tag] = LONG
            tags[tag] = {inner: utf8_text(inner, each) for inner, each in exif.get_ifd(tag).items()}
        else:
            tags[tag] = utf8_text(tag, value)
