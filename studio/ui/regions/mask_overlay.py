"""MaskOverlay: over the canvas; shows the mask of the selected region, and takes the pointer while a tool is on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QTabletEvent
from PySide6.QtWidgets import QWidget

from studio.core.picture import Pixels
from studio.core.regions.brush import Box
from studio.core.regions.shapes import FARTHEST, Operation, Point
from studio.ui.regions.mask_view import draw_mask_view, mask_image
from studio.ui.regions.tools import BRUSHES, BrushSettings, Outline, Stroke, ToolName, combined

_CLOSE = 8  # px; a click so near to the first corner closes a polygon


class MaskOverlay(QWidget):
    """Without a mask it shows nothing, and without a tool the canvas below gets every event.

    Signals: stroke_drawn(values, operation); shape_drawn(Shape, operation); color_picked(x, y, operation), a place in
    shares of the photo.
    """

    stroke_drawn = Signal(object, str)
    shape_drawn = Signal(object, str)
    color_picked = Signal(float, float, str)

    def __init__(
        self, canvas: QWidget, picture_place: Callable[[], QRectF], is_moved_by_hand: Callable[[], bool]
    ) -> None:
        """picture_place: where the picture lies on the canvas. is_moved_by_hand: whether a drag is to move it now."""
        super().__init__(canvas)
        self._canvas = canvas
        self._picture_place = picture_place
        self._is_moved_by_hand = is_moved_by_hand
        self.settings = BrushSettings()
        self.operation: Operation = "add"
        self.tool: ToolName | None = None
        self._values: Pixels | None = None  # of the mask, with the stroke on its way
        self._image: QImage | None = None
        self._base: Pixels | None = None  # of the mask without that stroke
        self._has_veil = False
        self._stroke: Stroke | None = None
        self._outline: Outline | None = None
        self._pointer: QPointF | None = None
        self._cache: tuple[QRect, QImage] | None = None  # what is shown of the mask, in device px
        self.setAccessibleName(self.tr("Mask of the region"))
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        canvas.installEventFilter(self)
        self.setGeometry(canvas.rect())
        self.lower()

    @property
    def is_drawing(self) -> bool:
        """Whether a stroke or shape has begun and not ended."""
        return self._stroke is not None or self._outline is not None

    @property
    def values(self) -> Pixels | None:
        """What is shown of the mask, a stroke on its way included."""
        return self._values

    def show_mask(self, values: Pixels | None) -> None:
        """Show another mask, (h, w) uint8 of any size; None for none."""
        self._base = values
        self._values = None if values is None else values.copy()
        self._image = None if self._values is None else mask_image(self._values)
        self.follow_view()

    def show_veil(self, has_veil: bool) -> None:
        """Show red where the mask is not."""
        self._has_veil = has_veil
        self.follow_view()

    def use_tool(self, tool: ToolName | None) -> None:
        """Draw with this tool from now on; None for none."""
        self.cancel()
        self.tool = tool
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, tool is None)
        is_round = tool in BRUSHES
        self.setCursor(Qt.CursorShape.BlankCursor if is_round else Qt.CursorShape.CrossCursor)
        self.update()

    def use_settings(self, settings: BrushSettings) -> None:
        """Draw with this brush from now on."""
        self.settings = settings
        self.update()

    def cancel(self) -> bool:
        """Drop a stroke or shape on its way; whether there was one."""
        was_drawing = self.is_drawing
        if self._stroke is not None and self._base is not None:
            self._stroke = None
            self.show_mask(self._base)
        self._outline = None
        self.update()
        return was_drawing

    def close_outline(self) -> bool:
        """Complete a polygon; whether there was one."""
        if self._outline is None or self._outline.tool != "polygon":
            return False
        self._end_outline()
        return True

    def begin(self, place: QPointF, pressure: float, operation: Operation) -> None:
        """The pointer was pressed at a place of the canvas."""
        point = self._share(place)
        if self._base is None or self.tool is None or point is None:
            return
        if self.tool in BRUSHES:
            if self.tool == "eraser":
                operation = "subtract"
            height, width = self._base.shape
            self._stroke = Stroke((width, height), operation, self.settings)
            self.go_to(place, pressure)
        elif self.tool == "similar":
            self.color_picked.emit(*point, operation)
        elif self._outline is not None:  # a polygon's next corner
            first = self._place(self._outline.points[0])
            if (place - first).manhattanLength() <= _CLOSE and len(self._outline.points) > 3:
                self._end_outline()
            else:
                self._outline.add_corner(point)
        else:
            photo = self._picture_place()
            self._outline = Outline(self.tool, operation, [point], (photo.width(), photo.height()))
        self.update()

    def go_to(self, place: QPointF, pressure: float) -> None:
        """The pointer is at another place, pressed or not."""
        self._show_pointer(place)
        point = self._share(place)
        if point is None:
            return
        if self._stroke is not None:
            self._take_box(self._stroke, self._stroke.move(point, pressure))
        elif self._outline is not None:
            self._outline.move(point)
            self.update()

    def end(self) -> None:
        """The pointer was released."""
        stroke = self._stroke
        if stroke is not None:
            self._stroke = None
            assert self._values is not None
            self._base = self._values.copy()
            self.stroke_drawn.emit(stroke.values, stroke.operation)
        elif self._outline is not None and self._outline.tool != "polygon":
            self._end_outline()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._is_moved_by_hand():
            event.ignore()  # the canvas moves the picture
            return
        self.begin(event.position(), 1.0, _operation(event.modifiers(), self.operation))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.MiddleButton or (event.buttons() and not self.is_drawing):
            event.ignore()
            return
        self.go_to(event.position(), 1.0)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.is_drawing:
            self.end()
        else:
            event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self.close_outline():
            self.mousePressEvent(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen, whose pressure makes the stroke wider."""
        kind, pressure = event.type(), event.pressure()
        if kind == QEvent.Type.TabletPress and event.button() == Qt.MouseButton.LeftButton:
            is_eraser = event.pointerType() == event.pointerType().Eraser
            operation = "subtract" if is_eraser else _operation(event.modifiers(), self.operation)
            self.begin(event.position(), pressure, operation)
        elif kind == QEvent.Type.TabletMove:
            self.go_to(event.position(), pressure)
        elif kind == QEvent.Type.TabletRelease and self.is_drawing:
            self.end()
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self._show_pointer(None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._canvas.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image is None:
            return
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        if self._cache is None:
            place = _device(self._picture_place(), ratio)
            clip = place.toAlignedRect().adjusted(-2, -2, 2, 2).intersected(_device(self.rect(), ratio).toRect())
            if clip.isEmpty():
                return
            self._cache = clip, draw_mask_view(self._image, place, clip, ratio, has_veil=self._has_veil)
        clip, seen = self._cache
        painter.drawImage(clip.topLeft(), seen)
        painter.scale(ratio, ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._outline is not None:
            _draw_line(painter, QPolygonF([self._place(point) for point in self._outline.seen]))
        if self._pointer is not None and self.tool in BRUSHES:
            self._draw_brush(painter, self._pointer)

    def _draw_brush(self, painter: QPainter, place: QPointF) -> None:
        radius = self._radius
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for tone, more in ((QColor(0, 0, 0, 160), 1.0), (QColor(255, 255, 255, 230), 0.0)):
            painter.setPen(QPen(tone, 1))
            painter.drawEllipse(place, radius + more, radius + more)

    @property
    def _radius(self) -> float:
        place = self._picture_place()
        return max(self.settings.size / 2 * max(place.width(), place.height()), 1.5)

    def _show_pointer(self, place: QPointF | None) -> None:
        reach = self._radius + 3
        for one in (self._pointer, place):
            if one is not None and self.tool in BRUSHES:
                self.update(QRectF(one.x() - reach, one.y() - reach, 2 * reach, 2 * reach).toAlignedRect())
        self._pointer = place

    def _take_box(self, stroke: Stroke, box: Box | None) -> None:
        """A part of the mask has changed: only that is combined and drawn again."""
        if box is None or self._base is None or self._values is None or self._image is None:
            return
        left, top, right, bottom = box
        part = (slice(top, bottom), slice(left, right))
        if stroke.operation == "intersect":
            part = (slice(None), slice(None))  # all that the stroke has not reached goes
        self._values[part] = combined(self._base[part], stroke.values[part], stroke.operation)
        if self._cache is None or stroke.operation == "intersect":
            self.follow_view()
            return
        ratio = self.devicePixelRatioF()
        place = _device(self._picture_place(), ratio)
        across, down = place.width() / self._image.width(), place.height() / self._image.height()
        area = QRectF(left * across, top * down, (right - left) * across, (bottom - top) * down)
        clip, seen = self._cache
        dirty = area.translated(place.topLeft()).toAlignedRect().adjusted(-4, -4, 4, 4).intersected(clip)
        if dirty.isEmpty():
            return
        painter = QPainter(seen)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        now = draw_mask_view(self._image, place, dirty, ratio, has_veil=self._has_veil)
        painter.drawImage(dirty.topLeft() - clip.topLeft(), now)
        painter.end()
        shown = QRectF(dirty.x() / ratio, dirty.y() / ratio, dirty.width() / ratio, dirty.height() / ratio)
        self.update(shown.toAlignedRect())

    def _end_outline(self) -> None:
        outline, self._outline = self._outline, None
        shape = outline.shape if outline is not None else None
        if outline is not None and shape is not None:
            self.shape_drawn.emit(shape, outline.operation)
        self.update()

    @Slot()
    def follow_view(self) -> None:
        """The picture lies elsewhere, or is larger or smaller."""
        self._cache = None
        self.update()

    def _share(self, place: QPointF) -> Point | None:
        picture = self._picture_place()
        if picture.isEmpty():
            return None
        x, y = (place.x() - picture.x()) / picture.width(), (place.y() - picture.y()) / picture.height()
        return min(max(x, -FARTHEST), FARTHEST), min(max(y, -FARTHEST), FARTHEST)  # beside a thread of a photo

    def _place(self, point: Point) -> QPointF:
        picture = self._picture_place()
        return QPointF(picture.x() + point[0] * picture.width(), picture.y() + point[1] * picture.height())


def _draw_line(painter: QPainter, line: QPolygonF) -> None:
    painter.setPen(QPen(QColor("white"), 1.5))
    painter.drawPolyline(line)
    painter.setPen(QPen(QColor("black"), 1.5, Qt.PenStyle.DashLine))
    painter.drawPolyline(line)


def _operation(modifiers: Qt.KeyboardModifier, otherwise: Operation) -> Operation:
    """Shift adds, Alt takes away, both together keep what is in both."""
    has_shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    has_alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
    if has_shift and has_alt:
        return "intersect"
    return "add" if has_shift else "subtract" if has_alt else otherwise


def _device(place: QRectF | QRect, ratio: float) -> QRectF:
    return QRectF(place.x() * ratio, place.y() * ratio, place.width() * ratio, place.height() * ratio)
