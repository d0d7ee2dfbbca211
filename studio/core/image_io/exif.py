"""Which EXIF a picture carries from the file it was opened from to the file it is exported to."""

from __future__ import annotations

import re
import struct
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from studio.core.image_io.header_checks import DECODER_ERRORS, tags_are_modest

_DESCRIPTIVE = frozenset(
    # What was taken, when, by whom and with what. The rest of a TIFF's tags describe its own pixels, and a
    # thumbnail would show the photo inside the artwork.
    (Base.ImageDescription, Base.Make, Base.Model, Base.Software, Base.DateTime, Base.Artist, Base.Copyright,
     Base.XPTitle, Base.XPComment, Base.XPAuthor, Base.XPKeywords, Base.XPSubject, Base.Rating, Base.RatingPercent)
)  # fmt: skip
_OF_THE_PIXELS = frozenset((Base.ExifImageWidth, Base.ExifImageHeight, Base.ExifInteroperabilityOffset))
_SRGB, _UNCALIBRATED = 1, 0xFFFF
_XMP_ORIENTATION = re.compile(rb"""\btiff:Orientation\s*(?:=\s*["']|>)\s*([1-8])\s*["'<]""")
_MOST_XMP = 2**20  # bytes searched
_BYTE, _ASCII, _UNDEFINED = 1, 2, 7
_OWNER, _BODY_NUMBER, _LENS_NUMBER = 0xA430, 0xA431, 0xA435
_PRIVATE = frozenset(  # what tells one camera, and so its owner, from all others; maker notes hold numbers of all kinds
    (_OWNER, _BODY_NUMBER, _LENS_NUMBER, Base.ImageUniqueID, Base.MakerNote)
)
_OF_TEXT_TYPE = frozenset(  # that Pillow knows no type of: EXIF 3.0, tables 7 to 15
    (0x8824, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292, 0xA004, 0xA420, *range(0xA430, 0xA432),
     *range(0xA433, 0xA43D), GPS.GPSSatellites, GPS.GPSMapDatum, GPS.GPSDateStamp)
)  # fmt: skip
_OF_UNDEFINED_TYPE = frozenset(
    (Base.ExifVersion, Base.ComponentsConfiguration, Base.MakerNote, Base.UserComment, Base.FlashPixVersion,
     Base.OECF, Base.SpatialFrequencyResponse, Base.FileSource, Base.SceneType, Base.CFAPattern,
     Base.DeviceSettingDescription, GPS.GPSProcessingMethod, GPS.GPSAreaInformation)
)  # fmt: skip


def read_exif(image: Image.Image) -> Image.Exif:
    """The EXIF of an opened file; empty where it has none, or a damaged one."""
    try:
        if image.format == "TIFF":
            return image.getexif()  # the file's own tags
        block = bytes(image.info.get("exif") or b"").removeprefix(b"Exif\0\0")
        exif = Image.Exif()
        if block and tags_are_modest(BytesIO(block), len(block)):
            exif.load(block)
            list(exif.items())  # values are parsed when asked for: be damaged now or never
        return exif
    except DECODER_ERRORS:
        return Image.Exif()


def orientation_of(exif: Image.Exif, xmp: object = None) -> int:
    """1 (upright) to 8, as EXIF counts: that of the EXIF, of whatever type; where it has none, XMP's tiff:Orientation.

    xmp: the packet, bytes or str, or None.
    """
    told = _one_to_eight(exif.get(Base.Orientation))
    if told is None and isinstance(xmp, bytes | str):
        found = _XMP_ORIENTATION.search(xmp.encode("utf-8", "replace") if isinstance(xmp, str) else xmp[:_MOST_XMP])
        told = _one_to_eight(found[1]) if found else None
    return told or 1


def _one_to_eight(value: object) -> int | None:
    """A number of the wrong type too: text, a rational, several of which the first counts."""
    if isinstance(value, tuple | list):
        value = value[0] if value else None
    if isinstance(value, bytes):
        value = value[0] if value and value[0] < 9 else value.decode("latin-1")
    if isinstance(value, str):
        value = value.strip(" \0")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ArithmeticError):
        return None
    return int(number) if number in range(1, 9) else None


def dots_per_inch(exif: Image.Exif) -> float | None:
    """The resolution EXIF states, or None."""
    try:
        value = float(exif[Base.XResolution])
        return value * 2.54 if exif.get(Base.ResolutionUnit, 2) == 3 else value  # 3: per cm
    except DECODER_ERRORS:  # a KeyError, mostly
        return None


def carried(exif: Image.Exif) -> bytes:
    """What an export may carry on: descriptive tags, camera settings and GPS; no orientation, thumbnail or sizes."""
    try:
        kept = _selected(exif)
        return with_standard_types(kept.tobytes()) if len(kept) else b""
    except DECODER_ERRORS:
        return b""


