"""What is to be written: values of a size, in a profile and a depth, from the 16 bits of a picture, rounded once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.core.image_io.color_profile import srgb_profile
from studio.core.image_io.output.dither import dithered
from studio.core.image_io.output.rgb_profiles import Intent, convert, is_of_inks
from studio.core.picture import Picture, Pixels
from studio.core.resampling import resized_deep

Values = NDArray[Any]


@dataclass(frozen=True)
class LayerValues:
    """One layer. values: (H, W, 3 or 4), as large as the picture. Hidden ones are there to be turned on."""

    name: str
    values: Values
    is_visible: bool = True


@dataclass(frozen=True)
class Sheet:
    """What is to be written: (H, W, 3 or 4) values of 8, 10 or 16 bits in the colours of a profile.

    The fourth is alpha, or where the profile is one of inks, black. given: what an encoder is given instead that turns
    colours by itself, in sRGB.
    """

    values: Values
    icc: bytes
    layers: tuple[LayerValues, ...] = ()
    given: Values | None = None

    @property
    def is_srgb(self) -> bool:
        """Whether these are the colours of a screen."""
        return self.icc == srgb_profile()

    @property
    def is_inks(self) -> bool:
        """Whether these are the inks of a press."""
        return is_of_inks(self.icc)


def output_values(
    picture: Picture,
    size: tuple[int, int],
    icc: bytes,
    intent: Intent,
    depth: int,
    *,
    on_white: bool = False,
    is_dithered: bool = False,
) -> Values:
    """The picture at `size` (width, height) in the colours of a profile. Shape: (h, w, 3), or 4 with alpha.

    depth: 8 gives bytes; 10 and 16 give uint16, of which 1,023 or 65,535 is white. on_white: for formats without alpha.
    is_dithered: to 8 bits; see `dithered`.
    """
    has_alpha = picture.alpha is not None and int(picture.alpha.min()) < 255
    rows = _with_alpha(picture) if has_alpha else picture.deep_rows
    if size == (picture.width, picture.height):
        values = rows(slice(None))
    else:
        shape = (picture.height, picture.width, 4 if has_alpha else 3)
        values = resized_deep(rows, shape, size, Image.Resampling.LANCZOS)
    if has_alpha and on_white:
        opacity = values[:, :, 3:].astype(np.float32) / np.float32(65535)
        values = np.rint(values[:, :, :3] * opacity + np.float32(65535) * (1 - opacity)).astype(np.uint16)
    elif has_alpha and int(values[:, :, 3].min()) == 65535:
        values = values[:, :, :3]  # the little transparency there was is averaged away
    if icc != srgb_profile():
        converted = convert(np.ascontiguousarray(values[:, :, :3]), icc, intent)
        values = converted if values.shape[2] == 3 else np.dstack((converted, values[:, :, 3]))
    if depth == 16:
        return np.ascontiguousarray(values)
    if depth == 10:
        return ((values.astype(np.uint32) * 1023 + 32767) // 65535).astype(np.uint16)
    if is_dithered:
        return dithered(values)
    return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)


def pixel_values(pixels: Pixels, alpha: Pixels | None) -> Values:
    """Colours, with alpha where something is transparent. Shape: (H, W, 3 or 4)."""
    return pixels if alpha is None or alpha.min() == 255 else np.dstack((pixels, alpha))


def image_of(values: Values, *, is_inks: bool) -> Image.Image:
    """Values of 8 bits as an image. is_inks: the fourth is black, and not alpha."""
    if is_inks:
        return Image.frombytes("CMYK", (values.shape[1], values.shape[0]), np.ascontiguousarray(values).tobytes())
    return Image.fromarray(values)


def _with_alpha(picture: Picture) -> Callable[[slice], NDArray[np.uint16]]:
    assert picture.alpha is not None
    alpha = picture.alpha
    return lambda rows: np.dstack((picture.deep_rows(rows), alpha[rows] * np.uint16(257)))
