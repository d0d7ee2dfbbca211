"""Promises of the canvas: the right pixels in the right place, by mouse, wheel and keyboard."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QSize, Qt, QThreadPool
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QImage,
    QInputDevice,
    QKeyEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QPushButton

from studio.core.card import Card
from studio.core.picture import Picture
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.canvas_menu import CanvasMenu
from studio.ui.canvas.drawing.canvas_painter import Scene, caption_boxes
from studio.ui.canvas.view_transform import ViewTransform

RED, GREEN, GREY = (255, 0, 0), (0, 255, 0), (63, 63, 63)


def plain(color, width=200, height=100) -> Picture:
    return Picture(np.full((height, width, 3), color, np.uint8))


def numbered(width=200, height=100) -> Picture:
    """Each pixel says where it is: red is x, green is y."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0], pixels[..., 1] = np.arange(width), np.arange(height)[:, None]
    return Picture(pixels)


@pytest.fixture
def canvas(qtbot, tmp_path):
    canvas = Canvas((), thumbnail_folder=tmp_path)
    qtbot.addWidget(canvas)
    canvas.resize(448, 348)  # 400 x 300 within the margins
    with qtbot.waitExposed(canvas):
        canvas.show()
    return canvas


def seen(canvas, x, y):
    return canvas.grab().toImage().pixelColor(x, y).getRgb()[:3]


def turn_wheel(canvas, notches, x, y):
    place = QPointF(x, y)
    nothing = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(place, canvas.mapToGlobal(place), QPoint(), QPoint(0, 120 * notches), *nothing, False)
    QApplication.sendEvent(canvas, event)


def test_a_new_picture_is_fitted_into_the_middle(canvas):
    canvas.set_before(plain(RED))
    assert canvas.zoom == 2.0
    assert seen(canvas, 224, 174) == RED
    assert seen(canvas, 25, 75) == RED
    assert seen(canvas, 22, 75) == GREY
    assert seen(canvas, 224, 72) == GREY


def test_a_fitted_picture_stays_fitted_when_the_canvas_is_resized(canvas):
    canvas.set_before(plain(RED))
    canvas.resize(248, 348)
    assert canvas.zoom == 1.0


def test_zooming_by_wheel_keeps_the_pixel_under_the_cursor(canvas):
    canvas.set_before(numbered())
    canvas.zoom_to(4.0)
    under_cursor = seen(canvas, 137, 201)
    for notches in (2, 3, -1):
        turn_wheel(canvas, notches, 137, 201)
        assert np.abs(np.subtract(seen(canvas, 137, 201), under_cursor)).max() <= 1


def stroke_touchpad(canvas, dx, dy, modifiers=Qt.KeyboardModifier.NoModifier, pixels=True):
    touchpad = QPointingDevice(
        "touchpad", 7, QInputDevice.DeviceType.TouchPad, QPointingDevice.PointerType.Finger,
        QInputDevice.Capability.PixelScroll, 2, 3,
    )  # fmt: skip
    place, moved = QPointF(100, 100), QPoint(dx, dy)
    event = QWheelEvent(
        place, canvas.mapToGlobal(place), moved if pixels else QPoint(), 2 * moved, Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False, Qt.MouseEventSource.MouseEventNotSynthesized, touchpad,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


@pytest.mark.parametrize("pixels", [True, False])
def test_a_stroke_of_the_touchpad_moves_the_picture(canvas, pixels):
    canvas.set_before(numbered())
    canvas.zoom_to(1.0)
    before = seen(canvas, 200, 150)
    stroke_touchpad(canvas, 30, -11, pixels=pixels)
    assert canvas.zoom == 1.0
    assert seen(canvas, 230, 139) == before


def test_with_ctrl_the_touchpad_zooms(canvas):
    canvas.set_before(numbered())
    canvas.zoom_to(1.0)
    stroke_touchpad(canvas, 0, 60, Qt.KeyboardModifier.ControlModifier)
    assert canvas.zoom == pytest.approx(2**0.25)


def test_pinching_zooms_at_the_fingers(canvas):
    canvas.set_before(numbered())
    canvas.zoom_to(4.0)
    under_fingers = seen(canvas, 137, 201)
    place = QPointF(137, 201)
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2, place, place,
        canvas.mapToGlobal(place), 0.5, QPointF(),
    )  # fmt: skip
    QApplication.sendEvent(canvas, pinch)
    assert canvas.zoom == pytest.approx(6.0)
    assert np.abs(np.subtract(seen(canvas, 137, 201), under_fingers)).max() <= 1


