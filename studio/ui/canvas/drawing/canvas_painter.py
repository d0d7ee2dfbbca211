"""Paints what the canvas shows: background, checkerboard, the pictures, and the captions of a comparison."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter, QPixmap

from studio.core.picture import Picture
from studio.ui.canvas.background import CanvasBackground, background_color
from studio.ui.canvas.drawing.tile_painter import paint_tiles
from studio.ui.canvas.view_transform import ViewTransform
from studio.ui.images.picture_pyramid import PicturePyramid
from studio.ui.theme.theme import CAPTION_SIZE, GRID

_CHECKS: Final = ("#b4b4b4", "#8c8c8c")
_CAPTION_GROUND: Final = (0, 0, 0, 170)
_CAPTION_TEXT: Final = "#e8e8e8"


@dataclass(frozen=True)
class Scene:
    """One state of the canvas. frame: the size in px that both pictures are drawn at for zoom 1.

    split: place of the dividing line in device px, or None for one picture alone. view: in device px.
    captions: for the left and the right of the line. is_repeated: copies of the picture alone lie all around it.
    """

    before: PicturePyramid | None
    after: PicturePyramid | None
    frame: QSize
    view: ViewTransform
    background: CanvasBackground
    split: int | None = None
    is_side_by_side: bool = False  # the whole of both, each in its half; `split` is the middle then
    captions: tuple[str, str] = ("", "")
    is_repeated: bool = False

    @property
    def target(self) -> QRect:
        """Where the frame lies. Whole device px: at 100 % each pixel of the picture is one of the screen."""
        return QRect(round(self.view.left), round(self.view.top), *self._scaled(self.frame))

    def half(self, *, is_left: bool) -> Scene:
        """What is painted on one side of the middle: the same view, moved to the middle of that half."""
        moved = (self.split or 0) // 2
        return replace(self, view=self.view.panned(-moved if is_left else moved, 0), is_side_by_side=False)

    def place_of(self, picture: Picture) -> QRect:
        """Where a picture lies: over the frame, or in its middle if it has another shape (a pattern, a crop)."""
        size = QSize(picture.width, picture.height)
        inside = size.scaled(self.frame, Qt.AspectRatioMode.KeepAspectRatio)
        rounding = self.frame.width() / picture.width + 1  # a smaller picture's edges are whole px as well
        if max(self.frame.width() - inside.width(), self.frame.height() - inside.height()) <= rounding:
            return self.target
        place = QRect(0, 0, *self._scaled(inside))
        place.moveCenter(self.target.center())
        return place

    def _scaled(self, size: QSize) -> tuple[int, int]:
        return max(1, round(size.width() * self.view.zoom)), max(1, round(size.height() * self.view.zoom))


def paint_scene(painter: QPainter, scene: Scene, canvas: QRect, pixel_ratio: float) -> None:
    """Paint with a painter whose unit is a device px; `canvas` is the canvas in these."""
    painter.fillRect(canvas, background_color(scene.background))
    before, after, seen = scene.before, scene.after, scene.target.intersected(canvas)
    if scene.split is None or before is None or after is None:
        top = after or before
        if top is not None and scene.is_repeated:
            if top.picture.alpha is not None:
                _fill_with_checks(painter, canvas, scene.target, pixel_ratio)
            paint_tiles(painter, scene.target, canvas, lambda tile, to, clip: top.draw(to, tile, clip, is_crisp=True))
        elif top is not None:
            _draw(painter, top, scene, seen, pixel_ratio)
        return
    one, other = scene, scene
    if scene.is_side_by_side:
        one, other = scene.half(is_left=True), scene.half(is_left=False)
    left, right = one.target.intersected(canvas), other.target.intersected(canvas)
    left.setRight(min(scene.split - 1, left.right()))
    right.setLeft(max(scene.split, right.left()))
    _draw(painter, before, one, left, pixel_ratio)
    _draw(painter, after, other, right, pixel_ratio)
    _paint_captions(painter, scene, canvas, pixel_ratio)


def _draw(painter: QPainter, pyramid: PicturePyramid, scene: Scene, clip: QRect, pixel_ratio: float) -> None:
    if clip.isEmpty():
        return
    place = scene.place_of(pyramid.picture)
    if pyramid.picture.alpha is not None:
        _fill_with_checks(painter, place.intersected(clip), place, pixel_ratio)
    zoom = scene.view.zoom
    is_full_size = QSize(pyramid.picture.width, pyramid.picture.height) == scene.frame
    # Squares of one size from 200 % on; between, some pixels would be twice as wide as their neighbours.
    is_crisp = is_full_size and (zoom == 1 or zoom >= 2)
    pyramid.draw(painter, place, clip, is_crisp=is_crisp)


def _fill_with_checks(painter: QPainter, clip: QRect, place: QRect, pixel_ratio: float) -> None:
    """What is seen through a picture at `place`; the squares move with it."""
    painter.setBrushOrigin(place.topLeft())
    painter.fillRect(clip, _checkerboard(pixel_ratio))


def _checkerboard(pixel_ratio: float) -> QBrush:
    edge = round(GRID * pixel_ratio)
    tile = QPixmap(2 * edge, 2 * edge)
    tile.fill(QColor(_CHECKS[0]))
    painter = QPainter(tile)
    for x, y in ((0, edge), (edge, 0)):
        painter.fillRect(x, y, edge, edge, QColor(_CHECKS[1]))
    painter.end()
    return QBrush(tile)


def caption_boxes(scene: Scene, canvas: QRect, metrics: QFontMetrics, pixel_ratio: float) -> list[tuple[str, QRect]]:
    """Each caption with its place, at the top on its side of the line, where there is room; the badge is below."""
    gap, pad = round(2 * GRID * pixel_ratio), round(GRID * pixel_ratio)
    split = scene.split or 0
    boxes = []
    for text, is_left in zip(scene.captions, (True, False), strict=True):
        width, height = metrics.horizontalAdvance(text) + 2 * pad, metrics.height() + pad // 2
        box = QRect(split - gap - width if is_left else split + gap, canvas.top() + gap, width, height)
        if canvas.contains(box):
            boxes.append((text, box))
    return boxes


def _paint_captions(painter: QPainter, scene: Scene, canvas: QRect, pixel_ratio: float) -> None:
    font = QFont(painter.font())
    font.setPixelSize(round(CAPTION_SIZE * pixel_ratio))
    painter.setFont(font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for text, box in caption_boxes(scene, canvas, QFontMetrics(font), pixel_ratio):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(*_CAPTION_GROUND))
        painter.drawRoundedRect(QRectF(box), box.height() / 2, box.height() / 2)
        painter.setPen(QColor(_CAPTION_TEXT))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
