"""NumberField: a number that is typed: a click selects it, and what is out of range is said and brought into it."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QLocale, QObject, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QValidator, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QToolTip, QWidget

from studio.ui.widgets.no_wheel_combo_box import is_meant_by_wheel
from studio.ui.widgets.plain_text import tool_tip

_Key = QKeySequence.StandardKey
_EDITING = (_Key.SelectAll, _Key.Copy, _Key.Cut, _Key.Paste)
_LONGEST = 24  # characters that are read as a number


class NumberField(QDoubleSpinBox):
    """Reports its value when the entry is complete, not at every digit. `range_text` says what it takes.

    A decimal point is a point, as in all texts of the window, and a comma is taken for one. The wheel is left to the
    page it stands in unless it has the focus and the pointer was moved onto it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setKeyboardTracking(False)  # half-typed numbers are not values
        self.setGroupSeparatorShown(False)
        self.setLocale(QLocale.c())  # elsewhere Qt would leave out the point of "0.7", without a word
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._is_clicked_into = False
        self.lineEdit().installEventFilter(self)
        self.lineEdit().setTextMargins(5, 0, 0, 0)  # Qt's style sheets pad a spin box on the right only

    @property
    def range_name(self) -> str:
        """What the number is, in words."""
        return self.accessibleName() or self.tr("The value")

    @property
    def range_text(self) -> str:
        """From which value to which one may be typed, in words."""
        low, high = (f"{self.textFromValue(value)}{self.suffix()}" for value in (self.minimum(), self.maximum()))
        return self.tr("{}: from {} to {}").format(self.range_name, low, high)

    def event(self, event: QEvent) -> bool:
        """Leaves the window its shortcuts: on Linux, a line of text takes Ctrl+E and Ctrl+K, everywhere Ctrl+Z."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._leaves(event):
            event.ignore()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._is_clicked_into = event.reason() == Qt.FocusReason.MouseFocusReason  # a second click puts the cursor

    def wheelEvent(self, event: QWheelEvent) -> None:
        if is_meant_by_wheel(self):
            super().wheelEvent(event)
        else:
            event.ignore()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_release = watched is self.lineEdit() and event.type() == QEvent.Type.MouseButtonRelease
        if is_release and self._is_clicked_into:
            self._is_clicked_into = False
            if not self.lineEdit().hasSelectedText():
                self.selectAll()  # and what is typed replaces it
        return super().eventFilter(watched, event)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        state, text, position = super().validate(text.replace(",", "."), position)
        if state == QValidator.State.Invalid and self._number(text) is not None:
            state = QValidator.State.Intermediate  # Qt would refuse the key, without a word
        return state, text, position

    def fixup(self, text: str) -> str:
        number = self._number(text)
        if number is None:
            return super().fixup(text)
        if not self.minimum() <= number <= self.maximum():
            QTimer.singleShot(0, self.say_range)  # after the change of focus that may have ended the entry
        return f"{self.textFromValue(min(max(number, self.minimum()), self.maximum()))}{self.suffix()}"

    @Slot()
    def say_range(self) -> None:
        """Say beside the field what it takes."""
        QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), tool_tip(self.range_text), self)

    def _leaves(self, event: QKeyEvent) -> bool:
        """Whether a key with Ctrl is for the window; what is typed is taken back here, what was entered there."""
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier or not event.key() < Qt.Key.Key_Escape:
            return False
        if event.matches(_Key.Undo) or event.matches(_Key.Redo):
            return self.text() == f"{self.textFromValue(self.value())}{self.suffix()}"
        return not any(event.matches(each) for each in _EDITING)

    def _number(self, text: str) -> float | None:
        """What is typed as a number, whether or not it is in the range."""
        digits = text.removesuffix(self.suffix()).strip()
        number, is_number = self.locale().toDouble(digits)
        return number if is_number and math.isfinite(number) and len(digits) <= _LONGEST else None


class UnitSpinBox(NumberField):
    """A whole number, unless told otherwise, from `low` to `high`."""

    def __init__(self, low: float, high: float, suffix: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDecimals(0)
        self.setRange(low, high)
        self.setSuffix(suffix)
