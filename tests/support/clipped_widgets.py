"""Finds what a window does not show whole: widgets cut by their parents, laid over each other or off the screen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollBar,
    QSizeGrip,
    QSplitterHandle,
    QToolButton,
    QWidget,
)

from studio.ui.canvas.canvas import Canvas
from studio.ui.widgets.elided_label import ElidedLabel

_LEAST_OF_ELIDED = 24  # px; a few letters and the dots
_CONTROLS = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QLabel)


def clipped_widgets(window: QWidget) -> list[str]:
    """A line for each fault, [] if everything in the window can be seen, or be scrolled to."""
    return [*_off_screen(window), *_cut(window), *_overlapping(window)]


def _off_screen(window: QWidget) -> Iterator[str]:
    frame, available = window.frameGeometry(), window.screen().availableGeometry()
    if frame.width() > available.width() or frame.height() > available.height():
        yield f"{_name(window)}: its {_size(frame)} are more than the screen's {_size(available)}"


def _cut(window: QWidget) -> Iterator[str]:
    told: list[QWidget] = []
    for widget in _shown(window):
        is_inner = widget.objectName().startswith("qt_") or isinstance(widget, QScrollBar)
        if is_inner or any(outer.isAncestorOf(widget) for outer in told):
            continue
        if problem := _missing(widget):
            told.append(widget)  # what is in it is cut, too
            yield f"{_name(widget)}: {problem}"


def _missing(widget: QWidget) -> str | None:
    """What is not seen of a widget, in words."""
    if problem := _squeezed(widget):
        return problem
    if not isinstance(widget, _CONTROLS) and widget.layout() is None:
        return None
    part, inner = QRect(widget.rect()), widget
    while not inner.isWindow():
        outer = inner.parentWidget()
        part.translate(inner.pos())
        scroller = outer.parentWidget()
        if isinstance(scroller, QAbstractScrollArea) and outer is scroller.viewport():
            if scroller.verticalScrollBarPolicy() != Qt.ScrollBarPolicy.ScrollBarAlwaysOff:
                part.moveTop(0)  # it can be scrolled to
                part.setHeight(1)
            if scroller.horizontalScrollBarPolicy() != Qt.ScrollBarPolicy.ScrollBarAlwaysOff:
                part.moveLeft(0)
                part.setWidth(1)
        if not outer.rect().contains(part):
            return f"{_rect(part)} of it is outside of {_name(outer)} ({_size(outer.rect())})"
        inner = outer
    return None


def _squeezed(widget: QWidget) -> str | None:
    """Whether its own text has no room in it."""
    width, height = widget.width(), widget.height()
    if isinstance(widget, ElidedLabel):
        return "nothing of the text is seen" if widget.text() and width < _LEAST_OF_ELIDED else None
    if isinstance(widget, QLabel):
        if widget.wordWrap():
            needed = widget.heightForWidth(width)
            return f"{height} px high for text of {needed} px" if height < needed else None
        hint = widget.sizeHint()
        return f"{width} x {height} px for {_size(hint)}" if width < hint.width() or height < hint.height() else None
    if isinstance(widget, QComboBox):
        needed = max(
            (widget.fontMetrics().horizontalAdvance(widget.itemText(n)) for n in range(widget.count())), default=0
        )
        room = width - 22 - 2 * 8  # arrow, border and padding of the style sheet
        return f"{room} px for an entry of {needed} px" if needed > room else None
    if isinstance(widget, QAbstractButton):
        needed = widget.fontMetrics().horizontalAdvance(widget.text()) if _shows_text(widget) else 0
        return f"{width} px for a text of {needed} px" if needed > width - 8 else None
    if isinstance(widget, (QAbstractSpinBox, QLineEdit)) and height < widget.fontMetrics().height():
        return f"{height} px high for a line of {widget.fontMetrics().height()} px"
    if isinstance(widget, QAbstractSpinBox):
        room = width - 2 * 4 - (0 if widget.buttonSymbols() == widget.ButtonSymbols.NoButtons else 16)
        needed = widget.fontMetrics().horizontalAdvance(widget.text())
        return f"{room} px for a number of {needed} px" if needed > room else None
    return None


def _shows_text(button: QAbstractButton) -> bool:
    """Whether it is painted by Qt, with its text."""
    is_icon = isinstance(button, QToolButton) and button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    return not (is_icon and not button.icon().isNull()) and "paintEvent" not in type(button).__dict__


def _overlapping(window: QWidget) -> Iterator[str]:
    """Controls that lie over each other; on the canvas they may lie over the picture alone."""
    for parent in (window, *_shown(window)):
        children = [
            child
            for child in parent.children()
            if isinstance(child, QWidget) and child.isVisible() and not child.isWindow()
        ]
        if isinstance(parent, Canvas):
            children = [child for child in children if isinstance(child, _CONTROLS)]
        if isinstance(parent, (QAbstractScrollArea, QLineEdit, QAbstractSpinBox, QComboBox)):
            continue
        for one, other in combinations(children, 2):
            shared = one.geometry().intersected(other.geometry())
            if not shared.isEmpty() and not any(
                isinstance(part, (QSplitterHandle, QSizeGrip)) for part in (one, other)
            ):
                yield f"{_name(one)} and {_name(other)} share {_size(shared)}"


def _shown(window: QWidget) -> list[QWidget]:
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and widget.window() is window and not widget.size().isEmpty()
    ]


def _name(widget: QWidget) -> str:
    text = widget.accessibleName() or getattr(widget, "text", str)() or widget.windowTitle() or widget.objectName()
    return f"{type(widget).__name__} {text[:40]!r}"


def _size(thing: object) -> str:
    return f"{thing.width()} x {thing.height()} px"  # type: ignore[attr-defined]


def _rect(rect: QRect) -> str:
    return f"{rect.x()}, {rect.y()}, {_size(rect)}"
