"""WorksView: both works side by side, with patches that answer each other joined by lines."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.core.comparison.sheet import patch_color
from studio.core.engine_api.comparison import Comparison, PictureTraits
from studio.ui.theme.theme import GRID, color

_GAP = 3 * GRID  # px between both works
_FRAME = 0.6  # of a patch's edge: what its middle is about
_REACH = 9.0  # px from a line at which it is meant
_DIM = 150  # of 255: how dark it is where nothing draws the eye


class WorksView(QWidget):
    """Shows two works as large as they fit. The pair under the cursor is shown alone; arrow keys go through them.

    Signals: pair_changed(int), another pair is shown alone, -1 for none; side_chosen(int), a click on a side without a
    work.
    """

    pair_changed = Signal(int)
    side_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pair = -1
        self._images: list[QImage | None] = [None, None]
        self._masks: list[QImage | None] = [None, None]
        self._comparison: Comparison | None = None
        self._count = 0
        self._has_attention = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 160)
        self.setAccessibleName(self.tr("Both works, with patches that match"))

    def sizeHint(self) -> QSize:
        return QSize(820, 420)

    @property
    def count(self) -> int:
        """How many pairs are shown."""
        return min(self._count, len(self._comparison.places)) if self._comparison is not None else 0

    def show_work(self, side: int, image: QImage | None) -> None:
        """Show another work at the left (0) or the right (1)."""
        self._images[side] = image
        self.show_comparison(None)

    def show_comparison(self, comparison: Comparison | None) -> None:
        """Show what answers what, or nothing of that."""
        self._comparison = comparison
        self._masks = [None, None]
        if comparison is not None:
            self._masks = [_shade(traits) for traits in (comparison.first, comparison.second)]
        self._choose(-1)
        self.update()

    @Slot(int)
    def show_pairs(self, count: int) -> None:
        """Show so many of the pairs, the most alike."""
        self._count = count
        self._choose(self.pair if self.pair < self.count else -1)
        self.update()

    @Slot(bool)
    def show_attention(self, is_shown: bool) -> None:
        """Darken what does not draw the eye."""
        self._has_attention = is_shown
        self.update()

    def frame(self, side: int) -> QRectF:
        """Where a work is drawn; its half of the widget while there is none."""
        width = (self.width() - _GAP) / 2
        half = QRectF(side * (width + _GAP), 0, width, self.height())
        image = self._images[side]
        if image is None:
            return half
        scale = min(half.width() / image.width(), half.height() / image.height())
        frame = QRectF(0, 0, image.width() * scale, image.height() * scale)
        frame.moveCenter(half.center())
        return frame

    def points(self, pair: int) -> tuple[QPointF, QPointF]:
        """Where the two patches of a pair are."""
        assert self._comparison is not None
        x, y, right, down = self._comparison.places[pair].tolist()
        first, second = self.frame(0), self.frame(1)
        return (
            QPointF(first.x() + x * first.width(), first.y() + y * first.height()),
            QPointF(second.x() + right * second.width(), second.y() + down * second.height()),
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for side in (0, 1):
            self._paint_work(painter, side)
        others = [pair for pair in range(self.count) if pair != self.pair]
        for pair in reversed(others):
            self._paint_pair(painter, pair, 70 if self.pair >= 0 else 225)
        if 0 <= self.pair < self.count:
            self._paint_pair(painter, self.pair, 255, is_chosen=True)
        if self.hasFocus():
            painter.setPen(QPen(color("accent"), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._choose(self._pair_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for side in (0, 1):
            if self._images[side] is None and self.frame(side).contains(event.position()):
                self.side_chosen.emit(side)

    def leaveEvent(self, event: QEvent) -> None:
        self._choose(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self.count:
            super().keyPressEvent(event)
            return
        start = self.pair if self.pair >= 0 else (-1 if step > 0 else 0)
        self._choose((start + step) % self.count)

    def _choose(self, pair: int) -> None:
        if pair != self.pair:
            self.pair = pair
            self._describe()
            self.pair_changed.emit(pair)
            self.update()

    def _describe(self) -> None:
        text = ""
        if self._comparison is not None and self.pair >= 0:
            x, y, right, down = (round(100 * share) for share in self._comparison.places[self.pair].tolist())
            text = self.tr("Pair {} of {}: {} % across and {} % down in the first, {} % and {} % in the second").format(
                self.pair + 1, self.count, x, y, right, down
            )
        self.setAccessibleDescription(text)

    def _pair_at(self, place: QPointF) -> int:
        best, nearest = -1, _REACH
        for pair in range(self.count):
            start, end = self.points(pair)
            distance = _distance(place, start, end)
            in_patch = any(self._patch(side, point).contains(place) for side, point in enumerate((start, end)))
            distance = min(distance, 0.5 * _REACH) if in_patch else distance
            if distance < nearest:
                best, nearest = pair, distance
        return best

    def _patch(self, side: int, middle: QPointF) -> QRectF:
        assert self._comparison is not None
        traits = self._comparison.first if side == 0 else self._comparison.second
        frame = self.frame(side)
        edge = max(8.0, traits.patch * max(frame.width(), frame.height()) * _FRAME)
        return QRectF(middle.x() - edge / 2, middle.y() - edge / 2, edge, edge)

    def _paint_work(self, painter: QPainter, side: int) -> None:
        frame, image = self.frame(side), self._images[side]
        if image is None:
            painter.setPen(QPen(color("control"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(color("canvas"))
            painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), 6, 6)
            painter.setPen(color("text"))
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, self.tr("Drop a work here, or click to choose one"))
            return
        painter.drawImage(frame, image)
        mask = self._masks[side]
        if self._has_attention and mask is not None:
            painter.drawImage(frame, mask)

    def _paint_pair(self, painter: QPainter, pair: int, opacity: int, is_chosen: bool = False) -> None:
        ink = QColor(*patch_color(pair), opacity)
        dark = QColor(0, 0, 0, opacity // 2)
        start, end = self.points(pair)
        patches = [self._patch(side, point) for side, point in enumerate((start, end))]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(dark, 5 if is_chosen else 3), QPen(ink, 3 if is_chosen else 1.5)):
            painter.setPen(pen)
            painter.drawLine(start, end)
            for patch in patches:
                painter.drawRect(patch)


def _shade(traits: PictureTraits) -> QImage:
    """A veil over what does not draw the eye: black, and clear where it is drawn most."""
    height, width = traits.attention.shape
    veil = np.zeros((height, width, 4), np.uint8)
    veil[:, :, 3] = (255 - traits.attention.astype(np.uint16)) * _DIM // 255
    borrowed = QImage(veil.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return borrowed.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)  # another format, hence a copy


def _distance(place: QPointF, start: QPointF, end: QPointF) -> float:
    """From a place to a line."""
    along, to = end - start, place - start
    length = QPointF.dotProduct(along, along)
    share = min(1.0, max(0.0, QPointF.dotProduct(to, along) / length)) if length else 0.0
    rest = to - along * share
    return float(QPointF.dotProduct(rest, rest) ** 0.5)
