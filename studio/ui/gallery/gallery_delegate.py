"""GalleryDelegate: paints one tile of the gallery: thumbnail, title, artist, and whether it is in use."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.core.card import Card
from studio.core.displayable import shortened
from studio.ui.gallery.gallery_model import CARD_ROLE, IS_SELECTED_ROLE
from studio.ui.gallery.style_previews import StylePreviews
from studio.ui.images.thumbnails import Thumbnails
from studio.ui.theme.theme import CAPTION_SIZE, RADIUS, TEXT_SIZE, color, icon

THUMBNAIL_EDGE = 112  # px
TILE_WIDTH = THUMBNAIL_EDGE + 8
TILE_HEIGHT = THUMBNAIL_EDGE + 68
_TOP = 6
_LIFT = 2
_LONGEST_WORDS = 200  # characters; more never have room, and laying them out at each paint takes long


class GalleryDelegate(QStyledItemDelegate):
    """A hovered tile is lifted, a style in use has a ring and a tick, the current tile of a focused view a frame.

    Tiles show the styles themselves, and the hovered one the artist's photo in its style; with `shows_previews`, the
    other way round.
    """

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self.previews: StylePreviews | None = None
        self.shows_previews = False

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(TILE_WIDTH, TILE_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        card: Card = index.data(CARD_ROLE)
        state: QStyle.StateFlag = option.state
        cell: QRect = option.rect
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        place = QRect(0, 0, THUMBNAIL_EDGE, THUMBNAIL_EDGE)
        place.moveTopLeft(cell.topLeft())
        place.translate((cell.width() - THUMBNAIL_EDGE) // 2, _TOP - (_LIFT if is_hovered else 0))
        self._paint_picture(painter, card, place, is_hovered)
        if index.data(IS_SELECTED_ROLE):
            _paint_ring(painter, place)
        if has_focus:
            _outline(painter, QRectF(place).adjusted(-3.5, -3.5, 3.5, 3.5), "text", 1.0)
        _paint_words(painter, card, QRect(place.left(), cell.top() + _TOP + THUMBNAIL_EDGE + 6, place.width(), 52))
        painter.restore()

    def _paint_picture(self, painter: QPainter, card: Card, place: QRect, is_hovered: bool) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(place), RADIUS, RADIUS)
        pixmap = None
        if self.previews is not None and self.previews.is_possible and self.shows_previews != is_hovered:
            pixmap = self.previews.pixmap(card)
        pixmap = pixmap or self._thumbnails.pixmap(card.file)
        if is_hovered:
            shadow = color("hairline")
            for spread in (3, 2, 1):
                shadow.setAlphaF(0.22)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(shadow)
                grown = QRectF(place).adjusted(-spread, 0, spread, spread + _LIFT)
                painter.drawRoundedRect(grown, RADIUS + spread, RADIUS + spread)
        if pixmap is None:
            painter.fillPath(shape, color("raised"))
            name = "warning" if self._thumbnails.is_unreadable(card.file) else "style"
            icon(name, "control").paint(painter, place.adjusted(42, 42, -42, -42))
            return
        painter.save()
        painter.setClipPath(shape)
        painter.drawPixmap(place, pixmap)
        painter.restore()
        if is_hovered:
            _outline(painter, QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), "text", 1.0)


def _paint_ring(painter: QPainter, place: QRect) -> None:
    """The ring of a style in use; its tick says the same without colour."""
    _outline(painter, QRectF(place).adjusted(-1, -1, 1, 1), "panel", 4.0)
    _outline(painter, QRectF(place).adjusted(-1, -1, 1, 1), "accent", 2.0)
    badge = QRectF(0, 0, 18, 18)
    badge.moveCenter(QPointF(place.right() - 12, place.top() + 13))
    painter.setPen(QPen(color("panel"), 1.5))
    painter.setBrush(color("accent"))
    painter.drawEllipse(badge)
    icon("check", "on_accent").paint(painter, badge.adjusted(3, 3, -3, -3).toRect())


def _outline(painter: QPainter, frame: QRectF, role: str, width: float) -> None:
    painter.setPen(QPen(color(role), width))  # type: ignore[arg-type]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(frame, RADIUS + 1, RADIUS + 1)


def _paint_words(painter: QPainter, card: Card, place: QRect) -> None:
    """The title in two lines at most, and who made it."""
    font = QFont(painter.font())
    top = place.top()
    title = title_lines(card.title, QFontMetrics(_sized(font, TEXT_SIZE)), place.width())
    lines = [*((line, "text", TEXT_SIZE) for line in title), (card.author or card.year, "muted", CAPTION_SIZE)]
    for text, role, size in lines:
        painter.setFont(_sized(font, size))
        metrics = painter.fontMetrics()
        line = QRect(place.left(), top, place.width(), metrics.height())
        painter.setPen(color(role))  # type: ignore[arg-type]
        painter.drawText(
            line,
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            metrics.elidedText(shortened(text, _LONGEST_WORDS), Qt.TextElideMode.ElideRight, line.width()),
        )
        top = line.bottom() + 2


def _sized(font: QFont, size: int) -> QFont:
    sized = QFont(font)
    sized.setPixelSize(size)
    return sized


def title_lines(title: str, metrics: QFontMetrics, width: int) -> list[str]:
    """A title broken between words where it is wider than `width` px; the second line may be too long."""
    title = shortened(title, _LONGEST_WORDS)
    words = title.split()
    if metrics.horizontalAdvance(title) <= width or len(words) < 2:
        return [title]
    count = 1
    while metrics.horizontalAdvance(" ".join(words[: count + 1])) <= width:
        count += 1
    return [" ".join(words[:count]), " ".join(words[count:])]
