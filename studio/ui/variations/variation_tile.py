"""VariationTile: one picture of the grid, what it differs in, and a button that keeps it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QToolButton, QWidget

from studio.core.picture import Picture
from studio.ui.images.picture_pyramid import qimage
from studio.ui.theme.theme import CAPTION_SIZE, RADIUS, color, icon, set_role
from studio.ui.variations.tile import Tile
from studio.ui.widgets.plain_text import tool_tip

LABEL_HEIGHT = 24  # px
_MARGIN = 3  # px around the picture, for the ring
_DIMMED = 0.22  # of a photo whose variation is still to come
_STALE = 0.55


class VariationTile(QAbstractButton):
    """A click or Enter takes it, Space keeps it. Signals: keep_requested(); moved(across, down), by the arrow keys."""

    keep_requested = Signal()
    moved = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tile: Tile | None = None
        self._shown: Picture | None = None
        self._pixmap: QPixmap | None = None
        self._photo: QPixmap | None = None
        self._is_brief = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumSize(64, 40 + LABEL_HEIGHT)
        self.keep = QToolButton(self)
        self.keep.setIconSize(QSize(16, 16))
        self.keep.setFixedSize(28, 28)
        self.keep.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Space does it
        set_role(self.keep, "on-picture")
        self.keep.clicked.connect(self.keep_requested)
        self.keep.hide()

    def show_tile(self, tile: Tile, photo: QPixmap | None) -> None:
        """Show it as it is now. photo: stands in while there is no picture."""
        self._tile, self._photo = tile, photo
        if tile.picture is not self._shown:
            self._shown = tile.picture
            self._pixmap = None if tile.picture is None else QPixmap.fromImage(qimage(tile.picture.pixels))
        label = tile.variation.label
        kept = self.tr("in the history") if tile.is_kept else ""
        name = ", ".join(filter(None, [label, self.tr("as it is now") if tile.variation.is_present else "", kept]))
        self.setAccessibleName(name)
        self.setAccessibleDescription(self.tr("Enter takes it, Space keeps it in the history."))
        self.setToolTip(tool_tip(label))
        tip = self.tr("It is in the history") if tile.is_kept else self.tr("Keep it in the history (Space)")
        self.keep.setToolTip(tool_tip(tip))
        self.keep.setIcon(icon("check" if tile.is_kept else "history", "accent" if tile.is_kept else "text"))
        self._place_keep()
        self.update()

    @property
    def has_room(self) -> bool:
        """Whether all that it differs in can be written below it."""
        tile = self._tile
        return tile is None or self._fits(self._framed(tile, tile.variation.label), self._font_of(tile))

    def set_brief(self, is_brief: bool) -> None:
        """Write the values alone, without the names of what differs: where one tile has no room, all are brief."""
        self._is_brief = is_brief
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrows = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)
        }  # fmt: skip
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
        elif event.key() == Qt.Key.Key_Space:
            self.keep_requested.emit()
        elif event.key() in arrows:
            self.moved.emit(*arrows[Qt.Key(event.key())])
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # Space is no click here

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._place_keep()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._place_keep()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tile = self._tile
        if tile is None:
            return
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        place = self._place()
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(place), RADIUS, RADIUS)
        painter.fillPath(shape, color("window"))
        painter.save()
        painter.setClipPath(shape)
        pixmap = self._pixmap or self._photo
        if pixmap is not None:
            painter.setOpacity(_DIMMED if self._pixmap is None else _STALE if tile.is_stale else 1.0)
            painter.drawPixmap(QRectF(place), pixmap, QRectF(pixmap.rect()))
            painter.setOpacity(1.0)
        if tile.progress > 0:
            painter.fillRect(
                QRectF(place.left(), place.bottom() - 2, place.width() * tile.progress, 3), color("accent")
            )
        painter.restore()
        self._paint_ring(painter, QRectF(place))
        self._paint_label(painter, tile)

    def _paint_ring(self, painter: QPainter, place: QRectF) -> None:
        if not (self.hasFocus() or self.underMouse()):
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color("accent"), 2) if self.hasFocus() else QPen(color("text"), 1))
        painter.drawRoundedRect(place.adjusted(-1.5, -1.5, 1.5, 1.5), RADIUS + 1.5, RADIUS + 1.5)

    def _paint_label(self, painter: QPainter, tile: Tile) -> None:
        font = self._font_of(tile)
        painter.setFont(font)
        painter.setPen(color("text"))
        line = QRect(0, self.height() - LABEL_HEIGHT, self.width(), LABEL_HEIGHT)
        label, short = tile.variation.label, tile.variation.short
        texts = [self._framed(tile, short), short] if self._is_brief else [self._framed(tile, label), label]
        text = next((text for text in texts if self._fits(text, font)), texts[-1])
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, self._label_room)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, shown)

    def _framed(self, tile: Tile, text: str) -> str:
        if tile.stage == "failed":
            return self.tr("{} (could not be painted)").format(text)
        return self.tr("{} (now)").format(text) if tile.variation.is_present else text

    def _font_of(self, tile: Tile) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(CAPTION_SIZE)
        font.setWeight(QFont.Weight.DemiBold if tile.variation.is_present else QFont.Weight.Normal)
        return font

    def _fits(self, text: str, font: QFont) -> bool:
        """Asked of the shortening itself: the advance of a text is at times a little less than what that allows for."""
        return QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, self._label_room) == text

    @property
    def _label_room(self) -> int:
        return self.width() - 2

    def _place(self) -> QRect:
        """Where the picture lies: as large as there is room, in its own shape, just above the label."""
        room = self.rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -LABEL_HEIGHT)
        pixmap = self._pixmap or self._photo
        size = QSize(1, 1) if pixmap is None else pixmap.size()
        place = QRect(room.topLeft(), size.scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio))
        place.moveCenter(room.center())
        place.moveBottom(room.bottom())
        return place

    def _place_keep(self) -> None:
        tile = self._tile
        can_keep = tile is not None and tile.picture is not None and not tile.is_stale
        self.keep.setVisible(can_keep and (self.underMouse() or (tile is not None and tile.is_kept)))
        place = self._place()
        self.keep.move(place.right() - self.keep.width() - 4, place.top() + 4)
