"""A row that folds: Tab goes through it from left to right, also to what the menu is behind."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.widgets.folding_row import FoldingRow


def test_tab_comes_to_the_menu_of_what_is_folded_last(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    before, row, after = QLineEdit(), FoldingRow(), QLineEdit()
    buttons = [QToolButton() for _ in range(6)]
    for number, button in enumerate(buttons):
        button.setDefaultAction(QAction(f"Button {number}", button))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row.add_button(button)
    column = QVBoxLayout(window)
    for part in (before, row, after):
        column.addWidget(part)
    row.setFixedWidth(4 * buttons[0].sizeHint().width())
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(row.more.isVisible)
    shown = [button for button in buttons if button.isVisible()]
    assert 0 < len(shown) < len(buttons)
    before.setFocus()
    reached = []
    for _ in range(len(shown) + 2):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    assert reached == [*shown, row.more, after]
