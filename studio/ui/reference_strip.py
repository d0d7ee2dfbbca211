"""ReferenceStrip: the pictures a style is learnt from, small, with what is to be said of them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QLabel, QListView, QListWidget, QListWidgetItem, QStackedWidget, QWidget

from studio.ui.style_row import tile_of
from studio.ui.teaching import Teaching
from studio.ui.theme import set_role

_TILE = 72  # px


class ReferenceStrip(QStackedWidget):
    """Shows what Teaching holds. Delete takes the current picture out. Signals: removed(number)."""

    removed = Signal(int)

    def __init__(self, teaching: Teaching, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._teaching = teaching
        self.setFixedHeight(_TILE + 28)
        self.empty = QLabel(self.tr("Drop 3 to 30 pictures by one hand here, or a folder of them"))
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        set_role(self.empty, "muted")
        self.list = QListWidget()
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setFlow(QListView.Flow.LeftToRight)
        self.list.setWrapping(False)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setIconSize(QSize(_TILE, _TILE))
        self.list.setGridSize(QSize(_TILE + 8, _TILE + 8))
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAcceptDrops(False)  # the window takes them
        self.list.setAccessibleName(self.tr("Pictures to learn from"))
        self.list.setToolTip(self.tr("Delete takes the chosen picture out"))
        self.addWidget(self.empty)
        self.addWidget(self.list)
        teaching.references_changed.connect(self.show_references)
        self.show_references()

    @Slot()
    def show_references(self) -> None:
        """Show the pictures, those that something is to be said of with a sign and the words."""
        teaching, row = self._teaching, self.list.currentRow()
        self.list.clear()
        for number, reference in enumerate(teaching.references):
            tile = tile_of(reference.picture, _TILE, self.devicePixelRatioF())
            words = [remark.text for remark in teaching.remarks if number in remark.pictures]
            item = QListWidgetItem(QIcon(tile), "")
            item.setToolTip("\n".join([reference.picture.name, *words]))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, item.toolTip())
            item.setSizeHint(QSize(_TILE + 8, _TILE + 8))
            self.list.addItem(item)
        self.list.setCurrentRow(min(row, self.list.count() - 1))
        self.setCurrentWidget(self.list if teaching.references else self.empty)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.list.currentRow() >= 0:
            self.removed.emit(self.list.currentRow())
        else:
            super().keyPressEvent(event)
