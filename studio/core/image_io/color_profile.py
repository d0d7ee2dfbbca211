"""Colours of any file to sRGB: embedded profiles, CMYK, grey, palettes, and more than 8 bits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from studio.core.image_io.color.cicp import RgbSpace
from studio.core.image_io.color.tone_mapping import RgbConversion, measured_peak
from studio.core.image_io.header_checks import DECODER_ERRORS
from studio.core.picture import Pixels

_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab"}
_PROFILE_ERRORS: tuple[type[Exception], ...] = (ImageCms.PyCMSError, *DECODER_ERRORS)
STRIP = 250_000  # px; what the processor keeps at hand
_DATE = slice(24, 36)  # of a profile's making, in its header


@cache
def srgb_profile() -> bytes:
    """The ICC profile of sRGB, the same bytes at each call and on each day."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_DATE] = np.array((2000, 1, 1, 0, 0, 0), ">u2").tobytes()
    return bytes(profile)


class ToSrgb:
    """Brings a loaded image of any mode to sRGB, part by part: a second copy of a large one need never be.

    told: what the file says of its colours, an ICC profile or a space, the weightiest first (`told_colors`). The first
    that can be used counts; none counts as sRGB. Grey beyond 8 bits: see `eight_bits`. CMYK without a profile is
    converted as screens do: (1 - C) (1 - K). Spaces brighter than white: see `RgbConversion`.
    """

    def __init__(self, image: Image.Image, *told: bytes | RgbSpace | None) -> None:
        self._told = [each for each in told if each]
        self._convert: Callable[[Image.Image], Image.Image] | None = None
        self._scale = max(map(full_scale, _strips(image))) if _is_deep(image) else 1.0
        self._image: Image.Image | None = (
            image  # looked over for its brightest light, where it may have more than white
        )

    def __call__(self, part: Image.Image) -> tuple[Pixels, Pixels | None]:
        """SRGB (h, w, 3) of a part of the image, and alpha (h, w) where the image has one."""
        colors, alpha = _split(part, self._scale)
        if self._convert is None:
            self._convert = _conversion(colors, self._told, self.peak)
            self._image = None
        return np.asarray(self._convert(colors)), alpha

    def peak(self, space: RgbSpace) -> float:
        """The brightest light of the whole image, white = 1; to be asked for before anything is converted."""
        assert self._image is not None
        return measured_peak(space, (_rgb(_split(part, self._scale)[0]) for part in _parts(self._image)))


def full_scale(values: NDArray[Any]) -> float:
    """What counts as white in grey values of 16 or 32 bits or floats: the first scale that holds them all.

    Scales: 65,535 and then the largest value for whole numbers; 1, 255, 65,535 and then the largest value for floats.
    """
    if values.dtype == np.uint16:
        return 65535.0
    largest = float(_positive(values).max())
    scales = (1.0, 255.0, 65535.0) if values.dtype.kind == "f" else (65535.0,)
    return next((scale for scale in scales if largest <= scale), largest)


def eight_bits(values: NDArray[Any], scale: float) -> Pixels:
    """Grey values as bytes, rounded; `scale` becomes 255. NaN, infinite and negative values count as 0."""
    is_short = values.dtype == np.uint16
    numbers = np.arange(1 << 16) if is_short else values
    levels: Pixels = np.rint(_positive(numbers) * (255.0 / scale)).astype(np.uint8)
    return levels[values] if is_short else levels  # looked up: many times as fast


def _positive(values: NDArray[Any]) -> NDArray[Any]:
    numbers = values.astype(np.float32 if values.dtype.kind == "f" else np.float64)
    np.nan_to_num(numbers, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    positive: NDArray[Any] = np.maximum(numbers, 0.0, out=numbers)
    return positive


def _parts(image: Image.Image) -> Iterator[Image.Image]:
    height = max(1, STRIP // image.width)
    for top in range(0, image.height, height):
        yield image.crop((0, top, image.width, min(top + height, image.height)))


def _strips(image: Image.Image) -> Iterator[NDArray[Any]]:
    return map(np.asarray, _parts(image))


def _rgb(colors: Image.Image) -> Pixels:
    return np.asarray(_plainly(colors))


def _is_deep(image: Image.Image) -> bool:
    return image.mode.startswith("I") or image.mode == "F"


def _split(image: Image.Image, scale: float) -> tuple[Image.Image, Pixels | None]:
    if _is_deep(image):
        values = np.asarray(image)
        clear = image.info.get("transparency")
        alpha = np.where(values == clear, 0, 255).astype(np.uint8) if isinstance(clear, int) else None
        return Image.fromarray(eight_bits(values, scale)), alpha
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


def _conversion(
    sample: Image.Image, told: Sequence[bytes | RgbSpace], peak: Callable[[RgbSpace], float]
) -> Callable[[Image.Image], Image.Image]:
    """What makes "RGB" of images like the sample. peak: measures the brightest light of the whole."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes() if sample.mode == "LAB" else None
    for description in (*told, *([lab] if lab else [])):
        if isinstance(description, RgbSpace):
            if sample.mode in ("RGB", "L"):
                return _by_space(description, peak)
            continue
        try:
            convert = _by_profile(sample.mode, description)
            if convert is not None:
                convert(sample.crop((0, 0, 1, 1)))  # some fail no earlier than here
                return convert
        except _PROFILE_ERRORS:
            continue
    return _plainly


def _plainly(colors: Image.Image) -> Image.Image:
    return colors if colors.mode == "RGB" else colors.convert("RGB")  # which would copy an RGB one


def _by_space(space: RgbSpace, peak: Callable[[RgbSpace], float]) -> Callable[[Image.Image], Image.Image]:
    if space.is_srgb:
        return _plainly
    convert = RgbConversion(space, peak=peak(space) if space.is_hdr else 1.0)
    return lambda colors: Image.fromarray(convert(_rgb(colors)))


def _by_profile(mode: str, icc: bytes) -> Callable[[Image.Image], Image.Image] | None:
    """The conversion by a profile, or None where it is not for colours like these."""
    profile = ImageCms.ImageCmsProfile(BytesIO(icc))
    space = profile.profile.xcolor_space.strip()
    is_grey_as_rgb = space == "RGB" and mode == "L"
    mode = "RGB" if is_grey_as_rgb else mode
    if _SPACES[mode] != space:
        return None
    transform = ImageCms.buildTransform(
        profile,
        ImageCms.ImageCmsProfile(BytesIO(srgb_profile())),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        # littleCMS's shortcut for one channel is off by 10 levels in the dark; without it, grey takes no longer.
        ImageCms.Flags.BLACKPOINTCOMPENSATION | (ImageCms.Flags.NOOPTIMIZE if mode == "L" else ImageCms.Flags.NONE),
    )
    if mode == "RGB" and _changes_nothing(transform):
        return _plainly

    def convert(colors: Image.Image) -> Image.Image:
        converted = ImageCms.applyTransform(colors.convert("RGB") if is_grey_as_rgb else colors, transform)
        assert converted is not None  # it is, unless one asks to convert in place
        return converted

    return convert


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    # Most photos say sRGB in one of a hundred versions; rounding must not touch their pixels.
    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    probe = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)
    moved = np.asarray(ImageCms.applyTransform(Image.fromarray(probe), transform))
    return bool(np.abs(moved.astype(np.int16) - probe).max() <= 1)
