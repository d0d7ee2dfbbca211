"""Read what the boxes of an AVIF or HEIC say of the main picture: its code points for colour, and where its data lie.

Source: ISO/IEC 14496-12 (meta, iloc, iinf, pitm, iprp), 23008-12 (ipco, ipma) and 23000-22 (MIAF).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import IO

_MOST_META = 16 * 2**20  # bytes; of tens of thousands of tiles
_MOST_BOXES = 10_000
_MOST_PACKETS = 16
_TAIL = 64  # bytes; no coder of pictures ends in as many zeros


@dataclass
class HeifContent:
    """nclx: (primaries, transfer, matrix, is full range) of the main picture. has_empty_tail: it ends in zeros.

    av1_bits: of a value of an AVIF's main picture, 8, 10 or 12. aperture: what of it is to be seen, in px: left, top,
    right, bottom, the last two beyond it; None for all.
    """

    nclx: tuple[int, int, int, int] | None = None
    has_empty_tail: bool = False
    av1_bits: int = 8
    aperture: tuple[int, int, int, int] | None = None


@dataclass
class _Meta:
    main: int = 0
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    of_items: dict[int, list[int]] = field(default_factory=dict)
    places: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    kinds: dict[int, bytes] = field(default_factory=dict)


def read_heif(file: IO[bytes], length: int) -> HeifContent:
    """The content of an AVIF or HEIC file of `length` bytes; empty where the boxes cannot be followed."""
    try:
        data = _meta_box(file, length)
        meta = _read_meta(data) if data else _Meta()
        return HeifContent(_nclx(meta), _has_empty_tail(file, meta), _av1_bits(meta), _aperture(meta))
    except (struct.error, ValueError, IndexError):
        return HeifContent()


def read_packet(file: IO[bytes], length: int, most: int) -> bytes:
    """The XMP packet of an AVIF or HEIC, of `most` bytes at most; b"" where there is none that can be found."""
    try:
        data = _meta_box(file, length)
        meta = _read_meta(data) if data else _Meta()
    except (struct.error, ValueError, IndexError):
        return b""
    for item in [number for number, kind in meta.kinds.items() if kind == b"mime"][:_MOST_PACKETS]:
        packet = b""
        for start, size in meta.places.get(item, [])[:_MOST_PACKETS]:
            file.seek(min(start, length))
            packet += file.read(min(size, most - len(packet)))
        if b"xmpmeta" in packet:
            return packet
    return b""


def _meta_box(file: IO[bytes], length: int) -> bytes:
    at = 0
    for _ in range(_MOST_BOXES):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            break
        size, kind = struct.unpack(">I4s", head[:8])
        skipped = 8
        if size == 1:
            size, skipped = int.from_bytes(head[8:16]), 16
        size = length - at if size == 0 else size
        if kind == b"meta":
            file.seek(at + skipped)
            return file.read(min(size - skipped, _MOST_META)) if size > skipped else b""
        if size < 8:
            break
        at += size
    return b""


def _boxes(data: bytes, at: int = 0) -> Iterator[tuple[bytes, bytes]]:
    for _ in range(_MOST_BOXES):
        if at + 8 > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        skipped = 8
        if size == 1:
            size, skipped = struct.unpack_from(">Q", data, at + 8)[0], 16
        size = len(data) - at if size == 0 else size
        if size < skipped:
            return
        yield kind, data[at + skipped : at + size]
        at += size


def _read_meta(data: bytes) -> _Meta:
    meta = _Meta()
    for kind, body in _boxes(data, 4):
        match kind:
            case b"pitm":
                meta.main = int.from_bytes(body[4:6] if body[0] == 0 else body[4:8])
            case b"iinf":
                for _, entry in _boxes(body, 6 if body[0] == 0 else 8):
                    wide = entry[0] >= 3
                    meta.kinds[int.from_bytes(entry[4 : 8 if wide else 6])] = entry[10:14] if wide else entry[8:12]
            case b"iloc":
                meta.places = _places(body)
            case b"iprp":
                for part, inside in _boxes(body):
                    if part == b"ipco":
                        meta.properties = list(_boxes(inside))
                    elif part == b"ipma":
                        meta.of_items |= _associations(inside)
    return meta


def _associations(body: bytes) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    version, is_wide = body[0], body[3] & 1
    (count,) = struct.unpack_from(">I", body, 4)
    at = 8
    for _ in range(min(count, len(body))):
        item = int.from_bytes(body[at : at + (4 if version else 2)])
        at += 4 if version else 2
        many, at = body[at], at + 1
        step = 2 if is_wide else 1
        indexes = [int.from_bytes(body[at + step * k : at + step * (k + 1)]) for k in range(many)]
        found[item] = [index & (0x7FFF if is_wide else 0x7F) for index in indexes]
        at += step * many
    return found


def _places(body: bytes) -> dict[int, list[tuple[int, int]]]:
    version = body[0]
    offset_size, length_size, base_size, index_size = body[4] >> 4, body[4] & 15, body[5] >> 4, body[5] & 15
    item_size = 4 if version == 2 else 2
    count, at = int.from_bytes(body[6 : 6 + item_size]), 6 + item_size
    found: dict[int, list[tuple[int, int]]] = {}
    for _ in range(min(count, len(body))):
        item, at = int.from_bytes(body[at : at + item_size]), at + item_size
        method = int.from_bytes(body[at : at + 2]) & 15 if version else 0
        at += 4 if version else 2
        base, at = int.from_bytes(body[at : at + base_size]), at + base_size
        many, at = int.from_bytes(body[at : at + 2]), at + 2
        places = []
        for _ in range(min(many, len(body))):
            at += index_size if version else 0
            start, at = int.from_bytes(body[at : at + offset_size]), at + offset_size
            size, at = int.from_bytes(body[at : at + length_size]), at + length_size
            places.append((base + start, size))
        if method == 0:  # in the file itself
            found[item] = places
    return found


def _of_main(meta: _Meta) -> list[tuple[bytes, bytes]]:
    """The properties of the main picture, then all: a grid's may hang on its tiles."""
    owned = [meta.properties[index - 1] for index in meta.of_items.get(meta.main, ()) if index]
    return [*owned, *meta.properties]


