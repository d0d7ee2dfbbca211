"""Requests hand the engine what the artist's styles are made of, in their order."""

from __future__ import annotations

import numpy as np
import pytest

from studio.core.engine_api.build_requests import draw_mask, live_request, missing_in, style_request
from studio.core.engine_api.contract import Seen
from studio.core.errors import RecipeError
from studio.core.recipe import StyleRecipe
from studio.core.regions.faces import Face
from studio.core.regions.region import Region
from studio.core.regions.shapes import Everything, Found, Mask, Polygon, rectangle
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


SUBJECT = np.zeros((12, 16), np.uint8)
SUBJECT[:, 4:8] = 255
SEEN = Seen(1, SUBJECT, (Face(0.3, 0.2, 0.5, 0.6),))
LEFT = Region("Left", Mask.of(rectangle(0, 0, 0.5, 1)), {"strength": 0.2, "style_shares": (100, 0)})
BEHIND = Region("Background", Mask.of(Found("background")), styles=(TAUGHT,), is_painted=False)


def test_a_region_brings_its_mask_its_styles_and_its_settings() -> None:
    request = style_request(make_picture(32, 24), [PLAIN, TAUGHT], RECIPE, regions=(LEFT, BEHIND), seen=SEEN)
    left, behind = request.regions
    assert (left.mask.shape, left.mask[:, :383].min(), left.mask[:, 385:].max()) == ((576, 768), 255, 0)
    assert (left.styles, left.learned) == (request.styles, request.learned)
    assert left.recipe == RECIPE.change(strength=0.2, style_shares=(100, 0))
    assert (behind.styles, behind.learned, behind.is_painted) == ((TAUGHT.picture,), (LEARNED,), False)
    assert behind.recipe.style_shares == ()
    width = behind.mask.shape[1]
    assert behind.mask[:, width * 3 // 8].max() == 0 and behind.mask[:, -1].min() == 255


def test_masks_of_a_live_request_are_as_large_as_its_picture_at_most_2048_px() -> None:
    photo = make_picture(64, 32)
    for long_edge, shape in ((48, (24, 48)), (8000, (1024, 2048))):
        (region,) = live_request(photo, [PLAIN], StyleRecipe(), long_edge, (BEHIND,), SEEN).regions
        assert region.mask.shape == shape
    assert live_request(photo, [PLAIN], StyleRecipe(), 4000).regions == ()


def test_a_pattern_and_what_is_not_in_the_photo_have_no_regions() -> None:
    nowhere = Region("Nowhere", Mask.of(Polygon(((2, 2), (3, 2), (3, 3)))))
    faces = Region("Faces", Mask.of(Found("faces")))
    subject = Region("Subject", Mask.of(Found("subject")))
    nothing, all_three = Seen(1, None), (nowhere, faces, subject)
    assert style_request(make_picture(), [PLAIN], StyleRecipe(), regions=all_three, seen=nothing).regions == ()
    assert style_request(None, [PLAIN], StyleRecipe("pattern"), regions=all_three).regions == ()
    assert missing_in((nowhere, BEHIND, faces), nothing) == ("subject", "faces")
    assert missing_in((nowhere, faces), SEEN) == ()


def test_what_has_to_be_found_must_have_been_looked_for() -> None:
    with pytest.raises(RecipeError, match="subject"):
        style_request(make_picture(), [PLAIN], StyleRecipe(), regions=(BEHIND,))


def test_a_mask_is_drawn_once() -> None:
    mask = Mask.of(Everything())
    drawn = draw_mask(mask, (8, 6), SEEN)
    assert drawn is draw_mask(Mask.of(Everything()), (8, 6), SEEN)
    assert not drawn.flags.writeable
    assert drawn is not draw_mask(mask, (8, 7), SEEN)
