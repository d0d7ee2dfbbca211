"""Requests hand the engine what the artist's styles are made of, in their order."""

from __future__ import annotations

from studio.core.engine_api.build_requests import live_request, style_request
from studio.core.recipe import StyleRecipe
from studio.core.styles.style import Style
from tests.support.fakes import make_card, make_learned, make_picture

LEARNED = make_learned()
PLAIN = Style(make_picture(seed=5), make_card("plain"))
TAUGHT = Style(LEARNED.references[0], make_card("taught"), LEARNED)
RECIPE = StyleRecipe(style_shares=(30, 70))


def test_pictures_and_what_was_learnt_of_them_stay_side_by_side() -> None:
    request = style_request(make_picture(), [PLAIN, TAUGHT], RECIPE)
    assert request.styles == (PLAIN.picture, TAUGHT.picture)
    assert request.learned == (None, LEARNED)
    assert style_request(make_picture(), [TAUGHT, PLAIN], RECIPE).learned == (LEARNED, None)


def test_a_run_continues_from_the_picture_it_is_given() -> None:
    photo, painted = make_picture(), make_picture(seed=3)
    request = style_request(photo, [PLAIN], StyleRecipe(), painted)
    assert (request.content, request.recipe, request.start) == (photo, StyleRecipe(), painted)
    assert style_request(photo, [PLAIN], StyleRecipe()).start is None


def test_a_pattern_needs_no_photo() -> None:
    assert style_request(None, [PLAIN], StyleRecipe("pattern")).content is None


def test_a_live_request_names_the_size_that_is_wanted() -> None:
    photo = make_picture()
    request = live_request(photo, [PLAIN, TAUGHT], RECIPE, 640)
    assert (request.content, request.styles, request.learned) == (
        photo,
        (PLAIN.picture, TAUGHT.picture),
        (None, LEARNED),
    )
    assert (request.recipe, request.long_edge) == (RECIPE, 640)


def test_each_request_is_another_one() -> None:
    photo = make_picture()
    requests = [live_request(photo, [PLAIN], StyleRecipe(), 640), style_request(photo, [PLAIN], StyleRecipe())]
    assert requests[0].id < requests[1].id
