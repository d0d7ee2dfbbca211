"""What a picture file may claim: checks on the header alone, made before a decoder allocates anything."""

from __future__ import annotations

import os
import re
import struct
import zlib
from io import BytesIO
from itertools import islice
from typing import IO

from PIL import Image, ImageFile

from studio.core.errors import PictureError
from studio.core.image_io.formats import FormatName
from studio.core.picture import SMALLEST_EDGE

LARGEST_PIXELS = 200_000_000
LARGEST_EDGE = 100_000  # px; longer ones are scientific strips or lies
MOST_JPEG_SCANS = 200  # a progressive photo has about ten; each costs a pass over the whole picture
MOST_JPEG_FILLING = 64 * 2**10  # bytes that belong to nothing; photos have none, and Pillow takes them one by one

DECODER_ERRORS: tuple[type[Exception], ...] = (
    # What Pillow and its codecs raise on damaged files, by experiment; a warning where warnings are errors.
    OSError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError, AttributeError, EOFError, MemoryError,
    RuntimeError, AssertionError, struct.error, zlib.error, Image.DecompressionBombError, Warning,
)  # fmt: skip

_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_MOST_SEARCHED = 256 * 2**20  # bytes
_JPEG_SEGMENT = re.compile(rb"\xff[\xc0-\xc7\xc9-\xcf\xda-\xdd\xe0-\xef\xfe]")  # markers that a length follows
_MOST_JPEG_SEGMENTS = 4096  # they hold 256 MB
_MOST_TAG_BYTES = 64 * 2**20
_MOST_EXIF = 16 * 2**20  # bytes in all segments; Pillow joins them one by one
_MOST_FILE = 500_000_000  # bytes; 200 megapixels without loss
_MOST_GIF_BLOCKS = 65_536  # of 255 bytes: 16 MB of comments
_MOST_OUTER_BOXES = 10_000
_STRIP_OFFSETS, _STRIP_BYTES, _TILE_OFFSETS, _TILE_BYTES = 273, 279, 324, 325
_SUBDIRECTORIES = (0x8769, 0x8825)  # EXIF, GPS
_BOXES = frozenset((b"ftyp", b"meta", b"mdat", b"moov", b"free", b"skip"))
_PNG_PIXELS_PER_BYTE = 1032 * 8  # zlib's best ratio, one bit per pixel


def check_size(name: str, width: int, height: int, smallest_edge: int = SMALLEST_EDGE) -> None:
    """Raise PictureError unless a picture of width x height px can be worked on."""
    if min(width, height) < smallest_edge:
        raise PictureError(
            f"{name} is {width} x {height} px; the smallest is {smallest_edge} x {smallest_edge} px.",
            "Choose a larger picture.",
        )
    limit = ""
    if width * height > LARGEST_PIXELS:
        limit = f"{LARGEST_PIXELS // 10**6} megapixels"
    elif max(width, height) > LARGEST_EDGE:
        limit = f"{LARGEST_EDGE:,} px on an edge"
    if limit:
        raise PictureError(
            f"{name} claims to be {width:,} x {height:,} px; the limit is {limit}.",
            "Make it smaller in another program and open that.",
        )


def check_before_parsing(name: str, file: IO[bytes], format_name: FormatName) -> None:
    """Raise PictureError where the outer structure shows that the file is cut off or a trap; rewinds the file.

    Only headers are read.
    """
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    match format_name:
        case "PNG":
            is_whole = True  # `read_png`
            _check_png_kind(name, file)
        case "JPEG":
            is_whole = True  # `read_jpeg`
            _check_jpeg(name, file)
        case "WebP":
            end = int.from_bytes(file.read(8)[4:], "little") + 8
            is_whole = end <= length + 1  # some leave the last padding out
            _check_file_size(name, min(end, length))
        case "AVIF" | "HEIC":
            box_end = end_of_boxes(file, length)
            is_whole = box_end is not None
            _check_file_size(name, box_end or length)
            data = _beginning(file, box_end or length)
            if format_name == "HEIC":
                _check_item_names(name, data)
            _check_blocks(name, file, length, _tiff_headers(data))
        case "TIFF":
            is_whole = True  # `check_claims`
            _check_blocks(name, file, length, [0])
        case "GIF":
            is_whole = True  # its one frame is soon decoded
            _check_gif(name, file)
        case _:
            is_whole = True  # BMP: `check_claims`
    file.seek(0)
    if not is_whole:
        raise _cut_off(name)


