"""Promises of the map: zoom, pan, select, open; what is seen of the works; what colours mean."""

from __future__ import annotations

from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.ui.art_map.art_map import ArtMap
from studio.ui.theme.theme import apply_theme, color
from tests.ui.art_map.conftest import NAMES, grid_points, picture

LEFT, SHIFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


def place_of(art_map: ArtMap, index: int) -> QPoint:
    x, y = art_map.camera.view.places(art_map.points[index][None])[0]
    return QPoint(round(x), round(y))


def drag(art_map: ArtMap, *places: QPoint, keys: Qt.KeyboardModifier = NONE, button=LEFT) -> None:
    for kind, place in (
        (QEvent.Type.MouseButtonPress, places[0]),
        *((QEvent.Type.MouseMove, place) for place in places[1:]),
        (QEvent.Type.MouseButtonRelease, places[-1]),
    ):
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
        position = QPointF(place)
        QApplication.sendEvent(art_map, QMouseEvent(kind, position, position, button, held, keys))


def turn_wheel(art_map: ArtMap, notches: float, place: QPoint) -> None:
    event = QWheelEvent(
        QPointF(place),
        QPointF(place),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(art_map, event)


def test_the_wheel_zooms_around_the_pointer(show) -> None:
    art_map = show()
    pointer = place_of(art_map, 5)
    turn_wheel(art_map, 4, pointer)
    assert art_map.camera.view.zoom == pytest.approx(2)
    assert (place_of(art_map, 5) - pointer).manhattanLength() <= 2  # half a px, twice as large, in both directions
    assert place_of(art_map, 6) != pointer


def test_dragging_moves_the_plane_and_home_shows_all_of_it_again(show) -> None:
    art_map = show()
    before = place_of(art_map, 0)
    drag(art_map, QPoint(300, 300), QPoint(320, 310), QPoint(350, 330))
    assert place_of(art_map, 0) - before == QPoint(50, 30)
    QTest.keyClick(art_map, Qt.Key.Key_Home)
    assert place_of(art_map, 0) == before


def test_keys_move_and_zoom(show) -> None:
    art_map = show()
    before = place_of(art_map, 0)
    QTest.keyClick(art_map, Qt.Key.Key_Right)
    assert place_of(art_map, 0).x() < before.x()
    QTest.keyClick(art_map, Qt.Key.Key_Plus)
    assert art_map.camera.view.zoom > 1
    QTest.keyClick(art_map, Qt.Key.Key_Minus)
    assert art_map.camera.view.zoom == pytest.approx(1)


def test_all_works_stay_in_sight_when_the_map_is_resized(show) -> None:
    art_map = show()
    art_map.resize(900, 400)
    places = art_map.camera.view.places(art_map.points)
    assert (places >= 0).all() and (places <= (900, 400)).all()


def test_a_lasso_selects_what_lies_inside_and_control_adds(show, qtbot) -> None:
    art_map = show()
    first, second = place_of(art_map, 0), place_of(art_map, 5)
    around = [first + QPoint(-30, -30), QPoint(second.x() + 30, first.y() - 30), second + QPoint(30, 30)]
    with qtbot.waitSignal(art_map.selection_changed) as told:
        drag(art_map, *around, keys=SHIFT)
    assert told.args == [[0, 1, 5]] and art_map.selection == [
        0,
        1,
        5,
    ]  # of the square, one is left out
    assert art_map.camera.view.zoom == 1
    last = place_of(art_map, 15)
    drag(art_map, *(last + QPoint(x, y) for x, y in ((-9, -9), (9, -9), (9, 9), (-9, 9))), keys=SHIFT | CONTROL)
    assert art_map.selection == [0, 1, 5, 15]


def test_a_rectangle_is_drawn_with_control_or_its_tool(show) -> None:
    art_map = show()
    corners = place_of(art_map, 0) - QPoint(20, 20), place_of(art_map, 5) + QPoint(20, 20)
    drag(art_map, *corners, keys=CONTROL)
    assert art_map.selection == [0, 1, 4, 5]
    art_map.clear_selection()
    art_map.set_tool("rectangle")
    drag(art_map, *reversed(corners))
    assert art_map.selection == [0, 1, 4, 5]


def test_a_click_selects_one_and_control_takes_out_and_escape_clears(show) -> None:
    art_map = show()
    QTest.mouseClick(art_map, LEFT, NONE, place_of(art_map, 3))
    assert art_map.selection == [3]
    QTest.mouseClick(art_map, LEFT, CONTROL, place_of(art_map, 7))
    QTest.mouseClick(art_map, LEFT, CONTROL, place_of(art_map, 3))
    assert art_map.selection == [7]
    QTest.keyClick(art_map, Qt.Key.Key_A, CONTROL)
    assert len(art_map.selection) == 16
    QTest.keyClick(art_map, Qt.Key.Key_Escape)
    assert art_map.selection == []


def test_escape_is_left_to_others_where_nothing_is_selected(show) -> None:
    art_map = show()
    art_map.set_selection([1])
    for is_taken in (True, False):
        press = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, NONE)
        QApplication.sendEvent(art_map, press)
        assert press.isAccepted() == is_taken


