"""Read a PNG's chunks with bounds, and hand the decoder only those it needs, so that no other can stop it.

Source: Portable Network Graphics (PNG) Specification (Third Edition), W3C 2025. Chunks that only describe (text, time,
resolution ...) may have a wrong checksum, length or content: they are left out then, as libpng does.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from studio.core.errors import PictureError
from studio.core.image_io.containers.spliced_file import Part, SplicedFile

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_CHUNKS = 300_000  # a second's work; of the smallest that programs write, it takes 2 GB of pixels
_MOST_KEPT = 64 * 2**20  # bytes of one described thing, before and after inflating
_PIECE = 2**20
_DESCRIBING = frozenset((b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"eXIf", b"pHYs", b"iTXt", b"tEXt", b"zTXt"))
_KNOWN = re.compile(rb"PLTE|tRNS|IDAT|IEND")
_RAW_PROFILE = b"Raw profile type "
_XMP = b"XML:com.adobe.xmp"
_XMP_SEGMENT = b"http://ns.adobe.com/xap/1.0/\0"  # how ImageMagick's APP1 profile begins where it is no EXIF


@dataclass
class PngContent:
    """file: for the decoder. info: what the chunks tell, under Pillow's names. is_damaged: pixels are missing or wrong.

    is_complete: whether the pixels inflate to `size` bytes to the last, which takes as long as decoding them.
    """

    file: SplicedFile
    info: dict[str, Any]
    is_damaged: bool
    is_complete: Callable[[], bool]


@dataclass
class _Chunks:
    parts: list[Part] = field(default_factory=list)
    pixels: list[tuple[int, int]] = field(default_factory=list)  # of the bodies
    described: list[tuple[bytes, int, int]] = field(default_factory=list)
    wrong_sums: int = 0
    has_end: bool = False
    is_cut: bool = False
    has_too_many: bool = False


def read_png(name: str, file: IO[bytes], length: int) -> PngContent:
    """The content of a PNG of `length` bytes, whose signature was seen.

    Raises PictureError for more than 300,000 chunks.
    """
    chunks = _walk(file, length)
    if chunks.has_too_many:
        raise PictureError(
            f"{name} is cut into more than {_MOST_CHUNKS:,} pieces, and no program writes that many.",
            "Open it in another program and save it again.",
        )
    is_right = chunks.pixels and not chunks.is_cut
    if is_right and chunks.wrong_sums:
        is_right = _inflates(file, chunks.pixels, None)
    content = SplicedFile(file, [_SIGNATURE, *chunks.parts, _made(b"IEND", b"")])
    return PngContent(
        content, _described(file, chunks.described), not is_right, lambda: _inflates(file, chunks.pixels, _size(file))
    )


def _walk(file: IO[bytes], length: int) -> _Chunks:
    found, at = _Chunks(), len(_SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        if at + 8 > length:
            found.is_cut = not found.pixels
            break
        file.seek(at)
        size, kind = struct.unpack(">I4s", file.read(8))
        is_whole = at + 12 + size <= length
        is_pixels = kind == b"IDAT"
        is_right = is_whole and _sum_is_right(file, at, size)
        if not is_right and not _leads_on(file, at + 12 + size, length):
            following = _next_known(file, at + 8, length)
            if is_pixels:  # cut off, or a hole in the middle of them
                found.is_cut = True
                size = min(at + 8 + size, following or length) - at - 8
                found.parts += [struct.pack(">I4s", size, kind), (at + 8, size), b"\0\0\0\0"]
                found.pixels.append((at + 8, size))
            if following is None:
                found.is_cut = found.is_cut or not found.pixels
                break
            at = following
            continue
        if kind == b"IEND":
            found.has_end = True
            break
        if is_pixels:
            found.wrong_sums += not is_right
            found.pixels.append((at + 8, size))
            _extend(found.parts, at, size + 12)
        elif kind in (b"IHDR", b"PLTE") or (kind == b"tRNS" and is_right):
            found.parts.append((at, size + 12))
        elif kind in _DESCRIBING and is_right and size <= _MOST_KEPT and len(found.described) < 1000:
            found.described.append((kind, at + 8, size))
        at += 12 + size
    else:
        found.has_too_many = True
    return found


def _extend(parts: list[Part], at: int, size: int) -> None:
    last = parts[-1] if parts else b""
    if isinstance(last, tuple) and sum(last) == at:
        parts[-1] = (last[0], last[1] + size)
    else:
        parts.append((at, size))


def _sum_is_right(file: IO[bytes], at: int, size: int) -> bool:
    file.seek(at + 4)
    total, left = 0, size + 4
    while left:
        piece = file.read(min(left, _PIECE))
        if not piece:
            return False
        total = zlib.crc32(piece, total)
        left -= len(piece)
    return file.read(4) == total.to_bytes(4)


def _leads_on(file: IO[bytes], at: int, length: int) -> bool:
    """Whether a chunk may begin here: what tells a wrong checksum from a wrong length."""
    file.seek(at)
    head = file.read(8)
    if len(head) < 8:
        return at == length
    return bool(re.fullmatch(rb"[A-Za-z]{4}", head[4:])) and at + 12 + int.from_bytes(head[:4]) <= length


def _next_known(file: IO[bytes], start: int, length: int) -> int | None:
    file.seek(start)
    at, tail = start, b""
    while piece := file.read(_PIECE):
        for match in _KNOWN.finditer(tail + piece):
            place = at - len(tail) + match.start() - 4
            if place >= start:
                back = file.tell()
                file.seek(place)
                size = int.from_bytes(file.read(4))
                if place + 12 + size <= length and _sum_is_right(file, place, size):
                    return place
                file.seek(back)
        at += len(piece)
        tail = piece[-8:]
    return None


def _inflates(file: IO[bytes], bodies: list[tuple[int, int]], size: int | None) -> bool:
    """Whether the pixels' stream is whole: its own checksum is right, and it has `size` bytes."""
    inflater, total = zlib.decompressobj(), 0
    try:
        for at, left in bodies:
            while left and not inflater.eof:
                file.seek(at)
                piece = file.read(min(left, _PIECE))
                if not piece:
                    return False
                at, left = at + len(piece), left - len(piece)
                while piece:
                    total += len(inflater.decompress(piece, 4 * _PIECE))
                    piece = inflater.unconsumed_tail
    except zlib.error:
        return False
    return inflater.eof and (size is None or total >= size)


