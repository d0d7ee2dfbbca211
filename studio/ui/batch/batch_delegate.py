"""BatchDelegate: paints one row of a batch: thumbnail, name, status, and a thin bar while it is painted."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.core.batch.job import ItemReport
from studio.ui.batch.batch_model import REPORT_ROLE, STATE_TEXT_ROLE
from studio.ui.images.thumbnails import Thumbnails
from studio.ui.theme.theme import CAPTION_SIZE, GRID, TEXT_SIZE, Role, color, icon

THUMBNAIL_EDGE = 40  # px
ROW_HEIGHT = THUMBNAIL_EDGE + GRID
_BAR = QSize(120, 4)
_MARK = 16  # px, of the sign at the right


class BatchDelegate(QStyledItemDelegate):
    """A painted picture has a tick; one that was left out has a warning, with the reason below its name."""

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        report: ItemReport = index.data(REPORT_ROLE)
        state: QStyle.StateFlag = option.state
        row: QRect = option.rect
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(row, color("raised"))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(QRect(row.left(), row.top(), 2, row.height()), color("accent"))
        place = QRect(row.left() + GRID, row.top() + GRID // 2, THUMBNAIL_EDGE, THUMBNAIL_EDGE)
        self._paint_picture(painter, report, place)
        right = row.right() - GRID - _BAR.width()
        self._paint_state(painter, report, QRect(right, row.top(), _BAR.width(), row.height()))
        is_left_out = report.state in ("skipped", "failed")
        edge = row.right() - GRID - _MARK - GRID if is_left_out else right - GRID
        left = place.right() + GRID + 2
        _paint_words(
            painter,
            index.data(Qt.ItemDataRole.DisplayRole),
            index.data(STATE_TEXT_ROLE),
            QRect(left, row.top() + 7, edge - left, row.height() - 14),
            "error_text" if is_left_out else "muted",
        )
        painter.restore()

    def _paint_picture(self, painter: QPainter, report: ItemReport, place: QRect) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(place), 4, 4)
        pixmap = self._thumbnails.pixmap(report.item.photo)
        if pixmap is None:
            painter.fillPath(shape, color("raised"))
            icon("picture", "control").paint(painter, place.adjusted(11, 11, -11, -11))
            return
        painter.save()
        painter.setClipPath(shape)
        painter.drawPixmap(place, pixmap)
        painter.restore()

    def _paint_state(self, painter: QPainter, report: ItemReport, place: QRect) -> None:
        match report.state:
            case "done" | "skipped" | "failed":
                mark = QRect(0, 0, _MARK, _MARK)
                mark.moveCenter(place.center())
                mark.moveRight(place.right())
                name, role = ("check", "text") if report.state == "done" else ("warning", "error")
                icon(name, role).paint(painter, mark)  # type: ignore[arg-type]
            case "opening" | "painting" | "learning" | "saving":
                track = QRectF(0, 0, place.width(), _BAR.height())
                track.moveCenter(QRectF(place).center())
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color("hairline"))
                painter.drawRoundedRect(track, 2, 2)
                track.setWidth(track.width() * report.progress)
                painter.setBrush(color("accent"))
                painter.drawRoundedRect(track, 2, 2)


def _paint_words(painter: QPainter, name: str, text: str, place: QRect, role: Role) -> None:
    font = QFont(painter.font())
    top = place.top()
    lines: tuple[tuple[str, Role, int, Qt.TextElideMode], ...] = (
        (name, "text", TEXT_SIZE, Qt.TextElideMode.ElideMiddle),
        (text, role, CAPTION_SIZE, Qt.TextElideMode.ElideRight),
    )
    for words, shade, size, mode in lines:
        font.setPixelSize(size)
        metrics = QFontMetrics(font)
        line = QRect(place.left(), top, place.width(), metrics.height())
        painter.setFont(font)
        painter.setPen(color(shade))
        painter.drawText(
            line,
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            metrics.elidedText(words, mode, line.width()),
        )
        top = line.bottom() + 3