def test_what_is_not_selected_is_pale(show) -> None:
    art_map = show()
    art_map.set_selection([6])
    shot = art_map.grab().toImage()
    assert shot.pixelColor(place_of(art_map, 6)) == QColor("#ff0000")
    assert shot.pixelColor(place_of(art_map, 9)).red() < 200
    art_map.set_selection([])
    assert art_map.grab().toImage().pixelColor(place_of(art_map, 9)) == QColor("#ff0000")


def test_selecting_from_outside_tells_nobody_and_is_told_to_screen_readers(show, qtbot) -> None:
    art_map = show(312)
    with qtbot.assertNotEmitted(art_map.selection_changed):
        art_map.set_selection(range(14))
    assert art_map.accessibleDescription() == "312 works, 14 selected"


def test_double_click_and_enter_open(show, qtbot) -> None:
    art_map = show()
    with qtbot.waitSignal(art_map.opened) as told:
        QTest.mouseDClick(art_map, LEFT, NONE, place_of(art_map, 9))
    assert told.args == [9]
    art_map.set_selection([4])
    art_map.leaveEvent(QEvent(QEvent.Type.Leave))
    with qtbot.waitSignal(art_map.opened) as told:
        QTest.keyClick(art_map, Qt.Key.Key_Return)
    assert told.args == [4]


def test_the_keys_alone_reach_every_work(show) -> None:
    art_map = show()
    QTest.keyClick(art_map, Qt.Key.Key_Right, CONTROL)
    start = art_map.selection[0]
    QTest.keyClick(art_map, Qt.Key.Key_Right, CONTROL)
    assert art_map.selection == [start + 1]
    QTest.keyClick(art_map, Qt.Key.Key_Down, CONTROL)
    assert art_map.selection == [start + 5]
    assert f"Work {start + 5}" in art_map.accessibleDescription()


def test_near_works_are_thumbnails_and_far_ones_dots_in_the_color_of_their_group(show, qtbot) -> None:
    near = show(16, load=lambda index: picture("#ff0000"))
    assert near.grab().toImage().pixelColor(place_of(near, 6)) == QColor("#ff0000")
    far = show(5000, load=lambda index: picture("#ff0000"))
    assert far.camera.view.edge(5000) == 0
    seen = far.grab().toImage().pixelColor(place_of(far, 1))
    assert seen.name() == far._works.scale.colors("dark")[1].name()


def test_only_what_is_in_sight_is_loaded_first_and_what_has_no_picture_is_a_plain_square(show, qtbot) -> None:
    asked: list[int] = []

    def load(index: int):
        asked.append(index)
        return None if index == 6 else picture("#ff0000")

    art_map = show(16, load=load)
    assert sorted(set(asked)) == list(range(16)) and asked.count(6) == 1
    assert art_map.grab().toImage().pixelColor(place_of(art_map, 6)) != QColor("#ff0000")
    asked.clear()
    art_map.camera.zoom_by(60, QPointF(place_of(art_map, 5)))
    art_map.grab()
    qtbot.waitUntil(lambda: art_map._store.is_idle)
    assert asked == [5]


def test_pictures_of_works_that_are_no_longer_shown_do_not_appear(show, qtbot) -> None:
    art_map = show(16, load=lambda index: picture("#ff0000"), waits=False)
    art_map.show_works(
        grid_points(4).astype(np.float32), lambda index: picture("#00ff00"), list("abcd"), np.zeros(4, int), ["x"]
    )
    art_map.grab()
    qtbot.waitUntil(lambda: art_map._store.is_idle)
    assert art_map.grab().toImage().pixelColor(place_of(art_map, 0)) == QColor("#00ff00")


