"""Thumbnails of picture files: made off the GUI thread, kept in memory while shown and on disk between starts."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QRect, QSaveFile, QSize, QStandardPaths, Qt, Signal, Slot
from PySide6.QtGui import (
    QImage,
    QImageWriter,
    QPainter,
    QPainterPath,
    QPixmap,
)

from studio.core.errors import StudioError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.picture import Picture
from studio.jobs.decoding.answering import OpensHere
from studio.ui.images.picture_pyramid import whole_image
from studio.ui.threads.task_pool import TaskPool

KEPT_IN_MEMORY = 400  # a screenful of tiles many times over; about 80 MB of hi-DPI tiles
WAITING_AT_MOST = 120  # tiles scrolled past long ago need no work any more

# PySide makes an enum when it is first met. Two threads that meet one at once crash the program (6.11: three of
# fourteen first starts), so those that work on other threads are met here, by the thread that imports.
_WRITING = QSaveFile.OpenModeFlag.WriteOnly


class Thumbnails(QObject):
    """Pictures cropped to fill one size, never stretched; `pixmap` answers at once, with None while there is none.

    Signals: arrived(path).
    """

    arrived = Signal(object)

    def __init__(
        self,
        size: QSize,
        pixel_ratio: float = 1.0,
        cache_folder: Path | None = None,
        parent: QObject | None = None,
        opener: PictureOpener | None = None,
    ) -> None:
        """Size: logical px. pixel_ratio: of the screen. cache_folder: None for the user's own. opener: None for none
        but this process.
        """
        super().__init__(parent)
        self._opener = opener or OpensHere()
        self._size = size
        self._pixel_ratio = pixel_ratio
        self._cache_folder = cache_folder or user_cache_folder()
        self._kept: OrderedDict[Path, QPixmap] = OrderedDict()
        self._unreadable: set[Path] = set()
        self._tasks = TaskPool(WAITING_AT_MOST, self)
        self._tasks.finished.connect(self._keep)
        self._tasks.failed.connect(self._give_up)

    def pixmap(self, path: Path) -> QPixmap | None:
        """The thumbnail if it is ready; otherwise None, and it will arrive."""
        if path in self._kept:
            self._kept.move_to_end(path)
            return self._kept[path]
        if path not in self._unreadable and not self._tasks.is_waiting(path):
            size, folder, opener = self._size * self._pixel_ratio, self._cache_folder, self._opener
            self._tasks.submit(path, lambda: load_thumbnail(path, size, folder, opener))
        return None

    def is_unreadable(self, path: Path) -> bool:
        """Whether making it has failed."""
        return path in self._unreadable

    def set_pixel_ratio(self, pixel_ratio: float) -> None:
        """Make them again for a screen of another scale."""
        if pixel_ratio != self._pixel_ratio:
            self._pixel_ratio = pixel_ratio
            self.forget()

    def forget(self) -> None:
        """Forget what is in memory, for example because files changed."""
        self._tasks.forget()
        self._kept.clear()
        self._unreadable.clear()

    @Slot(object, object)
    def _keep(self, path: Path, image: QImage) -> None:
        if image.isNull():
            self._give_up(path)
            return
        image.setDevicePixelRatio(self._pixel_ratio)
        self._kept[path] = QPixmap.fromImage(image)
        while len(self._kept) > KEPT_IN_MEMORY:
            self._kept.popitem(last=False)
        self.arrived.emit(path)

    @Slot(object, object)
    def _give_up(self, path: Path, error: StudioError | None = None) -> None:
        """The tile says that there is nothing to see."""
        self._unreadable.add(path)
        self.arrived.emit(path)


def user_cache_folder() -> Path:
    """Where thumbnails lie between starts."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.CacheLocation)) / "thumbnails"


def load_thumbnail(path: Path, size: QSize, cache_folder: Path, opener: PictureOpener) -> QImage:
    """A picture cropped to fill `size` device px, from the cache if it is there; null if it cannot be read.

    May be called on any thread. A cache that cannot be written costs time, not the thumbnail.
    """
    try:
        facts = path.stat()
    except OSError:
        return QImage()
    about = f"|{facts.st_mtime_ns}|{facts.st_size}|{size.width()}x{size.height()}"
    name = hashlib.sha256(os.fsencode(path) + about.encode())
    cached = cache_folder / f"{name.hexdigest()[:32]}.webp"
    image = QImage(str(cached))
    if image.size() == size:
        return image
    image = make_thumbnail(path, size, opener)
    if not image.isNull():
        _save(image, cached)
    return image


def make_thumbnail(path: Path, size: QSize, opener: PictureOpener) -> QImage:
    """A picture cropped to fill `size` device px, in sRGB; null if it cannot be read. May be called on any thread."""
    try:
        return whole_image(opener.open_thumbnail(path, size.width(), size.height()))
    except StudioError:
        return QImage()


def _save(image: QImage, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    file = QSaveFile(str(path))  # whole or not at all, also with two studios at once
    if not file.open(_WRITING):
        return
    writer = QImageWriter(file, b"webp")
    writer.setQuality(92)
    if writer.write(image):
        file.commit()


def tile_of(picture: Picture, edge: int, pixel_ratio: float) -> QPixmap:
    """The picture's middle as a square of `edge` logical px with round corners; what is transparent stays so."""
    side = min(picture.width, picture.height)
    top, left = (picture.height - side) // 2, (picture.width - side) // 2
    stride = max(1, int(side / (edge * pixel_ratio * 4)))  # far more pixels than needed only cost time
    part = slice(top, top + side, stride), slice(left, left + side, stride)
    square, kind = picture.pixels[part].copy(), QImage.Format.Format_RGB888
    if picture.alpha is not None:
        square, kind = np.dstack((square, picture.alpha[part])), QImage.Format.Format_RGBA8888
    height, width, channels = square.shape
    image = QImage(square.data, width, height, channels * width, kind)
    device_edge = round(edge * pixel_ratio)
    image = image.scaled(
        QSize(device_edge, device_edge),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    tile = QPixmap(device_edge, device_edge)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.addRoundedRect(0, 0, device_edge, device_edge, 4 * pixel_ratio, 4 * pixel_ratio)
    painter.setClipPath(path)
    painter.drawImage(QRect(0, 0, device_edge, device_edge), image)
    painter.end()
    tile.setDevicePixelRatio(pixel_ratio)
    return tile
