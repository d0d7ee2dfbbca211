"""ThumbnailStrip: the pictures an artist has chosen, as thumbnails, with remarks on them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QStackedWidget, QWidget

from studio.ui.images.thumbnails import tile_of
from studio.ui.importing.reference_pictures import ReferencePictures
from studio.ui.theme.theme import set_role
from studio.ui.widgets.plain_text import PlainLabel, tool_tip

_SCROLL_BAR = 20  # px


class ThumbnailStrip(QStackedWidget):
    """Shows them, or an invitation to drop some. Delete removes the current one. Signals: removed(number)."""

    removed = Signal(int)

    def __init__(
        self, chosen: ReferencePictures, name: str, invitation: str, tile: int = 72, parent: QWidget | None = None
    ) -> None:
        """name: for screen readers. invitation: shown while it is empty. tile: px."""
        super().__init__(parent)
        self._chosen, self._tile = chosen, tile
        self.setFixedHeight(tile + _SCROLL_BAR)
        self.empty = PlainLabel(invitation)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        set_role(self.empty, "muted")
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
        self.list.setToolTip(self.tr("Delete removes the selected picture"))
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
            words = [remark.text for remark in chosen.remarks if number in remark.pictures]
            item = QListWidgetItem(QIcon(tile), "")
            about = "\n".join([picture.name, *words])
            item.setToolTip(tool_tip(about))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, about)
            item.setSizeHint(QSize(self._tile + 8, self._tile + 8))
            self.list.addItem(item)
        self.list.setCurrentRow(min(row, self.list.count() - 1))
        self.setCurrentWidget(self.list if chosen.pictures else self.empty)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.list.currentRow() >= 0:
            self.removed.emit(self.list.currentRow())
        else:
            super().keyPressEvent(event)
