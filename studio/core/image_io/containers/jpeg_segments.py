"""Find out whether a JPEG has all its pixels: libjpeg only warns where they are missing, and Pillow hides the warnings.

Source: ITU-T T.81. What is missing libjpeg paints in middle grey, and it reads on over garbage. So the scans are looked
over for what no encoder writes, and only where something is odd is the picture decoded a second time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.core.errors import PictureError
from studio.core.image_io.header_checks import MOST_JPEG_SCANS
from studio.core.picture import SMALLEST_EDGE

_SOI = b"\xff\xd8"
_EOI = b"\xff\xd9"
_MOST_SEARCHED = 256 * 2**20  # bytes
_ZERO_RUN = bytes(256)
_KEPT_ZEROS = 2  # bytes that the last pixels may end in
_LEFT_OVER = 8  # bytes, about one block
MOST_CHECKED = 4_000_000  # px, which takes 30 ms
_GREY = 128  # what libjpeg makes of coefficients that it never got
_MARKER = re.compile(rb"\xff[\x01-\xfe]")
_WITH_LENGTH = frozenset((0xC4, 0xCC, 0xDA, 0xDB, 0xDC, 0xDD, 0xFE, *range(0xE0, 0xF0)))


@dataclass
class JpegContent:
    """file: for the decoder, with an end mark. is_damaged: known to lack pixels.

    lacks_pixels: whether the decoded image does; quick where its last block is no grey one. sound: the file up to where
    something interrupts its pixels that must not, with an end mark; b"" where nothing does. body: the file up to its
    end mark; b"" where nothing was looked at.
    """

    file: IO[bytes]
    is_damaged: bool
    lacks_pixels: Callable[[Image.Image], bool]
    sound: bytes = b""
    body: Callable[[], bytes] = bytes


@dataclass
class _Frame:
    is_progressive: bool = False
    is_lossless: bool = False
    size: tuple[int, int] = (0, 0)
    components: dict[int, tuple[int, int]] = field(default_factory=dict)  # how many blocks of a unit, across and down
    scanned: bytes = b""  # components of the scan at hand
    bits_left: dict[tuple[int, bool], int] = field(default_factory=dict)  # of (component, whether AC): 0 is all there
    covered: dict[int, set[int]] = field(default_factory=dict)  # component: AC coefficients that a scan has brought
    first_symbols: dict[int, int] = field(default_factory=dict)  # Huffman table (class and number): its code of zeros
    restart_interval: int = 0  # units of the scan; 0: none
    may_be_zeros: bool = False  # whether many blocks with nothing new are as many zero bits in the scan at hand


def read_jpeg(name: str, file: IO[bytes], length: int) -> JpegContent:
    """The content of a JPEG of `length` bytes.

    Raises PictureError for more than `MOST_JPEG_SCANS` scans.
    """
    file.seek(0)
    data = file.read(_MOST_SEARCHED)
    file.seek(0)
    if data.startswith(_SOI + _SOI) and length <= _MOST_SEARCHED:  # which libjpeg refuses
        data = data[len(_SOI) :]
        file = BytesIO(data)
    frame = _Frame()
    is_odd, scans, odd_at = False, 0, 0
    start, end, zeros, is_ended = 0, 0, -1, False
    for kind, first, last in _pieces(data, frame):
        match kind:
            case "frame":
                _read_frame(frame, data[first:last])
            case "scan":
                scans += 1
                if scans > MOST_JPEG_SCANS:
                    raise PictureError(f"{name} has more than {MOST_JPEG_SCANS} scans, which no photo has.")
                _read_scan(frame, data[first:last])
            case "tables":
                _read_tables(frame, data[first:last])
            case "pixels":
                start, end = start or first, last
                zeros = zeros if zeros >= 0 else _zeros_at(data, first, last, frame)
            case "odd":
                is_odd, odd_at = True, odd_at or first
            case "end":
                is_ended, end = True, first
    if not start or length > _MOST_SEARCHED:
        return JpegContent(file, False, lambda _: False)  # nothing to look at, or too much
    is_odd = is_odd or not _has_all_scans(frame)
    sound = data[:odd_at] + _EOI if odd_at else b""
    if is_ended and (zeros < 0 or data[zeros:end].strip(b"\0")):
        data = data[:end] if len(data) > 2 * end else data  # let the film behind it go
        return JpegContent(
            file, is_odd or zeros >= 0, lambda image: _lacks_pixels(image, data[:end], frame), sound, lambda: data[:end]
        )
    body = data[:end] if frame.may_be_zeros else data[: len(data[:end].rstrip(b"\0")) + _KEPT_ZEROS][:end]
    is_odd = is_odd or 0 <= zeros < len(body) - _KEPT_ZEROS  # behind it they are only what was never downloaded
    body = body.removesuffix(b"\xff")  # half an end mark
    return JpegContent(
        BytesIO(body + _EOI),
        is_odd,
        lambda image: _lacks_pixels(image, body, frame, is_ended=False),
        sound,
        lambda: body,
    )


def _pieces(data: bytes, frame: _Frame) -> Iterator[tuple[str, int, int]]:
    """(kind, first byte, behind the last) of what lies in the file, up to its end mark; "pixels" are entropy-coded."""
    at, in_scan, restarts = 2, -1, 0
    while True:
        found = _MARKER.search(data, at)
        if found is None:
            if in_scan >= 0:
                yield "pixels", in_scan, len(data)
            return
        place, marker = found.start(), data[found.start() + 1]
        if in_scan >= 0 and 0xD0 <= marker <= 0xD7:
            if marker != 0xD0 + restarts % 8:
                yield "odd", place, place
                restarts = marker - 0xD0
            restarts += 1
            at = place + 2
            continue
        if in_scan >= 0 and not (marker == 0xD9 or marker in _WITH_LENGTH):
            yield "odd", place, place  # nothing that may interrupt a scan: garbage
            at = place + 2
            continue
        if in_scan >= 0:
            if not _has_its_restarts(frame, restarts, at == place):
                yield "odd", place, place
            yield "pixels", in_scan, place
            in_scan = -1
        if marker == 0xD9:
            yield "end", place, place
            return
        size = int.from_bytes(data[place + 2 : place + 4])
        body, behind = place + 4, place + 2 + size
        if marker == 0xDA:
            yield "scan", body, behind
            in_scan, restarts = behind, 0
        elif marker == 0xC4:
            yield "tables", body, behind
        elif marker == 0xDD:
            frame.restart_interval = int.from_bytes(data[body : body + 2])
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC8, 0xCC):
            yield "frame", place + 1, behind
        at = behind if marker in _WITH_LENGTH or 0xC0 <= marker <= 0xCF else place + 2
        if at > len(data):
            return


def _read_frame(frame: _Frame, segment: bytes) -> None:
    frame.is_progressive, frame.is_lossless = segment[0] in (0xC2, 0xCA), segment[0] == 0xC3
    frame.size = int.from_bytes(segment[6:8]), int.from_bytes(segment[4:6])
    frame.components = {
        segment[at]: (segment[at + 1] >> 4, segment[at + 1] & 15)
        for at in range(9, min(len(segment) - 1, 9 + 3 * 4), 3)
    }


def _read_tables(frame: _Frame, body: bytes) -> None:
    while len(body) >= 17:
        frame.first_symbols[body[0]] = body[17] if len(body) > 17 else 0
        body = body[17 + sum(body[1:17]) :]


def _read_scan(frame: _Frame, body: bytes) -> None:
    count = body[0] if body else 0
    if len(body) < 1 + 2 * count + 3:
        return
    frame.scanned = body[1 : 1 + 2 * count : 2]
    first, last, bits = body[1 + 2 * count : 4 + 2 * count]
    tables_used = set()
    for index in range(count):
        component, tables = body[1 + 2 * index : 3 + 2 * index]
        if first == 0:
            tables_used.add(tables >> 4)
            frame.bits_left[component, False] = bits & 15
        if last > 0:
            tables_used.add(0x10 | tables & 15)
            frame.bits_left[component, True] = bits & 15
            frame.covered.setdefault(component, set()).update(range(max(first, 1), min(last, 63) + 1))
    if frame.is_progressive and first > 0:
        frame.may_be_zeros = False  # empty blocks are counted there
    elif frame.is_progressive and bits >> 4:
        frame.may_be_zeros = True  # one bit for each block
    else:
        frame.may_be_zeros = all(frame.first_symbols.get(table, 1) & 15 == 0 for table in tables_used)


def _has_its_restarts(frame: _Frame, found: int, is_last_at_the_end: bool) -> bool:
    """Whether the scan at hand has as many restart marks as its headers say (T.81, A.2); else its blocks lie elsewhere.

    Some encoders write one more behind all blocks.
    """
    due = 0
    if frame.restart_interval:
        most = [max(1, *factors) for factors in zip((1, 1), *frame.components.values(), strict=True)]
        own = frame.components.get(frame.scanned[0], (1, 1)) if len(frame.scanned) == 1 else (1, 1)
        block = 1 if frame.is_lossless else 8
        across, down = (-(-edge * own[i] // (block * most[i])) for i, edge in enumerate(frame.size))
        due = max(0, -(-across * down // frame.restart_interval) - 1)
    return due in (found, found - is_last_at_the_end)


def _has_all_scans(frame: _Frame) -> bool:
    if frame.is_lossless:
        return True
    if not frame.is_progressive:
        return all((component, False) in frame.bits_left for component in frame.components)
    return all(
        frame.bits_left.get((component, False), 1) == 0
        and frame.bits_left.get((component, True), 1) == 0
        and len(frame.covered.get(component, ())) == 63
        for component in frame.components
    )


def _zeros_at(data: bytes, first: int, last: int, frame: _Frame) -> int:
    """Where more zeros than an encoder writes begin, or -1."""
    return -1 if frame.may_be_zeros else data.find(_ZERO_RUN, first, last)


def _lacks_pixels(image: Image.Image, body: bytes, frame: _Frame, is_ended: bool = True) -> bool:
    """Whether the pixels and the entropy-coded bytes end at different places.

    Where what is put behind the end shows, the decoder wanted more bytes than there are. Where what is changed in the
    last ones does not show, it needed less, having read wrong ones: that is looked into in small pictures only.
    """
    width, height = image.size
    corner = np.asarray(image.crop((max(0, width - 4), max(0, height - 4), width, height)))
    if (frame.is_progressive and not is_ended) or is_grey(corner):
        return needs_more(body, lambda data: _decoded(data, image.size))
    is_tiny = min(width, height) < SMALLEST_EDGE  # of one pixel, clipped, nothing need show
    if frame.is_progressive or frame.may_be_zeros or is_tiny or width * height > MOST_CHECKED:
        return False  # the last bits of some change nothing that can be seen
    try:
        return _decoded(_with_other_end(body) + _EOI, image.size) == image.tobytes()
    except OSError:  # of a few white pixels there are so few bytes that the change is in what stands before them
        return False


def is_grey(levels: NDArray[Any]) -> bool:
    """Whether all of these are what libjpeg makes of bytes that it never got, in 8 bits."""
    return bool((np.abs(levels.astype(int) - _GREY) <= 1).all())


def needs_more(body: bytes, decode: Callable[[bytes], bytes | None]) -> bool:
    """Whether what is put behind the entropy-coded bytes shows in the pixels.

    decode: to these, or to a digest of them; None if it fails.
    """
    shown = [decode(body + filler * 512 + _EOI) for filler in (b"\0\0\0", b"\x5a\x96\x33")]
    return None in shown or shown[0] != shown[1]


def _with_other_end(body: bytes) -> bytes:
    body = body.rstrip(b"\0\xff")  # as some cameras fill it up
    cut = len(body) - _LEFT_OVER
    while body[cut - 1] == 0xFF:  # not between 255 and the 0 behind it
        cut -= 1
    return body[:cut] + bytes(0x55 if value == 0xAA else 0xAA for value in body[cut:])


def _decoded(data: bytes, size: tuple[int, int]) -> bytes | None:
    with Image.open(BytesIO(data), formats=["JPEG"]) as image:
        return image.tobytes() if image.size == size else None
