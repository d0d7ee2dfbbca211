"""MapGestures: what the mouse, fingers and keys do on the map."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from studio.ui.art_map.map_camera import MapCamera
from studio.ui.art_map.selection_shape import SelectionShape, Tool
from studio.ui.images.zoom_gestures import ZOOM_STEP, finger_move, wheel_zoom

_ARROW_STEP = 64.0  # px
_DRAG = 4  # px; less is a click of a hand that is not quite still
_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_SHIFT, _CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class Selectable(Protocol):
    """What gestures ask of the map; places in px of it."""

    def click(self, place: QPointF, adds: bool) -> None:
        """Select what is there. adds: to what is selected, or take it out."""

    def select_inside(self, shape: SelectionShape, adds: bool) -> None:
        """Select what lies in a shape."""

    def select_all(self) -> None:
        """Select everything."""

    def clear_selection(self) -> bool:
        """Select nothing; whether anything was selected."""

    def open_at(self, place: QPointF | None) -> None:
        """Open what is there, or the work the keys are at."""

    def go(self, dx: int, dy: int) -> None:
        """To the next work in a direction."""

    def update(self) -> None:
        """Paint again."""


class MapGestures:
    """Dragging moves the plane, with Shift it draws a lasso, with Ctrl a rectangle; with a tool, without any key."""

    def __init__(self, map_: Selectable, camera: MapCamera) -> None:
        self._map = map_
        self._camera = camera
        self.tool: Tool = "pan"
        self.shape: SelectionShape | None = None
        self._pressed_at: QPointF | None = None
        self._last = QPointF()
        self._is_moving = self._adds = False

    @property
    def is_dragging(self) -> bool:
        """Whether a button is held and the pointer has gone from where it was pressed."""
        return self._is_moving

    def press(self, event: QMouseEvent) -> None:
        """A button goes down."""
        if self._pressed_at is None and event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed_at = self._last = event.position()
            keys = event.modifiers()
            tool = self.tool
            if event.button() == Qt.MouseButton.MiddleButton:
                tool = "pan"
            elif tool == "pan" and keys & (_SHIFT | _CONTROL):
                tool = "lasso" if keys & _SHIFT else "rectangle"
            self._adds = bool(keys & _CONTROL) if self.tool == "pan" else bool(keys & (_SHIFT | _CONTROL))
            self.shape = None if tool == "pan" else SelectionShape(tool, event.position())

    def move(self, event: QMouseEvent) -> None:
        """The pointer goes on, with a button held or not."""
        if self._pressed_at is None:
            return
        if not self._is_moving and (event.position() - self._pressed_at).manhattanLength() < _DRAG:
            return
        self._is_moving = True
        if self.shape is None:
            self._camera.pan_by(event.position() - self._last)
        else:
            self.shape.go_to(event.position())
            self._map.update()
        self._last = event.position()

    def release(self, event: QMouseEvent) -> None:
        """The button goes up."""
        if self._pressed_at is None:
            return
        shape, is_moving = self.shape, self._is_moving
        self.cancel()
        if not is_moving:
            if event.button() == Qt.MouseButton.LeftButton:
                self._map.click(event.position(), bool(event.modifiers() & (_SHIFT | _CONTROL)))
        elif shape is not None:
            shape.go_to(event.position())
            self._map.select_inside(shape, self._adds)

    def cancel(self) -> bool:
        """Forget what is being dragged; whether there was anything."""
        was_dragging = self._pressed_at is not None
        self._pressed_at = self.shape = None
        self._is_moving = False
        self._map.update()
        return was_dragging

    def wheel(self, event: QWheelEvent) -> None:
        """A wheel zooms around the pointer; fingers on a touchpad move the plane, and zoom with Ctrl."""
        event.accept()
        moved = finger_move(event)
        if moved is not None:
            self._camera.pan_by(moved)
        elif event.angleDelta().y():
            self._camera.zoom_by(wheel_zoom(event), event.position())

    def key(self, event: QKeyEvent) -> bool:
        """Whether the key means anything here."""
        key = event.key()
        if key in _ARROWS:
            dx, dy = _ARROWS[key]
            if event.modifiers() & _CONTROL:
                self._map.go(dx, dy)
            else:
                self._camera.pan_by(QPointF(-dx, -dy) * _ARROW_STEP)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._camera.zoom_by(ZOOM_STEP)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self._camera.zoom_by(1 / ZOOM_STEP)
        elif key == Qt.Key.Key_Home:
            self._camera.fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._map.open_at(None)
        elif key == Qt.Key.Key_A and event.modifiers() & _CONTROL:
            self._map.select_all()
        elif key == Qt.Key.Key_Escape:
            return self.cancel() or self._map.clear_selection()  # else it means something to whoever is around the map
        else:
            return False
        return True
