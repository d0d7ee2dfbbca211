"""Which of the things a file tells about its colours counts: an ordered list, of which the first that can be used does.

The order and its reasons are in `studio/core/image_io/COLOUR.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD, Base

from studio.core.image_io.color.cicp import (
    ADOBE_GAMMA,
    ADOBE_PRIMARIES,
    SRGB_PRIMARIES,
    RgbSpace,
    is_possible,
    space_of,
    space_of_gamma,
)
from studio.core.image_io.header_checks import DECODER_ERRORS

Told = bytes | RgbSpace
"""What a file says of its colours: an ICC profile, or a space without one."""

_SRGB, _ADOBE_RGB, _UNCALIBRATED = 1, 2, 0xFFFF  # of EXIF's ColorSpace; 2 is no standard, but of many cameras
_INTEROPERABILITY_INDEX = 1


def told_colors(image: Image.Image, exif: Image.Exif) -> list[Told]:
    """What an opened image tells of its colours, the weightiest first; [] counts as sRGB.

    PNG: cICP, iCCP, sRGB, gAMA with cHRM (PNG, third edition, 4.3), then EXIF. All others: ICC, nclx, EXIF.
    """
    info = image.info
    icc, points = info.get("icc_profile"), _points(info.get("cicp"), image.format == "PNG")
    profile = [icc] if isinstance(icc, bytes) and icc else []
    code_points = [points] if points else []
    if image.format != "PNG":
        return [*profile, *code_points, *exif_colors(exif)]
    by_chunks = [RgbSpace()] if "srgb" in info else _of_gamma(info)
    return [*code_points, *profile, *by_chunks, *exif_colors(exif)]


def _points(cicp: Any, is_png: bool) -> RgbSpace | None:
    if cicp is None or len(cicp) != 4:
        return None
    primaries, transfer, matrix, is_full_range = cicp
    if is_png and matrix != 0:  # its samples are RGB, whatever else is said
        return None
    # The decoders of AVIF and HEIC have brought the range to 0..255 already, when they made RGB of YCbCr.
    return space_of(primaries, transfer, bool(is_full_range) or not is_png)


def _of_gamma(info: Mapping[Any, Any]) -> list[Told]:
    gamma, primaries = info.get("gamma"), info.get("chromaticity", SRGB_PRIMARIES)
    if gamma is None and "chromaticity" not in info:
        return []
    space = space_of_gamma(1 / 2.2 if gamma is None else gamma, primaries if is_possible(primaries) else SRGB_PRIMARIES)
    return [space] if space else []


def exif_colors(exif: Image.Exif) -> list[Told]:
    """What EXIF alone tells: Adobe RGB, or [] for sRGB."""
    try:
        space = exif.get_ifd(IFD.Exif).get(Base.ColorSpace)
        index = exif.get_ifd(IFD.Interop).get(_INTEROPERABILITY_INDEX)
    except DECODER_ERRORS:
        return []
    if isinstance(index, bytes):
        index = index.decode("latin-1")
    is_adobe = space == _ADOBE_RGB or (space in (_UNCALIBRATED, None) and str(index).startswith("R03"))
    return [RgbSpace(ADOBE_PRIMARIES, ADOBE_GAMMA)] if is_adobe else []
