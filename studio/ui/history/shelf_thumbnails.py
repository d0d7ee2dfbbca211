"""The small copies of the history's pictures: read or made off the GUI thread, those in sight kept in memory."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from PySide6.QtCore import QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPixmap

from studio.core.project.project import HistoryEntry
from studio.ui.history.shelf import Shelf
from studio.ui.images.picture_pyramid import qimage
from studio.ui.threads.task_pool import TaskPool

KEPT_IN_MEMORY = 200  # some screenfuls; about 30 MB
WAITING_AT_MOST = 60


class ShelfThumbnails(QObject):
    """Whole pictures, reduced into one size; `pixmap` answers at once, with None while there is none.

    Signals: arrived().
    """

    arrived = Signal()

    def __init__(self, shelf: Shelf, size: QSize, pixel_ratio: float = 1.0, parent: QObject | None = None) -> None:
        """Size: logical px."""
        super().__init__(parent)
        self._shelf = shelf
        self._size = size
        self._pixel_ratio = pixel_ratio
        self._kept: OrderedDict[tuple[str, int], QPixmap | None] = OrderedDict()  # None: it cannot be read
        self._tasks = TaskPool(WAITING_AT_MOST, self)
        self._tasks.finished.connect(self._keep)
        self._tasks.failed.connect(self._give_up)

    def pixmap(self, entry: HistoryEntry) -> QPixmap | None:
        """The small copy if it is ready; otherwise None, and it will arrive."""
        key = (entry.id, id(entry.result))  # in other colours, it is another picture
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if not self._tasks.is_waiting(key):
            self._tasks.submit(key, partial(_reduced, self._shelf, entry, self._size * self._pixel_ratio))
        return None

    def is_unreadable(self, entry: HistoryEntry) -> bool:
        """Whether making it has failed."""
        return self._kept.get((entry.id, id(entry.result)), False) is None

    def set_pixel_ratio(self, pixel_ratio: float) -> None:
        """Make them again for a screen of another scale."""
        if pixel_ratio != self._pixel_ratio:
            self._pixel_ratio = pixel_ratio
            self._tasks.forget()
            self._kept.clear()

    @Slot(object, object)
    def _keep(self, key: tuple[str, int], image: QImage) -> None:
        image.setDevicePixelRatio(self._pixel_ratio)
        self._add(key, QPixmap.fromImage(image))

    @Slot(object, object)
    def _give_up(self, key: tuple[str, int], error: object) -> None:
        self._add(key, None)

    def _add(self, key: tuple[str, int], pixmap: QPixmap | None) -> None:
        self._kept[key] = pixmap
        while len(self._kept) > KEPT_IN_MEMORY:
            self._kept.popitem(last=False)
        self.arrived.emit()


# As in images/thumbnails.py: enums of Qt are met here, by the thread that imports, and not first by two others at once.
_INSIDE = Qt.AspectRatioMode.KeepAspectRatio
_SMOOTHLY = Qt.TransformationMode.SmoothTransformation


def _reduced(shelf: Shelf, entry: HistoryEntry, size: QSize) -> QImage:
    image = qimage(shelf.thumbnail(entry).pixels)
    return image.scaled(image.size().scaled(size, _INSIDE).boundedTo(image.size()), _INSIDE, _SMOOTHLY)
