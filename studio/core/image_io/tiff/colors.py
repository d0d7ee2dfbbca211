"""Colour models of TIFF to sRGB: grey of both signs, RGB, palettes, CMYK, YCbCr and Lab, with alpha of both kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from studio.core.image_io.color.color_tags import Told
from studio.core.image_io.color.deep_colors import EXACT, deep_to_srgb
from studio.core.image_io.color_profile import ToSrgb, srgb_profile
from studio.core.image_io.deep_pixels import Extent, Values, to_eight_bits, to_sixteen_bits
from studio.core.image_io.header_checks import DECODER_ERRORS
from studio.core.image_io.tiff.directory import PHOTOMETRIC, Directory
from studio.core.image_io.tiff.segments import Segments, unreadable
from studio.core.picture import Fine, Pixels, from_deep

Convert = Callable[[Values], tuple[Pixels, Pixels | None, Fine | None]]
"""Values (rows, width, samples) to sRGB (rows, width, 3), alpha (rows, width) or None, and what 8 bits leave out."""

Convert16 = Callable[[NDArray[np.uint16]], NDArray[np.uint16]]

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _MASK, _CMYK, _YCBCR, _CIELAB, _ICCLAB = 0, 1, 2, 3, 4, 5, 6, 8, 9
_NAMES = {10: "ITU Lab", 32844: "LogL", 32845: "LogLuv"}
_EXTRA_SAMPLES, _COLOR_MAP, _INK_SET, _ICC_PROFILE, _CODING, _SUBSAMPLING, _REFERENCE = (
    338,
    320,
    332,
    34675,
    529,
    530,
    532,
)
_ASSOCIATED, _UNASSOCIATED = 1, 2
_PROFILE_ERRORS: tuple[type[Exception], ...] = (ImageCms.PyCMSError, *DECODER_ERRORS)
_MOST_ICC = 64 * 2**20
_MODES = {1: "L", 3: "RGB", 4: "CMYK"}
_LAB_TO_XYZ_WHITE = np.array((0.9642, 1.0, 0.8249), np.float32)  # D50
_XYZ_TO_SRGB = np.array(  # D50, Bradford-adapted: the inverse of the columns in the ICC profile of sRGB
    ((3.1338561, -1.6168667, -0.4906146), (-0.9787684, 1.9161415, 0.0334540), (0.0719453, -0.2289914, 1.4052427)),
    np.float32,
)


def colors_of(
    page: Directory, segments: Segments, name: str, white: float, extent: Extent, told: Sequence[Told]
) -> Convert:
    """What makes sRGB and alpha of the values of a page. Raises PictureError naming a colour model that is not read.

    told: what counts beside the page's own profile, where that cannot be used.
    """
    photometric = page.number(PHOTOMETRIC, _RGB if segments.samples >= 3 else _BLACK_IS_ZERO)
    if photometric == _YCBCR and segments.compression in (7, 33003, 33005, 34712):
        photometric = _RGB  # the codec converts it
    if photometric == _YCBCR and any(factor != 1 for factor in page.numbers(_SUBSAMPLING, 2) or (2, 2)):
        raise unreadable(name, "its colours are subsampled YCbCr without JPEG compression")
    counts = {_RGB: 3, _CMYK: 4, _YCBCR: 3, _CIELAB: 3, _ICCLAB: 3}
    if photometric not in (*counts, _WHITE_IS_ZERO, _BLACK_IS_ZERO, _PALETTE, _MASK):
        what = _NAMES.get(photometric, f"of number {photometric}")
        raise unreadable(name, f"its colours are in a model the studio does not read ({what})")
    colors = counts.get(photometric, 1)
    if photometric in (_CIELAB, _ICCLAB) and segments.samples == 1:
        colors, photometric = 1, _BLACK_IS_ZERO  # L alone
    if photometric == _CMYK and page.number(_INK_SET, 1) != 1:
        raise unreadable(name, "its inks are not cyan, magenta, yellow and black")
    if segments.samples < colors:
        raise unreadable(name, f"it has {segments.samples} of the {colors} samples its colours need")
    extra = [int(kind) for kind in page.numbers(_EXTRA_SAMPLES, 64)]
    if not extra and segments.samples == colors + 1 and photometric in (_RGB, _BLACK_IS_ZERO):
        extra = [_UNASSOCIATED]  # writers that leave the tag out mean that
    alphas = [index for index, kind in enumerate(extra) if kind in (_ASSOCIATED, _UNASSOCIATED)]
    at_alpha = colors + alphas[0] if alphas and colors + alphas[0] < segments.samples else None
    is_associated = at_alpha is not None and extra[alphas[0]] == _ASSOCIATED
    to_rgb = _to_rgb(page, segments, photometric, colors, white, extent, told)
    is_pure = not is_associated and photometric not in (_PALETTE, _CIELAB, _ICCLAB)

    def convert(values: Values) -> tuple[Pixels, Pixels | None, Fine | None]:
        color = values[:, :, :colors]
        if at_alpha is None:
            pixels, fine = to_rgb(color)
            return pixels, None, fine
        # A palette's and Lab's alpha is in the range of the type.
        opaque = white if is_pure or is_associated else float(2**segments.bits - 1)
        opacity = values[:, :, at_alpha]
        if is_associated:
            color = _unassociated(color, opacity, opaque)
        pixels, fine = to_rgb(color)
        return pixels, to_eight_bits(opacity, opaque), fine

    return convert


def _unassociated(color: Values, opacity: Values, opaque: float) -> Values:
    """Colours that are not multiplied by their opacity any more; black where nothing is visible."""
    part = np.maximum(opacity, 0).astype(np.float64)[:, :, None]
    plain = np.divide(color * np.float64(opaque), part, out=np.zeros(color.shape), where=part > 0)
    if color.dtype.kind == "f":
        return plain.astype(np.float32)
    whole: Values = np.rint(plain.clip(0, opaque)).astype(color.dtype)
    return whole


def icc_of(page: Directory) -> bytes:
    """The ICC profile of a page, or b""."""
    return page.raw(_ICC_PROFILE)[:_MOST_ICC]


def _to_rgb(
    page: Directory,
    segments: Segments,
    photometric: int,
    colors: int,
    white: float,
    extent: Extent,
    told: Sequence[Told],
) -> Callable[[Values], tuple[Pixels, Fine | None]]:
    largest = extent.largest
    is_deep = segments.dtype.itemsize > 1
    if photometric == _PALETTE:
        deep = _palette(page, segments.bits)[None] * np.uint16(257)
        table = from_deep(deep_to_srgb([icc_of(page), *told])(deep))[0][0]
        return lambda values: (table[np.minimum(values[:, :, 0], len(table) - 1)], None)
    if photometric in (_CIELAB, _ICCLAB):
        return lambda values: _rounded(_lab_to_srgb(photometric == _ICCLAB, values), is_deep)
    if photometric == _YCBCR:
        return lambda values: _rounded(_ycbcr_to_rgb(page, white, values), is_deep)
    icc = icc_of(page)
    managed = None
    if is_deep and colors == 4:
        managed = (_by_inks(icc) if icc else None) or _plain_inks
    elif is_deep and (icc or told):
        managed = _by_told([icc, *told], is_grey=colors == 1)
    to_srgb: list[ToSrgb] = []

    def convert(values: Values) -> tuple[Pixels, Fine | None]:
        if photometric == _WHITE_IS_ZERO:
            values = _inverted(values, white)
        if managed is not None:
            return from_deep(managed(to_sixteen_bits(values, white, largest)))
        levels = to_eight_bits(values, white, largest)
        image = Image.frombuffer(  # `fromarray` knows no CMYK
            _MODES[colors], (levels.shape[1], levels.shape[0]), np.ascontiguousarray(levels).tobytes()
        )
        if not to_srgb:
            to_srgb.append(ToSrgb(image, *([] if is_deep or not icc else [icc]), *told))
        pixels = to_srgb[0](image)[0]
        if not is_deep:
            return pixels, None
        # The bytes are rounded once, from the file's own numbers.
        rest = to_sixteen_bits(values, white, largest).astype(np.int32) - pixels.astype(np.int32) * 257
        return pixels, rest.clip(-128, 127).astype(np.int8)

    return convert


def _rounded(codes: NDArray[np.float32], is_deep: bool) -> tuple[Pixels, Fine | None]:
    """SRGB of 0..1 in 8 bits, and what they leave out."""
    if is_deep:
        return from_deep(np.rint(codes * np.float32(65535)).astype(np.uint16))
    return np.rint(codes * np.float32(255)).astype(np.uint8), None


def _plain_inks(values: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Inks without a profile, as screens show them: (1 - C) (1 - K)."""
    paper = np.uint32(65535) - values
    return ((paper[:, :, :3] * paper[:, :, 3:] + 32767) // 65535).astype(np.uint16)


def _by_told(told: Sequence[Told], *, is_grey: bool) -> Convert16:
    """The conversion of RGB or grey by a profile, or by what EXIF tells."""
    convert = deep_to_srgb(told, is_grey=is_grey)
    return lambda values: convert(np.repeat(values, 3, axis=2) if is_grey else values)


def _inverted(values: Values, white: float) -> Values:
    if values.dtype == np.bool_:
        return ~values
    if values.dtype.kind == "f":
        return np.subtract(np.float32(white), values, dtype=np.float32)
    whole = values.dtype.type(int(white)) if white < 2**63 else values.dtype.type(2**64 - 1)
    inverted: Values = np.subtract(whole, np.clip(values, 0, whole), dtype=values.dtype)
    return inverted


def _by_inks(icc: bytes) -> Convert16 | None:
    """The conversion of CMYK by a profile in 16 bits, or None where it is not for such colours: Pillow's has 8 only."""
    import imagecodecs

    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(icc)).profile
        if profile.xcolor_space.strip() != "CMYK":
            return None

        def convert(values: NDArray[np.uint16]) -> NDArray[np.uint16]:
            levels: NDArray[np.uint16] = imagecodecs.cms_transform(
                np.ascontiguousarray(values),
                icc,
                srgb_profile(),
                colorspace="cmyk",
                outcolorspace="rgb",
                outdtype="uint16",
                intent=int(ImageCms.Intent.RELATIVE_COLORIMETRIC),
                flags=int(EXACT),
            )
            return levels

        convert(np.zeros((1, 1, 4), np.uint16))  # some fail no earlier than here
    except _PROFILE_ERRORS:
        return None
    return convert


