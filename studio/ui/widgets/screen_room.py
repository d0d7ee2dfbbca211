"""How much of a screen a window may take, and pages that scroll where that is not enough."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

_FRAME = QSize(8, 40)  # px that a window manager may put around a window


def room_on(screen: QScreen) -> QSize:
    """The largest window that is seen whole, in logical px, without its frame."""
    return screen.availableSize() - _FRAME


def resize_within_screen(window: QWidget, size: QSize) -> None:
    """Give a window its usual size, or as much of that as its screen has room for."""
    parent = window.parentWidget()
    screen = parent.screen() if parent is not None else window.screen()
    window.resize(size.boundedTo(room_on(screen)))


class ScrolledPage(QScrollArea):
    """A page that asks for its whole height, and scrolls where it gets less. Never scrolls sideways."""

    def __init__(self, page: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.show_page(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_page(self, page: QWidget) -> None:
        """Show another page; the one before is deleted."""
        self._page = page
        self.setWidget(page)
        page.setAutoFillBackground(False)  # which the area switched on

    def sizeHint(self) -> QSize:
        hint = self._page.sizeHint()
        layout = self._page.layout()
        if layout is not None and layout.hasHeightForWidth():
            width = self.viewport().width()  # of use only when it has been laid out once
            width = width if width >= self._page.minimumSizeHint().width() else hint.width()
            hint.setHeight(max(hint.height(), layout.heightForWidth(width)))
        return hint + QSize(self.verticalScrollBar().sizeHint().width(), 0)

    def minimumSizeHint(self) -> QSize:
        width = self._page.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        return QSize(width, 3 * self.fontMetrics().height())
