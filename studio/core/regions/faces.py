"""Faces as the engine finds them, and a mask of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studio.core.picture import Pixels
from studio.core.regions.shapes import Point

# The mask reaches from chin to hair; a found box ends at the forehead.
_WIDER, _TALLER, _HIGHER = 1.25, 1.35, 0.06
_SOFT = 0.3  # share of the way from its border to its middle along which a mask fades


@dataclass(frozen=True)
class Face:
    """A face. Lengths are shares of the photo's width and height, so that they hold at any size.

    left, top, right, bottom: its box. likely: in [0, 1]. points: left eye, right eye, nose, left and right corner of
    the mouth as seen, each (x, y); () where they are not known.
    """

    left: float
    top: float
    right: float
    bottom: float
    likely: float = 1.0
    points: tuple[Point, ...] = ()


def face_mask(faces: Sequence[Face], size: tuple[int, int]) -> Pixels:
    """Soft ellipses over the faces. size: (width, height). Returns (height, width) uint8, 255 on a face."""
    width, height = size
    mask = np.zeros((height, width), np.float32)
    for face in faces:
        half_width = max((face.right - face.left) * width * _WIDER / 2, 1.0)
        half_height = max((face.bottom - face.top) * height * _TALLER / 2, 1.0)
        middle_x = (face.left + face.right) * width / 2
        middle_y = ((face.top + face.bottom) / 2 - (face.bottom - face.top) * _HIGHER) * height
        x = slice(max(0, int(middle_x - half_width)), min(width, int(middle_x + half_width) + 2))
        y = slice(max(0, int(middle_y - half_height)), min(height, int(middle_y + half_height) + 2))
        across = (np.arange(x.start, x.stop, dtype=np.float32) + 0.5 - middle_x) / half_width
        down = (np.arange(y.start, y.stop, dtype=np.float32) + 0.5 - middle_y) / half_height
        inside = ((1 - np.hypot(across[None], down[:, None])) / _SOFT).clip(0, 1)
        inside = inside * inside * (3 - 2 * inside)  # no visible line where the fading begins and ends
        np.maximum(mask[y, x], inside, out=mask[y, x])
    return np.rint(mask * 255).astype(np.uint8)
