"""Pictures as classifiers are trained on them: no larger than the network looks at them."""

from __future__ import annotations

from studio.core.picture import Picture
from studio.core.resampling import resized

SHORT_EDGE, LONG_EDGE = 256, 448  # px, as the engine looks at pictures: the shorter edge, unless the longer is too long


def small_copy(picture: Picture) -> Picture:
    """The picture without transparency, so small that thousands fit into memory."""
    short, long = min(picture.width, picture.height), picture.long_edge
    scale = min(1.0, SHORT_EDGE / short, LONG_EDGE / long)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return Picture(picture.pixels if scale == 1 else resized(picture.pixels, size), picture.name)
