"""Flat buttons for bars."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from studio.ui.widgets.tool_buttons import action_button, tool_button


def test_a_button_of_an_action_does_the_same(qtbot: QtBot) -> None:
    action, done = QAction("Undo"), list[bool]()
    action.triggered.connect(lambda: done.append(True))
    with_text, alone = action_button(action), action_button(action, has_text=False)
    for button in (with_text, alone):
        qtbot.addWidget(button)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(done) == 2 and with_text.text() == "Undo"
    assert with_text.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    assert alone.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly


def test_a_button_without_words_is_called_after_its_tip(qtbot: QtBot) -> None:
    sign, worded = tool_button("close", "", "Back to the artwork"), tool_button("stop", "Stop", "Paint no more")
    for button in (sign, worded):
        qtbot.addWidget(button)
    assert sign.accessibleName() == "Back to the artwork" and worded.accessibleName() == "Stop"
    assert not sign.icon().isNull() and "Paint no more" in worded.toolTip()
