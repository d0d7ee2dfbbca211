"""Write a PNG of 16 bits, with profile, EXIF, XMP and resolution: Pillow writes 16 bits of grey alone."""

from __future__ import annotations

import struct
import zlib

from studio.core.image_io.output.output_values import Values

_HEAD = 8 + 25  # bytes: signature and IHDR
_INCHES_PER_METRE = 1 / 0.0254


def encode_png(values: Values, icc: bytes, exif: bytes, xmp: bytes, dpi: float | None) -> bytes:
    """A PNG of (H, W, 3 or 4) values of 8 or 16 bits. exif: an EXIF block or b"". xmp: a packet or b"".

    Source of the chunks: PNG specification, third edition, 11.3.
    """
    import imagecodecs

    # A byte more for each row than there are pixels: what the encoder would reserve is too little for narrow pictures.
    most = values.nbytes + values.nbytes // 50 + 2 * values.shape[0] + 4096
    encoded = bytes(imagecodecs.png_encode(values, level=6, out=most))
    chunks = [_chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(icc))]
    if dpi is not None:
        per_metre = round(dpi * _INCHES_PER_METRE)
        chunks.append(_chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)))
    if exif:
        chunks.append(_chunk(b"eXIf", exif.removeprefix(b"Exif\0\0")))
    if xmp:
        chunks.append(_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp))
    return b"".join((encoded[:_HEAD], *chunks, encoded[_HEAD:]))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