def tells_place_or_owner(block: bytes) -> bool:
    """Whether an EXIF block says where the photo was taken, or with which one camera."""
    exif = Image.Exif()
    try:
        exif.load(block)
        return bool(exif.get_ifd(IFD.GPSInfo)) or not _PRIVATE.isdisjoint(exif.get_ifd(IFD.Exif))
    except DECODER_ERRORS:
        return False


def exported(
    block: bytes, *, keep_gps: bool, dpi: float | None, size: tuple[int, int], most: int | None, is_srgb: bool = True
) -> bytes:
    """The EXIF block to write, at most `most` bytes, or b"". A damaged `block` is left out: it never stops an export.

    keep_gps: leave in where it was taken, and what tells this camera from others of its kind: serial numbers, the
    owner's name and the maker note. size: (width, height) of the picture written, px. is_srgb: whether in sRGB.
    """
    exif = Image.Exif()
    try:
        if block:
            exif.load(block)
            exif = _selected(exif)
        if not keep_gps and IFD.GPSInfo in exif:
            del exif[IFD.GPSInfo]
        if len(exif):
            camera = dict(exif.get(IFD.Exif, {}))
            if not keep_gps:
                camera = {tag: value for tag, value in camera.items() if tag not in _PRIVATE}
            camera[Base.ColorSpace] = _SRGB if is_srgb else _UNCALIBRATED
            camera |= {Base.ExifImageWidth: size[0], Base.ExifImageHeight: size[1]}
            exif[IFD.Exif] = camera
        _set_resolution(exif, dpi)
        written = with_standard_types(exif.tobytes()) if len(exif) else b""
        if most is not None and len(written) > most and IFD.Exif in exif:
            exif[IFD.Exif] = {tag: value for tag, value in exif[IFD.Exif].items() if tag != Base.MakerNote}
            written = with_standard_types(exif.tobytes())
    except DECODER_ERRORS:
        exif = Image.Exif()
        _set_resolution(exif, dpi)
        written = exif.tobytes() if len(exif) else b""
    return written if most is None or len(written) <= most else b""


def with_standard_types(block: bytes) -> bytes:
    """An EXIF block, or the head of a TIFF file, as Pillow makes them, with the types that the standard asks for.

    Pillow writes every value of bytes it has no entry for as BYTE; strict readers leave out a maker note of that type,
    and texts (`utf8_text`).
    """
    patched = bytearray(block)
    start = 6 if block.startswith(b"Exif\0\0") else 0
    order = "<" if block[start : start + 2] == b"II" else ">"

    def entries(offset: int) -> list[tuple[int, int, int, int]]:
        (count,) = struct.unpack_from(f"{order}H", patched, start + offset)
        places = (start + offset + 2 + 12 * index for index in range(count))
        return [(at, *struct.unpack_from(f"{order}HH4xI", patched, at)) for at in places]

    (first,) = struct.unpack_from(f"{order}I", patched, start + 4)
    for _, directory, _, offset in entries(first):
        if directory in (IFD.Exif, IFD.GPSInfo):
            for at, tag, kind, _ in entries(offset):
                if kind == _BYTE and (tag in _OF_UNDEFINED_TYPE or tag in _OF_TEXT_TYPE):
                    right = _UNDEFINED if tag in _OF_UNDEFINED_TYPE else _ASCII
                    struct.pack_into(f"{order}H", patched, at + 2, right)
    return bytes(patched)


def utf8_text(tag: int, value: Any) -> Any:
    """A value as Pillow is to write it: text that is not ASCII as bytes in UTF-8, for Pillow would write "?" instead.

    Pillow reads all text as Latin-1. What is UTF-8 then (as EXIF 3.0 and most programs have it) is taken for that.
    """
    if not isinstance(value, str) or value.isascii():
        return value
    try:
        raw = value.encode("latin-1")
        raw.decode("utf-8")
    except UnicodeError:  # real Latin-1, or read by something else than Pillow
        raw = value.encode("utf-8")
    raw = raw.rstrip(b"\0")
    return raw + b"\0" if tag in _OF_TEXT_TYPE else raw  # Pillow ends those it knows by itself


def _selected(exif: Image.Exif) -> Image.Exif:
    kept = Image.Exif()
    for tag in sorted(_DESCRIPTIVE.intersection(exif)):
        kept[tag] = utf8_text(tag, exif[tag])
    for directory in (IFD.Exif, IFD.GPSInfo):
        tags = {
            tag: utf8_text(tag, value) for tag, value in exif.get_ifd(directory).items() if tag not in _OF_THE_PIXELS
        }
        if tags:
            kept[directory] = tags
    return kept


def _set_resolution(exif: Image.Exif, dpi: float | None) -> None:
    if dpi is not None:
        exif[Base.XResolution] = exif[Base.YResolution] = IFDRational(round(dpi * 100), 100)
        exif[Base.ResolutionUnit] = 2  # inch