def check_claims(name: str, image: ImageFile.ImageFile, length: int) -> None:
    """Raise PictureError if a file of `length` bytes cannot hold the picture its parsed header promises."""
    pixels = image.width * image.height
    if image.format == "PNG" and pixels > (length + 64) * _PNG_PIXELS_PER_BYTE:
        raise _cut_off(name)
    if image.format in ("BMP", "DIB") and image.tile and image.tile[0].codec_name == "raw":
        args = image.tile[0].args
        row_bytes = args[1] if isinstance(args, tuple) else 0
        if image.tile[0].offset + row_bytes * image.height > length:
            raise _cut_off(name)
    if image.format == "TIFF":
        tags = image.tag_v2  # type: ignore[attr-defined]
        for offsets, sizes in ((_STRIP_OFFSETS, _STRIP_BYTES), (_TILE_OFFSETS, _TILE_BYTES)):
            starts, counts = tags.get(offsets, ()), tags.get(sizes, ())
            if any(start + count > length for start, count in zip(starts, counts, strict=False)):
                raise _cut_off(name)


def tags_are_modest(file: IO[bytes], length: int, start: int = 0) -> bool:
    """Whether a TIFF file, or an EXIF block at `start`, claims no more tag data than a file of `length` bytes may hold.

    Pillow reads the data of all tags at once, so 65,535 tags that all point at the same megabyte fill the memory.
    Blocks too damaged to tell are modest: they claim nothing.
    """
    file.seek(start)
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    is_big = head[2:4] in (b"+\0", b"\0+")
    try:
        offsets = [struct.unpack_from(f"{order}Q" if is_big else f"{order}I", head, 8 if is_big else 4)[0]]
        entry = struct.Struct(f"{order}HHQQ" if is_big else f"{order}HHII")
        for depth in range(2):  # the main directory, then those it points to
            below = []
            for offset in offsets:
                file.seek(start + min(offset, length))
                (count,) = struct.unpack(f"{order}Q" if is_big else f"{order}H", file.read(8 if is_big else 2))
                table = file.read(min(count * entry.size, length))
                tags = list(entry.iter_unpack(table[: len(table) // entry.size * entry.size]))
                claimed = sum(min(_TYPE_BYTES.get(kind, 0) * many, length) for _, kind, many, _ in tags)
                if claimed > length + _MOST_TAG_BYTES:
                    return False
                below += [value for tag, _, _, value in tags if tag in _SUBDIRECTORIES]
            offsets = below[:8] if depth == 0 else []
    except struct.error:
        return True
    return True


def _cut_off(name: str) -> PictureError:
    return PictureError(
        f"{name} is cut off: the file ends before the picture does.", "Copy or download it again from where it came."
    )


def _check_jpeg(name: str, file: IO[bytes]) -> None:
    data = file.read(_MOST_SEARCHED)
    run = data.find(b"\xff" * (MOST_JPEG_FILLING + 1))  # in which searching is slow
    at, filling, segments = 2, 0, 0
    blocks: list[bytes] = []
    until = run if run >= 0 else len(data)
    # Those before the pixels.
    while (found := _JPEG_SEGMENT.search(data, at, until)) and data[found.start() + 1] != 0xDA:
        filling, segments, at = filling + found.start() - at, segments + 1, found.start()
        size = max(int.from_bytes(data[at + 2 : at + 4]), 2)
        if data[at + 1] == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            blocks.append(data[at + 10 : at + 2 + size])
        at += 2 + size
        if segments > _MOST_JPEG_SEGMENTS:
            raise PictureError(f"{name} is damaged: it has more than {_MOST_JPEG_SEGMENTS:,} parts before the pixels.")
    pixels_at = found.start() if found else max(at, len(data))
    _check_filling(name, filling + pixels_at - at)
    at = pixels_at
    exif = b"".join(blocks)
    if len(exif) > _MOST_EXIF:
        raise PictureError(
            f"{name} is damaged: it has {len(exif) / 1e6:.0f} MB of EXIF, and no camera writes {_MOST_EXIF / 1e6:.0f}."
        )
    _check_blocks(name, BytesIO(exif), len(exif), [0])
    end = data.find(b"\xff\xd9", at)
    # In the pixels the decoder reads a run again from its beginning with each piece of the file.
    if data.find(b"\xff" * (MOST_JPEG_FILLING + 1), at, end if end >= 0 else len(data)) >= 0:
        _check_filling(name, MOST_JPEG_FILLING + 1)


def _check_gif(name: str, file: IO[bytes]) -> None:
    """What stands before the first frame, which Pillow reads byte by byte."""
    head = file.read(13)
    if len(head) == 13 and head[10] & 0x80:
        file.seek(3 << (head[10] & 7) + 1, os.SEEK_CUR)
    blocks = filling = 0
    while filling <= MOST_JPEG_FILLING and blocks <= _MOST_GIF_BLOCKS:
        match file.read(1):
            case b"!":
                file.seek(1, os.SEEK_CUR)
                while (size := file.read(1)) > b"\0" and blocks <= _MOST_GIF_BLOCKS:
                    file.seek(size[0], os.SEEK_CUR)
                    blocks += 1
            case b"," | b";" | b"":
                return
            case _:
                filling += 1
    if filling > MOST_JPEG_FILLING:
        _check_filling(name, filling)
    raise PictureError(f"{name} is damaged: it has more than {_MOST_GIF_BLOCKS:,} parts before the pixels.")


def _check_png_kind(name: str, file: IO[bytes]) -> None:
    if file.read(16)[12:] == b"CgBI":  # no PNG by the standard: pixels without zlib's head, blue before red
        raise PictureError(
            f"{name} is a PNG from an iOS app, which cannot be opened.", "Take the picture it was made from."
        )


def _check_file_size(name: str, size: int) -> None:
    # Their decoders read all of it at once.
    if size > _MOST_FILE:
        raise PictureError(
            f"{name} has {size / 1e9:.1f} GB; the limit for this format is {_MOST_FILE / 1e9:.1f} GB.",
            "Save it as a JPEG or PNG in another program.",
        )


def _check_filling(name: str, size: int) -> None:
    if size > MOST_JPEG_FILLING:
        raise PictureError(
            f"{name} is damaged: more than {MOST_JPEG_FILLING:,} bytes of it belong to nothing.",
            "Copy or download it again from where it came.",
        )


def _beginning(file: IO[bytes], size: int) -> bytes:
    file.seek(0)
    return file.read(min(size, _MOST_SEARCHED))


def _tiff_headers(data: bytes) -> list[int]:
    return [found.start() for found in islice(re.finditer(rb"II\*\0|MM\0\*", data), 8)]


def _check_blocks(name: str, file: IO[bytes], length: int, starts: list[int]) -> None:
    if not all(tags_are_modest(file, length, start) for start in starts):
        raise PictureError(f"{name} is damaged: its tags claim more data than the file has.")
    file.seek(0)


def end_of_boxes(file: IO[bytes], length: int) -> int | None:
    """Where the boxes of an AVIF or HEIC of `length` bytes end; None where they are cut off.

    A film, or rubbish, behind a whole picture is not part of it.
    """
    at = 0
    seen: set[bytes] = set()
    for _ in range(_MOST_OUTER_BOXES):
        if at + 16 > length:
            break
        file.seek(at)
        size, kind, large = struct.unpack(">I4sQ", file.read(16))
        size = large if size == 1 else size
        if kind not in _BOXES and seen >= {b"meta", b"mdat"}:
            return at
        if size == 0:  # up to the end
            return length
        if size < 8:
            return None
        seen.add(kind)
        at += size
    return at if at <= length else None


def _check_item_names(name: str, data: bytes) -> None:
    # pi-heif 1.4.0 ends the process (a null pointer) when the type or name of a metadata item is not UTF-8.
    for found in re.finditer(rb"infe[\0-\3]", data):
        start = found.start()
        body = data[start + 4 : start - 4 + int.from_bytes(data[start - 4 : start])]
        try:
            body[10 if body[:1] == b"\3" else 8 :].decode("utf-8")  # behind version, item number and protection
        except UnicodeDecodeError:
            raise PictureError(f"{name} is damaged: its list of contents cannot be read.") from None
