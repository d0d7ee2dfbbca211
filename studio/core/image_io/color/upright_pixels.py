"""The pixels of a loaded image: upright and in sRGB, strip by strip; and what 8 bits leave out of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

from studio.core.image_io.color.color_tags import Told
from studio.core.image_io.color.deep_colors import deep_to_srgb
from studio.core.image_io.color_profile import STRIP, ToSrgb
from studio.core.image_io.deep_png import finer_values, is_deep_grey
from studio.core.picture import Fine, Pixels, from_deep, to_deep

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright_pixels(image: Image.Image, orientation: int, told: Sequence[Told] = ()) -> tuple[Pixels, Pixels | None]:
    """The upright sRGB pixels of a loaded image, and its alpha or None where all is opaque.

    Strip by strip, for memory; and `np.asarray` of all takes three times as long with 100 megapixels.
    """
    size = (image.width, image.height) if orientation >= 5 else (image.height, image.width)
    to_srgb = ToSrgb(image, *told)
    pixels, alpha = np.empty((*size, 3), np.uint8), None
    for rows, part in _upright_strips(image, orientation):
        pixels[rows], opacity = to_srgb(part)
        if opacity is not None:
            alpha = np.empty(size, np.uint8) if alpha is None else alpha
            alpha[rows] = opacity
    return pixels, None if alpha is None or alpha.min() == 255 else alpha


def finer_pixels(image: Image.Image, orientation: int, told: Sequence[Told], pixels: Pixels) -> Fine | None:
    """What 8 bits leave out of a PNG of 16 bits, upright and sRGB; `pixels` are rounded anew where it is converted."""
    low = finer_values(image)
    is_grey = is_deep_grey(image)
    if low is None and not is_grey:
        return None
    convert = deep_to_srgb(told, is_grey=is_grey, peak=ToSrgb(image).peak)
    fine = np.empty(pixels.shape, np.int8)
    lower = _upright_strips(low if low is not None else image, orientation)
    for (rows, part), (_, rest) in zip(_upright_strips(image, orientation), lower, strict=True):
        if low is None:
            deep = np.repeat(np.asarray(part).astype(np.uint16)[:, :, None], 3, axis=2)
        else:
            deep = to_deep(np.asarray(part)[:, :, :3], np.asarray(rest)[:, :, :3].view(np.int8))
        pixels[rows], fine[rows] = from_deep(convert(deep))
    return fine if fine.any() else None  # 8 bits in a file of 16


def _upright_strips(image: Image.Image, orientation: int) -> Iterator[tuple[slice, Image.Image]]:
    """Rows of the upright picture, and the part of the image that lies there, upright."""
    is_on_its_side, begins_at_end = orientation >= 5, orientation in (3, 4, 7, 8)
    length, width = (image.width, image.height) if is_on_its_side else (image.height, image.width)
    rows = max(1, STRIP // width)
    for top in range(0, length, rows):
        bottom = min(top + rows, length)
        first, last = (length - bottom, length - top) if begins_at_end else (top, bottom)
        part = image.crop((first, 0, last, image.height) if is_on_its_side else (0, first, image.width, last))
        yield slice(top, bottom), part.transpose(_UPRIGHT[orientation]) if orientation > 1 else part
