"""DropTarget: drags over widgets as four signals; the one place where Qt's drag events are told apart."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from studio.ui.importing.mime_payload import accept_copy, read_payload


class DropTarget(QObject):
    """Makes widgets take drags. What is not taken is refused, and the widget's own handling never sees it.

    Signals: entered(QMimeData); moved(QPoint), also after entering and before a drop; left(); dropped(Payload). Places
    are those on the screen. A drop that turns out to hold nothing is told as left.
    """

    entered = Signal(object)
    moved = Signal(QPoint)
    left = Signal()
    dropped = Signal(object)

    def __init__(self, takes: Callable[[QMimeData], bool], parent: QObject) -> None:
        """takes: whether something can be dropped now; it is asked when it enters and before it is dropped."""
        super().__init__(parent)
        self._takes = takes
        self._is_taken = False  # what hovers: a drag moves often, and is what it was when it entered

    def watch(self, widget: QWidget) -> None:
        """Take drags over this widget, too."""
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragLeaveEvent):
            self.left.emit()
        elif isinstance(event, QDropEvent) and isinstance(watched, QWidget):  # entering and moving are drops to Qt, too
            self._follow(event, watched)
        else:
            return False
        return True

    def _follow(self, event: QDropEvent, watched: QWidget) -> None:
        if isinstance(event, QDragEnterEvent):
            self._is_taken = self._takes(event.mimeData())
            if self._is_taken:
                self.entered.emit(event.mimeData())
        is_drop = not isinstance(event, QDragMoveEvent)
        if not (self._takes(event.mimeData()) if is_drop else self._is_taken):
            return
        self.moved.emit(watched.mapToGlobal(event.position().toPoint()))
        accept_copy(event)
        if is_drop:
            payload = read_payload(event.mimeData())
            self.left.emit() if payload is None else self.dropped.emit(payload)
