"""The track of a slider: a thin line, filled from the default mark to the handle, moved by mouse, keys or wheel."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSlider, QWidget

from studio.core.recipe import Knob
from studio.ui.recipe_panel.slider_scale import Pace, SliderScale
from studio.ui.theme.theme import color
from studio.ui.widgets.no_wheel_combo_box import is_meant_by_wheel

_RADIUS = 6.0  # of the handle, px
_MOVES: dict[int, tuple[int, Pace]] = {
    Qt.Key.Key_Left: (-1, "step"),
    Qt.Key.Key_Down: (-1, "step"),
    Qt.Key.Key_Right: (1, "step"),
    Qt.Key.Key_Up: (1, "step"),
    Qt.Key.Key_PageDown: (-1, "coarse"),
    Qt.Key.Key_PageUp: (1, "coarse"),
}


class SliderTrack(QSlider):
    """Emits `value_edited` for every new value and `edit_finished` when one drag, key or wheel move is complete.

    Arrows move by a step, with Shift by the finest one, PageUp and PageDown coarsely, Home and End to the ends, Delete
    and a double click back to the default. The wheel acts only with focus and where the pointer was moved onto the
    slider, not the slider below the pointer, so that scrolling the panel changes nothing.
    """

    value_edited = Signal(object)
    edit_finished = Signal()

    def __init__(self, knob: Knob, default: float, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._scale = SliderScale(knob)
        self._default = self._value = default
        self._grab: float | None = None  # px between the pointer and the handle's centre while dragging
        # What screen readers tell are these whole numbers: the value itself, in hundredths where it has two decimals.
        self._units = 10**knob.decimals
        self.setRange(round(knob.low * self._units), round(knob.high * self._units))
        self.setSingleStep(max(1, round(knob.step * self._units)))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._show_value()
        self.valueChanged.connect(self._take_position)

    @property
    def knob_value(self) -> float:
        """The value in the knob's own unit."""
        return self._value

    def set_knob_value(self, value: float) -> None:
        """Show a value; emits nothing."""
        self._value = value
        self._show_value()

    def set_default(self, default: float) -> None:
        """Move the default mark."""
        self._default = default
        self.update()

    def edit(self, value: float) -> None:
        """Take a value as if the user had moved here, without finishing the edit."""
        if value != self._value:
            self.set_knob_value(value)
            self.value_edited.emit(value)

    def reset(self) -> None:
        """Back to the default, as one edit."""
        self.edit(self._default)
        self.edit_finished.emit()

    def sizeHint(self) -> QSize:
        return QSize(120, 18)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 18)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in _MOVES:
            count, pace = _MOVES[key]
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                pace = "fine"
            self._edit_once(self._scale.moved(self._value, count, pace))
        elif key == Qt.Key.Key_Home:
            self._edit_once(self._scale.value(0.0))
        elif key == Qt.Key.Key_End:
            self._edit_once(self._scale.value(1.0))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.reset()
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() or event.angleDelta().x()
        if not (notches and is_meant_by_wheel(self)):
            event.ignore()
            return
        is_fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._edit_once(self._scale.moved(self._value, 1 if notches > 0 else -1, "fine" if is_fine else "step"))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        offset = event.position().x() - self._handle_x(self._value)
        is_on_handle = abs(offset) <= _RADIUS + 2
        self._grab = offset if is_on_handle else 0.0
        if not is_on_handle:
            self._drag_to(event.position().x())
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grab is not None:
            self._drag_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grab is not None and event.button() == Qt.MouseButton.LeftButton:
            self._grab = None
            self.update()
            self.edit_finished.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grab = None
            self.reset()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if not self.isEnabled():
            painter.setOpacity(0.35)
        middle, left, right = self.height() / 2, self._left(), self._right()
        mark, handle = self._handle_x(self._default), self._handle_x(self._value)
        painter.setBrush(color("control"))
        painter.drawRoundedRect(QRectF(left, middle - 1, right - left, 2), 1, 1)
        painter.drawRoundedRect(QRectF(mark - 1, middle - 5, 2, 10), 1, 1)
        painter.setBrush(color("accent"))
        painter.drawRoundedRect(QRectF(min(mark, handle), middle - 1.5, abs(handle - mark), 3), 1.5, 1.5)
        if self.hasFocus():
            painter.drawEllipse(QPointF(handle, middle), _RADIUS + 1.5, _RADIUS + 1.5)
            painter.setBrush(color("panel"))
            painter.drawEllipse(QPointF(handle, middle), _RADIUS, _RADIUS)
        is_lit = self._grab is not None or self.underMouse() or self.hasFocus()
        painter.setBrush(color("text" if is_lit else "muted"))
        painter.drawEllipse(QPointF(handle, middle), _RADIUS - 1, _RADIUS - 1)

    @Slot(int)
    def _take_position(self, position: int) -> None:
        # Only assistive technology comes here: our own changes block the signal.
        self._edit_once(self._scale.knob.check(position / self._units))

    def _edit_once(self, value: float) -> None:
        self.edit(value)
        self.edit_finished.emit()

    def _drag_to(self, x: float) -> None:
        left, right = self._left(), self._right()
        self.edit(self._scale.value((x - (self._grab or 0.0) - left) / max(right - left, 1.0)))

    def _show_value(self) -> None:
        with QSignalBlocker(self):
            self.setValue(round(self._value * self._units))
        self.update()

    def _left(self) -> float:
        return _RADIUS

    def _right(self) -> float:
        return self.width() - _RADIUS

    def _handle_x(self, value: float) -> float:
        return self._left() + self._scale.position(value) * (self._right() - self._left())
