"""The studio without a mouse: the whole task by keys, the walk through the window, and names for everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from studio.core.image_io.xmp import read_recipe
from studio.ui.app import Studio
from studio.ui.export.export_dialog import ExportDialog
from studio.ui.gallery.gallery_model import CARD_ROLE
from tests.support.fakes import FakeEngine
from tests.ui.conftest import card_named

SavePhoto = Callable[..., Path]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NO_KEYS = Qt.KeyboardModifier.NoModifier


def press(qtbot: QtBot, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEYS) -> QWidget | None:
    """A key for whatever has the focus; what has it afterwards."""
    qtbot.keyClick(focused(), key, modifiers)
    return QApplication.focusWidget()


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def type_words(qtbot: QtBot, words: str) -> None:
    qtbot.keyClicks(focused(), words)


def pick_style(qtbot: QtBot, words: str, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
    press(qtbot, Qt.Key.Key_F, CTRL)
    type_words(qtbot, words)
    press(qtbot, Qt.Key.Key_Return)
    press(qtbot, Qt.Key.Key_Return, modifiers)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # offscreen: to raise a dialog
def test_the_whole_task_is_done_with_keys_alone(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, save_photo: SavePhoto, tmp_path: Path
) -> None:
    artwork, window, photo = studio.session.artwork, studio.window, save_photo("harbour.png")
    press(qtbot, Qt.Key.Key_O, CTRL)
    qtbot.waitUntil(lambda: window.findChild(QFileDialog) is not None)
    dialog = window.findChild(QFileDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    name = dialog.findChild(QLineEdit)
    assert name.hasFocus()
    type_words(qtbot, str(photo))
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: artwork.content is not None)
    with qtbot.waitActive(window):
        window.activateWindow()  # what a window manager does when a dialog goes

    pick_style(qtbot, "great wave")
    qtbot.waitUntil(lambda: [style.card.title for style in artwork.styles] == ["The Great Wave off Kanagawa"])
    pick_style(qtbot, "poppies", SHIFT)
    qtbot.waitUntil(lambda: len(artwork.styles) == 2)

    press(qtbot, Qt.Key.Key_F6)
    assert focused() is window.canvas
    assert press(qtbot, Qt.Key.Key_F6) is window.panel.knobs["strength"].track
    press(qtbot, Qt.Key.Key_PageUp)
    assert artwork.recipe.strength == pytest.approx(0.7)

    press(qtbot, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: artwork.is_finished)

    press(qtbot, Qt.Key.Key_E, CTRL)
    export_dialog = window.findChild(ExportDialog)
    qtbot.waitUntil(export_dialog.isActiveWindow)
    assert focused() is export_dialog.title
    for _ in range(50):
        if press(qtbot, Qt.Key.Key_Tab) is export_dialog.file:
            break
    assert export_dialog.file.hasFocus()
    press(qtbot, Qt.Key.Key_A, CTRL)
    type_words(qtbot, str(tmp_path / "artwork.jpg"))
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not artwork.has_unsaved_result)
    recipe = read_recipe(tmp_path / "artwork.jpg")
    assert recipe == artwork.recipe and len(recipe.style_shares) == 2
    assert engine.requests[-1].recipe == recipe


def test_tab_walks_through_the_whole_window_and_comes_back(qtbot: QtBot, loaded: Studio) -> None:
    loaded.importer.mix_in(card_named(loaded, "Poppies"))
    qtbot.waitUntil(lambda: len(loaded.session.artwork.styles) == 2)
    window = loaded.window
    window.gallery.search.setFocus(Qt.FocusReason.TabFocusReason)
    met = [focused()]
    while (widget := press(qtbot, Qt.Key.Key_Tab)) is not met[0]:
        assert widget not in met, "Tab goes in a circle that leaves parts out"
        met.append(widget)
    assert window.panel.isVisible() and not loaded.actions["hide_panels"].isChecked()
    wanted = {
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and widget.isEnabled()
        and widget.window() is window
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and not widget.objectName().startswith("qt_")
        and not (isinstance(widget, QAbstractButton) and widget.group() and not widget.isChecked())  # arrows go there
    }
    assert {widget.accessibleName() or repr(widget) for widget in wanted - set(met)} == set()
    back = [met[0]]
    while (widget := press(qtbot, Qt.Key.Key_Backtab, SHIFT)) is not met[0] and len(back) <= len(met):
        back.append(widget)
    assert back == [met[0], *reversed(met[1:])]


def test_tab_hides_the_panels_of_a_canvas_that_was_clicked_and_brings_them_back(qtbot: QtBot, loaded: Studio) -> None:
    canvas, window = loaded.window.canvas, loaded.window
    canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    assert press(qtbot, Qt.Key.Key_Tab) is canvas
    assert window.panel.isHidden()
    press(qtbot, Qt.Key.Key_Tab)
    assert window.panel.isVisible() and canvas.hasFocus()


def test_down_goes_from_the_search_to_what_it_found(qtbot: QtBot, studio: Studio) -> None:
    press(qtbot, Qt.Key.Key_F, CTRL)
    type_words(qtbot, "hokusai")
    assert press(qtbot, Qt.Key.Key_Down) is studio.window.gallery.grid
    card = studio.window.gallery.grid.currentIndex().data(CARD_ROLE)
    assert card is studio.window.gallery.model.index(0).data(CARD_ROLE) and "Hokusai" in card.author


def test_f6_goes_round_the_parts_that_are_shown(qtbot: QtBot, loaded: Studio) -> None:
    window = loaded.window
    window.canvas.setFocus()
    loaded.actions["gallery"].trigger()
    met = [press(qtbot, Qt.Key.Key_F6) for _ in range(3)]
    assert met == [window.panel.knobs["strength"].track, window.tool_bar.finish, window.canvas]
    press(qtbot, Qt.Key.Key_F, CTRL)
    assert window.gallery.isVisible() and window.gallery.search.hasFocus()


def test_f6_goes_to_the_settings_although_the_first_of_them_is_grey(qtbot: QtBot, loaded: Studio) -> None:
    window = loaded.window
    loaded.session.change(method="pattern")
    assert not window.panel.knobs["strength"].isEnabled()
    window.canvas.setFocus()
    reached = press(qtbot, Qt.Key.Key_F6)
    assert reached is window.panel.knobs["stroke_size"].track


def test_a_number_that_was_entered_leaves_the_window_its_keys(qtbot: QtBot, loaded: Studio) -> None:
    session, field = loaded.session, loaded.window.panel.knobs["strength"].field
    before, asked = session.artwork.recipe.strength, []
    loaded.actions["export"].triggered.connect(lambda: asked.append("export"))
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0,8")
    assert session.artwork.recipe.strength == before  # half typed: Ctrl+Z is the field's
    qtbot.keyClick(field, Qt.Key.Key_Z, CTRL)
    assert session.artwork.recipe.strength == before
    field.selectAll()
    qtbot.keyClicks(field, "0,8")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert session.artwork.recipe.strength == 0.8
    qtbot.keyClick(field, Qt.Key.Key_Z, CTRL)
    assert session.artwork.recipe.strength == before and field.value() == before
    qtbot.keyClick(field, Qt.Key.Key_Z, CTRL | SHIFT)
    assert session.artwork.recipe.strength == 0.8
    qtbot.keyClick(field, Qt.Key.Key_E, CTRL)  # for a line of text on Linux: to its end
    assert field.value() == 0.8 and asked == ["export"]
    for key, own in (("A", True), ("C", True), ("V", True), ("K", False), ("E", False)):
        asking = QKeyEvent(QEvent.Type.ShortcutOverride, getattr(Qt.Key, f"Key_{key}"), CTRL)
        asking.ignore()
        QApplication.sendEvent(field, asking)
        assert asking.isAccepted() == own, key
