"""A mask as it is seen over the picture: a dashed line in two tones around it, and on demand red where it is not."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from studio.core.picture import Pixels

_DASH = 5  # px
_VEIL = 0.5  # of the red where the mask is 0
_WHITE, _BLACK = np.uint32(0xFFFFFFFF), np.uint32(0xFF000000)  # alpha, red, green, blue
_VEILS = ((255 - np.arange(256)) * _VEIL).astype(np.uint32) * np.uint32(0x01010000)  # by mask value, premultiplied


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
    seen: NDArray[np.uint32] = np.zeros((gray.height(), gray.width()), np.uint32)
    if has_veil:
        covered = _covered(place, grown)
        seen[covered] = _VEILS[values[covered]]
    line = _grown(_edges(inside), thick - 1)
    places = np.arange(sum(values.shape), dtype=np.int32) + (grown.top() + grown.left())
    dashes = sliding_window_view(places // round(_DASH * ratio) % 2 == 0, values.shape[1])[: values.shape[0]]
    np.copyto(seen, _BLACK, where=line)
    np.copyto(seen, _WHITE, where=line & (inside == dashes))  # row + column tells the dash: a view on few numbers
    seen = np.ascontiguousarray(seen[thick:-thick, thick:-thick])
    height, width = len(seen), len(seen[0])
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


def _edges(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where a neighbour above, below, left or right is of the other kind."""
    across, down = inside[:, 1:] != inside[:, :-1], inside[1:] != inside[:-1]
    edges = np.zeros_like(inside)
    edges[:, 1:] |= across
    edges[:, :-1] |= across
    edges[1:] |= down
    edges[:-1] |= down
    return edges


def _covered(place: QRectF, clip: QRect) -> tuple[slice, slice]:
    over = place.toRect().intersected(clip).translated(-clip.topLeft())
    return slice(over.top(), over.bottom() + 1), slice(over.left(), over.right() + 1)
