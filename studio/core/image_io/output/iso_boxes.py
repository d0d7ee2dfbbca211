"""Boxes of the ISO base media file format, to write: JPEG XL and AVIF keep EXIF, XMP and profiles in them."""

from __future__ import annotations

import struct
from collections.abc import Iterator


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box with its length and kind."""
    length = 8 + sum(map(len, parts))
    return b"".join((struct.pack(">I", length), kind, *parts))


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """A box that begins with a version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def boxes_in(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of the boxes in data of our own encoders. Raises ValueError where they do not fit."""
    at = 0
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        length = length or len(data) - at  # 0: to the end
        if length < head or at + length > len(data):
            raise ValueError("a box does not fit")
        yield kind, data[at + head : at + length]
        at += length


def exif_item(exif: bytes) -> bytes:
    """An EXIF block as both formats keep it: how far behind these four bytes it begins, then the block."""
    return bytes(4) + exif.removeprefix(b"Exif\0\0")
