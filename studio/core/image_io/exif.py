"""Which EXIF a picture carries from the file it was opened from to the file it is exported to."""

from __future__ import annotations

import re
import struct
from io import BytesIO

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
_SRGB = 1
_XMP_ORIENTATION = re.compile(rb"""\btiff:Orientation\s*(?:=\s*["']|>)\s*([1-8])\s*["'<]""")
_MOST_XMP = 2**20  # bytes searched
_BYTE, _UNDEFINED = 1, 7
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


def tells_place(block: bytes) -> bool:
    """Whether an EXIF block says where the photo was taken."""
    exif = Image.Exif()
    try:
        exif.load(block)
        return bool(exif.get_ifd(IFD.GPSInfo))
    except DECODER_ERRORS:
        return False


def exported(block: bytes, *, keep_gps: bool, dpi: float | None, size: tuple[int, int], most: int | None) -> bytes:
    """The EXIF block to write, at most `most` bytes, or b"". A damaged `block` is left out: it never stops an export.

    size: (width, height) of the picture written, px.
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
            camera |= {Base.ColorSpace: _SRGB, Base.ExifImageWidth: size[0], Base.ExifImageHeight: size[1]}
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

    Pillow writes every value of bytes it has no entry for as BYTE; strict readers leave out a maker note of that type.
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
                if tag in _OF_UNDEFINED_TYPE and kind == _BYTE:
                    struct.pack_into(f"{order}H", patched, at + 2, _UNDEFINED)
    return bytes(patched)


def _selected(exif: Image.Exif) -> Image.Exif:
    kept = Image.Exif()
    for tag in sorted(_DESCRIPTIVE.intersection(exif)):
        kept[tag] = exif[tag]
    for directory in (IFD.Exif, IFD.GPSInfo):
        tags = {tag: value for tag, value in exif.get_ifd(directory).items() if tag not in _OF_THE_PIXELS}
        if tags:
            kept[directory] = tags
    return kept


def _set_resolution(exif: Image.Exif, dpi: float | None) -> None:
    if dpi is not None:
        exif[Base.XResolution] = exif[Base.YResolution] = IFDRational(round(dpi * 100), 100)
        exif[Base.ResolutionUnit] = 2  # inch
