"""Write a JPEG XL of 8 or 16 bits, in sRGB, Display P3 or Adobe RGB, with EXIF and XMP in its boxes."""

from __future__ import annotations

import numpy as np

from studio.core.image_io.output.iso_boxes import box, boxes_in, exif_item
from studio.core.image_io.output.jpeg_xl_colors import with_colors
from studio.core.image_io.output.output_values import Values

_SIGNATURE = b"\r\n\x87\n"
_EFFORT = 5  # of 9: 7, the library's own, takes three times as long for 4 % of the size


def encode_jpeg_xl(
    values: Values, quality: int, is_lossless: bool, exif: bytes, xmp: bytes, space: str = "srgb"
) -> bytes:
    """A JPEG XL of (H, W, 3 or 4) values of 8 or 16 bits. quality: 1 to 100. exif: an EXIF block or b"".

    space: one of NUMBERED_PROFILES, which the file says by its number. Of a lossless picture the values are in it; of
    others they are in sRGB whatever it is, for their colours are coded as light, and come out in it. imagecodecs takes
    values of 16 bits for linear light, which lossy ones are made here, and the header is changed.
    Source of the boxes: ISO/IEC 18181-2, 9.
    """
    import imagecodecs

    is_linear = values.dtype == np.uint16
    if is_linear and not is_lossless:
        values = _linear(values)
    options = {"lossless": True} if is_lossless else {"distance": _distance(quality)}
    encoded = bytes(imagecodecs.jpegxl_encode(values, effort=_EFFORT, usecontainer=True, numthreads=0, **options))
    if encoded.startswith(b"\xff\x0a"):
        encoded = box(b"JXL ", _SIGNATURE) + box(b"ftyp", b"jxl \0\0\0\0jxl ") + box(b"jxlc", encoded)
    content = list(boxes_in(encoded))
    if is_linear or space != "srgb":
        content = [(kind, with_colors(data, space) if kind == b"jxlc" else data) for kind, data in content]
        if b"jxlc" not in dict(content):
            raise ValueError("a JPEG XL in several parts")
    parts = [box(kind, data) for kind, data in content]
    if exif:
        parts.append(box(b"Exif", exif_item(exif)))
    if xmp:
        parts.append(box(b"xml ", xmp))
    return b"".join(parts)


def _linear(values: Values) -> Values:
    """Light of sRGB values of 16 bits, by IEC 61966-2-1; alpha stays."""
    codes = np.arange(65_536) / 65_535
    light = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
    table = np.rint(light * 65_535).astype(np.uint16)
    return np.concatenate((table[values[:, :, :3]], values[:, :, 3:]), axis=2)


def _distance(quality: int) -> float:
    """Butteraugli's distance for a quality as of JPEG, as libjxl's own programs count it; 1 is visually lossless."""
    if quality >= 30:
        return 0.1 + (100 - quality) * 0.09
    return 53 / 3000 * quality**2 - 23 / 20 * quality + 25
