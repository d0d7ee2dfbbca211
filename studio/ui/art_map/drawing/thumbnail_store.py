"""ThumbnailStore: the thumbnails of the map in the sizes it needs, loaded off the GUI thread, those in sight first."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from studio.ui.art_map.drawing.thumbnail_atlas import ThumbnailAtlas
from studio.ui.art_map.map_view import EDGES
from studio.ui.threads.task_error import task_error
from studio.ui.threads.task_pool import TaskPool

Load = Callable[[int], QImage | None]

CARD_EDGE = 128  # px of the one that is looked at
BASE_EDGE = 32  # px: what all pictures are loaded in when nothing else is to do, and what stands in for larger ones
_BASE_CAPACITY = 16_384  # 64 MB
_SCREENS = 2.7  # how much more than the screen's area an atlas holds: pictures overlap, and some are just out of sight
_KEPT_ATLASES = 3  # besides the base
_BATCH_SECONDS = 0.02  # of loading between two deliveries: what the GUI thread copies takes a tenth of it
_BATCH = 64

# PySide makes an enum when it is first met. Two threads that meet one at once crash the program (see thumbnails.py).
_FORMAT = QImage.Format.Format_RGB32
_SMOOTH = Qt.TransformationMode.SmoothTransformation
_ASPECT = Qt.AspectRatioMode.KeepAspectRatio


class ThumbnailStore(QObject):
    """Atlases by edge. Signal: arrived(), there are more thumbnails than before."""

    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._load: Load = lambda index: None
        self._generation = 0  # of the works: what was loaded for others is dropped
        self._screen_area = 1
        self._colors: list[QColor] = []
        self._atlases: dict[int, ThumbnailAtlas] = {}  # the one used last is the last
        self._missing = np.zeros(0, np.bool_)  # there is no picture
        self._wanted: tuple[int, NDArray[np.int64]] | None = None
        self._looked_at: int | None = None
        self._base_order = np.zeros(0, np.int64)
        self._is_loading = False  # for these works; what is still loaded for others is not waited for
        self._tasks = TaskPool(1, self)
        self._tasks.finished.connect(self._take)

    def set_works(self, count: int, load: Load) -> None:
        """Forget all and load others. load: called on other threads, by one at a time."""
        self._tasks.forget()
        self._is_loading = False
        self._generation += 1
        self._count, self._load = count, load
        self._atlases.clear()
        self._missing = np.zeros(count, np.bool_)
        self._wanted = self._looked_at = None
        self._base_order = np.random.default_rng(0).permutation(min(count, _BASE_CAPACITY))

    def set_screen(self, width: int, height: int) -> None:
        """How large the map is, in device px: what an atlas must hold."""
        if width * height > self._screen_area:
            self._screen_area = width * height
            for edge in [edge for edge in self._atlases if edge != BASE_EDGE]:
                del self._atlases[edge]

    def set_colors(self, colors: Sequence[QColor]) -> None:
        """The colours of frames, by number."""
        self._colors = list(colors)
        for atlas in self._atlases.values():
            atlas.set_colors(colors)

    def atlas(self, edge: int) -> ThumbnailAtlas:
        """The atlas of a size."""
        atlas = self._atlases.pop(edge, None) or self._make_atlas(edge)
        self._atlases[edge] = atlas
        for old in [edge for edge in self._atlases if edge != BASE_EDGE][:-_KEPT_ATLASES]:
            del self._atlases[old]
        return atlas

    def want(self, edge: int, indices: NDArray[np.int64]) -> None:
        """Load these next, in this order; what was wanted before is no longer. edge: 0 for what is needed later."""
        if edge:
            atlas = self.atlas(edge)
            indices = indices[~(atlas.has(indices) | self._missing[indices])][: atlas.capacity]
        self._wanted = (edge, indices) if edge and len(indices) else None
        self._go_on()

    def best(self, index: int) -> QPixmap | None:
        """The largest thumbnail of a work that is there; a larger one is loaded next."""
        self._looked_at = index
        self._go_on()
        for edge in (edge for edge in (CARD_EDGE, *EDGES[::-1]) if edge in self._atlases):
            area = self._atlases[edge].area(index)
            if area is not None:
                found = self._atlases[edge].pixmap.copy(area)
                longest = max(area.width(), area.height())
                return found if longest >= CARD_EDGE else _enlarged(found, CARD_EDGE / longest)
        return None

    @property
    def is_idle(self) -> bool:
        """Whether all that is wanted is there."""
        return not self._is_loading and self._next() is None

    def _make_atlas(self, edge: int) -> ThumbnailAtlas:
        capacity = _BASE_CAPACITY if edge == BASE_EDGE else int(_SCREENS * self._screen_area / edge**2) + 64
        atlas = ThumbnailAtlas(edge, self._count, capacity)
        atlas.set_colors(self._colors)
        return atlas

    def _next(self) -> tuple[int, NDArray[np.int64]] | None:
        """What to load now: what is looked at, what is in sight, all in the base size."""
        if self._looked_at is not None:
            one = np.array([self._looked_at])
            self._looked_at = None
            if not (self._missing[one] | self.atlas(CARD_EDGE).has(one)).any():
                return CARD_EDGE, one
        if self._wanted is not None:
            edge, indices = self._wanted
            left = indices[~(self.atlas(edge).has(indices) | self._missing[indices])]
            if len(left):
                return edge, left
            self._wanted = None
        if len(self._base_order):
            order = self._base_order
            self._base_order = order[~(self.atlas(BASE_EDGE).has(order) | self._missing[order])]
        return (BASE_EDGE, self._base_order) if len(self._base_order) else None

    def _go_on(self) -> None:
        if self._is_loading:
            return
        found = self._next()
        if found is not None:
            self._is_loading = True
            edge, indices = found
            load, numbers = self._load, indices[:_BATCH].tolist()
            self._tasks.submit(self._generation, lambda: (edge, _load_some(load, numbers, edge)))

    @Slot(object, object)
    def _take(self, generation: int, result: tuple[int, list[tuple[int, QImage | None]]]) -> None:
        edge, loaded = result
        if generation != self._generation:
            return
        self._is_loading = False
        for index, image in loaded:
            self._missing[index] = image is None
        self.atlas(edge).put([(index, image) for index, image in loaded if image is not None])
        self.arrived.emit()
        self._go_on()


def _load_some(load: Load, indices: Sequence[int], edge: int) -> list[tuple[int, QImage | None]]:
    """On another thread. What cannot be loaded is None, whatever the reason: one picture must not cost the others."""
    assert edge in EDGES
    end = time.monotonic() + _BATCH_SECONDS
    found: list[tuple[int, QImage | None]] = []
    for index in indices:
        try:
            image = _fitted(load(index), edge)
        except Exception as error:  # noqa: BLE001 - as above
            task_error(error)  # for the log
            image = None
        found.append((index, image))
        if time.monotonic() > end:
            break
    return found


def _enlarged(pixmap: QPixmap, factor: float) -> QPixmap:
    return pixmap.scaled(pixmap.size() * factor, _ASPECT, _SMOOTH)


def _fitted(image: QImage | None, edge: int) -> QImage | None:
    """At most edge px wide and high, opaque."""
    if image is None or image.isNull():
        return None
    if max(image.width(), image.height()) != edge:
        image = image.scaled(edge, edge, _ASPECT, _SMOOTH)
    if not image.hasAlphaChannel():
        return image.convertToFormat(_FORMAT)
    ground = QImage(image.size(), _FORMAT)
    ground.fill(0xFF808080)
    painter = QPainter(ground)
    painter.drawImage(0, 0, image)
    painter.end()
    return ground
