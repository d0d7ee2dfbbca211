"""Read a WebP: its first frame on its whole canvas, and what its chunks tell beside the pixels.

Source: WebP Container Specification (RFC 9649). Pillow decodes every WebP as an animation, with two canvases of four
bytes per pixel and two copies: 1.6 GB for 100 megapixels, where one decoded frame is 0.3 GB.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import IO

import numpy as np
from PIL import Image

_MOST_CHUNKS = 1000  # up to the first frame, and behind a still one
_MOST_TOLD = 64 * 2**20  # bytes of a profile, EXIF or XMP
_TAIL = 64  # bytes; no coder of pictures ends in as many zeros
_TOLD = {b"ICCP": "icc_profile", b"EXIF": "exif", b"XMP ": "xmp"}
_HAS_ALPHA = 0x10


@dataclass
class WebpContent:
    """width, height: of the canvas. place: left and top of the frame. size: its width and height.

    info: as Pillow's. parts: (kind, offset, size) of the chunks with the frame's pixels. has_empty_tail: they end in
    zeros, as those of a download do that was not finished.
    """

    width: int = 0
    height: int = 0
    place: tuple[int, int] = (0, 0)
    size: tuple[int, int] = (0, 0)
    info: dict[str, bytes] = field(default_factory=dict)
    parts: list[tuple[bytes, int, int]] = field(default_factory=list)
    has_empty_tail: bool = False


def read_webp(file: IO[bytes], length: int) -> WebpContent:
    """The content of a WebP of `length` bytes. Raises ValueError where there is no frame."""
    file.seek(4)
    end = min(8 + int.from_bytes(file.read(4), "little"), length)  # what lies behind is not looked at
    found, canvas = WebpContent(), (0, 0)
    at, left = 12, _MOST_CHUNKS
    while at + 8 <= end and left:
        left -= 1
        kind, size, body = _head(file, at)
        if kind == b"VP8X":
            file.seek(body + 4)
            packed = file.read(6)
            canvas = int.from_bytes(packed[:3], "little") + 1, int.from_bytes(packed[3:], "little") + 1
        elif kind in _TOLD and size <= _MOST_TOLD:
            file.seek(body)
            found.info.setdefault(_TOLD[kind], file.read(size))
        elif kind == b"ANMF" and not found.parts:
            file.seek(body)
            x, y = (int.from_bytes(file.read(3), "little") * 2 for _ in range(2))
            found.place = x, y
            _take_frame(found, file, body + 16, min(body + size, end))
        elif kind in (b"ALPH", b"VP8 ", b"VP8L") and not any(part != b"ALPH" for part, _, _ in found.parts):
            found.parts.append((kind, body, min(size, end - body)))
        at = body + size + size % 2
    found.size = _frame_size(file, found)
    found.width, found.height = canvas if canvas[0] else found.size
    if found.place[0] + found.size[0] > found.width or found.place[1] + found.size[1] > found.height:
        raise ValueError("a frame beyond its canvas")
    _, offset, size = found.parts[-1]
    file.seek(offset + max(0, size - 2 * _TAIL))
    found.has_empty_tail = ends_empty(file.read(min(size, 2 * _TAIL)))
    return found


def ends_empty(pixels: bytes) -> bool:
    """Whether these bytes, of coded pixels or the last of them, end in zeros as no coder's do."""
    return len(pixels) >= 2 * _TAIL and pixels.endswith(bytes(_TAIL))


def load_webp(file: IO[bytes], content: WebpContent) -> Image.Image:
    """The first frame on its canvas, RGB or RGBA. Raises RuntimeError or ValueError where it is damaged."""
    import imagecodecs

    bodies = []
    for kind, offset, size in content.parts:
        file.seek(offset)
        bodies.append(_chunk(kind, file.read(size)))
    if len(bodies) > 1:
        width, height = (edge - 1 for edge in content.size)
        canvas = width.to_bytes(3, "little") + height.to_bytes(3, "little")
        bodies.insert(0, _chunk(b"VP8X", bytes((_HAS_ALPHA, 0, 0, 0)) + canvas))
    whole = b"WEBP" + b"".join(bodies)
    del bodies
    frame = imagecodecs.webp_decode(b"RIFF" + struct.pack("<I", len(whole)) + whole)
    del whole
    if frame.shape[:2] != content.size[::-1]:
        raise ValueError("the frame is another one")
    if content.size != (content.width, content.height):
        left, top = content.place
        canvas_pixels = np.zeros((content.height, content.width, 4), np.uint8)
        part = canvas_pixels[top : top + frame.shape[0], left : left + frame.shape[1]]
        part[..., 3] = 255
        part[..., : frame.shape[2]] = frame
        frame = canvas_pixels
    image = Image.fromarray(frame)
    image.info.update(content.info)
    image.format = "WEBP"
    return image


def _take_frame(found: WebpContent, file: IO[bytes], at: int, end: int) -> None:
    for _ in range(_MOST_CHUNKS):
        if at + 8 > end:
            return
        kind, size, body = _head(file, at)
        if kind in (b"ALPH", b"VP8 ", b"VP8L"):
            found.parts.append((kind, body, min(size, end - body)))
            if kind != b"ALPH":
                return
        at = body + size + size % 2


def _frame_size(file: IO[bytes], found: WebpContent) -> tuple[int, int]:
    kinds = [kind for kind, _, _ in found.parts]
    if kinds not in ([b"VP8 "], [b"VP8L"], [b"ALPH", b"VP8 "]):
        raise ValueError("no frame")
    kind, offset, _ = found.parts[-1]
    file.seek(offset)
    head = file.read(10)
    if kind == b"VP8L" and len(head) >= 5 and head[0] == 0x2F:
        packed = int.from_bytes(head[1:5], "little")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a" and len(head) == 10:
        width, height = struct.unpack("<HH", head[6:])
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no frame")


def _head(file: IO[bytes], at: int) -> tuple[bytes, int, int]:
    """Kind and size of a chunk, and where its body begins."""
    file.seek(at)
    head = file.read(8)
    return head[:4], int.from_bytes(head[4:], "little"), at + 8


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
