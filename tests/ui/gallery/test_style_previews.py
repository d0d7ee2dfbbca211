"""Promises of "On my picture": tiles in sight show the photo in their styles, one by one, behind all other work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QHoverEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.card import Card
from studio.core.engine_api.contract import LiveRequest
from studio.jobs.worker import Worker
from studio.ui.app import Studio
from studio.ui.gallery.gallery_model import CARD_ROLE
from studio.ui.gallery.style_previews import EDGE, STYLE_EDGE
from tests.support.fakes import FakeEngine, Gate
from tests.ui.conftest import card_named

SavePhoto = Callable[..., Path]


def asked(engine: FakeEngine) -> list[LiveRequest]:
    return [request for request in engine.requests if isinstance(request, LiveRequest)]


def cards_in_sight(studio: Studio) -> list[Card]:
    tiles = studio.window.gallery.grid
    rows = [tiles.model().index(row) for row in range(tiles.model().rowCount())]
    return [row.data(CARD_ROLE) for row in rows if tiles.viewport().rect().intersects(tiles.visualRect(row))]


def in_sight(studio: Studio) -> int:
    return len(cards_in_sight(studio))


def has_thumbnails(studio: Studio) -> bool:
    """Whether the pictures of all tiles in sight are there; asks for those that are not."""
    thumbnails = studio.window.gallery._thumbnails
    return all(thumbnails.pixmap(card.file) is not None for card in cards_in_sight(studio))


@pytest.fixture
def with_photo(qtbot: QtBot, studio: Studio, save_photo: SavePhoto) -> Studio:
    studio.importer.open_picture(save_photo(width=600, height=400))
    qtbot.waitUntil(lambda: studio.session.artwork.content is not None)
    return studio


def test_without_a_photo_there_is_nothing_to_show(studio: Studio) -> None:
    switch = studio.window.gallery.on_my_picture
    assert switch.isVisible() and not switch.isEnabled()
    assert switch.accessibleName() == "On my picture"


def test_tiles_in_sight_are_painted_small_and_once(qtbot: QtBot, with_photo: Studio, engine: FakeEngine) -> None:
    gallery = with_photo.window.gallery
    qtbot.waitUntil(lambda: has_thumbnails(with_photo))
    before = gallery.grid.viewport().grab().toImage()
    assert gallery.on_my_picture.isEnabled() and asked(engine) == []
    gallery.on_my_picture.click()
    qtbot.waitUntil(lambda: len(asked(engine)) == in_sight(with_photo))
    qtbot.waitUntil(lambda: gallery.grid.viewport().grab().toImage() != before)
    assert len(asked(engine)) == in_sight(with_photo) < gallery.model.rowCount()
    for request in asked(engine):
        assert (request.content.width, request.content.height) == (EDGE, EDGE)
        assert request.styles[0].long_edge <= STYLE_EDGE
    gallery.on_my_picture.click()
    assert gallery.grid.viewport().grab().toImage() == before


def test_a_style_under_the_mouse_shows_the_photo(qtbot: QtBot, with_photo: Studio, engine: FakeEngine) -> None:
    tiles = with_photo.window.gallery.grid
    place = QPointF(tiles.visualRect(tiles.model().index(1)).center())
    spot = tiles.viewport().mapToGlobal(place)
    QApplication.sendEvent(tiles.viewport(), QHoverEvent(QEvent.Type.HoverMove, place, spot, place))
    with qtbot.waitSignal(tiles.delegate.previews.arrived):
        tiles.viewport().grab()
    assert len(asked(engine)) == 1
    assert tiles.delegate.previews.pixmap(tiles.model().index(1).data(CARD_ROLE)) is not None


def test_another_photo_is_shown_instead_of_the_old_one(
    qtbot: QtBot, with_photo: Studio, engine: FakeEngine, save_photo: SavePhoto
) -> None:
    gallery, count = with_photo.window.gallery, in_sight(with_photo)
    gallery.on_my_picture.click()
    qtbot.waitUntil(lambda: len(asked(engine)) == count)
    with_photo.importer.open_picture(save_photo("other.png", 600, 400, seed=9))
    qtbot.waitUntil(lambda: len(asked(engine)) == 2 * count)
    assert len({request.content.fingerprint for request in asked(engine)}) == 2


def test_it_comes_while_an_artwork_is_painted(qtbot: QtBot, with_photo: Studio, engine: FakeEngine) -> None:
    engine.gate = gate = Gate()
    session, previews = with_photo.session, with_photo.window.gallery.grid.delegate.previews
    with_photo.importer.use_style(card_named(with_photo, "Poppies"))
    qtbot.waitUntil(lambda: session.finishing.missing == "")
    session.finish()
    gate.wait_until_reached()
    assert previews.pixmap(card_named(with_photo, "Lion")) is None
    gate.open()
    with qtbot.waitSignal(previews.arrived):
        pass
    assert previews.pixmap(card_named(with_photo, "Lion")) is not None
    qtbot.waitUntil(lambda: session.finishing.run is None)


def test_one_that_made_way_for_the_artwork_is_asked_for_again(
    qtbot: QtBot, with_photo: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, previews = with_photo.session, with_photo.window.gallery.grid.delegate.previews
    with_photo.preferences.auto_refine = "never"
    with_photo.preferences.is_live = True
    with_photo.importer.use_style(card_named(with_photo, "Poppies"))
    qtbot.waitUntil(lambda: session.on_canvas.picture is not None and not session.has_quick_work)
    submit, replaced = Worker.submit, []

    def submit_all_but_one(worker: Worker, request: LiveRequest) -> None:
        if request.content.width == EDGE and not replaced:
            replaced.append(request)
        else:
            submit(worker, request)

    monkeypatch.setattr(Worker, "submit", submit_all_but_one)
    lion = card_named(with_photo, "Lion")
    assert previews.pixmap(lion) is None
    qtbot.waitUntil(lambda: bool(replaced))
    with qtbot.waitSignal(previews.arrived):
        session.change(strength=0.9)
    assert previews.pixmap(lion) is not None


def test_a_style_that_cannot_be_opened_shows_itself_and_holds_nobody_up(
    qtbot: QtBot, with_photo: Studio, engine: FakeEngine, tmp_path: Path
) -> None:
    previews = with_photo.window.gallery.grid.delegate.previews
    card = card_named(with_photo, "Lion")
    broken = type(card)("broken", "style", "Broken", "", "", "", "", tmp_path / "broken.png")
    with qtbot.waitSignal(previews.arrived):
        assert previews.pixmap(card) is None
        assert previews.pixmap(broken) is None  # the last wanted comes first
    assert previews.pixmap(card) is not None
    assert previews.pixmap(broken) is None
    QApplication.processEvents()
    assert len(asked(engine)) == 1
    assert with_photo.window.messages.message is None