@pytest.mark.parametrize("button", [Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton])
def test_the_picture_is_moved_with_space_or_the_middle_button(canvas, qtbot, button):
    canvas.set_before(numbered())
    canvas.zoom_to(1.0)
    before = seen(canvas, 200, 150)
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    qtbot.mousePress(canvas, button, pos=QPoint(200, 150))
    assert canvas.cursor().shape() == Qt.CursorShape.ClosedHandCursor
    qtbot.mouseMove(canvas, QPoint(230, 139))
    qtbot.mouseRelease(canvas, button, pos=QPoint(230, 139))
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert seen(canvas, 230, 139) == before
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_space_ends_when_the_focus_goes_though_its_release_is_told_to_others(canvas, qtbot):
    canvas.set_before(numbered())
    canvas.setFocus()
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    assert canvas.is_moved_by_hand
    QApplication.sendEvent(canvas, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.ActiveWindowFocusReason))
    assert not canvas.is_moved_by_hand, "else a brush could not paint any more"
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_a_drag_with_space_keeps_its_closed_hand_while_the_key_repeats(canvas, qtbot):
    canvas.set_before(numbered())
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(224, 174))
    again = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ", autorep=True)
    QApplication.sendEvent(canvas, again)
    assert canvas.cursor().shape() == Qt.CursorShape.ClosedHandCursor
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(224, 174))
    assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor, "Space is still held"


def test_four_notches_double_the_zoom(canvas):
    canvas.set_before(numbered())
    canvas.zoom_to(1.0)
    turn_wheel(canvas, 4, 100, 100)
    assert canvas.zoom == pytest.approx(2.0)


def test_at_100_percent_one_pixel_is_one_pixel(canvas):
    canvas.set_before(numbered())
    canvas.zoom_to(1.0)
    shot = canvas.grab().toImage()
    assert [shot.pixelColor(124 + x, 124 + y).getRgb()[:2] for x, y in ((0, 0), (60, 99), (199, 7))] == [
        (0, 0), (60, 99), (199, 7),
    ]  # fmt: skip


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_at_100_percent_every_pixel_is_sharp_on_every_screen(canvas, monkeypatch, ratio):
    monkeypatch.setattr(canvas, "devicePixelRatioF", lambda: ratio)
    canvas.set_before(numbered())
    canvas.zoom_to(1.0)
    screen = QImage(canvas.size() * ratio, QImage.Format.Format_RGB32)
    screen.setDevicePixelRatio(ratio)
    canvas.render(screen)
    left, top = round((448 * ratio - 200) / 2), round((348 * ratio - 100) / 2)
    shown = screen.copy(left, top, 200, 100)
    assert [shown.pixelColor(x, y).getRgb()[:2] for x in range(0, 200, 7) for y in range(0, 100, 7)] == [
        (x, y) for x in range(0, 200, 7) for y in range(0, 100, 7)
    ]


def test_another_screen_shows_the_whole_picture_again_and_asks_for_sharper_demo_photos(canvas, monkeypatch):
    canvas.set_before(numbered())
    monkeypatch.setattr(canvas, "devicePixelRatioF", lambda: 2.0)
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.DevicePixelRatioChange))
    assert canvas.zoom == 4.0  # pixels of the screen per pixel of the picture
    assert canvas._thumbnails._pixel_ratio == 2.0


def test_a_new_zoom_is_told_once(canvas, qtbot):
    canvas.set_before(plain(RED))
    told = []
    canvas.zoom_changed.connect(told.append)
    canvas.zoom_to(3.0)
    canvas.zoom_to(3.0)
    assert told == [3.0]


def test_dragging_pans(canvas, qtbot):
    canvas.set_before(numbered())
    canvas.zoom_to(1.0)
    before = seen(canvas, 200, 150)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    qtbot.mouseMove(canvas, QPoint(230, 139))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(230, 139))
    assert seen(canvas, 230, 139) == before
    qtbot.mouseMove(canvas, QPoint(10, 10))
    assert seen(canvas, 230, 139) == before


@pytest.mark.parametrize(
    ("key", "dx", "dy"),
    [(Qt.Key.Key_Left, 64, 0), (Qt.Key.Key_Right, -64, 0), (Qt.Key.Key_Up, 0, 64), (Qt.Key.Key_Down, 0, -64)],
)
def test_arrow_keys_move_the_view(canvas, qtbot, key, dx, dy):
    canvas.set_before(numbered())
    canvas.zoom_to(1.0)
    before = seen(canvas, 224, 174)
    qtbot.keyClick(canvas, key)
    assert seen(canvas, 224 + dx, 174 + dy) == before


