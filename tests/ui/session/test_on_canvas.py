"""Which picture is on the canvas: what is painted, one of the history, or the photo; and what it is compared with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe
from studio.ui.session.on_canvas import OnCanvas
from studio.ui.session.recall import Recall
from studio.ui.session.shown_picture import ShownPicture
from tests.support.fakes import make_picture

PHOTO, LIVE = make_picture(40, 30), make_picture(20, 15, "live", seed=1)
EARLIER = Result(make_picture(16, 12, "earlier", seed=2), make_picture(seed=3), (), StyleRecipe())
PATTERN = Result(make_picture(8, 8, "pattern", seed=4), None, (), StyleRecipe(method="pattern"))


@dataclass
class StillPreview:
    """Shows one picture of Live, of an artwork that will be larger."""

    shown: ShownPicture | None = None
    picture: Picture | None = LIVE
    size: tuple[int, int] | None = (200, 150)
    is_pattern: bool = False


@pytest.fixture
def on_canvas(qtbot: QtBot) -> Iterator[OnCanvas]:
    artwork = Artwork(ArtworkState(PHOTO))
    preview = StillPreview(ShownPicture("live", Result(LIVE, PHOTO, (), artwork.recipe)))
    recall = Recall()
    yield OnCanvas(artwork, preview, recall)  # type: ignore[arg-type]
    recall.close()


def test_what_is_painted_is_shown_in_the_size_it_will_have(on_canvas: OnCanvas) -> None:
    assert on_canvas.picture is LIVE and on_canvas.photo is PHOTO and on_canvas.size == (200, 150)
    assert on_canvas.shown is not None and on_canvas.shown.kind == "live"


def test_one_of_the_history_is_shown_in_its_own_size_beside_its_own_photo(on_canvas: OnCanvas) -> None:
    on_canvas.look_at(EARLIER)
    assert on_canvas.picture is EARLIER.picture and on_canvas.size == (16, 12) and on_canvas.photo is EARLIER.content
    assert on_canvas.shown is not None and on_canvas.shown.result is EARLIER
    on_canvas.look_at(None)
    assert on_canvas.picture is LIVE and on_canvas.photo is PHOTO


def test_a_pattern_of_the_history_is_compared_with_no_photo(on_canvas: OnCanvas) -> None:
    on_canvas.look_at(PATTERN)
    assert on_canvas.photo is None


def test_what_was_chosen_to_compare_with_takes_the_place_of_the_photo(on_canvas: OnCanvas) -> None:
    on_canvas.look_at(None, EARLIER)
    assert on_canvas.picture is LIVE and on_canvas.photo is EARLIER.picture
    on_canvas.look_at(PATTERN, EARLIER)
    assert on_canvas.picture is PATTERN.picture and on_canvas.photo is EARLIER.picture


def test_a_photo_held_up_is_what_is_shown(on_canvas: OnCanvas) -> None:
    on_canvas.look_at(EARLIER)
    on_canvas.is_showing_photo = True
    assert on_canvas.shown is not None and on_canvas.shown.kind == "photo" and on_canvas.shown.picture is PHOTO


def test_only_another_picture_is_told(qtbot: QtBot, on_canvas: OnCanvas) -> None:
    with qtbot.assertNotEmitted(on_canvas.changed):
        on_canvas.look_at(None)
    with qtbot.waitSignal(on_canvas.changed):
        on_canvas.look_at(EARLIER)
    with qtbot.assertNotEmitted(on_canvas.changed):
        on_canvas.look_at(EARLIER)
    with qtbot.waitSignal(on_canvas.changed):
        on_canvas.look_at(EARLIER, PATTERN)
