"""Thumbnails: pictures cropped to fill a size, never stretched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from studio.core.image_io.opening.wanted import Wanted
from studio.core.picture import Picture, Pixels

_FINER = 2  # times the size at which a decoder may stop: its own last step is coarse
_GAP = 3.0  # how much coarser the first step of reducing is than the last one


def for_thumbnail(wanted: Wanted, width: int, height: int) -> Wanted:
    """What to open for a thumbnail of width x height px; pictures too small to paint have one, too."""
    return replace(wanted, smallest_edge=1, at_least=(_FINER * width, _FINER * height))


def shrunk(picture: Picture, short_edge: int) -> Picture:
    """The whole picture, its shorter edge at most this long; without what 8 bits leave out where it is shrunk."""
    factor = short_edge / min(picture.width, picture.height)
    if factor >= 1:
        return picture
    size = max(1, round(picture.width * factor)), max(1, round(picture.height * factor))

    def scaled(pixels: Pixels) -> Pixels:
        return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS, reducing_gap=_GAP))

    return picture.with_pixels(scaled(picture.pixels), None if picture.alpha is None else scaled(picture.alpha))


def cropped(picture: Picture, width: int, height: int) -> Picture:
    """The picture scaled and cropped to fill width x height px.

    From the middle across, from above the middle down: heads are rarely at the bottom.
    """
    factor = max(width / picture.width, height / picture.height)
    wide, high = min(picture.width, width / factor), min(picture.height, height / factor)
    left, top = (picture.width - wide) / 2, (picture.height - high) / 4
    box = (left, top, left + wide, top + high)

    def scaled(pixels: Pixels) -> Pixels:
        image = Image.fromarray(pixels)
        return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS, box, reducing_gap=_GAP))

    return picture.with_pixels(scaled(picture.pixels), None if picture.alpha is None else scaled(picture.alpha))