def test_other_works_are_loaded_although_one_of_those_before_still_is(show, qtbot) -> None:
    begun, gate = Event(), Event()

    def load_slowly(index: int) -> QImage:
        begun.set()
        gate.wait()
        return picture("#ff0000")

    art_map = show(load=load_slowly, waits=False)
    assert begun.wait(60)
    art_map.show_works(art_map.points, lambda index: picture("#00ff00"), ["Work"] * 16, np.zeros(16, np.int64), ["All"])
    art_map.grab()  # while what was asked for before is still being loaded
    gate.set()
    qtbot.waitUntil(lambda: art_map._store.is_idle)
    assert art_map.grab().toImage().pixelColor(place_of(art_map, 5)) == QColor("#00ff00")


def test_one_picture_that_cannot_be_loaded_costs_no_other(show, caplog) -> None:
    def load(index: int) -> QImage:
        if index == 5:
            raise ValueError("nobody thought of this")
        return picture("#00ff00")

    art_map = show(load=load)
    shown = art_map.grab().toImage()
    assert shown.pixelColor(place_of(art_map, 6)) == QColor("#00ff00")
    assert shown.pixelColor(place_of(art_map, 5)) != QColor("#00ff00")
    assert "nobody thought of this" in caplog.text
    caplog.clear()


def test_works_glide_to_other_places(show, qtbot, monkeypatch) -> None:
    monkeypatch.setattr("studio.ui.widgets.fade.LONGEST", 120)
    art_map = show()
    end = art_map.points[::-1].copy()
    art_map.move_to(end)
    assert (art_map.points == end).all() and not (art_map._works.points == end).all()
    qtbot.waitUntil(lambda: bool((art_map._works.points == end).all()))


def test_nothing_glides_where_less_motion_is_wanted(show) -> None:
    art_map = show()  # tests of the window want none
    end = art_map.points[::-1].copy()
    art_map.move_to(end)
    assert (art_map._works.points == end).all()


def test_colors_follow_values_and_the_legend_says_unknown(show) -> None:
    art_map = show(16)
    art_map.set_colors_by([1800.0 + n if n else None for n in range(16)], "Year")
    assert not art_map.legend.isHidden()
    assert art_map.legend.text() == "Year: 1801 to 1815, unknown 1"
    art_map.set_colors_by(["Monet" if n < 3 else "Hokusai" for n in range(16)], "Artist")
    assert art_map.legend.text() == "Artist: Hokusai 13, Monet 3"
    art_map.set_colors_by([f"{'9' * 5000}{n % 2}" for n in range(16)], "Artist")
    assert len(art_map.legend.text()) < 100  # what somebody wrote into a manifest
    art_map.set_colors_by(None)
    assert art_map.legend.isHidden()


def test_the_map_follows_the_theme(show, qapp) -> None:
    art_map = show(5000)
    dark = art_map.grab().toImage()
    apply_theme(qapp, "light")
    light = art_map.grab().toImage()
    apply_theme(qapp, "dark")
    assert light.pixelColor(2, 300) == QColor("#c9c9c9") and dark.pixelColor(2, 300) == QColor("#3f3f3f")
    assert light.pixelColor(place_of(art_map, 1)) != dark.pixelColor(place_of(art_map, 1))


def test_what_the_pointer_is_on_is_told_with_its_facts(show) -> None:
    art_map = show(5000)
    QTest.mouseMove(art_map, place_of(art_map, 2501))
    QApplication.sendEvent(
        art_map,
        QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(place_of(art_map, 2501)),
            QPointF(place_of(art_map, 2501)),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton,
            NONE,
        ),
    )
    assert art_map._card.isVisible()
    assert art_map._card._lines == ["Work 2501", "Somebody, 1801"]
    art_map.leaveEvent(QEvent(QEvent.Type.Leave))
    assert not art_map._card.isVisible()


def test_works_that_do_not_agree_are_refused_and_those_before_stay(show) -> None:
    art_map = show()
    with pytest.raises(ValueError, match="titles"):
        art_map.show_works(np.zeros((3, 2), np.float32), lambda index: None, ["a"], np.zeros(1, int), ["x"])
    with pytest.raises(ValueError, match="places"):
        art_map.move_to(np.zeros((3, 2), np.float32))
    assert art_map.count == 16


@pytest.mark.parametrize("count", [0, 1, 2])
def test_an_empty_map_and_one_of_a_single_work_are_painted(show, count) -> None:
    art_map = show(max(count, 1))
    art_map.show_works(
        np.zeros((count, 2), np.float32), lambda index: picture(), ["a"] * count, np.zeros(count, int), ["x"]
    )
    assert not art_map.grab().isNull()
    turn_wheel(art_map, 3, QPoint(200, 200))
    art_map.select_all()
    assert len(art_map.selection) == count
    assert color("canvas").isValid() and len(NAMES) == 4
