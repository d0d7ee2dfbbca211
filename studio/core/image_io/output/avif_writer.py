"""Write an AVIF of 10 bits with profile, EXIF and XMP: Pillow writes 8, and the library that writes 10 no metadata."""

from __future__ import annotations

import struct

from studio.core.image_io.output.iso_boxes import box, boxes_in, exif_item, full_box
from studio.core.image_io.output.output_values import Values

_FULL_COLOR_QUALITY = 85  # from here on colour is kept at full resolution, as in 8 bits
_SRGB_PRIMARIES, _SRGB_CURVE, _BT601, _UNSPECIFIED = 1, 13, 6, 2  # ITU-T H.273
_SPEED = 6
_HEAD = 8  # bytes of a box


def encode_avif(values: Values, quality: int, icc: bytes, is_srgb: bool, exif: bytes, xmp: bytes) -> bytes:
    """An AVIF of (H, W, 3 or 4) values of 10 bits. quality: 1 to 100. icc: the profile; it counts before the nclx."""
    import imagecodecs

    encoded = imagecodecs.avif_encode(
        values,
        level=quality,
        speed=_SPEED,
        bitspersample=10,
        pixelformat="444" if quality >= _FULL_COLOR_QUALITY else "420",
        primaries=_SRGB_PRIMARIES if is_srgb else _UNSPECIFIED,
        transfer=_SRGB_CURVE if is_srgb else _UNSPECIFIED,
        matrix=_BT601,
    )
    return with_metadata(bytes(encoded), icc, exif, xmp)


def with_metadata(avif: bytes, icc: bytes, exif: bytes, xmp: bytes) -> bytes:
    """An AVIF as our encoder writes it, with a profile for its picture, and EXIF and XMP as items of their own.

    Sources: ISO/IEC 14496-12, 8.11 (items), 23008-12, 6.5 and annex A (properties, metadata). Raises ValueError where
    it is laid out in another way than libavif does it.
    """
    top = list(boxes_in(avif))
    if [kind for kind, _ in top] != [b"ftyp", b"meta", b"mdat"]:
        raise ValueError("an AVIF of an unknown layout")
    parts = dict(top)
    meta = dict(boxes_in(parts[b"meta"][4:]))
    (primary,) = struct.unpack(">H", meta[b"pitm"][4:6])
    places = _places(meta[b"iloc"])
    extra = [(kind, data) for kind, data in ((b"Exif", exif and exif_item(exif)), (b"mime", xmp)) if data]
    numbers = [max(places) + 1 + index for index in range(len(extra))]

    meta[b"iprp"] = _with_profile(meta[b"iprp"], primary, icc)
    entries, count = meta[b"iinf"][6:], struct.unpack(">H", meta[b"iinf"][4:6])[0]
    for number, (kind, _) in zip(numbers, extra, strict=True):
        told = b"XMP\0application/rdf+xml\0" if kind == b"mime" else b"Exif\0"
        entries += full_box(b"infe", 2, 1, struct.pack(">HH4s", number, 0, kind), told)  # flag 1: not to be shown
    meta[b"iinf"] = bytes(4) + struct.pack(">H", count + len(extra)) + entries
    references = b"".join(box(b"cdsc", struct.pack(">HHH", number, 1, primary)) for number in numbers)
    if references:
        meta[b"iref"] = meta.get(b"iref", bytes(4)) + references

    sizes = [len(data) for _, data in extra]
    end = len(parts[b"mdat"])
    at_data = _HEAD + len(parts[b"ftyp"]) + _HEAD + len(parts[b"meta"]) + _HEAD  # in the file as it was
    spans = {number: (offset - at_data, length) for number, (offset, length) in places.items()}
    for number, size in zip(numbers, sizes, strict=True):
        spans[number] = end, size
        end += size
    meta[b"iloc"] = _locations(spans, 0)
    length = 4 + sum(_HEAD + len(content) for content in meta.values())
    meta[b"iloc"] = _locations(spans, _HEAD + len(parts[b"ftyp"]) + _HEAD + length + _HEAD)
    new = full_box(b"meta", 0, 0, *(box(kind, content) for kind, content in meta.items()))
    data = b"".join((parts[b"mdat"], *(data for _, data in extra)))
    return b"".join((box(b"ftyp", parts[b"ftyp"]), new, box(b"mdat", data)))


def _places(iloc: bytes) -> dict[int, tuple[int, int]]:
    """Offset and length of each item, of an iloc of version 0 with one extent each."""
    if iloc[0] != 0 or iloc[4:6] != b"\x44\x00":
        raise ValueError("an iloc of an unknown layout")
    (count,) = struct.unpack(">H", iloc[6:8])
    found = {}
    for number, _, extents, offset, length in struct.iter_unpack(">HHHII", iloc[8:]):
        if extents != 1:
            raise ValueError("an item in several parts")
        found[number] = offset, length
    if len(found) != count:
        raise ValueError("an iloc of another length")
    return found


def _locations(spans: dict[int, tuple[int, int]], at_data: int) -> bytes:
    entries = (
        struct.pack(">HHHII", number, 0, 1, at_data + offset, length) for number, (offset, length) in spans.items()
    )
    return b"".join((bytes(4), b"\x44\x00", struct.pack(">H", len(spans)), *entries))


def _with_profile(iprp: bytes, primary: int, icc: bytes) -> bytes:
    """The properties with a profile, which the primary item has in addition."""
    (_, properties), (_, ipma) = boxes_in(iprp)
    place = len(list(boxes_in(properties))) + 1
    properties += box(b"colr", b"prof", icc)
    if ipma[:4] != bytes(4) or place > 127:
        raise ValueError("an ipma of an unknown layout")
    (items,) = struct.unpack(">I", ipma[4:8])
    at, entries = 8, b""
    for _ in range(items):
        number, count = struct.unpack_from(">HB", ipma, at)
        held = ipma[at + 3 : at + 3 + count]
        at += 3 + count
        if number == primary:
            held += bytes((place,))
        entries += struct.pack(">HB", number, len(held)) + held
    return box(b"ipco", properties) + box(b"ipma", bytes(4), struct.pack(">I", items), entries)
