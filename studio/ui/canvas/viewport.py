"""Viewport: the part of the pictures that the canvas shows: all, or zoomed and moved by hand."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QSize, Signal
from PySide6.QtWidgets import QWidget

from studio.ui.canvas.before_after import BeforeAfter
from studio.ui.canvas.view_transform import Size, ViewTransform, allowed_zoom, fitted
from studio.ui.theme.theme import GRID


class Viewport(QObject):
    """The view of a before_after of pictures on a canvas. Places and movements are those of the canvas, in its own px.

    is_fitted: whether the whole picture is shown, however large the canvas becomes; any zoom or movement ends that.
    Signals: moved(), after any change; zoom_changed(float), if it is another zoom.
    """

    moved = Signal()
    zoom_changed = Signal(float)

    def __init__(self, before_after: BeforeAfter, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.view = ViewTransform()
        self.is_fitted = True
        self._before_after = before_after
        self._canvas = canvas
        self._columns = 1
        self._is_repeated = False
        self._seen: Size = (1, 1)  # `size` when `view` was chosen

    @property
    def size(self) -> Size:
        """(width, height) of the canvas in device px."""
        ratio = self._canvas.devicePixelRatioF()
        return max(1, round(self._canvas.width() * ratio)), max(1, round(self._canvas.height() * ratio))

    def fit(self) -> None:
        """Show the whole picture, and keep it fitted when the canvas is resized."""
        self.is_fitted = True
        if not self._before_after.is_start_page:
            width, height = self.size
            margin = 3 * GRID * self._canvas.devicePixelRatioF()
            view = fitted(self._frame(), (width // self._columns, height), margin)
            view = view.panned((width - width // self._columns) / 2, 0)
            self._set(view.zoomed(view.zoom / 2, width / 2, height / 2) if self._is_repeated else view)

    def set_columns(self, columns: int) -> None:
        """Have the view shown twice, side by side, or once: what is shown whole stays whole."""
        if columns != self._columns:
            self._columns = columns
            if self.is_fitted:
                self.fit()

    def set_repeated(self, is_repeated: bool) -> None:
        """Leave room for copies all around, or not: else hardly more than the one would be seen."""
        if is_repeated != self._is_repeated:
            self._is_repeated = is_repeated
            if self.is_fitted:
                self.fit()

    def zoom_to(self, zoom: float) -> None:
        """Zoom around the middle of the canvas."""
        width, height = self.size
        self._zoom(zoom, width / 2, height / 2)

    def zoom_at(self, zoom: float, place: QPointF) -> None:
        """Zoom so that what is at a place stays there."""
        ratio = self._canvas.devicePixelRatioF()
        x = place.x() * ratio
        if self._columns == 2:  # both show the same view, each moved by a quarter of the canvas
            quarter = self.size[0] / 4
            x += quarter if x < 2 * quarter else -quarter
        self._zoom(zoom, x, place.y() * ratio)

    def pan(self, moved: QPointF) -> None:
        """Move the picture."""
        ratio = self._canvas.devicePixelRatioF()
        self._pan(moved.x() * ratio, moved.y() * ratio)

    def follow_canvas(self) -> None:
        """The canvas has become larger or smaller, or its pixels have: what was in the middle stays there."""
        old, new = self._seen, self.size
        if self.is_fitted:
            self.fit()
        elif new != old:
            self._pan((new[0] - old[0]) / 2, (new[1] - old[1]) / 2)

    def follow_pictures(self, old_frame: QSize) -> None:
        """Other pictures are shown: a larger or smaller artwork takes the same place on the screen."""
        new_frame = self._before_after.frame
        if self.is_fitted:
            self.fit()
        elif new_frame != old_frame:
            zoom = self.view.zoom * old_frame.width() / new_frame.width()
            self._set(ViewTransform(zoom, self.view.left, self.view.top))

    def _zoom(self, zoom: float, x: float, y: float) -> None:
        """Zoom at (x, y), in device px."""
        if not self._before_after.is_start_page:
            self.is_fitted = False
            zoom = allowed_zoom(zoom, self._frame())
            self._set(self.view.zoomed(zoom, x, y).kept(self._frame(), self.size))

    def _pan(self, dx: float, dy: float) -> None:
        """Move by device px."""
        self.is_fitted = False
        self._set(self.view.panned(dx, dy).kept(self._frame(), self.size))

    def _frame(self) -> Size:
        return self._before_after.frame.width(), self._before_after.frame.height()

    def _set(self, view: ViewTransform) -> None:
        zoom = self.view.zoom
        self.view, self._seen = view, self.size
        self.moved.emit()
        if zoom != view.zoom:
            self.zoom_changed.emit(view.zoom)
