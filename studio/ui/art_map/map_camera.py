"""MapCamera: what part of the plane is in sight: all of it, until somebody moves or zooms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, Signal, Slot

from studio.ui.art_map.map_view import MapView, Points, fitted


class MapCamera(QObject):
    """Looks at points of the plane. Places are px of the map, of which the screen has `ratio` times as many.

    view: what is in sight. is_fitted: whether that is everything because nobody has moved or zoomed. Signals: moved();
    moved_by_hand(), before that, if somebody did it.
    """

    moved = Signal()
    moved_by_hand = Signal()

    def __init__(self, points: Points, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view = MapView()
        self.is_fitted = True
        self._points = points
        self._ratio = 1.0

    def places(self, points: Points) -> NDArray[np.float64]:
        """Where points of the plane are on the map. Shapes: (N, 2) -> (N, 2)."""
        return self.view.places(points) / self._ratio

    def place_of(self, point: Points) -> QPointF:
        """Where one of them is. Shape: (2,)."""
        x, y = self.places(point[None])[0].tolist()
        return QPointF(x, y)

    def follow(self, points: Points) -> None:
        """The same works lie elsewhere."""
        self._points = points
        if self.is_fitted:
            self.fit()

    def resize(self, width: int, height: int, ratio: float) -> None:
        """The screen has another size, device px."""
        self._ratio = ratio
        self.view = self.view.resized(width, height, self._points)
        if self.is_fitted:
            self.fit()

    @Slot()
    def fit(self) -> None:
        """Show all works, also when they or the screen change."""
        self.is_fitted = True
        self.view = fitted(self._points, self.view.width, self.view.height)
        self.moved.emit()

    def restore(self, view: MapView) -> None:
        """Show the part of the plane that another view had."""
        self.is_fitted = False
        self.view = view.resized(self.view.width, self.view.height, self._points)
        self.moved.emit()

    def zoom_by(self, factor: float, place: QPointF | None = None) -> None:
        """Zoom around a place, or around the middle."""
        middle = QPointF(self.view.width, self.view.height) / 2 if place is None else place * self._ratio
        self._move(self.view.zoomed(factor, middle.x(), middle.y()))

    def pan_by(self, step: QPointF) -> None:
        """Drag the plane."""
        self._move(self.view.panned(step.x() * self._ratio, step.y() * self._ratio))

    def bring_into_sight(self, point: Points, margin: float) -> None:
        """Drag the plane so far that a point is on the screen, away from its edge by a margin, px."""
        place, right, bottom = self.place_of(point), self.view.width / self._ratio, self.view.height / self._ratio
        x = min(max(place.x(), margin), right - margin)
        y = min(max(place.y(), margin), bottom - margin)
        self.pan_by(QPointF(x, y) - place)

    def _move(self, view: MapView) -> None:
        self.is_fitted = False
        self.view = view.kept(self._points)
        self.moved_by_hand.emit()
        self.moved.emit()