def _size(file: IO[bytes]) -> int:
    """Bytes of all rows and their filters, inflated."""
    file.seek(len(_SIGNATURE) + 8)
    width, height, depth, color, _, _, is_interlaced = struct.unpack(">IIBBBBB", file.read(13))
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(color, 1)
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    total = 0
    for left, top, across, down in passes if is_interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


def _described(file: IO[bytes], chunks: list[tuple[bytes, int, int]]) -> dict[str, Any]:
    info: dict[str, Any] = {}
    for kind, at, size in chunks:
        file.seek(at)
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            head = file.read(min(size, 80))
            if not head.startswith((_RAW_PROFILE, _XMP)):
                continue
            file.seek(at)
        try:
            told = _told(kind, file.read(size))
        except (struct.error, ValueError, IndexError, zlib.error):
            continue  # too short, or not what it says
        for name, value in told.items():
            info.setdefault(name, value)
    for name in ("exif", "xmp", "icc_profile"):
        raw = info.pop(f"raw_{name}", None)
        if raw:
            info.setdefault(name, raw)
    return info


def _told(kind: bytes, body: bytes) -> dict[str, Any]:
    match kind:
        case b"cICP":
            return {"cicp": struct.unpack(">4B", body)}
        case b"iCCP":
            profile = body[body.index(b"\0") + 2 :]
            return {"icc_profile": _inflated(profile)}
        case b"sRGB":
            return {"srgb": body[0]}
        case b"gAMA":
            return {"gamma": struct.unpack(">I", body)[0] / 100_000}
        case b"cHRM":
            white_first = [value / 100_000 for value in struct.unpack(">8I", body)]
            return {"chromaticity": tuple(white_first[2:] + white_first[:2])}
        case b"eXIf":
            return {"exif": b"Exif\0\0" + body.removeprefix(b"Exif\0\0")}
        case b"pHYs":
            across, down, unit = struct.unpack(">IIB", body)
            return {"dpi": (across * 0.0254, down * 0.0254)} if unit == 1 else {}
    keyword, value = body.split(b"\0", 1)
    if kind == b"iTXt":
        is_packed, _ = value[0], value[1]
        text = value[2:].split(b"\0", 2)[2]
        value = _inflated(text) if is_packed else text
    elif kind == b"zTXt":
        value = _inflated(value[1:])
    if keyword == _XMP:
        return {"xmp": value}
    name = {b"exif": "exif", b"APP1": "exif", b"xmp": "xmp", b"icc": "icc_profile", b"icm": "icc_profile"}.get(
        keyword.removeprefix(_RAW_PROFILE)
    )
    if name is None:
        return {}
    raw = _of_hex(value)
    if raw.startswith(_XMP_SEGMENT):
        return {"raw_xmp": raw.removeprefix(_XMP_SEGMENT)}
    return {f"raw_{name}": raw}


def _of_hex(text: bytes) -> bytes:
    # As ImageMagick writes: a line break, the name, the number of bytes, and those in hexadecimal lines.
    _, count, digits = text.strip().split(None, 2)
    return bytes.fromhex(digits.decode("ascii"))[: int(count)]


def _inflated(data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    inflated = inflater.decompress(data, _MOST_KEPT)
    if not inflater.eof:
        raise ValueError("more than it may have, or cut off")
    return inflated


def _made(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + zlib.crc32(kind + body).to_bytes(4)
