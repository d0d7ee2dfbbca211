"""ICC profiles that pictures are exported in: sRGB, Display P3 and Adobe RGB by published numbers, or a file's.

A file's may be one of four inks, where the format holds them.
"""

from __future__ import annotations

import os
import struct
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import ImageCms

from studio.core.errors import PictureError
from studio.core.image_io.color_profile import srgb_profile
from studio.core.image_io.formats import WRITE_LIMITS, ExportFormat
from studio.core.image_io.header_checks import DECODER_ERRORS
from studio.core.picture import Metadata
from studio.core.storage.regular_file import open_regular, shown_name

Intent = Literal["relative", "perceptual", "saturation", "absolute"]
NamedProfile = Literal["srgb", "display-p3", "adobe-rgb", "photo"]
Primaries = tuple[tuple[float, float], ...]

INTENTS: tuple[Intent, ...] = get_args(Intent)
NAMED_PROFILES: tuple[NamedProfile, ...] = get_args(NamedProfile)
"""What an export's profile may be called besides the path of an .icc file; "photo": the photo's own, else sRGB."""
NUMBERED_PROFILES = ("srgb", "display-p3", "adobe-rgb")  # that a file can name without holding a profile

_CMS_INTENTS: dict[Intent, ImageCms.Intent] = {
    "relative": ImageCms.Intent.RELATIVE_COLORIMETRIC,
    "perceptual": ImageCms.Intent.PERCEPTUAL,
    "saturation": ImageCms.Intent.SATURATION,
    "absolute": ImageCms.Intent.ABSOLUTE_COLORIMETRIC,
}
_MOST_ICC = 64 * 2**20  # bytes; those of printers have some MB
_STRIP = 1 << 18  # px converted at a time
_MOST_THREADS = 8
_PROFILE_ERRORS: tuple[type[Exception], ...] = (ImageCms.PyCMSError, *DECODER_ERRORS)

_D50 = (0.9642, 1.0, 0.8249)  # of the profile connection space, ICC.1:2010, 7.2.16
_D65 = (0.3127, 0.3290)
_BRADFORD = np.array(((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296)))  # ICC.1, E.3
# (x, y) of red, green and blue. Sources: SMPTE EG 432-1 and Apple's Display P3; Adobe RGB (1998), 4.3.1.1.
_DISPLAY_P3: Primaries = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE_RGB: Primaries = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # IEC 61966-2-1, as ICC.1 has it: g, a, b, c, d
ADOBE_GAMMA = 563 / 256
_HEADER = 128  # bytes


def export_profile(choice: str, metadata: Metadata, format_name: ExportFormat | None = None) -> bytes:
    """The ICC profile of an export. choice: a NamedProfile or the path of a file. Raises PictureError.

    It is one of RGB that colours can be converted to; from a file one of inks, too, for a format that holds them.
    "photo" without a profile of the photo is sRGB, which it was taken for.
    """
    match choice:
        case "srgb":
            return srgb_profile()
        case "display-p3":
            return matrix_profile("Display P3", _DISPLAY_P3, _SRGB_CURVE)
        case "adobe-rgb":
            return matrix_profile("Adobe RGB (1998) compatible", ADOBE_RGB, (ADOBE_GAMMA,))
        case "photo":
            return metadata.icc if is_for_export(metadata.icc) else srgb_profile()
    profile = read_profile(Path(choice))
    with_inks = format_name is not None and WRITE_LIMITS[format_name].has_inks
    if not is_for_export(profile, with_inks=with_inks):
        raise PictureError(
            f"{shown_name(Path(choice))} is not a profile that an RGB picture can be written in.",
            "Choose one of RGB; one of inks (CMYK) goes with TIFF and JPEG, and with the soft proof.",
        )
    return profile


def read_profile(path: Path) -> bytes:
    """The ICC profile in a file, of whatever colours. Raises PictureError if there is none."""
    with open_regular(path) as file:
        data = file.read(_MOST_ICC + 1)
    if len(data) > _MOST_ICC or profile_name(data) is None:
        raise PictureError(f"{shown_name(path)} is not an ICC profile.", "Choose a file that ends in .icc or .icm.")
    return data


def profile_name(icc: bytes) -> str | None:
    """What a profile calls itself; None if it is none."""
    if len(icc) < _HEADER or icc[36:40] != b"acsp" or int.from_bytes(icc[:4]) > len(icc):
        return None
    try:
        name = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(icc)))
    except _PROFILE_ERRORS:
        return None
    return " ".join(name.split()) or "without a name"


def is_of_inks(icc: bytes) -> bool:
    """Whether a profile is one of cyan, magenta, yellow and black."""
    return icc[16:20] == b"CMYK"


