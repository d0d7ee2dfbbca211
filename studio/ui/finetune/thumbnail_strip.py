"""ThumbnailStrip: the pictures an artist has chosen, as thumbnails, with remarks on them."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QStackedWidget, QWidget

from studio.ui.images.thumbnails import tile_of
from studio.ui.importing.reference_pictures import ReferencePictures
from studio.ui.menus.menu import Menu
from studio.ui.theme.theme import color, icon, set_role
from studio.ui.widgets.plain_text import PlainLabel, tool_tip

_SCROLL_BAR = 20  # px
_SIGN = 18  # px


class ThumbnailStrip(QStackedWidget):
    """Shows them, those with doubts marked, or an invitation to drop some. Delete or a right click removes those that
    are selected. Signals: removed(list of numbers).
    """

    removed = Signal(list)

    def __init__(
        self, chosen: ReferencePictures, name: str, invitation: str, tile: int = 72, parent: QWidget | None = None
    ) -> None:
        """name: for screen readers. invitation: shown while it is empty. tile: px."""
        super().__init__(parent)
        self._chosen, self._tile = chosen, tile
        self._menu: Menu | None = None
        self.setFixedHeight(tile + _SCROLL_BAR)
        self.empty = PlainLabel(invitation)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        set_role(self.empty, "drop-here")
        self.list = QListWidget()
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setFlow(QListView.Flow.LeftToRight)
        self.list.setWrapping(False)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setIconSize(QSize(tile, tile))
        self.list.setGridSize(QSize(tile + 8, tile + 8))
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAcceptDrops(False)  # whatever the strip lies in takes them
        self.list.setAccessibleName(name)
        self.list.setToolTip(tool_tip(self.tr("Delete or a right click removes the selected pictures")))
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.addWidget(self.empty)
        self.addWidget(self.list)
        chosen.changed.connect(self.show_pictures)
        self.show_pictures()

    @Slot()
    def show_pictures(self) -> None:
        """Show the pictures, with the remarks on them."""
        chosen, row = self._chosen, self.list.currentRow()
        self.list.clear()
        for number, picture in enumerate(chosen.pictures):
            tile = tile_of(picture, self._tile, self.devicePixelRatioF())
            remarks = [remark for remark in chosen.remarks if number in remark.pictures]
            if any(remark.is_doubt for remark in remarks):
                _mark(tile)
            words = [remark.text for remark in remarks]
            item = QListWidgetItem(QIcon(tile), "")
            about = "\n".join([picture.name, *words])
            item.setToolTip(tool_tip(about))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, about)
            item.setSizeHint(QSize(self._tile + 8, self._tile + 8))
            self.list.addItem(item)
        self.list.setCurrentRow(min(row, self.list.count() - 1))
        self.setCurrentWidget(self.list if chosen.pictures else self.empty)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove_selected()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._chosen.pictures and not self._chosen.is_locked:
            if self._menu is not None:
                self._menu.deleteLater()
            menu = self._menu = Menu(self)
            if self.list.selectedItems():
                menu.addAction(self.tr("Remove")).triggered.connect(self._remove_selected)
            menu.addAction(self.tr("Remove all")).triggered.connect(self.remove_all)
            menu.popup(event.globalPos())

    @Slot()
    def remove_all(self) -> None:
        """Begin anew."""
        self.removed.emit(list(range(len(self._chosen.pictures))))

    @Slot()
    def _remove_selected(self) -> None:
        rows = sorted(self.list.row(item) for item in self.list.selectedItems())
        if rows:
            self.removed.emit(rows)


def _mark(tile: QPixmap) -> None:
    """Draw a sign of warning into a corner."""
    edge = tile.deviceIndependentSize().width()
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("window"))
    painter.drawEllipse(QRectF(edge - _SIGN - 2, 2, _SIGN, _SIGN))
    icon("warning", "error").paint(painter, QRect(round(edge - _SIGN), 4, _SIGN - 4, _SIGN - 4))
    painter.end()
