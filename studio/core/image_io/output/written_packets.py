"""The XMP packet in a file that the studio has written, of a kind whose decoder would read all of it to find that.

JPEG XL, OpenRaster, WebP and AVIF; found within bounds, nothing is decoded.
"""

from __future__ import annotations

import os
import struct
from typing import IO
from zipfile import BadZipFile, ZipFile

from studio.core.image_io.containers.heif_boxes import read_packet
from studio.core.image_io.containers.webp_chunks import read_webp
from studio.core.image_io.header_checks import DECODER_ERRORS

_JPEG_XL = b"\0\0\0\x0cJXL \r\n\x87\n"
_ZIP = b"PK\x03\x04"
_MOST_BOXES = 64
_MOST_PACKET = 2**20  # bytes
_MOST_CHUNKS = 64
_MOST_MEMBERS = 1000
_END = struct.Struct("<4sHHHHIIH")  # end of central directory: APPNOTE.TXT 4.3.16
_LOCATOR = 20  # bytes before it where there is a directory of zip64
_ERRORS: tuple[type[Exception], ...] = (*DECODER_ERRORS, BadZipFile)
_KEYWORD = b"XML:com.adobe.xmp\0\0\0\0\0"


def packet_in(file: IO[bytes]) -> bytes | None:
    """The packet, b"" where such a file has none; None where it is a file of another kind. The file is rewound."""
    head = file.read(12)
    file.seek(0)
    try:
        if head == _JPEG_XL:
            return _in_jpeg_xl(file)
        if head.startswith(_ZIP):
            return _in_openraster(file)
        if head[:4] == b"RIFF" and head[8:] == b"WEBP":
            return read_webp(file, file.seek(0, os.SEEK_END)).info.get("xmp", b"")
        if head[4:8] == b"ftyp":
            return read_packet(file, file.seek(0, os.SEEK_END), _MOST_PACKET)
    except _ERRORS:
        return b""
    finally:
        file.seek(0)
    return None


def _in_jpeg_xl(file: IO[bytes]) -> bytes:
    for _ in range(_MOST_BOXES):
        head = file.read(8)
        if len(head) < 8:
            break
        length, kind = struct.unpack(">I4s", head)
        if length == 1:
            length = struct.unpack(">Q", file.read(8))[0] - 8
        if kind == b"xml ":
            return file.read(min(length - 8, _MOST_PACKET)) if length > 8 else b""
        if length < 8:
            break
        file.seek(length - 8, os.SEEK_CUR)
    return b""


def _in_openraster(file: IO[bytes]) -> bytes:
    """The text chunk lies before the pixels of `mergedimage.png`, where `encode_png` puts it."""
    if not _has_few_members(file):
        return b""
    with ZipFile(file) as archive, archive.open("mergedimage.png") as png:
        png.read(8)
        for _ in range(_MOST_CHUNKS):
            length, kind = struct.unpack(">I4s", png.read(8))
            if kind == b"IDAT" or length > _MOST_PACKET:
                break
            data = png.read(length)
            png.read(4)
            if kind == b"iTXt" and data.startswith(_KEYWORD):
                return data[len(_KEYWORD) :]
    return b""


def _has_few_members(file: IO[bytes]) -> bool:
    """Whether a zip ends as ours do, without a comment, with a directory that is soon read: zipfile reads any."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - _LOCATOR - _END.size))
    tail = file.read(_LOCATOR + _END.size)
    file.seek(0)
    mark, _, _, _, members, size, _, comment = _END.unpack(tail[-_END.size :])
    is_plain = mark == b"PK\5\6" and not comment and not tail.startswith(b"PK\6\7")  # no zip64, which counts anew
    return is_plain and members <= _MOST_MEMBERS and size <= _MOST_MEMBERS * 1024
