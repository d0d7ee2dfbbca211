"""PictureView: a picture, whole or pixel by pixel, to be moved and zoomed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QMouseEvent, QNativeGestureEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from studio.ui.images.picture_pyramid import PicturePyramid
from studio.ui.images.zoom_gestures import finger_move, pinch_zoom, wheel_zoom
from studio.ui.theme.theme import color

_LARGEST = 32.0
_MARGIN = 12  # px around the whole picture


class PictureView(QWidget):
    """Shows the whole picture until it is zoomed; a double click goes between that and 100 %.

    Until a picture is there, its thumbnail stands in, as large as the picture will be.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pyramid: PicturePyramid | None = None
        self._thumbnail = QImage()
        self._zoom: float | None = None  # device px per px of the picture, None for the whole picture
        self._middle = QPointF(0.5, 0.5)  # what of the picture is in the middle, as shares of its sides
        self._grabbed_at: QPointF | None = None

    @property
    def pyramid(self) -> PicturePyramid | None:
        """The picture that is shown."""
        return self._pyramid

    @property
    def is_whole(self) -> bool:
        """Whether all of it is in sight."""
        return self._zoom is None

    def show_thumbnail(self, image: QImage) -> None:
        """Show another picture, of which only this is known so far."""
        self._pyramid, self._thumbnail, self._zoom = None, image, None
        self.update()

    def show_picture(self, pyramid: PicturePyramid) -> None:
        """Show the picture, or more of it than before; it stays in its place."""
        self._pyramid = pyramid
        self.update()

    def toggle_zoom(self, place: QPointF | None = None) -> None:
        """Go between the whole picture and 100 % around a place, or the middle."""
        if not self.is_whole:
            self._zoom = None
            self.update()
        elif self._pyramid is not None:
            self._zoom_to(1.0, place or QPointF(self.rect().center()))

    def zoom_by(self, factor: float, place: QPointF | None = None) -> None:
        """Zoom around a place, or the middle; the whole picture is the smallest."""
        if self._pyramid is not None:
            self._zoom_to(self._scale() * factor, place or QPointF(self.rect().center()))

    def event(self, event: QEvent) -> bool:
        factor = pinch_zoom(event) if isinstance(event, QNativeGestureEvent) else None
        if isinstance(event, QNativeGestureEvent) and factor is not None:
            self.zoom_by(factor, event.position())
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        moved = finger_move(event)
        if moved is None:
            self.zoom_by(wheel_zoom(event), event.position())
        else:
            self._move_by(moved)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed_at = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed_at is not None:
            self._move_by(event.position() - self._grabbed_at)
            self._grabbed_at = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed_at = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.toggle_zoom(event.position())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._keep_in_sight()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("canvas"))
        ratio, place = self.devicePixelRatioF(), self._place()
        if self._pyramid is not None:
            painter.scale(1 / ratio, 1 / ratio)
            corner, size = (place.topLeft() * ratio).toPoint(), (place.size() * ratio).toSize()
            device = QRect(corner, size.expandedTo(QSize(1, 1)))
            whole = QRect(QPoint(), self.size() * ratio)
            self._pyramid.draw(painter, device, whole, is_crisp=self._scale() >= 2)
        elif not self._thumbnail.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self._thumbnail)

    def _move_by(self, moved: QPointF) -> None:
        """moved: px of this widget."""
        if not self.is_whole:
            size = self._place().size()
            self._middle -= QPointF(moved.x() / size.width(), moved.y() / size.height())
            self._keep_in_sight()

    def _zoom_to(self, zoom: float, place: QPointF) -> None:
        """zoom: device px per px of the picture."""
        smallest, before = self._fitting(), self._place()
        if zoom <= smallest:
            self._zoom = None
            self.update()
            return
        at = QPointF((place.x() - before.x()) / before.width(), (place.y() - before.y()) / before.height())
        self._zoom = min(zoom, max(_LARGEST, smallest))
        after, centre = self._place().size(), QPointF(self.rect().center())
        self._middle = at + QPointF((centre.x() - place.x()) / after.width(), (centre.y() - place.y()) / after.height())
        self._keep_in_sight()

    def _keep_in_sight(self) -> None:
        self._middle = QPointF(min(max(self._middle.x(), 0.0), 1.0), min(max(self._middle.y(), 0.0), 1.0))
        self.update()

    def _size(self) -> QSize:
        if self._pyramid is not None:
            return QSize(self._pyramid.picture.width, self._pyramid.picture.height)
        return self._thumbnail.size().expandedTo(QSize(1, 1))

    def _fitting(self) -> float:
        """The zoom at which the picture, or its thumbnail, fills the room."""
        room, size = self.size() * self.devicePixelRatioF(), self._size()
        margin = 2 * _MARGIN * self.devicePixelRatioF()
        return max(min((room.width() - margin) / size.width(), (room.height() - margin) / size.height()), 1e-3)

    def _scale(self) -> float:
        return self._fitting() if self._zoom is None else self._zoom

    def _place(self) -> QRectF:
        """Where the picture lies, in px of this widget, which may have several of the screen, or one and a quarter."""
        size = self._size().toSizeF() * (self._scale() / self.devicePixelRatioF())
        middle = QPointF(0.5, 0.5) if self._zoom is None else self._middle
        centre = QPointF(self.rect().center())
        corner = QPointF(centre.x() - middle.x() * size.width(), centre.y() - middle.y() * size.height())
        return QRectF(corner, size)
