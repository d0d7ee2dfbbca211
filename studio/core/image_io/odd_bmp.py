"""BMPs that Pillow does not read: masks of any widths, 2 bits, short OS/2 headers, and a JPEG or PNG inside."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.core.errors import PictureError
from studio.core.image_io.deep_pixels import to_eight_bits
from studio.core.picture import Pixels

_FILE_HEADER, _OS2_1, _SHORTEST, _WINDOWS, _OS2_2 = 14, 12, 16, 40, 64
_RGB, _MASKS, _JPEG, _PNG, _MASKS_WITH_ALPHA = 0, 3, 4, 5, 6
_BLOCK = 1_000_000  # px
_FOR_PILLOW = frozenset(  # bits, and the masks of red, green, blue, alpha
    ((16, 0xF800, 0x7E0, 0x1F, 0), (16, 0x7C00, 0x3E0, 0x1F, 0), (24, 0xFF0000, 0xFF00, 0xFF, 0),
     (32, 0xFF0000, 0xFF00, 0xFF, 0), (32, 0xFF0000, 0xFF00, 0xFF, 0xFF000000), (32, 0xFF000000, 0xFF0000, 0xFF00, 0),
     (32, 0xFF, 0xFF00, 0xFF0000, 0xFF000000), (32, 0xFF000000, 0xFF0000, 0xFF00, 0xFF))
)  # fmt: skip


@dataclass(frozen=True)
class BmpHeader:
    """What a BMP says of itself. masks: of red, green, blue, alpha, or (). start: of the pixels."""

    width: int
    height: int
    bits: int
    compression: int
    masks: tuple[int, ...]
    palette: Pixels
    start: int
    size: int
    is_top_down: bool

    @property
    def is_for_pillow(self) -> bool:
        """Whether Pillow reads it right, or is the one to say that it is damaged."""
        if self.size == _OS2_1:
            return True
        if self.compression in (_MASKS, _MASKS_WITH_ALPHA) and self.bits in (16, 32):
            return (self.bits, *self.masks) in _FOR_PILLOW
        is_plain = self.compression == _RGB and self.bits in (1, 4, 8, 16, 24, 32)
        return self.size in (_WINDOWS, _OS2_2, 52, 56, 108, 124) and (is_plain or self.compression in (1, 2))

    @property
    def holds_a_file(self) -> bool:
        """Whether the pixels are a JPEG or PNG file; the same number means another thing in OS/2."""
        return self.compression in (_JPEG, _PNG) and self.size != _OS2_2


def read_bmp_header(file: IO[bytes]) -> BmpHeader | None:
    """The header of a BMP file, or None where it is too short to be one; the file is rewound."""
    file.seek(0)
    head = file.read(_FILE_HEADER + 124 + 16)
    file.seek(0)
    if len(head) < _FILE_HEADER + _SHORTEST:
        return None
    start, size = struct.unpack_from("<II", head, 10)
    if size == _OS2_1:
        width, height, _, bits = struct.unpack_from("<HHHH", head, 18)
        return BmpHeader(width, height, bits, _RGB, (), np.zeros((0, 3), np.uint8), start, size, False)
    if size < _SHORTEST:
        return None
    width, height, _, bits = struct.unpack_from("<iiHH", head, 18)
    fields = head[30 : _FILE_HEADER + min(size, _WINDOWS)].ljust(24, b"\0")
    (compression,), (used,) = struct.unpack_from("<I", fields), struct.unpack_from("<I", fields, 16)
    masks: tuple[int, ...] = ()
    behind = 0
    if compression in (_MASKS, _MASKS_WITH_ALPHA) and size != _OS2_2 and len(head) >= 70:
        masks = struct.unpack_from("<4I", head, 54)
        if size == _WINDOWS:
            behind = 12 if compression == _MASKS else 16
        if size < 56 and compression == _MASKS:
            masks = (*masks[:3], 0)
    file.seek(_FILE_HEADER + size + behind)
    entries = min(used or 1 << bits, 256) if bits <= 8 else 0
    table = np.frombuffer(file.read(4 * entries), np.uint8)
    file.seek(0)
    palette = table[: len(table) // 4 * 4].reshape(-1, 4)[:, 2::-1]
    return BmpHeader(width, abs(height), bits, compression, masks, palette, start, size, height < 0)


def read_odd_bmp(file: IO[bytes], header: BmpHeader, name: str) -> Image.Image:
    """The "RGB" or "RGBA" picture of a BMP that is not for Pillow. Raises PictureError naming what is not read."""
    is_indexed = header.compression == _RGB and header.bits in (1, 2, 4, 8)
    is_masked = header.bits in (16, 32) and (header.masks or header.compression == _RGB)
    if not (is_indexed or is_masked or (header.compression == _RGB and header.bits == 24)):
        raise PictureError(
            f"{name} is a BMP of a kind that cannot be opened ({header.bits} bits, compression {header.compression}).",
            "Save it as an ordinary BMP or a PNG in another program.",
        )
    stride = (header.width * header.bits + 31) // 32 * 4
    if header.start + stride * header.height > file.seek(0, os.SEEK_END):
        raise PictureError(
            f"{name} is cut off: the file ends before the picture does.",
            "Copy or download it again from where it came.",
        )
    has_alpha = is_masked and bool(header.masks) and header.masks[3] != 0
    pixels = np.empty((header.height, header.width, 4 if has_alpha else 3), np.uint8)
    stored = pixels if header.is_top_down else pixels[::-1]
    rows = max(1, _BLOCK // header.width)
    file.seek(header.start)
    for top in range(0, header.height, rows):
        block = stored[top : top + rows]
        data = np.frombuffer(file.read(stride * len(block)), np.uint8).reshape(len(block), stride)
        block[...] = _colors(data, header, pixels.shape[2])
    return Image.fromarray(pixels)


def _colors(data: Pixels, header: BmpHeader, channels: int) -> Pixels:
    width, bits = header.width, header.bits
    if bits == 24:
        return data[:, : 3 * width].reshape(-1, width, 3)[:, :, ::-1]
    if bits <= 8:
        per_byte = 8 // bits
        shifts = np.arange(per_byte - 1, -1, -1, dtype=np.uint8) * bits
        codes = ((data[:, :, None] >> shifts) & (2**bits - 1)).reshape(len(data), -1)[:, :width]
        table = header.palette if len(header.palette) else np.zeros((1, 3), np.uint8)
        indexed: Pixels = table[np.minimum(codes, len(table) - 1)]
        return indexed
    values = data.view(f"<u{bits // 8}")[:, :width]
    masks = header.masks or ((0x7C00, 0x3E0, 0x1F, 0) if bits == 16 else (0xFF0000, 0xFF00, 0xFF, 0))
    return np.stack([_channel(values, mask) for mask in masks[:channels]], axis=-1)


def _channel(values: NDArray[np.unsignedinteger], mask: int) -> Pixels:
    if not mask:
        return np.zeros(values.shape, np.uint8)
    shift = (mask & -mask).bit_length() - 1
    part = (values & values.dtype.type(mask & np.iinfo(values.dtype).max)) >> shift
    return to_eight_bits(part, float(mask >> shift))
