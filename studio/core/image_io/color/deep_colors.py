"""Photos of more than 8 bits to sRGB: their finer values, which 8 bits leave out, and the profile they came in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import ImageCms

from studio.core.image_io.color.cicp import RgbSpace
from studio.core.image_io.color.color_tags import Told
from studio.core.image_io.color.tone_mapping import RgbConversion
from studio.core.image_io.color_profile import srgb_profile
from studio.core.image_io.header_checks import DECODER_ERRORS

Deep = NDArray[np.uint16]

EXACT = ImageCms.Flags.BLACKPOINTCOMPENSATION | ImageCms.Flags.NOOPTIMIZE
"""How littleCMS converts 16 bits: its shortcut, a table of 33 steps, is off by up to 20 levels of 8 bits."""

_PROFILE_ERRORS: tuple[type[Exception], ...] = (ImageCms.PyCMSError, *DECODER_ERRORS)


def rgb_profile(told: Iterable[Told]) -> bytes:
    """The first ICC profile of RGB among what a file tells of its colours, or b""."""
    return next((each for each in told if isinstance(each, bytes) and each[16:20] == b"RGB "), b"")


def deep_to_srgb(
    told: Iterable[Told], *, is_grey: bool = False, peak: Callable[[RgbSpace], float] = lambda _: 1.0
) -> Callable[[Deep], Deep]:
    """What makes sRGB of values (H, W, 3) in 16 bits, as `ToSrgb` does it in 8: the first that can be used counts.

    is_grey: whether the three are equal, so that a profile of grey can be used, too. peak: measures the brightest
    light of the whole picture, white = 1, in a space with room for more.
    """
    for description in told:
        if isinstance(description, RgbSpace):
            return _by_space(description, peak)
        if not description:
            continue
        space = description[16:20]
        if space == b"RGB " or (is_grey and space == b"GRAY"):
            convert = _by_profile(description, "rgb" if space == b"RGB " else "gray")
            if convert is not None:
                return convert
    return _as_they_are


def _as_they_are(values: Deep) -> Deep:
    return values


def _by_space(space: RgbSpace, peak: Callable[[RgbSpace], float]) -> Callable[[Deep], Deep]:
    if space.is_srgb:
        return _as_they_are
    return RgbConversion(space, levels=1 << 16, peak=peak(space) if space.is_hdr else 1.0).deep


def _by_profile(icc: bytes, colors: Literal["rgb", "gray"]) -> Callable[[Deep], Deep] | None:
    import imagecodecs

    def convert(values: Deep) -> Deep:
        converted: Deep = imagecodecs.cms_transform(
            np.ascontiguousarray(values if colors == "rgb" else values[:, :, 0]),
            icc,
            srgb_profile(),
            colorspace=colors,
            outcolorspace="rgb",
            outdtype="uint16",
            intent=int(ImageCms.Intent.RELATIVE_COLORIMETRIC),
            flags=int(EXACT),
        )
        return converted

    try:
        steps = np.linspace(0, 65535, 9).astype(np.uint16)
        probe = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)
        if colors == "gray":
            probe = np.repeat(probe[:, :, :1], 3, axis=2)
        moved = np.abs(convert(probe).astype(np.int32) - probe).max()
    except _PROFILE_ERRORS:
        return None
    return _as_they_are if moved <= 257 else convert  # most photos say sRGB in one of a hundred versions
