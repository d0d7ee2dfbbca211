"""The window on the screens that people have: it opens within them, and shows or scrolls to every control."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QStyle, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.app import Studio
from studio.ui.widgets.screen_room import ScrolledPage, room_on
from studio.ui.window.panel_splitter import GALLERY_WIDTH
from studio.ui.window.window_layout import restore_place
from tests.support.clipped_widgets import clipped_widgets
from tests.support.window_states import on_a_screen

SCREENS = {
    "1280 x 720 at 100 %": (1280, 720, 1.0),
    "1366 x 768 at 125 %": (1366, 768, 1.25),
    "2560 x 1440 at 200 %": (2560, 1440, 2.0),
    "3840 x 2160 at 300 %": (3840, 2160, 3.0),
}
STATES = 18


@pytest.mark.slow
@pytest.mark.parametrize("screen", SCREENS)
def test_the_first_window_and_its_dialogs_are_seen_whole_in_every_state(tmp_path: Path, screen: str) -> None:
    width, height, scale = SCREENS[screen]
    states = on_a_screen(tmp_path, width, height, scale)
    assert len(states) >= STATES
    assert {state["state"]: state["problems"] for state in states if state["problems"]} == {}
    room = QSize(int(width / scale), int(height / scale))
    assert all(QSize(*state["size"]).boundedTo(room) == QSize(*state["size"]) for state in states)


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_control_is_reached_and_named_in_a_window_of_1024_by_640(tmp_path: Path, theme: str) -> None:
    states = on_a_screen(tmp_path, 1280, 720, 1.0, "--size", "1024", "640", "--theme", theme)
    assert len(states) >= STATES
    assert {state["state"]: state["problems"] for state in states if state["problems"]} == {}
    assert {state["state"]: state["unspoken"] for state in states if state["unspoken"]} == {}  # to screen readers


def test_what_is_cut_is_found(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(200, 100)
    inside, outside = QLabel("Seen", window), QLabel("Not seen", window)
    inside.move(10, 10)
    outside.move(180, 10)
    window.show()
    (problem,) = clipped_widgets(window)
    assert "Not seen" in problem and "outside" in problem
    outside.move(12, 12)
    (problem,) = clipped_widgets(window)
    assert "share" in problem
    outside.move(10, 60)
    assert clipped_widgets(window) == []
    inside.setFixedWidth(10)
    (problem,) = clipped_widgets(window)
    assert problem.startswith("QLabel 'Seen'")


def test_buttons_that_have_no_room_are_in_a_menu(qtbot: QtBot, loaded: Studio) -> None:
    row = loaded.window.tool_bar.buttons
    loaded.window.resize(1280, 600)
    qtbot.waitUntil(lambda: row.more.isHidden())
    shown = {button for button in row.findChildren(QToolButton) if button.isVisible()}
    loaded.window.resize(800, 600)
    row.setFixedWidth(160)
    qtbot.waitUntil(row.more.isVisible)
    assert row.folded and set(row.folded) < shown and row.folded[-1].defaultAction() is loaded.actions["actual_size"]
    row.menu.aboutToShow.emit()
    assert row.menu.actions() == [button.defaultAction() for button in row.folded]
    assert clipped_widgets(row) == []


def test_a_gallery_that_a_small_window_made_narrow_is_as_wide_again_in_a_larger_one(
    qtbot: QtBot, loaded: Studio
) -> None:
    window, gallery = loaded.window, loaded.window.gallery
    window.resize(1200, 700)
    qtbot.waitUntil(lambda: gallery.width() == GALLERY_WIDTH)
    window.resize(window.minimumSizeHint().width(), 700)
    qtbot.waitUntil(lambda: gallery.width() < GALLERY_WIDTH)
    assert window.splitter.widths[0] == GALLERY_WIDTH  # which is kept for the next start
    window.resize(1200, 700)
    qtbot.waitUntil(lambda: gallery.width() == GALLERY_WIDTH)
    window.splitter.moveSplitter(200, 1)
    window.resize(1300, 700)
    qtbot.waitUntil(lambda: window.splitter.width() == 1300)
    assert gallery.width() == 200


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # offscreen: to raise a list, to grab keys
def test_a_list_shows_all_of_its_entries(qtbot: QtBot, loaded: Studio) -> None:
    loaded.window.panel.advanced_button.setChecked(True)
    found = [*loaded.window.findChildren(QComboBox), loaded.tune_window.licence, loaded.batch_window.format]
    combos = [combo for combo in found if combo.count()]  # those of the variations are filled when they are seen
    assert len(combos) > 5
    for combo in combos:
        combo.window().show()
        is_menu = combo.style().styleHint(QStyle.StyleHint.SH_ComboBox_Popup, None, combo)
        assert not is_menu  # on a screen Qt lays a menu over the field, and cuts its last entry
        combo.showPopup()
        view = combo.view()
        try:
            rows = sum(view.sizeHintForRow(row) for row in range(combo.count()))
            QApplication.processEvents()  # the list has found out whether it has to scroll
            assert view.verticalScrollBar().maximum() == 0, combo.accessibleName()
            bottom = view.visualRect(combo.model().index(combo.count() - 1, 0)).bottom()
            assert bottom < view.viewport().height(), combo.accessibleName()
            widest = max(view.fontMetrics().horizontalAdvance(combo.itemText(row)) for row in range(combo.count()))
            assert view.viewport().height() >= rows, combo.accessibleName()
            assert view.viewport().width() >= widest, combo.accessibleName()
        finally:
            combo.hidePopup()
    loaded.tune_window.hide()
    loaded.batch_window.hide()


def test_a_page_that_has_too_little_room_scrolls(qtbot: QtBot) -> None:
    page = QWidget()
    box = QVBoxLayout(page)
    for number in range(30):
        box.addWidget(QLabel(f"Line {number}"))
    area = ScrolledPage(page)
    qtbot.addWidget(area)
    area.resize(300, 200)
    area.show()
    assert area.sizeHint().height() == page.sizeHint().height() > 200
    assert area.verticalScrollBar().maximum() > 0 and area.horizontalScrollBarPolicy() == (
        Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    )


def test_a_window_that_is_remembered_from_a_larger_screen_fits_this_one(studio: Studio) -> None:
    screen = QGuiApplication.primaryScreen()
    studio.preferences.settings.set("window/place", [0, 0, 5000, 4000])
    restore_place(studio.preferences.settings, studio.window)
    assert studio.window.size() == room_on(screen)
