"""Fade: lets a widget come and go softly, and at once where the system asks for less motion."""

from __future__ import annotations

from PySide6.QtCore import QAbstractAnimation, QObject, QVariantAnimation, Slot
from PySide6.QtWidgets import QStyle, QWidget

LONGEST = 120  # ms


def is_motion_wanted(widget: QWidget) -> bool:
    """Whether the system lets widgets move."""
    return min(LONGEST, _duration_of_system(widget)) > 0


def _duration_of_system(widget: QWidget) -> int:
    return widget.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, widget)


class Fade(QObject):
    """Shows and hides a widget that paints itself with `opacity`, 0 to 1."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.opacity = 0.0
        self._widget = widget
        self._motion = QVariantAnimation(self)
        self._motion.setStartValue(0.0)
        self._motion.setEndValue(1.0)
        self._motion.valueChanged.connect(self._set_opacity)
        self._motion.finished.connect(self._end)

    def fade_in(self) -> None:
        """Show the widget, from what is left of it."""
        self._move(QAbstractAnimation.Direction.Forward)
        self._widget.show()

    def fade_out(self) -> None:
        """Hide the widget."""
        self._move(QAbstractAnimation.Direction.Backward)

    def _move(self, direction: QAbstractAnimation.Direction) -> None:
        self._motion.setDirection(direction)
        if not is_motion_wanted(self._widget):
            self._motion.stop()
            self._set_opacity(1.0 if direction == QAbstractAnimation.Direction.Forward else 0.0)
            self._end()
        elif self._motion.state() != QAbstractAnimation.State.Running:
            self._motion.setDuration(min(LONGEST, _duration_of_system(self._widget)))
            self._motion.start()

    @Slot(object)
    def _set_opacity(self, opacity: float) -> None:
        self.opacity = opacity
        self._widget.update()

    @Slot()
    def _end(self) -> None:
        if self._motion.direction() == QAbstractAnimation.Direction.Backward:
            self._widget.hide()