def test_plus_and_minus_zoom_around_the_middle(canvas, qtbot):
    canvas.set_before(numbered())
    canvas.zoom_to(4.0)
    before = seen(canvas, 225, 175)
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.zoom > 4.0
    assert np.abs(np.subtract(seen(canvas, 225, 175), before)).max() <= 1
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.zoom == pytest.approx(4.0)


def test_a_double_click_goes_to_100_percent_at_the_cursor_and_back_to_fit(canvas, qtbot):
    canvas.set_before(numbered())
    under_cursor = seen(canvas, 125, 125)
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(125, 125))
    assert canvas.zoom == 1.0
    assert np.abs(np.subtract(seen(canvas, 125, 125), under_cursor)).max() <= 1
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(125, 125))
    assert canvas.zoom == 2.0


def test_the_split_shows_before_on_the_left_and_after_on_the_right(canvas):
    canvas.set_before(plain(RED))
    canvas.set_after(plain(GREEN))
    assert seen(canvas, 60, 100) == GREEN
    canvas.set_comparing(True)
    assert seen(canvas, 60, 100) == RED
    assert seen(canvas, 205, 100) == RED
    assert seen(canvas, 243, 100) == GREEN
    canvas.set_comparing(False)
    assert seen(canvas, 60, 100) == GREEN


def test_the_split_line_can_be_dragged(canvas, qtbot):
    canvas.set_before(plain(RED))
    canvas.set_after(plain(GREEN))
    canvas.set_comparing(True)
    grip = canvas.split
    qtbot.mousePress(grip, Qt.MouseButton.LeftButton, pos=QPoint(14, 100))
    qtbot.mouseMove(grip, QPoint(14 - 112, 100))
    qtbot.mouseRelease(grip, Qt.MouseButton.LeftButton, pos=QPoint(14, 100))
    assert seen(canvas, 90, 100) == RED
    assert seen(canvas, 135, 100) == GREEN
    assert grip.geometry().center().x() == pytest.approx(112, abs=2)


def test_the_split_line_can_be_moved_by_keyboard(canvas, qtbot):
    canvas.set_before(plain(RED))
    canvas.set_after(plain(GREEN))
    canvas.set_comparing(True)
    qtbot.keyClick(canvas.split, Qt.Key.Key_Left)
    assert canvas.split.value() == 490
    qtbot.keyClick(canvas.split, Qt.Key.Key_PageUp)
    assert canvas.split.value() == 590
    qtbot.mouseDClick(canvas.split, Qt.MouseButton.LeftButton)
    assert canvas.split.value() == 500


def test_there_is_no_split_line_without_two_pictures(canvas):
    canvas.set_comparing(True)
    canvas.set_before(plain(RED))
    assert canvas.split.isHidden()
    canvas.set_after(plain(GREEN))
    assert not canvas.split.isHidden()


def test_holding_shows_the_photo_and_releasing_the_artwork(canvas):
    canvas.set_before(plain(RED))
    canvas.set_after(plain(GREEN))
    canvas.set_badge("Live")
    canvas.set_showing_before(True)
    assert seen(canvas, 300, 100) == RED
    assert canvas.badge.text() == "Before"
    canvas.set_showing_before(False)
    assert seen(canvas, 300, 100) == GREEN
    assert canvas.badge.text() == "Live"


def test_a_smaller_frame_fills_the_same_place_and_the_view_stays(canvas):
    canvas.set_before(plain(RED))
    canvas.set_after(plain(GREEN, 50, 25))
    assert canvas.zoom == 2.0
    shot = canvas.grab().toImage()
    assert {shot.pixelColor(x, y).getRgb()[:3] for x, y in ((25, 75), (422, 272), (224, 174))} == {GREEN}
    assert shot.pixelColor(22, 75).getRgb()[:3] == GREY


def test_frames_of_a_size_that_was_rounded_fill_the_same_place(canvas):
    canvas.set_before(plain(RED, 1000, 667))
    canvas.set_after(plain(GREEN, 128, 85))
    shot = canvas.grab().toImage()
    assert RED not in {shot.pixelColor(x, y).getRgb()[:3] for x in range(0, 448, 4) for y in range(348)}


