"""The list of a batch: its pictures with their status, or what to do while there are none."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QMenu, QTreeView, QWidget

from studio.core.image_io.opening.opener import PictureOpener
from studio.ui.batch.batch_delegate import THUMBNAIL_EDGE, BatchDelegate
from studio.ui.batch.batch_model import BatchModel
from studio.ui.batch.batch_queue import BatchQueue
from studio.ui.images.thumbnails import Thumbnails
from studio.ui.menus.menu import Menu
from studio.ui.theme.theme import color, set_role


class BatchList(QTreeView):
    """Follows the item under way, unless the artist has scrolled elsewhere.

    A tree without branches, because QListView lays all its rows out again whenever one of them changes.
    """

    def __init__(
        self,
        queue: BatchQueue,
        thumbnail_folder: Path | None = None,
        opener: PictureOpener | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._queue = queue
        self._menu: QMenu | None = None
        self.setAccessibleName(self.tr("Pictures"))
        self.setAccessibleDescription(self.tr("Delete takes a picture off the list, Ctrl+Z puts it back."))
        self.setUniformRowHeights(True)
        self.setRootIsDecorated(False)
        self.setHeaderHidden(True)
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        set_role(self, "panel")
        size = QSize(THUMBNAIL_EDGE, THUMBNAIL_EDGE)
        self._thumbnails = Thumbnails(size, self.devicePixelRatioF(), thumbnail_folder, self, opener)
        self._thumbnails.arrived.connect(self._show_thumbnail)
        self.setModel(BatchModel(queue, self))
        self.setItemDelegate(BatchDelegate(self._thumbnails, self))
        queue.report_changed.connect(self._follow)
        queue.state_changed.connect(self.viewport().update)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._thumbnails.set_pixel_ratio(self.devicePixelRatioF())
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.currentIndex().isValid():
            self._queue.leave_out(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if index.isValid() and not self._queue.is_running:
            if self._menu is not None:
                self._menu.deleteLater()
            menu = self._menu = Menu(self)
            row = index.row()
            menu.addAction(self.tr("Take off the list")).triggered.connect(lambda: self._queue.leave_out(row))
            menu.popup(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.model().rowCount():
            return
        hint = self.tr("Drop photos or folders here")
        if self._queue.is_scanning:
            hint = self.tr("Looking for pictures…")
        painter = QPainter(self.viewport())
        painter.setPen(color("muted"))
        painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, hint)

    @Slot(int)
    def _follow(self, row: int) -> None:
        if self._queue.statuses[row].state == "opening":
            before = self.visualRect(self.model().index(max(0, row - 1), 0))
            if before.intersects(self.viewport().rect()):
                self.scrollTo(self.model().index(row, 0))

    @Slot()
    def _show_thumbnail(self) -> None:
        self.viewport().update()
