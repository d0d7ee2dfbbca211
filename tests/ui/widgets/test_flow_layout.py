"""A flow of widgets: what is hidden leaves no gap, and no line of its own."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.ui.widgets.flow_layout import FlowLayout

GAP = 4


def test_a_hidden_widget_leaves_no_gap(qtbot: QtBot) -> None:
    _row, layout, parts = _flow(qtbot)
    parts[1].hide()
    layout.setGeometry(QRect(0, 0, 400, 20))
    assert parts[2].geometry() == QRect(60 + GAP, 0, 60, 20)


def test_a_hidden_widget_begins_no_line(qtbot: QtBot) -> None:
    _row, layout, parts = _flow(qtbot)
    parts[2].hide()
    assert layout.heightForWidth(60 + GAP + 60) == 20


def _flow(qtbot: QtBot) -> tuple[QWidget, FlowLayout, list[QWidget]]:
    """Three widgets of 60 x 20 px."""
    row = QWidget()
    qtbot.addWidget(row)
    layout, parts = FlowLayout(GAP, row), [QWidget() for _ in range(3)]
    for part in parts:
        part.setFixedSize(60, 20)
        layout.addWidget(part)
    row.show()
    return row, layout, parts
