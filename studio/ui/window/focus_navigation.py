"""FocusNavigation: moving through the window by keyboard: F6 from area to area, and Tab past the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget


class FocusNavigation(QObject):
    """On the canvas Tab hides the panels, unless Tab has brought the focus there: then it moves on.

    The key is taken here and not as a shortcut: Qt would follow that from the menu's button too.
    """

    def __init__(self, areas: Sequence[tuple[QWidget, QWidget]], canvas: QWidget, hide_panels: QAction) -> None:
        """areas: each area of the window, in the order of F6, with what in it takes the focus first."""
        super().__init__(canvas)
        self._areas = areas
        self._hide_panels = hide_panels
        self._came_by_tab = False
        canvas.installEventFilter(self)

    @Slot()
    def focus_next_area(self) -> None:
        """Give the focus to the next area that is shown."""
        now = QApplication.focusWidget()
        areas = [area for area, _ in self._areas]
        place = next((n for n, area in enumerate(areas) if now and (now is area or area.isAncestorOf(now))), -1)
        following = (*self._areas[place + 1 :], *self._areas[: place + 1])
        for area, first in following:
            target = _first_of(area, first)
            if target is not None:
                target.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusIn:
            self._came_by_tab = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        is_tab = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab
        if is_tab and event.type() == QEvent.Type.KeyPress and (self._hide_panels.isChecked() or not self._came_by_tab):
            self._hide_panels.toggle()
            return True
        return super().eventFilter(watched, event)


def _first_of(area: QWidget, first: QWidget) -> QWidget | None:
    """What takes the focus: `first`, or where that is grey, what follows it there by Tab; None if it is hidden."""
    if not first.isVisible():
        return None
    widget = first
    while not (_takes_tab(widget) and area.isAncestorOf(widget)) and widget is not area:
        following = widget.nextInFocusChain()
        if following is None or following is first:
            return None
        widget = following
    return widget


def _takes_tab(widget: QWidget) -> bool:
    return widget.isVisible() and widget.isEnabled() and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
