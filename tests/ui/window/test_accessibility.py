"""Screen readers are told the name and the value of every control, in every state of the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.app import Studio
from studio.ui.widgets.form_row import label_for_screen_readers
from tests.support.accessible_tree import spoken, unspoken_controls
from tests.support.window_states import on_a_screen


@pytest.mark.slow
def test_every_control_has_a_name_and_a_value_in_every_state(tmp_path: Path) -> None:
    states = on_a_screen(tmp_path, 1280, 720, 1.0)
    assert {state["state"]: state["unspoken"] for state in states if state["unspoken"]} == {}


def test_a_control_without_a_name_is_found(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    for control in (QToolButton(), QLineEdit(), QSlider(Qt.Orientation.Horizontal), combo := QComboBox()):
        row.addWidget(control)
    combo.addItem("What is chosen, which is no name")
    window.show()
    assert len(unspoken_controls(window)) == 4
    for control in window.findChildren(QWidget):
        control.setAccessibleName("A name")
    label_for_screen_readers(combo, "A name")
    assert unspoken_controls(window) == []


def test_sliders_tell_their_value_and_not_a_position(loaded: Studio) -> None:
    loaded.session.change(strength=0.37, long_edge=1024, stroke_size=2.0)
    values = spoken(loaded.window.panel, QAccessible.Role.Slider)
    assert (values["Strength"], values["Size"], values["Stroke size"]) == ("37", "1024", "200")
    numbers = spoken(loaded.window.panel, QAccessible.Role.SpinBox)
    assert (numbers["Strength, value"], numbers["Size, value"]) == ("0.37", "1024")
    assert spoken(loaded.window.panel, QAccessible.Role.ComboBox)["Method"] == "Paint my picture"
