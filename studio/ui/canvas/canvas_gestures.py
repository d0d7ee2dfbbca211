"""CanvasGestures: what the mouse, fingers and keys do on the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from studio.ui.canvas.drag_handle import is_dragged
from studio.ui.canvas.viewport import Viewport
from studio.ui.images.zoom_gestures import ZOOM_STEP, finger_move, pinch_zoom, wheel_zoom

_ARROW_STEP = 64  # px
_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (_ARROW_STEP, 0),
    Qt.Key.Key_Right: (-_ARROW_STEP, 0),
    Qt.Key.Key_Up: (0, _ARROW_STEP),
    Qt.Key.Key_Down: (0, -_ARROW_STEP),
}


class CanvasGestures:
    """Dragging moves the picture, with Ctrl it takes it out of the window; the wheel zooms.

    is_moved_by_hand: as long as Space is held, any drag moves the picture. The canvas calls this only while it has one.
    """

    def __init__(self, canvas: QWidget, viewport: Viewport, drag_out: Callable[[], None]) -> None:
        """drag_out: called when the picture is to be dragged out of the window."""
        self._canvas = canvas
        self._viewport = viewport
        self._drag_out = drag_out
        self._grabbed_at: QPointF | None = None
        self._drags_from: QPointF | None = None  # where Ctrl was pressed with the button
        self.is_moved_by_hand = False

    def wheel(self, event: QWheelEvent) -> None:
        """A wheel zooms around the pointer; fingers on a touchpad move the picture, and zoom with Ctrl."""
        moved = finger_move(event)
        if moved is not None:
            self._viewport.pan(moved)
        elif event.angleDelta().y():
            self._viewport.zoom_at(self._viewport.view.zoom * wheel_zoom(event), event.position())

    def pinch(self, event: QNativeGestureEvent) -> bool:
        """Whether the fingers zoom."""
        factor = pinch_zoom(event)
        if factor is not None:
            self._viewport.zoom_at(self._viewport.view.zoom * factor, event.position())
        return factor is not None

    def press(self, event: QMouseEvent) -> bool:
        """A button goes down; whether that begins anything."""
        has_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if has_control and event.button() == Qt.MouseButton.LeftButton:
            self._drags_from = event.position()
        elif event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._grabbed_at = event.position()
            self._canvas.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            return False
        return True

    def move(self, event: QMouseEvent) -> None:
        """The pointer goes on, with a button held or not."""
        if self._drags_from is not None and is_dragged(self._drags_from, event.position()):
            self._drags_from = None
            self._drag_out()
        elif self._grabbed_at is not None:
            self._viewport.pan(event.position() - self._grabbed_at)
            self._grabbed_at = event.position()

    def release(self) -> None:
        """The button goes up."""
        self._grabbed_at = self._drags_from = None
        self._show_hand()

    def double_click(self, event: QMouseEvent) -> None:
        """To 100 % at the pointer, and back to the whole picture."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._viewport.is_fitted:
            self._viewport.zoom_at(1.0, event.position())
        else:
            self._viewport.fit()

    def key(self, event: QKeyEvent) -> bool:
        """Whether the key means anything here."""
        key, zoom = event.key(), self._viewport.view.zoom
        if key in _ARROWS:
            self._viewport.pan(QPointF(*_ARROWS[key]))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._viewport.zoom_to(zoom * ZOOM_STEP)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self._viewport.zoom_to(zoom / ZOOM_STEP)
        elif key == Qt.Key.Key_Space:
            self._move_by_hand(True)
        else:
            return False
        return True

    def release_key(self, event: QKeyEvent) -> None:
        """Space goes up, or another key."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._move_by_hand(False)

    def leave(self) -> None:
        """The keys belong to others now, who alone are told when Space goes up."""
        self._move_by_hand(False)

    def _move_by_hand(self, is_held: bool) -> None:
        self.is_moved_by_hand = is_held
        if self._grabbed_at is None:
            self._show_hand()

    def _show_hand(self) -> None:
        if self.is_moved_by_hand:
            self._canvas.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self._canvas.unsetCursor()