def test_a_larger_artwork_does_not_move_on_the_screen(canvas):
    canvas.set_before(numbered())
    canvas.zoom_to(1.5)
    canvas.set_after(plain(GREEN, 400, 200))
    assert canvas.zoom == 0.75
    shot = canvas.grab().toImage()
    assert shot.pixelColor(76, 101).getRgb()[:3] == GREEN
    assert shot.pixelColor(72, 101).getRgb()[:3] == GREY


def test_100_percent_is_a_pixel_of_the_artwork_whatever_the_photo_has(canvas):
    canvas.set_before(plain(RED, 800, 400))
    canvas.set_size((200, 100))
    canvas.set_after(numbered())
    canvas.zoom_to(1.0)
    assert [seen(canvas, 124 + x, 124 + y)[:2] for x, y in ((0, 0), (60, 99), (199, 7))] == [(0, 0), (60, 99), (199, 7)]
    canvas.set_showing_before(True)
    assert canvas.zoom == 1.0 and seen(canvas, 125, 125) == RED and seen(canvas, 122, 125) == GREY


def test_a_preview_that_stands_for_a_larger_picture_changes_no_figure_and_no_place(canvas):
    canvas.set_size((200, 100))
    told = []
    for preview in (plain(RED, 50, 25), plain(GREEN, 100, 50), plain(RED)):
        canvas.set_after(preview)
        canvas.zoom_to(1.5)
        canvas.zoom_changed.connect(told.append)
        assert canvas.zoom == 1.5 and seen(canvas, 80, 105) != GREY and seen(canvas, 72, 105) == GREY
    assert told == []


def test_another_size_to_be_painted_keeps_the_place_and_says_the_new_figure(canvas):
    canvas.set_size((200, 100))
    canvas.set_after(plain(RED))
    canvas.zoom_to(1.0)
    canvas.set_size((400, 200))
    assert canvas.zoom == 0.5 and seen(canvas, 125, 125) == RED and seen(canvas, 122, 125) == GREY


def test_on_a_screen_of_other_pixels_the_zoom_and_the_middle_stay(canvas, monkeypatch):
    canvas.set_before(numbered())
    canvas.zoom_to(1.0)
    stroke_touchpad(canvas, 30, -11)
    view, size = canvas._viewport.view, canvas._viewport.size
    in_the_middle = view.point(size[0] / 2, size[1] / 2)
    monkeypatch.setattr(canvas, "devicePixelRatioF", lambda: 2.0)
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.DevicePixelRatioChange))
    view, size = canvas._viewport.view, canvas._viewport.size
    assert canvas.zoom == 1.0 and view.point(size[0] / 2, size[1] / 2) == in_the_middle


@pytest.mark.parametrize("zoom", [4.0, 1.0, 0.5])
def test_a_tile_is_repeated_all_over_the_canvas_pixel_for_pixel(canvas, zoom):
    canvas.set_after(numbered(64, 48))
    canvas.zoom_to(zoom)
    left, top = (round(edge) for edge in (canvas._viewport.view.left, canvas._viewport.view.top))
    alone = canvas.grab().toImage()
    canvas.set_repeated(True)
    canvas.zoom_to(zoom)
    repeated = canvas.grab().toImage()
    width, height = round(64 * zoom), round(48 * zoom)
    for x, y in ((3, 5), (200, 100), (447, 347), (100, 300), (220, 170)):
        inside = left + (x - left) % width, top + (y - top) % height
        assert repeated.pixelColor(x, y) == repeated.pixelColor(*inside)
        if zoom < 4:  # else the badge and the dot in the corner lie over some of it
            assert repeated.pixelColor(*inside) == alone.pixelColor(*inside)
    canvas.set_repeated(False)
    canvas.zoom_to(zoom)
    assert canvas.grab().toImage() == alone


def test_a_fitted_tile_becomes_smaller_so_that_its_copies_are_seen(canvas):
    canvas.set_after(numbered(100, 100))
    fitted = canvas.zoom
    canvas.set_repeated(True)
    assert canvas.zoom == fitted / 2
    canvas.zoom_to(3.0)
    canvas.set_repeated(False)
    assert canvas.zoom == 3.0


def test_a_pattern_of_another_shape_is_not_stretched(canvas):
    canvas.set_before(plain(RED))
    canvas.set_after(plain(GREEN, 100, 100))
    assert seen(canvas, 224, 174) == GREEN
    assert seen(canvas, 60, 174) == GREY  # left of the square


