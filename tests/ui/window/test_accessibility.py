"""Screen readers are told the name and the value of controls; test_fitting_the_screen walks through every state."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.app import Studio
from studio.ui.widgets.form_row import label_for_screen_readers
from tests.support.accessible_tree import spoken, unspoken_controls


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
