"""A portrait painted with keys alone: a background in another hand, a protected face, a subject of its own."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import StyleRequest
from studio.core.regions.region import PROTECTION
from studio.ui.app import Studio
from tests.support.fakes import FakeEngine

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NO_KEYS = Qt.KeyboardModifier.NoModifier


def press(qtbot: QtBot, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
    """A key for whatever has the focus."""
    qtbot.keyClick(focused(), key, modifiers)


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def go_to_chip(qtbot: QtBot, studio: Studio, name: str) -> None:
    """Walk to the chips by Tab, along them by arrow keys, and select one by Space."""
    chips = studio.window.regions.bar.chips
    assert name in chips
    if focused() is studio.window.canvas:  # where Tab shows the picture alone
        press(qtbot, Qt.Key.Key_F, CTRL)
    for _ in range(80):
        if focused() in chips.values():
            break
        press(qtbot, Qt.Key.Key_Tab)
    for _ in chips:
        if focused() is chips[name]:
            break
        press(qtbot, Qt.Key.Key_Right)
    press(qtbot, Qt.Key.Key_Space)
    choice = studio.session.selection.selected
    assert (choice.name if choice else "") == name


def test_a_portrait_is_painted_with_keys_alone(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    session = loaded.session
    loaded.window.resize(1400, 900)  # all chips have room
    bar = loaded.window.regions.bar
    qtbot.waitUntil(lambda: len(bar.chips) == 4 and not any(chip.isHidden() for chip in bar.chips.values()))
    go_to_chip(qtbot, loaded, "Background")
    press(qtbot, Qt.Key.Key_F, CTRL)
    qtbot.keyClicks(focused(), "poppies")
    press(qtbot, Qt.Key.Key_Return)
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [region.name for region in session.artwork.regions] == ["Background"])

    go_to_chip(qtbot, loaded, "Faces")
    press(qtbot, Qt.Key.Key_K)
    press(qtbot, Qt.Key.Key_BracketRight, CTRL)
    press(qtbot, Qt.Key.Key_F6, SHIFT)

    go_to_chip(qtbot, loaded, "Subject")
    strength = session.selection.recipe.strength
    press(qtbot, Qt.Key.Key_BracketRight)
    assert session.selection.recipe.strength > strength

    go_to_chip(qtbot, loaded, "")
    qtbot.waitUntil(lambda: session.finishing.missing == "")  # masks are being drawn
    press(qtbot, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: session.artwork.is_finished)
    asked = [request for request in engine.requests if isinstance(request, StyleRequest)][-1]
    subject, background, faces = asked.regions
    assert subject.recipe.strength > asked.recipe.strength and subject.styles == asked.styles
    assert background.styles != asked.styles and background.mask.any()
    assert {name: getattr(faces.recipe, name) for name in PROTECTION} == pytest.approx(dict(PROTECTION))
    mask = session.artwork.regions[-1].mask
    assert mask.grow > 0 and mask.feather > 0

    press(qtbot, Qt.Key.Key_Z, CTRL)
    assert session.artwork.regions != () and len(session.artwork.regions) == 2
