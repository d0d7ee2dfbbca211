"""Paints a picture that repeats without a seam: copies of it all over the canvas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QPixmap

_FEW: Final = 16  # copies that are drawn one by one; more of them are small

DrawTile = Callable[[QRect, QPainter, QRect], None]
"""Draws the picture over a place, with a painter, as far as a clip goes; all in device px."""


def paint_tiles(painter: QPainter, tile: QRect, canvas: QRect, draw: DrawTile) -> None:
    """Cover the canvas with copies of what `draw` makes, one of them at `tile`; each in whole device px."""
    width, height = tile.width(), tile.height()
    first = QPoint(tile.left() - -(-(tile.left() - canvas.left()) // width) * width,
                   tile.top() - -(-(tile.top() - canvas.top()) // height) * height)  # fmt: skip
    across = -(-(canvas.right() + 1 - first.x()) // width)
    down = -(-(canvas.bottom() + 1 - first.y()) // height)
    if across * down <= _FEW:
        for row in range(down):
            for column in range(across):
                copy = QRect(first.x() + column * width, first.y() + row * height, width, height)
                draw(copy, painter, copy.intersected(canvas))
        return
    whole = QRect(0, 0, width, height)
    pixmap = QPixmap(width, height)
    pixmap.fill(Qt.GlobalColor.transparent)
    once = QPainter(pixmap)
    draw(whole, once, whole)
    once.end()
    painter.drawTiledPixmap(canvas, pixmap, canvas.topLeft() - first)
