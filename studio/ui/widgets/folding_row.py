"""FoldingRow: buttons side by side; those that have no room go into a menu behind the last one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from studio.ui.menus.menu import Menu
from studio.ui.theme.theme import icon

_GAP = 2  # px
_LINE_GAP = 6  # px, on both sides of a line


class FoldingRow(QWidget):
    """Buttons with default actions, and lines between groups of them. The first ones stay longest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[QWidget] = []  # buttons and lines, in order
        self.menu = Menu(self)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.more = QToolButton()
        self.more.setIcon(icon("more"))
        self.more.setToolTip(self.tr("The buttons that have no room here"))
        self.more.setAccessibleName(self.tr("More buttons"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self.menu)
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(_GAP)
        self._row.addWidget(self.more)
        self._row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    @property
    def folded(self) -> tuple[QToolButton, ...]:
        """The buttons that are in the menu now."""
        return tuple(part for part in self._parts if isinstance(part, QToolButton) and part.isHidden())

    def add_button(self, button: QToolButton) -> None:
        """Put a button at the end."""
        self._add(button)

    def add_line(self) -> None:
        """Begin another group."""
        line = QWidget()
        line.setFixedSize(1 + 2 * _LINE_GAP, 20)
        line.setContentsMargins(_LINE_GAP, 0, _LINE_GAP, 0)
        stroke = QWidget(line)
        stroke.setGeometry(_LINE_GAP, 0, 1, 20)
        stroke.setBackgroundRole(QPalette.ColorRole.Mid)
        stroke.setAutoFillBackground(True)
        self._add(line)

    def sizeHint(self) -> QSize:
        width = sum(part.sizeHint().width() + _GAP for part in self._parts)
        return QSize(width, max((part.sizeHint().height() for part in self._parts), default=0))

    def minimumSizeHint(self) -> QSize:
        least = [*self._parts[:1], self.more]
        width = sum(part.sizeHint().width() for part in least) + _GAP
        return QSize(width, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        buttons = [part for part in self._parts if isinstance(part, QToolButton)]
        if buttons:
            self.setTabOrder(buttons[-1], self.more)  # it was there first; Qt does this only among other widgets
        self._fold()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a button has another text
            self._fold()
        return super().event(event)

    @Slot()
    def _fill_menu(self) -> None:
        self.menu.clear()
        for button in self.folded:
            self.menu.addAction(button.defaultAction())

    def _add(self, part: QWidget) -> None:
        self._row.insertWidget(len(self._parts), part)
        self._parts.append(part)
        self.updateGeometry()

    def _fold(self) -> None:
        room = self.width()
        has_room = self.sizeHint().width() <= room
        if not has_room:
            room -= self.more.sizeHint().width()
        used, is_full = 0, False
        for part in self._parts:
            used += part.sizeHint().width() + _GAP
            is_full = is_full or (not has_room and used > room)
            part.setVisible(not is_full)
        self.more.setVisible(not has_room)