def _av1_bits(meta: _Meta) -> int:
    # AV1 codec ISO media file format binding, 2.3.3: bits 6 and 5 of the third byte.
    flags = next((body[2] for kind, body in _of_main(meta) if kind == b"av1C" and len(body) > 2), 0)
    return 8 if not flags & 0x40 else 12 if flags & 0x20 else 10


def _aperture(meta: _Meta) -> tuple[int, int, int, int] | None:
    """By the box clap, which the main picture alone may have; None, too, for one that cannot be: a reader ignores it.

    Source: ISO/IEC 14496-12, 12.1.4.1, and 23000-22, 7.3.6.7: whole px, within the picture, before it is turned.
    """
    owned = [meta.properties[index - 1] for index in meta.of_items.get(meta.main, ()) if index]
    size = next((struct.unpack_from(">II", body, 4) for kind, body in owned if kind == b"ispe"), None)
    box = next((struct.unpack_from(">8I", body) for kind, body in owned if kind == b"clap"), None)
    if size is None or box is None or not all(box[1::2]):
        return None
    left, right = _clean_span(size[0], *box[:2], *box[4:6])
    top, bottom = _clean_span(size[1], *box[2:4], *box[6:])
    is_within = 0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]
    is_whole = all(edge.denominator == 1 for edge in (left, top, right, bottom))
    return (int(left), int(top), int(right), int(bottom)) if is_within and is_whole else None


def _clean_span(edge: int, length: int, parts: int, offset: int, offset_parts: int) -> tuple[Fraction, Fraction]:
    """Where it begins and ends; the offset, which may be below 0, is that of its middle from the picture's."""
    signed = offset - (1 << 32) if offset >> 31 else offset
    start = Fraction(edge, 2) + Fraction(signed, offset_parts) - Fraction(length, 2 * parts)
    return start, start + Fraction(length, parts)


def _nclx(meta: _Meta) -> tuple[int, int, int, int] | None:
    for kind, body in _of_main(meta):
        if kind == b"colr" and body[:4] == b"nclx":
            return (*struct.unpack_from(">3H", body, 4), body[10] >> 7)
    return None


def _has_empty_tail(file: IO[bytes], meta: _Meta) -> bool:
    for item, places in list(meta.places.items())[:_MOST_BOXES]:
        if meta.kinds.get(item) not in (b"av01", b"hvc1") or not places or places[-1][1] < 2 * _TAIL:
            continue
        start, size = places[-1]
        file.seek(start + size - _TAIL)
        if file.read(_TAIL) == bytes(_TAIL):
            return True
    return False
