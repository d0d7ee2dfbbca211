"""Where the length fields and chunks of a picture file lie, so that mutations can lie about them; one walker a format.

A walker never raises and never runs for ever, whatever it is given: mutated files are mutated again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Literal, NamedTuple

from studio.core.image_io.formats import FormatName, recognise

MOST_CHUNKS = 400


class Chunk(NamedTuple):
    """A part of a file, start to end, and the number in it that tells its length or count: width bytes at `at`."""

    at: int
    width: int
    order: Literal["big", "little"]
    start: int
    end: int


def chunks_of(data: bytes) -> list[Chunk]:
    """The chunks of a file, at most MOST_CHUNKS; [] for a format that nobody walks."""
    name = recognise(data[:64])
    walk = WALKERS.get(name) if name else None
    found = islice(walk(data), MOST_CHUNKS) if walk else ()
    return [chunk for chunk in found if chunk.at >= 0 and chunk.at + chunk.width <= len(data)]


def _png(data: bytes) -> Iterator[Chunk]:
    at = 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        yield Chunk(at, 4, "big", at, min(end, len(data)))
        at = end


def _jpeg(data: bytes) -> Iterator[Chunk]:
    at = 2
    while data[at : at + 1] == b"\xff":
        end = at + 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
        yield Chunk(at + 2, 2, "big", at, min(end, len(data)))
        if data[at + 1 : at + 2] == b"\xda":
            return
        if data[at + 1 : at + 2] == b"\xc0":  # rows and columns, each believed to be a length
            yield Chunk(at + 5, 2, "big", at, min(end, len(data)))
            yield Chunk(at + 7, 2, "big", at, min(end, len(data)))
        at = end


def _riff(data: bytes) -> Iterator[Chunk]:
    yield Chunk(4, 4, "little", 0, len(data))
    at = 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length + length % 2
        yield Chunk(at + 4, 4, "little", at, min(end, len(data)))
        at = end


_BOXES_OF_BOXES = {b"meta": 12, b"iprp": 8, b"ipco": 8, b"iinf": 14, b"moov": 8, b"trak": 8, b"mdia": 8, b"minf": 8}


def _boxes(data: bytes, at: int = 0, end: int | None = None, depth: int = 0) -> Iterator[Chunk]:
    end = len(data) if end is None else end
    while at + 8 <= end:
        size = int.from_bytes(data[at : at + 4], "big")
        stop = at + size if size >= 8 else end
        yield Chunk(at, 4, "big", at, min(stop, end))
        kind = data[at + 4 : at + 8]
        if kind in _BOXES_OF_BOXES and depth < 6:
            yield from _boxes(data, at + _BOXES_OF_BOXES[kind], min(stop, end), depth + 1)
        if kind in (b"ispe", b"iloc", b"ipma", b"hvcC", b"av1C", b"iref"):  # sizes, places and counts
            yield from (Chunk(place, 2, "big", at, min(stop, end)) for place in range(at + 12, min(stop, end) - 1, 2))
        at = stop


def _tiff(data: bytes) -> Iterator[Chunk]:
    order: Literal["big", "little"] = "little" if data[:2] == b"II" else "big"
    at = int.from_bytes(data[4:8], order)
    yield Chunk(4, 4, order, 0, 8)
    yield Chunk(at, 2, order, at, at + 2)
    for number in range(min(int.from_bytes(data[at : at + 2], order), 100)):
        start = at + 2 + 12 * number
        yield from (Chunk(start + place, width, order, start, start + 12) for place, width in _TIFF_ENTRY)


_TIFF_ENTRY = ((0, 2), (2, 2), (4, 4), (8, 4))  # tag, type, count, value or place


def _gif(data: bytes) -> Iterator[Chunk]:
    yield from (Chunk(at, width, "little", 0, 13) for at, width in ((6, 2), (8, 2), (10, 1)))
    at = data.find(b",", 13)
    while at >= 0:
        yield from (Chunk(at + place, 2, "little", at, at + 10) for place in (1, 3, 5, 7))
        yield Chunk(at + 10, 1, "little", at, len(data))
        yield Chunk(at + 11, 1, "little", at + 11, at + 12 + (data[at + 11] if at + 11 < len(data) else 0))
        at = data.find(b",", at + 1)


def _bmp(data: bytes) -> Iterator[Chunk]:
    places = ((2, 4), (10, 4), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2), (30, 4), (34, 4), (46, 4))
    yield from (Chunk(at, width, "little", 0, 54) for at, width in places)


WALKERS: Mapping[FormatName, Callable[[bytes], Iterator[Chunk]]] = {
    "PNG": _png,
    "JPEG": _jpeg,
    "WebP": _riff,
    "AVIF": _boxes,
    "HEIC": _boxes,
    "TIFF": _tiff,
    "GIF": _gif,
    "BMP": _bmp,
}
