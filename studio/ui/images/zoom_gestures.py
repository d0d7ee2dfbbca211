"""What the wheel and fingers mean wherever something is zoomed: on the canvas, the map and a picture of the library."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QInputDevice, QNativeGestureEvent, QWheelEvent

ZOOM_STEP = 2**0.25  # of a notch of the wheel, or a key
_NOTCH = 120  # a mouse wheel's step in Qt's units
_ANGLE_PER_PIXEL = 2  # where a touchpad reports no pixels


def finger_move(event: QWheelEvent) -> QPointF | None:
    """How far fingers on a touchpad move what is shown, in px; None where it is zoomed: by a wheel, or with Ctrl."""
    if not _is_scrolled_by_fingers(event) or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        return None
    return QPointF(event.pixelDelta() or event.angleDelta() / _ANGLE_PER_PIXEL)


def wheel_zoom(event: QWheelEvent) -> float:
    """By what factor a turn of the wheel zooms; 1.0 where it is turned sideways."""
    return float(ZOOM_STEP ** (event.angleDelta().y() / _NOTCH))


def pinch_zoom(event: QNativeGestureEvent) -> float | None:
    """By what factor two fingers zoom; None where they do something else."""
    is_zoom = event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
    return 1 + event.value() if is_zoom else None


def _is_scrolled_by_fingers(event: QWheelEvent) -> bool:
    """Whether a touchpad is stroked; a wheel turns in notches, without a beginning and an end."""
    is_touchpad = event.device().type() == QInputDevice.DeviceType.TouchPad
    return is_touchpad or event.phase() != Qt.ScrollPhase.NoScrollPhase
