"""LibraryDelegate: paints one tile of the library: the whole picture, what it is called, and why it is there."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.core.displayable import shortened
from studio.core.library.indexing import THUMBNAIL
from studio.ui.library.library_entries import Entry, LibraryEntries
from studio.ui.library.library_model import ENTRY_ROLE, NOTE_ROLE, ROW_ROLE, LibraryModel, by_line
from studio.ui.theme.theme import CAPTION_SIZE, RADIUS, TEXT_SIZE, Role, color, icon, theme_name

TILE_WIDTH = THUMBNAIL + 32
_PICTURE_TOP = 10
_WORDS_TOP = _PICTURE_TOP + THUMBNAIL + 6
_LINE = {TEXT_SIZE: 18, CAPTION_SIZE: 15}  # px of a line of words
_LONGEST_WORDS = 200  # characters; laying out more at each paint takes long
_KEPT_TILES = 400  # some 45 MB
_EMPTY = 48  # px of the sign of a picture that is still to come

_Index = QModelIndex | QPersistentModelIndex


class LibraryDelegate(QStyledItemDelegate):
    """A selected tile is raised and has a ring; the current one of a focused view has a frame.

    has_notes: whether tiles say why they are there; has_labels: whether they say what a classifier said.
    """

    def __init__(self, entries: LibraryEntries, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries = entries
        self.has_notes = self.has_labels = False
        self._signs: dict[tuple[Role, str, float], QPixmap] = {}  # drawing one takes as long as the rest of a tile
        self._tiles: OrderedDict[int, tuple[tuple[object, ...], QPixmap]] = OrderedDict()

    @property
    def tile_height(self) -> int:
        """Of all tiles, px."""
        extra = _LINE[CAPTION_SIZE] * (2 * self.has_notes + 2 * self.has_labels)
        return _WORDS_TOP + _LINE[TEXT_SIZE] + _LINE[CAPTION_SIZE] + extra + 8

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(TILE_WIDTH, self.tile_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        cell: QRect = option.rect
        state: QStyle.StateFlag = option.state
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        tile = QRectF(0, 0, TILE_WIDTH - 8, self.tile_height - 8)
        tile.moveCenter(QRectF(cell).center())
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if is_selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(color("accent"), 2) if is_selected else Qt.PenStyle.NoPen)
            painter.setBrush(color("raised" if is_selected else "panel"))
            painter.drawRoundedRect(tile, RADIUS, RADIUS)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(color("text"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(tile.adjusted(-2, -2, 2, 2), RADIUS + 2, RADIUS + 2)
        drawn = self._drawn(index, is_selected, painter.device().devicePixelRatioF())
        painter.drawPixmap(tile.topLeft(), drawn)
        painter.restore()

    def _drawn(self, index: _Index, is_selected: bool, ratio: float) -> QPixmap:
        """Picture and words of a tile, remembered: laying out words takes most of a paint."""
        row: int = index.data(ROW_ROLE)
        entry: Entry | None = index.data(ENTRY_ROLE)
        state = (entry, index.data(NOTE_ROLE), is_selected, self.has_labels, self.tile_height, theme_name(), ratio)
        known = self._tiles.get(row)
        if known is not None and known[0] == state:
            self._tiles.move_to_end(row)
            return known[1]
        size = QSize(TILE_WIDTH - 8, self.tile_height - 8)
        drawn = QPixmap(size * ratio)
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(QApplication.font())
        place = QRect((size.width() - THUMBNAIL) // 2, _PICTURE_TOP - 3, THUMBNAIL, THUMBNAIL)
        self._paint_picture(painter, self._entries.pixmap(row), place)
        if entry is not None:
            words = QRect(3, _WORDS_TOP - 3, size.width() - 6, 0)
            self._paint_words(painter, entry, index, words, "text" if is_selected else "muted")
        painter.end()
        self._tiles[row] = state, drawn
        while len(self._tiles) > _KEPT_TILES:
            self._tiles.popitem(last=False)
        return drawn

    def _paint_words(self, painter: QPainter, entry: Entry, index: _Index, place: QRect, quiet: Role) -> None:
        lines: list[tuple[str, Role, int]] = [(entry.title, "text", TEXT_SIZE), (by_line(entry), quiet, CAPTION_SIZE)]
        if self.has_notes:
            first, _, rest = str(index.data(NOTE_ROLE)).partition(", ")
            lines += [(first, "text", CAPTION_SIZE), (rest, quiet, CAPTION_SIZE)]
        model = index.model()
        if self.has_labels and entry.labels and isinstance(model, LibraryModel):
            said, _, caution = model.shown_label(entry).rpartition("; ")  # a line each: neither is cut short
            lines += [(said, "text", CAPTION_SIZE), (caution, quiet, CAPTION_SIZE)]
        top = place.top()
        for text, role, size in lines:
            font = QFont(painter.font())
            font.setPixelSize(size)
            painter.setFont(font)
            painter.setPen(color(role))
            shown = painter.fontMetrics().elidedText(
                shortened(text, _LONGEST_WORDS), Qt.TextElideMode.ElideRight, place.width()
            )
            line = QRect(place.left(), top, place.width(), _LINE[size])
            painter.drawText(line, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, shown)
            top += _LINE[size]

    def _paint_picture(self, painter: QPainter, pixmap: QPixmap | None, place: QRect) -> None:
        """The whole picture, never enlarged; a sign where there is none, or none yet."""
        if pixmap is None or pixmap.isNull():
            sign = QRect(0, 0, _EMPTY, _EMPTY)
            sign.moveCenter(place.center())
            painter.drawPixmap(sign, self._sign("hairline" if pixmap is None else "control", painter))
            return
        size = pixmap.size()
        if size.width() > place.width() or size.height() > place.height():
            size = size.scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
        frame = QRect(place.topLeft(), size)
        frame.moveCenter(place.center())
        painter.drawPixmap(frame, pixmap)

    def _sign(self, role: Role, painter: QPainter) -> QPixmap:
        ratio = painter.device().devicePixelRatioF()
        key = role, theme_name(), ratio
        if key not in self._signs:
            self._signs[key] = icon("picture", role).pixmap(QSize(_EMPTY, _EMPTY), ratio)
        return self._signs[key]
