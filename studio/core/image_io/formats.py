"""The picture formats the studio opens and writes: an explicit list, told apart by content and never by suffix."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Literal

from PIL import ImageFile

from studio.core.errors import PictureError
from studio.core.storage.regular_file import shown_name

ExportFormat = Literal["png", "jpeg", "webp", "tiff", "avif", "jxl", "ora"]
FormatName = Literal["JPEG", "PNG", "WebP", "TIFF", "AVIF", "HEIC", "BMP", "GIF"]

OPEN_SUFFIXES: tuple[str, ...] = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".tif", ".tiff",
    ".avif", ".heic", ".heif", ".hif", ".bmp", ".dib", ".gif",
)  # fmt: skip
EXPORT_SUFFIXES: dict[str, ExportFormat] = {
    ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp", ".tif": "tiff", ".tiff": "tiff", ".avif": "avif",
    ".jxl": "jxl", ".ora": "ora",
}  # fmt: skip

SUFFIX_OF: dict[ExportFormat, str] = {name: suffix for suffix, name in reversed(EXPORT_SUFFIXES.items())}
"""The ending a file of each format gets where nobody says otherwise."""

_SIGNATURES: tuple[tuple[bytes, FormatName], ...] = (
    (b"\xff\xd8\xff", "JPEG"),  # an MPO too: its first picture is a plain JPEG
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),  # BigTIFF
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
)
_HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"))
_PLUGINS: dict[FormatName, tuple[str, str]] = {  # imported when first needed: together they take 50 ms
    "JPEG": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    "WebP": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "TIFF": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "AVIF": ("PIL.AvifImagePlugin", "AvifImageFile"),
    "HEIC": ("pi_heif", "HeifImageFile"),
    "BMP": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "GIF": ("PIL.GifImagePlugin", "GifImageFile"),
}
SHORTCUT = "a shortcut"
RAW_FILE = "a raw file of a camera"
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%!PS", "an EPS or PostScript file"),
    (b"\xc5\xd0\xd3\xc6", "an EPS file"),
    (b"%PDF", "a PDF document"),
    (b"8BPS", "a Photoshop document"),
    (b"SIMPLE  =", "a FITS file"),
    (b"IIRO", RAW_FILE + " (Olympus ORF)"),
    (b"IIRS", RAW_FILE + " (Olympus ORF)"),
    (b"MMOR", RAW_FILE + " (Olympus ORF)"),
    (b"IIU\0", RAW_FILE + " (Panasonic RW2)"),
    (b"FUJIFILMCCD-RAW", RAW_FILE + " (Fujifilm RAF)"),
    (b"FOVb", RAW_FILE + " (Sigma X3F)"),
    (b"\0MRM", RAW_FILE + " (Minolta MRW)"),
    (b"II\x1a\0\0\0HEAPCCDR", RAW_FILE + " (Canon CRW)"),
    (b"IIII", RAW_FILE + " (Phase One IIQ)"),
    (b"II\xbc", "a JPEG XR picture"),
    (b"v/1\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance picture"),
    (b"#?RGBE", "a Radiance picture"),
    (b"gimp xcf", "a GIMP document"),
    (b"DDS ", "a DDS texture"),
    (b"qoif", "a QOI picture"),
    (b"\x8aMNG", "an MNG film"),
    (b"\x8bJNG", "a JNG picture"),
    (b"\0\0\1\0", "an icon"),
    (b"\0\0\2\0", "a cursor"),
    (b"icns", "an icon of macOS"),
    (b"\x01\xda", "an SGI picture"),
    (b"\x59\xa6\x6a\x95", "a Sun raster"),
    (b"SDPX", "a DPX film frame"),
    (b"XPDS", "a DPX film frame"),
    (b"farbfeld", "a farbfeld picture"),
    (b"id=ImageMagick", "a MIFF picture"),
    (b"/* XPM */", "an XPM icon"),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile"),
    (b"BPG\xfb", "a BPG picture"),
    (b"FLIF", "a FLIF picture"),
    (b"\0\xffKA", "an Affinity document"),
    (b"\x1aE\xdf\xa3", "a film"),
    (b"CPT9FILE", "a Corel document"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML or SVG file"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"L\0\0\0\x01\x14\x02\0", SHORTCUT),
    (b"[InternetShortcut]", SHORTCUT),
    (b"[Desktop Entry]", SHORTCUT),
    (b"#!/usr/bin/env xdg-open", SHORTCUT),
)
_PATTERNS: tuple[tuple[bytes, str], ...] = (
    (rb"P[1-7][ \t\r\n#]", "a PNM picture (PBM, PGM, PPM or PAM)"),
    (rb"P[fF][ \t\r\n]", "a PFM picture"),
    (rb"\x0a[\x00-\x05]\x01[\x01\x02\x04\x08]", "a PCX picture"),
    (rb"\x01\x00\x00\x00.{36} EMF", "a Windows metafile"),
    (rb"RIFF....AVI ", "a film"),
    (rb"PK\x03\x04.{26}mimetypeimage/openraster", "an OpenRaster document"),
    (rb"PK\x03\x04.{26}mimetypeapplication/x-krita", "a Krita document"),
    # No signature: kind of colour map, kind of picture, the map, the place, the size, bits of a pixel, flags.
    (rb".(?:\x01[\x01\x09]|\x00[\x02\x03\x0a\x0b]).{13}[\x08\x0f\x10\x18\x20][\x00-\x0f\x20-\x2f]", "a Targa picture"),
)


@dataclass(frozen=True)
class WriteLimits:
    """What a format can hold. edge: longest edge in px. xmp, exif: bytes, None where unlimited.

    depths: bits of a value it is written in. has_profiles: whether it is written in the colours of any
    profile of RGB, and not only in those that have a number: sRGB, Display P3 and Adobe RGB. has_inks: in those of a
    profile of four inks, too.
    """

    edge: int
    xmp: int | None = None
    exif: int | None = None
    depths: tuple[int, ...] = (8,)
    has_profiles: bool = True
    has_inks: bool = False


WRITE_LIMITS: dict[ExportFormat, WriteLimits] = {
    "png": WriteLimits(edge=1_000_000, depths=(8, 16)),
    "jpeg": WriteLimits(
        edge=65_500, xmp=65_000, exif=65_000, has_inks=True
    ),  # one marker segment each, libjpeg's own bound
    "webp": WriteLimits(edge=16_383),
    "tiff": WriteLimits(edge=1_000_000, depths=(8, 16), has_inks=True),
    "avif": WriteLimits(edge=65_536, depths=(8, 10)),
    "jxl": WriteLimits(edge=262_144, depths=(8, 16), has_profiles=False),
    "ora": WriteLimits(edge=1_000_000, depths=(8, 16)),
}


_TITLES: dict[ExportFormat, str] = {"webp": "WebP", "jxl": "JPEG XL", "ora": "OpenRaster"}


def format_title(name: ExportFormat) -> str:
    """What people call a format."""
    return _TITLES.get(name, name.upper())


def format_of(path: Path) -> ExportFormat:
    """The format a file of this name is written in. Raises PictureError naming the suffixes there are."""
    found = EXPORT_SUFFIXES.get(path.suffix.lower())
    if found is None:
        ending = f"ends in {path.suffix}" if path.suffix else "has no ending"
        raise PictureError(
            f"{shown_name(path)} {ending}, which is not a format that an artwork can be written in.",
            f"Name it with one of {', '.join(EXPORT_SUFFIXES)}.",
        )
    return found


def recognise(head: bytes) -> FormatName | None:
    """The format of a file that begins with these bytes (64 are enough), or None."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp":
        brands = {head[8:12], *(head[at : at + 4] for at in range(16, min(len(head), int.from_bytes(head[:4])), 4))}
        if brands & {b"avif", b"avis"}:  # first: the general brand mif1 stands in both
            return "AVIF"
        return "HEIC" if brands & _HEIC_BRANDS else None
    return next((name for signature, name in _SIGNATURES if head.startswith(signature)), None)


def describe_stranger(head: bytes) -> str:
    """What a file that is no picture of ours seems to be, such as "a PDF document", or ""."""
    if head[4:8] == b"ftyp":
        return RAW_FILE + " (Canon CR3)" if head[8:12] == b"crx " else "a film, or a picture of another kind"
    found = next((what for pattern, what in _PATTERNS if re.match(pattern, head, re.DOTALL)), "")
    if found:
        return found
    head = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return next((what for signature, what in _OTHERS if head[: len(signature)].lower() == signature.lower()), "")


def open_header(file: IO[bytes], format_name: FormatName) -> ImageFile.ImageFile:
    """The lazily loaded Pillow image of a file of a known format: size and metadata, no pixels yet.

    The plugin is asked directly and not through `Image.open`: that warns above 89 megapixels and fails above 179,
    a bound that only a global of Pillow could raise, and it tries plugins by itself (EPS runs a program).
    Raises what the plugin raises: `limits.DECODER_ERRORS`.
    """
    module, name = _PLUGINS[format_name]
    plugin: type[ImageFile.ImageFile] = getattr(import_module(module), name)
    return plugin(file, "")