def test_an_artwork_without_a_photo_is_shown(canvas):
    canvas.set_after(plain(GREEN))
    assert canvas.has_picture
    assert seen(canvas, 224, 174) == GREEN


def test_an_equal_picture_again_keeps_the_view(canvas):
    photo = plain(RED)
    canvas.set_before(photo)
    canvas.zoom_to(5.0)
    canvas.set_before(photo)
    assert canvas.zoom == 5.0
    canvas.set_before(plain(RED))
    assert canvas.zoom == 2.0


def test_transparency_shows_a_neutral_checkerboard(canvas):
    clear = np.zeros((100, 200), np.uint8)
    canvas.set_before(Picture(plain(RED).pixels, alpha=clear))
    shot = canvas.grab().toImage()
    shades = {shot.pixelColor(x, 174).getRgb()[:3] for x in range(30, 420, 3)}
    assert len(shades) == 2
    assert all(red == green == blue for red, green, blue in shades)


def clear(color, width=200, height=100) -> Picture:
    """A picture that cannot be seen, of a colour that nobody is to see."""
    return Picture(np.full((height, width, 3), color, np.uint8), alpha=np.zeros((height, width), np.uint8))


def test_side_by_side_transparency_is_seen_in_both_halves_and_between_them_is_the_background(canvas):
    canvas.set_before(clear(RED, 100))
    canvas.set_after(clear(GREEN, 100))
    canvas.set_side_by_side(True)
    canvas.set_comparing(True)
    shades = [{seen(canvas, middle + x, 180 + y) for x in (0, 8) for y in (0, 8)} for middle in (112, 336)]
    assert shades == [{(180, 180, 180), (140, 140, 140)}] * 2
    canvas.zoom_to(0.5)
    assert seen(canvas, 224, 174) == GREY


def test_side_by_side_the_photo_held_up_alone_is_shown_as_one_picture(canvas):
    canvas.set_before(numbered())
    canvas.set_after(plain(RED))
    canvas.set_side_by_side(True)
    canvas.set_comparing(True)
    canvas.set_showing_before(True)
    assert canvas.picture_place.width() == 400  # all of the canvas is its own
    canvas.zoom_to(4.0)
    before = seen(canvas, 100, 100)
    turn_wheel(canvas, 4, 100, 100)
    assert seen(canvas, 100, 100) == before
    canvas.set_showing_before(False)
    assert canvas.picture_place.isEmpty()  # two lie there again


def test_a_transparent_tile_has_its_checkerboard_wherever_it_is_repeated(canvas):
    canvas.set_before(clear(RED, 64, 64))
    canvas.set_repeated(True)
    assert {seen(canvas, x, y) for x in (2, 10) for y in (2, 10)} == {(180, 180, 180), (140, 140, 140)}


def test_where_a_transparent_pattern_of_another_shape_is_not_there_is_no_checkerboard(canvas):
    canvas.set_before(plain(RED))
    canvas.set_after(clear(GREEN, 100))
    assert seen(canvas, 30, 174) == GREY


def test_the_same_badge_again_paints_nothing(canvas, qtbot):
    canvas.set_before(plain(RED))
    canvas.set_badge("Draft", "Soon")
    QApplication.processEvents()
    painted = []

    class Painted(QObject):
        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.UpdateRequest:
                painted.append(watched)
            return False

    canvas.window().installEventFilter(watcher := Painted())
    canvas.set_badge("Draft", "Soon")
    QApplication.processEvents()
    assert painted == [] and watcher


@pytest.mark.parametrize(("background", "shade"), [("black", 0), ("grey", 0x77), ("white", 255), ("studio", 63)])
def test_the_background_can_be_chosen_from_the_menu(canvas, qtbot, background, shade):
    canvas.set_before(plain(RED))
    canvas.set_background("grey" if background != "grey" else "white")
    menu = CanvasMenu(canvas, canvas)
    position = ["studio", "black", "grey", "white"].index(background)
    with qtbot.waitSignal(canvas.background_changed) as told:
        [action for action in menu.actions() if action.isCheckable()][position].trigger()
    assert told.args == [background]
    assert seen(canvas, 5, 5) == (shade, shade, shade)


