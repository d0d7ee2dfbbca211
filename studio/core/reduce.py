"""Smaller copies of pictures: for what is kept, and for what is only looked at."""

from __future__ import annotations

import numpy as np
from PIL import Image

from studio.core.picture import Picture, fit_size


def reduced(picture: Picture, long_edge: int) -> Picture:
    """The picture with its longer edge at `long_edge` px, or the picture itself if it is not longer."""
    if picture.long_edge <= long_edge:
        return picture
    size = fit_size(picture.width, picture.height, long_edge)
    if picture.alpha is None:
        return picture.with_pixels(np.asarray(_resized(Image.fromarray(picture.pixels), size)))
    # Together: Pillow weighs colours by their alpha, so that hidden ones do not bleed into the edge.
    whole = np.asarray(_resized(Image.fromarray(np.dstack((picture.pixels, picture.alpha))), size))
    return picture.with_pixels(whole[:, :, :3], whole[:, :, 3])


def middle_square(picture: Picture) -> Picture:
    """The largest square in the picture: from the middle across, from above the middle down, where heads are."""
    side = min(picture.width, picture.height)
    left, top = (picture.width - side) // 2, (picture.height - side) // 4
    return picture.with_pixels(picture.pixels[top : top + side, left : left + side])


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
