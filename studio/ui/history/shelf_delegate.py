"""ShelfDelegate: paints one tile of the history: the whole picture, its styles, size and time, a pin."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.core.displayable import shortened
from studio.core.project.project import HistoryEntry
from studio.ui.history.shelf_model import DETAIL_ROLE, ENTRY_ROLE, GROUP_ROLE, IS_PRESENT_ROLE, STATE_ROLE
from studio.ui.history.shelf_thumbnails import ShelfThumbnails
from studio.ui.theme.theme import CAPTION_SIZE, RADIUS, color, icon

PICTURE = QSize(126, 80)  # px
TILE = QSize(PICTURE.width() + 12, PICTURE.height() + 52)
_HEADING = 16  # px
_LONGEST_WORDS = 120
_LABEL_GROUND = (0, 0, 0, 170)
_LABEL_TEXT = "#e8e8e8"


class ShelfDelegate(QStyledItemDelegate):
    """What is on the canvas has a ring and a tick, the current tile of a focused view a frame, a pinned one a pin.

    The first tile of each photo has its name above.
    """

    def __init__(self, thumbnails: ShelfThumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return TILE

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: HistoryEntry = index.data(ENTRY_ROLE)
        state: QStyle.StateFlag = option.state
        cell: QRect = option.rect
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        words = QRect(cell.left() + 6, cell.top(), PICTURE.width(), _HEADING)
        if group := index.data(GROUP_ROLE):
            _write(painter, words, group, "muted", is_heading=True)
            if cell.left() > 0:
                painter.setPen(QPen(color("control"), 1))
                painter.drawLine(cell.left(), cell.top() + 2, cell.left(), cell.bottom() - 4)
        place = QRect(cell.left() + 6, cell.top() + _HEADING + 3, PICTURE.width(), PICTURE.height())
        seen = self._paint_picture(painter, entry, place)
        if state & QStyle.StateFlag.State_MouseOver:
            _outline(painter, QRectF(seen).adjusted(0.5, 0.5, -0.5, -0.5), "text", 1.0)
        if index.data(IS_PRESENT_ROLE):
            _outline(painter, QRectF(seen).adjusted(-1, -1, 1, 1), "panel", 4.0)
            _outline(painter, QRectF(seen).adjusted(-1, -1, 1, 1), "accent", 2.0)
            _badge(painter, QPointF(seen.right() - 11, seen.top() + 12), "check")
        if entry.is_pinned:
            _badge(painter, QPointF(seen.left() + 12, seen.top() + 12), "pin")
        if state & QStyle.StateFlag.State_HasFocus:
            _outline(painter, QRectF(seen).adjusted(-3.5, -3.5, 3.5, 3.5), "text", 1.0)
        if word := index.data(STATE_ROLE):
            _label(painter, seen, place, word)  # over the ring, since it may be wider than the picture
        words.moveTop(place.bottom() + 4)
        _write(painter, words, entry.note or index.data(), "text")
        words.moveTop(words.bottom() + 1)
        _write(painter, words, index.data(DETAIL_ROLE), "muted")
        painter.restore()

    def _paint_picture(self, painter: QPainter, entry: HistoryEntry, place: QRect) -> QRect:
        """Paint it into the middle of a place; returns what it covers."""
        pixmap = self._thumbnails.pixmap(entry)
        if pixmap is None:
            picture = entry.result.picture
            size = QSize(picture.width, picture.height).scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
        else:
            size = pixmap.deviceIndependentSize().toSize()
        seen = QRect(0, 0, max(24, size.width()), max(24, size.height()))
        seen.moveCenter(place.center())
        if pixmap is None:
            painter.fillRect(seen, color("raised"))
            name = "warning" if self._thumbnails.is_unreadable(entry) else "picture"
            mark = QRect(0, 0, 24, 24)
            mark.moveCenter(seen.center())
            icon(name, "control").paint(painter, mark)
        else:
            painter.drawPixmap(seen, pixmap)
        return seen


def _badge(painter: QPainter, center: QPointF, name: str) -> None:
    place = QRectF(0, 0, 18, 18)
    place.moveCenter(center)
    painter.setPen(QPen(color("panel"), 1.5))
    painter.setBrush(color("accent"))
    painter.drawEllipse(place)
    icon(name, "on_accent").paint(painter, place.adjusted(3, 3, -3, -3).toRect())


def label_frame(seen: QRect, bounds: QRect, width: float, height: float) -> QRectF:
    """Where a label so large lies: at the lower left of the picture that is seen, or across one that is narrower."""
    frame = QRectF(seen.left() + 3, 0, min(bounds.width(), width), height)
    if frame.width() > seen.width() - 6:
        frame.moveCenter(QPointF(bounds.center()))
    frame.moveBottom(seen.bottom() - 3)
    return frame


def _label(painter: QPainter, seen: QRect, bounds: QRect, word: str) -> None:
    """A word at the lower edge of a picture, as the canvas has its own. bounds: what it may cover."""
    font = QFont(painter.font())
    font.setPixelSize(CAPTION_SIZE)
    font.setBold(False)
    metrics = QFontMetrics(font)
    word = metrics.elidedText(word, Qt.TextElideMode.ElideRight, bounds.width() - 10)
    place = label_frame(seen, bounds, metrics.horizontalAdvance(word) + 10, metrics.height())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(*_LABEL_GROUND))
    painter.drawRoundedRect(place, place.height() / 2, place.height() / 2)
    painter.setFont(font)
    painter.setPen(QColor(_LABEL_TEXT))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, word)


def _outline(painter: QPainter, frame: QRectF, role: str, width: float) -> None:
    painter.setPen(QPen(color(role), width))  # type: ignore[arg-type]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(frame, RADIUS / 2, RADIUS / 2)


def _write(painter: QPainter, place: QRect, text: str, role: str, *, is_heading: bool = False) -> None:
    """A line of a tile; a heading is bold, and cut in the middle, since it may name two photos."""
    font = QFont(painter.font())
    font.setPixelSize(CAPTION_SIZE)
    font.setBold(is_heading)
    painter.setFont(font)
    painter.setPen(color(role))  # type: ignore[arg-type]
    cut = Qt.TextElideMode.ElideMiddle if is_heading else Qt.TextElideMode.ElideRight
    text = QFontMetrics(font).elidedText(shortened(text, _LONGEST_WORDS), cut, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
