"""Keep colours on a picture with regions: it is recoloured, each region by its own share, and not painted anew."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import ColorRequest
from studio.core.regions.region import Region
from studio.core.regions.shapes import Found, Mask
from studio.ui.app import Studio
from tests.support.fakes import FakeEngine

SUBJECT = Region("Subject", Mask.of(Found("subject")), {"keep_color": 0.9})


@pytest.fixture
def finished(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> Studio:
    """The studio with a finished artwork in which the subject keeps colours of its own."""
    loaded.session.change_regions([SUBJECT])
    qtbot.waitUntil(lambda: not loaded.session.finishing.missing)
    loaded.session.finish()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished and loaded.session.finishing.run is None)
    engine.requests.clear()
    return loaded


def test_the_whole_picture_is_recoloured_and_its_region_keeps_its_share(
    qtbot: QtBot, finished: Studio, engine: FakeEngine
) -> None:
    finished.session.change(keep_color=0.5)
    qtbot.waitUntil(lambda: finished.session.artwork.is_finished)
    (request,) = engine.requests
    assert isinstance(request, ColorRequest) and request.keep_color == 0.5
    assert [region.recipe.keep_color for region in request.regions] == [0.9]


def test_a_region_alone_is_recoloured(qtbot: QtBot, finished: Studio, engine: FakeEngine) -> None:
    finished.session.change_regions([SUBJECT.change(keep_color=0.2)])
    qtbot.waitUntil(lambda: finished.session.artwork.is_finished)
    (request,) = engine.requests
    assert isinstance(request, ColorRequest)
    assert [region.recipe.keep_color for region in request.regions] == [0.2]
    result = finished.session.artwork.result
    assert result is not None and result.regions[0].changes == {"keep_color": 0.2}


def test_another_change_of_a_region_is_not_a_matter_of_colours(
    qtbot: QtBot, finished: Studio, engine: FakeEngine
) -> None:
    finished.session.change_regions([SUBJECT.change(smoothness=0.9)])
    finished.session.change(keep_color=0.5)
    qtbot.waitUntil(lambda: not finished.session.has_quick_work)
    assert not any(isinstance(request, ColorRequest) for request in engine.requests)
    assert not finished.session.artwork.is_finished
