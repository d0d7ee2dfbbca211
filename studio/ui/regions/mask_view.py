"""A mask as it is seen over the picture: a dashed line in two tones around it, and on demand red where it is not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from studio.core.picture import Pixels

_DASH = 5  # px
_VEIL = 0.5  # of the red where the mask is 0
_WHITE, _BLACK = (255, 255, 255, 255), (0, 0, 0, 255)  # blue, green, red, alpha


def mask_image(values: Pixels) -> QImage:
    """A QImage on the values, which have to outlive it; changes to them are seen."""
    height, width = values.shape
    return QImage(values.data, width, height, values.strides[0], QImage.Format.Format_Grayscale8)


def draw_mask_view(image: QImage, place: QRectF, clip: QRect, ratio: float, *, has_veil: bool) -> QImage:
    """What lies over `clip` of the canvas for a mask that lies over `place`; both in device px, as the result.

    The line is where the mask is one half; each of its two tones is one px wide for each px of the window.
    """
    thick = max(1, round(ratio))
    grown = clip.adjusted(-thick, -thick, thick, thick)
    gray = QImage(grown.size(), QImage.Format.Format_Grayscale8)
    gray.fill(0)
    painter = QPainter(gray)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place.translated(-grown.topLeft()), image)
    painter.end()
    values = np.frombuffer(gray.constBits(), np.uint8).reshape(gray.height(), gray.bytesPerLine())[:, : gray.width()]
    inside = values >= 128
    inner, outer = inside & _grown(~inside, thick), ~inside & _grown(inside, thick)
    rows = np.arange(grown.top(), grown.top() + grown.height(), dtype=np.int32)[:, None]
    columns = np.arange(grown.left(), grown.left() + grown.width(), dtype=np.int32)
    dashes = (rows + columns) // round(_DASH * ratio) % 2 == 0
    seen = np.zeros((*values.shape, 4), np.uint8)
    if has_veil:
        alpha = ((255 - values) * _VEIL).astype(np.uint8)
        alpha[~_covered(place, grown)] = 0
        seen[..., 3] = alpha
        seen[..., 2] = alpha  # premultiplied
    for line, tones in ((inner, (_WHITE, _BLACK)), (outer, (_BLACK, _WHITE))):
        seen[line & dashes], seen[line & ~dashes] = tones
    seen = np.ascontiguousarray(seen[thick:-thick, thick:-thick])
    height, width = seen.shape[:2]
    return QImage(seen.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()


def _grown(inside: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    for _ in range(steps):
        more = inside.copy()
        more[1:] |= inside[:-1]
        more[:-1] |= inside[1:]
        more[:, 1:] |= inside[:, :-1]
        more[:, :-1] |= inside[:, 1:]
        inside = more
    return inside


def _covered(place: QRectF, clip: QRect) -> NDArray[np.bool_]:
    covered = np.zeros((clip.height(), clip.width()), np.bool_)
    over = place.toRect().intersected(clip).translated(-clip.topLeft())
    covered[over.top() : over.bottom() + 1, over.left() : over.right() + 1] = True
    return covered