def test_clicks_on_the_dot_go_through_all_shades(canvas, qtbot):
    assert canvas.swatch.isHidden()  # nothing to judge yet
    canvas.set_before(plain(RED))
    shades = []
    for _ in range(4):
        qtbot.mouseClick(canvas.swatch, Qt.MouseButton.LeftButton)
        shades.append(seen(canvas, 5, 5))
    assert shades == [(0, 0, 0), (0x77, 0x77, 0x77), (255, 255, 255), GREY]
    assert canvas.swatch.accessibleName() == "Around the picture: Studio grey"
    assert canvas.swatch.toolTip() == "Around the picture: studio grey. A click makes it black."


def test_the_badge_says_how_the_picture_stands(canvas):
    canvas.set_badge("Finishing 62 %")
    assert canvas.badge.isHidden()  # nothing to say it of
    canvas.set_before(plain(RED))
    assert not canvas.badge.isHidden()
    assert canvas.badge.accessibleName() == "Finishing 62 %"
    canvas.set_badge("")
    assert canvas.badge.isHidden()


def test_a_picture_of_100_megapixels_is_shown_at_once_and_then_sharpened(canvas, qtbot):
    pixels = np.broadcast_to(np.linspace(0, 255, 12_500).astype(np.uint8)[None, :, None], (8_000, 12_500, 3))
    canvas.set_before(Picture(np.ascontiguousarray(pixels)))
    assert seen(canvas, 224, 174)[0] == pytest.approx(128, abs=3)
    with qtbot.waitSignal(canvas._before_after.sharpened, timeout=60_000):
        pass
    assert seen(canvas, 224, 174)[0] == pytest.approx(128, abs=3)
    canvas.zoom_to(1.0)
    assert seen(canvas, 224, 174)[0] == pytest.approx(128, abs=1)


def test_closing_while_levels_are_made_is_clean(qtbot, tmp_path, qapp):
    canvas = Canvas((), thumbnail_folder=tmp_path)
    canvas.set_before(Picture(np.zeros((3000, 4000, 3), np.uint8)))
    with qtbot.waitSignal(canvas.destroyed):
        canvas.deleteLater()
    assert QThreadPool.globalInstance().waitForDone(30_000)


def test_an_empty_canvas_invites_and_a_demo_photo_can_be_clicked(qtbot, tmp_path):
    cards = [demo_card(tmp_path, number) for number in range(5)]
    canvas = Canvas(cards, thumbnail_folder=tmp_path / "thumbnails")
    qtbot.addWidget(canvas)
    with qtbot.waitExposed(canvas):
        canvas.show()
    photos = [child for child in canvas._start_page.findChildren(object) if hasattr(child, "chosen")]
    assert len(photos) == 3
    assert photos[0].accessibleName() == "Open the photo Photo 0"
    with qtbot.waitSignal(canvas.demo_chosen) as told:
        qtbot.keyClick(photos[1], Qt.Key.Key_Space)
    assert told.args == [cards[1].file]
    canvas.set_before(plain(RED))
    assert canvas._start_page.isHidden()
    canvas.set_before(None)
    assert not canvas._start_page.isHidden()
    QThreadPool.globalInstance().waitForDone()


def test_the_focus_goes_to_the_canvas_when_the_invitation_goes(canvas, qtbot):
    canvas.activateWindow()
    button = canvas._start_page.findChild(QPushButton)
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    canvas.set_before(plain(RED))
    assert canvas.hasFocus()


def test_everything_the_keyboard_reaches_has_a_name(canvas):
    reached = [w for w in (canvas, canvas.split, canvas.swatch) if w.focusPolicy() != Qt.FocusPolicy.NoFocus]
    assert len(reached) == 3
    assert all(widget.accessibleName() for widget in reached)


def demo_card(folder, number) -> Card:
    path = folder / f"photo{number}.png"
    picture = QImage(60, 40, QImage.Format.Format_RGB32)
    picture.fill(QColor("#336699"))
    assert picture.save(str(path))
    return Card(f"p{number}", "photo", f"Photo {number}", "", "", "CC0", "", path)


def test_no_caption_of_a_comparison_lies_on_the_badge_wherever_the_line_is(canvas):
    canvas.set_before(plain(RED))
    canvas.set_badge("Live, refining 62 %")
    metrics = QFontMetrics(QFont(canvas.font()))
    shown = 0
    for split in range(0, canvas.width(), 5):
        scene = Scene(None, None, QSize(1, 1), ViewTransform(), "studio", split, ("Before", "After"))
        for _, box in caption_boxes(scene, canvas.rect(), metrics, 1.0):
            shown += 1
            assert not box.intersects(canvas.badge.geometry()) and not box.intersects(canvas.swatch.geometry())
    assert canvas.badge.isVisible() and shown > 20
