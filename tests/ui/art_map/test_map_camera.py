"""What part of the plane is in sight, by hand and by itself."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from studio.ui.art_map.map_camera import MapCamera

CORNERS = np.array([(-1, -1), (1, 1), (0, 0)], np.float32)
RATIO = 2.0  # of a screen with fine pixels


@pytest.fixture
def camera(qtbot: QtBot) -> MapCamera:
    """On a map of 320 x 240 px."""
    camera = MapCamera(CORNERS)
    camera.resize(640, 480, RATIO)
    return camera


def is_in_sight(camera: MapCamera) -> bool:
    places = camera.places(CORNERS)
    return bool((places >= 0).all() and (places <= (320, 240)).all())


def test_everything_is_in_sight_until_somebody_zooms(qtbot: QtBot, camera: MapCamera) -> None:
    assert is_in_sight(camera) and camera.is_fitted
    camera.resize(400, 300, 1.0)
    assert (camera.places(CORNERS) <= (400, 300)).all()
    with qtbot.waitSignals([camera.moved_by_hand, camera.moved]):
        camera.zoom_by(4)
    camera.resize(640, 480, RATIO)
    assert not camera.is_fitted and camera.view.zoom == pytest.approx(4)
    with qtbot.assertNotEmitted(camera.moved_by_hand), qtbot.waitSignal(camera.moved):
        camera.fit()
    assert is_in_sight(camera)


def test_the_point_under_the_pointer_stays_there_while_it_zooms(camera: MapCamera) -> None:
    place = camera.place_of(CORNERS[1])
    camera.zoom_by(3, place)
    assert camera.place_of(CORNERS[1]) == place


def test_the_plane_follows_the_pointer_that_drags_it(camera: MapCamera) -> None:
    camera.zoom_by(4)
    before = camera.place_of(CORNERS[2])
    camera.pan_by(QPointF(10, -6))
    moved = camera.place_of(CORNERS[2]) - before
    assert (moved.x(), moved.y()) == pytest.approx((10, -6))


def test_other_places_are_all_in_sight_unless_somebody_has_zoomed(camera: MapCamera) -> None:
    camera.follow(CORNERS * 50)
    assert (camera.places(CORNERS * 50) <= (320, 240)).all()
    camera.zoom_by(2)
    view = camera.view
    camera.follow(CORNERS)
    assert camera.view is view


def test_a_point_out_of_sight_is_brought_into_it_and_one_in_sight_stays(camera: MapCamera) -> None:
    camera.zoom_by(8)
    place = camera.place_of(CORNERS[2])
    camera.bring_into_sight(CORNERS[2], 60)
    assert camera.place_of(CORNERS[2]) == place
    assert camera.place_of(CORNERS[1]).x() > 320
    camera.bring_into_sight(CORNERS[1], 60)
    there = camera.place_of(CORNERS[1])
    assert (there.x(), there.y()) == pytest.approx((260, 180))


def test_the_view_of_before_is_restored(camera: MapCamera) -> None:
    camera.zoom_by(5)
    camera.pan_by(QPointF(20, 20))
    view = camera.view
    camera.fit()
    camera.restore(view)
    assert camera.view.zoom == pytest.approx(5) and (camera.view.x, camera.view.y) == (view.x, view.y)
    assert not camera.is_fitted