def _palette(page: Directory, bits: int) -> Pixels:
    entries = np.array(page.numbers(_COLOR_MAP, 3 << 16), np.float64)
    count = len(entries) // 3
    if not count:
        return np.repeat(np.linspace(0, 255, 2 ** min(bits, 8)).round().astype(np.uint8)[:, None], 3, axis=1)
    table = entries[: 3 * count].reshape(3, count).T
    if table.max() >= 256:
        table = table // 256  # of 16 bits, written times 256 or 257; old writers gave 8
    return table.astype(np.uint8)


def _lab_to_srgb(is_icc: bool, values: Values) -> NDArray[np.float32]:
    """Codes 0..1. TIFF 6.0, section 23, and Adobe's note on ICCLab: L* 0..100 in all codes; a*, b* signed or offset."""
    lab = values.astype(np.float32)
    if values.dtype.kind != "f":
        bits = 8 * values.dtype.itemsize
        unit = np.float32(2 ** (bits - 8))
        if is_icc:
            lab[:, :, 1:] = lab[:, :, 1:] / unit - 128
        else:
            signed = values[:, :, 1:].astype(np.dtype(f"i{values.dtype.itemsize}"))
            lab[:, :, 1:] = signed.astype(np.float32) / unit
        lab[:, :, 0] = lab[:, :, 0] * np.float32(100 / (2**bits - 1))
    y = (lab[:, :, 0] + 16) / 116
    ratios = np.stack((y + lab[:, :, 1] / 500, y, y - lab[:, :, 2] / 200), axis=-1)
    xyz = np.where(ratios > 6 / 29, ratios**3, 3 * (6 / 29) ** 2 * (ratios - 4 / 29)) * _LAB_TO_XYZ_WHITE
    light = (xyz @ _XYZ_TO_SRGB.T).clip(0, 1)
    codes = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.nan_to_num(codes, nan=0.0).astype(np.float32)


def _ycbcr_to_rgb(page: Directory, white: float, values: Values) -> NDArray[np.float32]:
    """RGB of 0..1. TIFF 6.0, section 21, with its coefficients and reference black and white."""
    red, green, blue = page.numbers(_CODING, 3) or (0.299, 0.587, 0.114)
    half = (white + 1) / 2
    black_y, white_y, black_b, white_b, black_r, white_r = page.numbers(_REFERENCE, 6) or (
        0, white, half, white, half, white,
    )  # fmt: skip
    full = values.astype(np.float32)
    y = (full[:, :, 0] - black_y) / ((white_y - black_y) or 1)
    cb = (full[:, :, 1] - black_b) / ((white_b - black_b) or 1) / 2
    cr = (full[:, :, 2] - black_r) / ((white_r - black_r) or 1) / 2
    r = cr * (2 - 2 * red) + y
    b = cb * (2 - 2 * blue) + y
    g = (y - blue * b - red * r) / (green or 1)
    codes: NDArray[np.float32] = np.nan_to_num(np.stack((r, g, b), axis=-1).clip(0, 1), nan=0.0).astype(np.float32)
    return codes