def is_for_export(icc: bytes, *, with_inks: bool = False) -> bool:
    """Whether a picture of red, green and blue can be converted to this profile, of RGB or (with_inks) of CMYK."""
    if profile_name(icc) is None or not (icc[16:20] == b"RGB " or (with_inks and is_of_inks(icc))):
        return False
    try:
        convert(np.zeros((1, 1, 3), np.uint16), icc)
    except _PROFILE_ERRORS:
        return False
    return True


def cms_intent(intent: Intent) -> ImageCms.Intent:
    """The intent as littleCMS counts it."""
    return _CMS_INTENTS[intent]


def convert(values: NDArray[np.uint16], icc: bytes, intent: Intent = "relative") -> NDArray[np.uint16]:
    """From sRGB to the colours of a profile, in 16 bits. Shapes: (H, W, 3) -> (H, W, 3), or 4 inks: 0 is none.

    Black point compensation goes with all intents but the absolute one, as in ICC.1 and most programs. littleCMS would
    replace curves and matrix by a table of 33 steps, which is off by 110 of 65,535: it is told not to, and several
    threads make up for the time.
    """
    import imagecodecs

    flags = int(ImageCms.Flags.NOOPTIMIZE)
    flags |= 0 if intent == "absolute" else int(ImageCms.Flags.BLACKPOINTCOMPENSATION)
    space = "cmyk" if is_of_inks(icc) else "rgb"
    converted: NDArray[np.uint16] = np.empty((*values.shape[:2], len(space)), np.uint16)
    rows = max(1, _STRIP // values.shape[1])

    def convert_strip(top: int) -> None:
        converted[top : top + rows] = imagecodecs.cms_transform(
            np.ascontiguousarray(values[top : top + rows]),
            srgb_profile(),
            icc,
            colorspace="rgb",
            outcolorspace=space,
            outdtype="uint16",
            intent=int(cms_intent(intent)),
            flags=flags,
        )

    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as threads:
        list(threads.map(convert_strip, range(0, len(values), rows)))
    return converted


@cache
def matrix_profile(
    name: str, primaries: Primaries, curve: tuple[float, ...], white: tuple[float, float] = _D65
) -> bytes:
    """An ICC profile, version 4.3, of a display with these chromaticities (x, y), the same bytes at each call.

    curve: the exponent, or exponent, a, b, c and d of the parametric curve of type 3 (ICC.1:2010, 10.16).
    """
    adaptation = _adaptation(white)
    columns = adaptation @ _rgb_to_xyz(primaries, white)
    kind = 0 if len(curve) == 1 else 3
    parametric = b"para" + bytes(4) + struct.pack(">HH", kind, 0) + _fixed(*curve)
    tags = {
        b"desc": _text(name),
        b"cprt": _text("No copyright, use freely"),
        b"wtpt": b"XYZ " + bytes(4) + _fixed(*_D50),
        b"chad": b"sf32" + bytes(4) + _fixed(*adaptation.flat),
        **{
            signature: b"XYZ " + bytes(4) + _fixed(*columns[:, index])
            for index, signature in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))
        },
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), parametric),
    }
    table, body, places = b"", b"", dict[bytes, int]()
    start = _HEADER + 4 + 12 * len(tags)
    for signature, data in tags.items():
        if data not in places:  # the three curves are one
            places[data] = start + len(body)
            body += data + bytes(-len(data) % 4)
        table += signature + struct.pack(">II", places[data], len(data))
    header = struct.pack(
        ">I4sI4s4s4s6H4s4sI4sIQI12s4s16s28s",
        start + len(body), b"", 0x04300000, b"mntr", b"RGB ", b"XYZ ", 2000, 1, 1, 0, 0, 0, b"acsp", b"", 0, b"", 0, 0,
        0, _fixed(*_D50), b"", bytes(16), bytes(28),
    )  # fmt: skip
    return header + struct.pack(">I", len(tags)) + table + body


def _rgb_to_xyz(primaries: Primaries, white: tuple[float, float]) -> NDArray[np.float64]:
    """Linear RGB to XYZ, Y = 1 for white: the columns are the primaries, as bright as together they make white."""
    xyz = np.array([(x / y, 1.0, (1 - x - y) / y) for x, y in primaries]).T
    columns: NDArray[np.float64] = xyz * np.linalg.solve(xyz, _white_xyz(white))
    return columns


def _white_xyz(white: tuple[float, float]) -> NDArray[np.float64]:
    x, y = white
    return np.array((x / y, 1.0, (1 - x - y) / y))


def _adaptation(white: tuple[float, float]) -> NDArray[np.float64]:
    """From this white to D50, after Bradford."""
    scale = (_BRADFORD @ np.array(_D50)) / (_BRADFORD @ _white_xyz(white))
    matrix: NDArray[np.float64] = np.linalg.solve(_BRADFORD, scale[:, None] * _BRADFORD)
    return matrix


def _fixed(*numbers: float) -> bytes:
    return b"".join(struct.pack(">i", round(float(number) * 65536)) for number in numbers)


def _text(text: str) -> bytes:
    data = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(data), 28) + data
