"""Colours of any file to sRGB: embedded profiles, CMYK, grey, palettes, and more than 8 bits."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from studio.core.limits import DECODER_ERRORS
from studio.core.picture import Pixels

_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab"}
_PROFILE_ERRORS: tuple[type[Exception], ...] = (ImageCms.PyCMSError, *DECODER_ERRORS)
_DATE = slice(24, 36)  # of a profile's making, in its header


@cache
def srgb_profile() -> bytes:
    """The ICC profile of sRGB, the same bytes at each call and on each day."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_DATE] = np.array((2000, 1, 1, 0, 0, 0), ">u2").tobytes()
    return bytes(profile)


def to_srgb(image: Image.Image, icc: bytes | None) -> tuple[Image.Image, Pixels | None]:
    """A loaded image of any mode as ("RGB" image, (H, W) alpha or None where all is opaque).

    icc: its embedded profile; one that cannot be used counts as none, and none counts as sRGB. Grey beyond 8 bits:
    see `eight_bits`. CMYK without a profile is converted as screens do: (1 - C) (1 - K).
    """
    colors, alpha = _split(image)
    if alpha is not None and alpha.min() == 255:
        alpha = None
    try:
        converted = _apply_profile(colors, icc)
    except _PROFILE_ERRORS:
        converted = None
    if converted is None and colors.mode == "LAB":
        converted = _apply_profile(colors, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes())
    if converted is None:
        converted = colors if colors.mode == "RGB" else colors.convert("RGB")  # which would copy an RGB one
    return converted, alpha


def eight_bits(values: NDArray[Any]) -> Pixels:
    """Grey values of 16 or 32 bits or floats as bytes, rounded; the full scale is the first that holds them all.

    Scales: 65,535 and then the largest value for whole numbers; 1, 255, 65,535 and then the largest value for floats.
    NaN, infinite and negative values count as 0.
    """
    is_float = values.dtype.kind == "f"
    numbers = np.nan_to_num(values.astype(np.float32 if is_float else np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    np.maximum(numbers, 0.0, out=numbers)
    largest = float(numbers.max())
    scale = next((scale for scale in ((1.0, 255.0, 65535.0) if is_float else (65535.0,)) if largest <= scale), largest)
    levels: Pixels = np.rint(numbers * (255.0 / scale)).astype(np.uint8)
    return levels


def _split(image: Image.Image) -> tuple[Image.Image, Pixels | None]:
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image)
        clear = image.info.get("transparency")
        alpha = np.where(values == clear, 0, 255).astype(np.uint8) if isinstance(clear, int) else None
        return Image.fromarray(eight_bits(values)), alpha
    if image.has_transparency_data:
        clear = image.info.get("transparency")
        if isinstance(clear, tuple) and max(clear) > 255:  # of a 16-bit PNG, which Pillow has read as 8-bit
            image.info["transparency"] = tuple(value >> 8 for value in clear)
        rgba = image.convert("RGBA")
        alpha = np.asarray(rgba.getchannel("A"))
        return (image.getchannel("L") if image.mode == "LA" else rgba.convert("RGB")), alpha
    if image.mode == "1":
        return image.convert("L"), None
    return (image if image.mode in _SPACES else image.convert("RGB")), None


def _apply_profile(colors: Image.Image, icc: bytes | None) -> Image.Image | None:
    if not icc:
        return None
    profile = ImageCms.ImageCmsProfile(BytesIO(icc))
    space = profile.profile.xcolor_space.strip()
    if space == "RGB" and colors.mode == "L":
        colors = colors.convert("RGB")
    if _SPACES[colors.mode] != space:
        return None
    transform = ImageCms.buildTransform(
        profile,
        ImageCms.ImageCmsProfile(BytesIO(srgb_profile())),
        colors.mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if colors.mode == "RGB" and _changes_nothing(transform):
        return colors
    return ImageCms.applyTransform(colors, transform)


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    # Most photos say sRGB in one of a hundred versions; rounding must not touch their pixels.
    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    probe = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)
    moved = np.asarray(ImageCms.applyTransform(Image.fromarray(probe), transform))
    return bool(np.abs(moved.astype(np.int16) - probe).max() <= 1)
