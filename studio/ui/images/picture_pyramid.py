"""PicturePyramid: a picture at full, half, quarter ... size, so that 200 megapixels are shown as fast as one."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from PIL import Image
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from studio.core.picture import Picture, Pixels

LARGE: Final = 4_000_000  # px; up to here a level is made in a few ms, beyond it off the GUI thread
SMALLEST_LEVEL: Final = 256  # px
_WHOLE: Final = 2_000_000  # px; levels up to here are turned into one QImage
_MARGIN: Final = 160  # px cut around what is visible, so that panning need not cut each time
_STRIP: Final = 1024  # rows reduced at a time, so that memory stays small


class PicturePyramid:
    """Draws a picture at any scale from its nearest level.

    Level n is 2^n times smaller. The picture's own array is level 0 and is never copied as a whole: of a large one,
    only the part in sight becomes a QImage. Until a large picture has its levels, every 2^n-th pixel stands in.
    """

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self._levels: dict[int, Pixels] = {}
        self._cut: tuple[int, QRect, QImage] | None = None

    @property
    def needs_levels(self) -> bool:
        """Whether `make_levels` should run on another thread and its result be given to `take_levels`."""
        return self.picture.width * self.picture.height > LARGE and not self._levels

    def take_levels(self, levels: dict[int, Pixels]) -> None:
        """Use what `make_levels` made."""
        self._levels.update(levels)
        self._cut = None

    def draw(self, painter: QPainter, target: QRect, clip: QRect, *, is_crisp: bool) -> None:
        """Draw the picture over `target`, of which `clip` is visible, in the painter's px.

        is_crisp: enlarged pixels stay squares; else they are blended.
        """
        clip = clip.intersected(target)
        if clip.isEmpty():
            return
        across, down = target.width() / self.picture.width, target.height() / self.picture.height
        level = self._level_for(min(across, down))
        step = 2**level
        seen = QRectF(clip.translated(-target.topLeft()))
        needed = QRectF(
            seen.x() / across / step, seen.y() / down / step, seen.width() / across / step, seen.height() / down / step
        )
        region, image = self._cut_out(level, needed.toAlignedRect())
        place = QRectF(
            target.x() + region.x() * step * across,
            target.y() + region.y() * step * down,
            region.width() * step * across,
            region.height() * step * down,
        )
        painter.save()
        painter.setClipRect(clip, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not is_crisp)
        painter.drawImage(place, image)
        painter.restore()

    def _level_for(self, scale: float) -> int:
        """The level drawn at 0.6 to 1.2 times its size: finer ones would alias, coarser ones blur."""
        wanted = math.floor(math.log2(1 / scale) + 0.25)
        coarsest = math.ceil(math.log2(max(self.picture.long_edge / SMALLEST_LEVEL, 1)))
        return min(max(wanted, 0), coarsest)

    def _cut_out(self, level: int, needed: QRect) -> tuple[QRect, QImage]:
        whole = QRect(0, 0, -(-self.picture.width // 2**level), -(-self.picture.height // 2**level))
        needed = needed.intersected(whole)
        if self._cut is not None and self._cut[0] == level and self._cut[1].contains(needed):
            return self._cut[1:]
        region = whole
        if whole.width() * whole.height() > _WHOLE:
            region = needed.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN).intersected(whole)
        image = qimage(self._pixels(level, region))
        self._cut = level, region, image
        return region, image

    def _pixels(self, level: int, region: QRect) -> Pixels:
        rows = slice(region.top(), region.bottom() + 1)
        columns = slice(region.left(), region.right() + 1)
        if level == 0:
            return _with_alpha(self.picture, rows, columns)
        if level not in self._levels and self.picture.width * self.picture.height <= LARGE:
            self._levels = make_levels(self.picture)
        if level in self._levels:
            return self._levels[level][rows, columns]
        step = 2**level
        last_row, last_column = self.picture.height, self.picture.width
        return _with_alpha(
            self.picture,
            slice(rows.start * step, min(rows.stop * step, last_row), step),
            slice(columns.start * step, min(columns.stop * step, last_column), step),
        )


def make_levels(picture: Picture) -> dict[int, Pixels]:
    """All smaller levels, (H, W, 3) or with alpha (H, W, 4), by number. May be called on any thread."""
    levels: dict[int, Pixels] = {}
    level, pixels = 0, None
    while pixels is None or max(pixels.shape[:2]) > SMALLEST_LEVEL:
        height, width = pixels.shape[:2] if pixels is not None else (picture.height, picture.width)
        halves = []
        for top in range(0, height, _STRIP):
            rows = slice(top, min(top + _STRIP, height))
            strip = _with_alpha(picture, rows, slice(0, width)) if pixels is None else pixels[rows]
            # Pillow averages with the alpha as weight, so that transparent pixels lend no colour.
            halves.append(np.asarray(Image.fromarray(strip).reduce(2)))
        pixels = np.concatenate(halves)
        level += 1
        levels[level] = pixels
    return levels


def qimage(pixels: Pixels) -> QImage:
    """A QImage of (H, W, 3 or 4) pixels in the format Qt draws fastest; it owns its pixels."""
    pixels = np.ascontiguousarray(pixels)
    height, width, channels = pixels.shape
    if channels == 3:
        borrowed = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        return borrowed.convertToFormat(QImage.Format.Format_RGB32)  # another format, hence a copy
    borrowed = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return borrowed.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def whole_image(picture: Picture, stride: int = 1) -> QImage:
    """The picture as a QImage, transparency included; stride: take every so many pixels, both ways."""
    return qimage(_with_alpha(picture, slice(None, None, stride), slice(None, None, stride)))


def _with_alpha(picture: Picture, rows: slice, columns: slice) -> Pixels:
    pixels = picture.pixels[rows, columns]
    return pixels if picture.alpha is None else np.dstack((pixels, picture.alpha[rows, columns]))
