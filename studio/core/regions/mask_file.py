"""Masks as greyscale PNG: white where a region is, black where it is not."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from studio.core.errors import PictureError
from studio.core.image_io.picture_reader import PART_IS_MISSING
from studio.core.picture import Picture, Pixels
from studio.core.regions.rasterize import LONGEST, mask_size
from studio.core.resampling import resized
from studio.core.storage.atomic_write import replace_file

_LUMINANCE = np.array((0.2126, 0.7152, 0.0722), np.float32)  # of red, green and blue: Rec. 709


def pack_mask(values: Pixels) -> bytes:
    """A mask as the bytes of a PNG. Shapes: (h, w) uint8."""
    file = BytesIO()
    Image.fromarray(values).save(file, "PNG", compress_level=1)
    return file.getvalue()


def unpack_mask(data: bytes) -> Pixels:
    """Inverse of `pack_mask`. Raises ValueError if it is no greyscale PNG of a size that masks have."""
    try:
        with Image.open(BytesIO(data), formats=("PNG",)) as image:
            if image.mode != "L" or max(image.size) > LONGEST:
                raise ValueError("a mask is none")
            return np.array(image)
    except (OSError, SyntaxError) as error:  # what Pillow raises for a damaged PNG
        raise ValueError("a mask is damaged") from error


def mask_of(picture: Picture) -> Pixels:
    """A picture as a mask: its brightness, in (h, w) uint8 of at most LONGEST px; what is transparent is outside.

    Raises PictureError if nothing lies in it, or a part of the file is missing.
    """
    if PART_IS_MISSING in picture.notes:
        raise PictureError(
            f"Part of {picture.name} is missing or damaged, so the region would end there.", "Take another."
        )
    brightness = picture.pixels @ _LUMINANCE
    if picture.alpha is not None:
        brightness *= picture.alpha / np.float32(255)
    values: Pixels = np.rint(brightness).astype(np.uint8)
    size = mask_size(picture.width, picture.height)
    if size != (picture.width, picture.height):
        values = resized(values, size, Image.Resampling.BOX)
    if not values.any():
        raise PictureError(f"{picture.name} is black all over, so nothing would lie in this region.", "Take another.")
    return values


def save_mask(path: Path, values: Pixels) -> None:
    """Write a mask as a greyscale PNG. Raises WriteError; then `path` is as it was."""
    replace_file(path, pack_mask(values))
