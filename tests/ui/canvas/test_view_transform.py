"""Promises of the canvas's arithmetic."""

import pytest

from studio.ui.canvas.view_transform import LARGEST_ZOOM, ViewTransform, allowed_zoom, centred, fitted


def test_a_fitted_picture_fills_the_canvas_but_for_the_margin():
    assert fitted((400, 100), (248, 200), margin=24) == ViewTransform(0.5, 24, 75)


def test_a_small_picture_is_enlarged_to_fit_but_not_without_end():
    assert fitted((100, 100), (448, 448), margin=24).zoom == 4.0
    assert fitted((1, 1), (4000, 4000)).zoom == LARGEST_ZOOM


def test_a_canvas_without_room_still_has_a_zoom():
    assert fitted((400, 100), (10, 10)).zoom > 0


def test_centred_puts_the_middle_in_the_middle():
    assert centred((100, 60), (300, 200), 2.0) == ViewTransform(2.0, 50, 40)


@pytest.mark.parametrize("zoom", [0.1, 0.9, 1.0, 7.5])
def test_zooming_keeps_the_point_under_the_cursor(zoom):
    view = ViewTransform(0.8, -31.5, 12.25)
    assert view.zoomed(zoom, 123, 45).point(123, 45) == pytest.approx(view.point(123, 45))


def test_panning_moves_the_picture():
    assert ViewTransform(2.0, 5, 6).panned(-3, 4) == ViewTransform(2.0, 2, 10)


@pytest.mark.parametrize(("left", "top"), [(-5000, -5000), (5000, 5000), (-5000, 5000)])
def test_some_of_the_picture_always_stays_on_the_canvas(left, top):
    view = ViewTransform(1.0, left, top).kept((200, 100), (300, 300))
    assert view.left + 200 >= 48
    assert view.left <= 300 - 48
    assert view.top + 100 >= 48
    assert view.top <= 300 - 48


def test_a_picture_within_the_canvas_is_left_where_it_is():
    view = ViewTransform(1.0, 20, 30)
    assert view.kept((200, 100), (300, 300)) == view


def test_zoom_has_limits_on_both_sides():
    assert allowed_zoom(1000, (100, 100)) == LARGEST_ZOOM
    assert allowed_zoom(1e-9, (3200, 100)) == pytest.approx(0.01)  # 32 px are left to see
    assert allowed_zoom(0.5, (8, 8)) == 1.0  # a tiny picture is never made smaller
