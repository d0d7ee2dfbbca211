"""ShelfView: the tiles of the history in a row, by mouse and keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from studio.ui.history.shelf_delegate import PICTURE, TILE, ShelfDelegate
from studio.ui.history.shelf_model import ENTRY_ROLE, ShelfModel
from studio.ui.history.shelf_thumbnails import ShelfThumbnails
from studio.ui.theme.theme import set_role


class ShelfView(QListView):
    """A click, or the arrow keys, look at a picture; a double click or Enter brings back its settings; Esc ends it.

    Signals, with the HistoryEntry: looked_at, restored, removal_requested, pin_toggled; menu_requested(entry, global
    position); left(), looking is to end.
    """

    looked_at = Signal(object)
    restored = Signal(object)
    removal_requested = Signal(object)
    pin_toggled = Signal(object)
    menu_requested = Signal(object, object)
    left = Signal()

    def __init__(self, model: ShelfModel, thumbnails: ShelfThumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self.is_looking = False  # whether Esc has something to end
        self.setModel(model)
        self.setItemDelegate(ShelfDelegate(thumbnails, self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setGridSize(TILE)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.horizontalScrollBar().setSingleStep(TILE.width() // 3)
        self.setFixedHeight(TILE.height() + self.horizontalScrollBar().sizeHint().height())
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("History"))
        self.setAccessibleDescription(
            self.tr("Arrows show a picture, Enter brings back its settings, Delete throws it away, P pins it.")
        )
        set_role(self, "shelf")
        self.clicked.connect(lambda index: self.looked_at.emit(index.data(ENTRY_ROLE)))
        self.doubleClicked.connect(lambda index: self.restored.emit(index.data(ENTRY_ROLE)))
        thumbnails.arrived.connect(self.viewport().update)  # many arrivals, one paint
        model.rowsInserted.connect(self._show_newest)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            is_own = event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_P) and not event.modifiers()
            if is_own and (self.is_looking or event.key() == Qt.Key.Key_P):
                event.accept()  # else Esc stops a Finish
                return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._thumbnails.set_pixel_ratio(self.devicePixelRatioF())
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry = self.currentIndex().data(ENTRY_ROLE) if self.currentIndex().isValid() else None
        if event.key() == Qt.Key.Key_Escape and self.is_looking:
            self.left.emit()
        elif entry is None:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.restored.emit(entry)
        elif event.key() == Qt.Key.Key_Delete:
            self.removal_requested.emit(entry)
        elif event.key() == Qt.Key.Key_P:
            self.pin_toggled.emit(entry)
        elif event.key() == Qt.Key.Key_Space:
            self.looked_at.emit(entry)
        else:
            before = self.currentIndex()
            super().keyPressEvent(event)
            if self.currentIndex() != before and self.currentIndex().isValid():
                self.looked_at.emit(self.currentIndex().data(ENTRY_ROLE))

    def wheelEvent(self, event: QWheelEvent) -> None:
        # A wheel turns up and down; the row goes to the left and the right.
        turned = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (turned.y() or turned.x()))
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        is_keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if is_keyboard else self.indexAt(event.pos())
        if index.isValid():
            place = self.visualRect(index).center() if is_keyboard else event.pos()
            self.menu_requested.emit(index.data(ENTRY_ROLE), self.viewport().mapToGlobal(place))

    @Slot(QModelIndex, int, int)
    def _show_newest(self, parent: QModelIndex, first: int, last: int) -> None:
        self.scrollTo(self.model().index(last, 0))


def picture_size() -> QSize:
    """What the pictures on the tiles fit into, in logical px."""
    return PICTURE
