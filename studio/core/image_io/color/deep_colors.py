"""Photos of more than 8 bits to sRGB: their finer values, which 8 bits leave out, and the profile they came in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import ImageCms

from studio.core.image_io.color.cicp import RgbSpace
from studio.core.image_io.color.color_tags import Told
from studio.core.image_io.color_profile import srgb_profile
from studio.core.image_io.header_checks import DECODER_ERRORS

Deep = NDArray[np.uint16]

_PROFILE_ERRORS: tuple[type[Exception], ...] = (ImageCms.PyCMSError, *DECODER_ERRORS)


def rgb_profile(told: Iterable[Told]) -> bytes:
    """The first ICC profile of RGB among what a file tells of its colours, or b""."""
    return next((each for each in told if isinstance(each, bytes) and each[16:20] == b"RGB "), b"")


def deep_to_srgb(told: Iterable[Told]) -> Callable[[Deep], Deep] | None:
    """What makes sRGB of values (H, W, 3) in 16 bits, as `ToSrgb` does it in 8; None where that has 8 only.

    None: spaces that are told by numbers (gAMA, cICP), and profiles of grey.
    """
    for description in told:
        if isinstance(description, RgbSpace):
            return _as_they_are if description.is_srgb else None
        if description and description[16:20] == b"GRAY":
            return None
        if description and description[16:20] == b"RGB ":
            convert = _by_profile(description)
            if convert is not None:
                return convert
    return _as_they_are


def _as_they_are(values: Deep) -> Deep:
    return values


def _by_profile(icc: bytes) -> Callable[[Deep], Deep] | None:
    import imagecodecs

    def convert(values: Deep) -> Deep:
        converted: Deep = imagecodecs.cms_transform(
            np.ascontiguousarray(values),
            icc,
            srgb_profile(),
            colorspace="rgb",
            outcolorspace="rgb",
            outdtype="uint16",
            intent=int(ImageCms.Intent.RELATIVE_COLORIMETRIC),
            flags=int(ImageCms.Flags.BLACKPOINTCOMPENSATION),
        )
        return converted

    try:
        steps = np.linspace(0, 65535, 9).astype(np.uint16)
        probe = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)
        moved = np.abs(convert(probe).astype(np.int32) - probe).max()
    except _PROFILE_ERRORS:
        return None
    return _as_they_are if moved <= 257 else convert  # most photos say sRGB in one of a hundred versions
