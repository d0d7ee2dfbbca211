"""StyleGrid: the grid of tiles, by mouse, keyboard and drag."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QDrag, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView, QWidget

from studio.core.card import Card
from studio.ui.gallery.gallery_delegate import TILE_HEIGHT, TILE_WIDTH, GalleryDelegate
from studio.ui.gallery.gallery_model import CARD_ROLE, GalleryModel
from studio.ui.images.thumbnails import Thumbnails

_DRAGGED_SCALE = 0.6  # of a thumbnail: what hangs on the cursor must not hide the drop zones


class StyleGrid(QListView):
    """A click or Enter chooses; Ctrl and a click, or Shift+Enter, mixes in; Delete removes. Ctrl+Enter is the window's.

    Signals, with the Card: chosen, mixed_in, removal_requested; menu_requested(card, global position).
    """

    chosen = Signal(object)
    mixed_in = Signal(object)
    removal_requested = Signal(object)
    menu_requested = Signal(object, object)

    def __init__(self, model: GalleryModel, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clicked_with_control = False
        self._grabbed_at: QPoint | None = None
        self._is_dragged = False
        self._thumbnails = thumbnails
        self.setModel(model)
        self.delegate = GalleryDelegate(thumbnails, self)
        self.setItemDelegate(self.delegate)
        # List mode that wraps: icon mode keeps a tree of rectangles and needs seconds for 10,000 items.
        self.setViewMode(QListView.ViewMode.ListMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(QSize(TILE_WIDTH, TILE_HEIGHT))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # the columns must not jump
        self.verticalScrollBar().setSingleStep(TILE_HEIGHT // 4)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Styles"))
        self.setAccessibleDescription(
            self.tr("Enter uses the style, Shift+Enter mixes it in, Delete removes your own.")
        )
        self.clicked.connect(self._choose)
        thumbnails.arrived.connect(self.viewport().update)  # many arrivals, one paint

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() == Qt.MouseButton.LeftButton
        self._grabbed_at = event.position().toPoint() if is_left else None
        self._is_dragged = False
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        # Qt drags selected items, and nothing is ever selected in this view.
        start = self._grabbed_at
        if start is None or not event.buttons() & Qt.MouseButton.LeftButton or not self.indexAt(start).isValid():
            super().mouseMoveEvent(event)
        elif (event.position().toPoint() - start).manhattanLength() >= QApplication.startDragDistance():
            self._grabbed_at, self._is_dragged = None, True
            self._make_drag(self.indexAt(start)).exec(Qt.DropAction.CopyAction)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed_at = None
        if not self._is_dragged:  # a drag that was given up with Esc is no click
            self._clicked_with_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        if is_enter and index.isValid():
            is_mix = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            (self.mixed_in if is_mix else self.chosen).emit(index.data(CARD_ROLE))
            return
        if event.key() == Qt.Key.Key_Delete and index.isValid():
            self.removal_requested.emit(index.data(CARD_ROLE))
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        is_keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if is_keyboard else self.indexAt(event.pos())
        if index.isValid():
            place = self.visualRect(index).center() if is_keyboard else event.pos()
            self.menu_requested.emit(index.data(CARD_ROLE), self.viewport().mapToGlobal(place))

    def resizeEvent(self, event: QResizeEvent) -> None:
        width = self.viewport().width() - 1  # Qt wraps a row that fills the width to the last pixel
        columns = max(1, width // TILE_WIDTH)
        self.setGridSize(QSize(width // columns, TILE_HEIGHT))  # spare width is shared out
        super().resizeEvent(event)

    def _make_drag(self, index: QModelIndex) -> QDrag:
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData([index]))
        pixmap = self._thumbnails.pixmap(index.data(CARD_ROLE).file)
        if pixmap is not None:
            small = pixmap.scaled(pixmap.size() * _DRAGGED_SCALE, mode=Qt.TransformationMode.SmoothTransformation)
            drag.setPixmap(small)
            drag.setHotSpot(QRect(QPoint(), small.deviceIndependentSize().toSize()).center())
        return drag

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        card: Card = index.data(CARD_ROLE)
        (self.mixed_in if self._clicked_with_control else self.chosen).emit(card)
