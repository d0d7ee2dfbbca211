"""Find out whether a segment of a TIFF has all its pixels, where its decoder does not tell: JPEG and fax.

Their decoders make something of anything. What is left as zeros (of a download that was not finished, or of a copy with
a hole) can be told, and in a JPEG also that its pixels and its bytes do not end together.
"""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from studio.core.image_io.containers.jpeg_segments import MOST_CHECKED, is_grey, read_jpeg
from studio.core.image_io.deep_pixels import Values
from studio.core.image_io.header_checks import DECODER_ERRORS

_ZERO_RUN = bytes(256)  # a fax machine that waits for its paper sends a tenth of it
_END_OF_LINE = ("0" * 11 + "1", "0" * 11 + "11")  # bits
_MOST_TAIL = 16  # bytes in which the end mark of a fax is looked for


def jpeg_lacks_pixels(data: bytes, tables: bytes, decoded: Values, pixels: int, name: str) -> bool:
    """Whether this JPEG does. tables: the JPEGTables of the page. decoded: its values. pixels: of the whole picture.

    Where its last pixels are no grey ones, they are decoded again only in a picture that is not too large for it.
    Raises PictureError for a JPEG of too many scans.
    """
    whole = data[:2] + tables[2:-2] + data[2:]
    content = read_jpeg(name, BytesIO(whole), len(whole))
    if content.is_damaged:
        return True
    if pixels > MOST_CHECKED and not is_grey(np.asarray(decoded)[..., -4:, -4:, :]):
        return False
    try:
        with Image.open(content.file, formats=["JPEG"]) as image:
            image.load()
            return content.lacks_pixels(image)
    except DECODER_ERRORS:
        return False  # of more bits than Pillow reads: nobody can tell


def fax_lacks_pixels(data: bytes) -> bool:
    """Whether there are more zeros in it, or behind it without an end mark, than a coder writes (T.4, T.6)."""
    body = data.rstrip(b"\0")
    if _ZERO_RUN in body:
        return True
    return len(data) - len(body) >= len(_ZERO_RUN) and not _is_ended(body)


def _is_ended(fax: bytes) -> bool:
    """Whether it ends in an end of line, with or without the bit behind it, in either order of the bits."""
    tail = np.frombuffer(fax[-_MOST_TAIL:], np.uint8)
    bits = (np.unpackbits(tail), np.unpackbits(tail, bitorder="little"))
    texts = ("".join(map(str, each)) for each in bits)
    return any(text.rstrip("0").endswith(_END_OF_LINE) for text in texts)
