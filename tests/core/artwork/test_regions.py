"""Regions of an artwork: undo over them, results that remember them, and what another photo does to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import (
    Result,
    parts_without_outlines,
    pictures_of,
    relative_part,
    relative_parts,
    with_brushed,
)
from studio.core.errors import RecipeError
from studio.core.regions.region import MOST_REGIONS, Region
from studio.core.regions.shapes import Drawn, Found, Gradient, Mask, Polygon
from tests.core.artwork.test_artwork import make_style
from tests.support.fakes import make_picture

SUBJECT = Region("Subject", Mask.of(Found("subject")), {"strength": 0.2})
BRUSHED = Region("Sky", Mask.of(Drawn(np.full((4, 6), 255, np.uint8))), styles=(make_style("poppies"),))


@pytest.fixture
def artwork() -> Artwork:
    artwork = Artwork()
    artwork.change(content=make_picture(), styles=(make_style("wave"),))
    return Artwork(artwork.state)


def painted(artwork: Artwork) -> Result:
    picture = make_picture(8, 8, "painted")
    return Result(picture, artwork.content, artwork.styles, artwork.recipe, regions=artwork.regions)


def test_adding_changing_and_removing_a_region_are_undo_steps(artwork: Artwork) -> None:
    assert artwork.add_region(SUBJECT) and artwork.commit()
    assert artwork.add_region(BRUSHED, 0) and artwork.commit()
    assert artwork.change_region(1, SUBJECT.change(strength=0.9)) and artwork.commit()
    assert artwork.change(regions=artwork.regions[1:]) and artwork.commit()
    assert [region.changes.get("strength") for region in artwork.regions] == [0.9]
    for before in ((BRUSHED, SUBJECT.change(strength=0.9)), (BRUSHED, SUBJECT), (SUBJECT,), ()):
        assert artwork.undo() and artwork.regions == before
    assert artwork.redo() and artwork.regions == (SUBJECT,)


def test_an_equal_region_is_no_change(artwork: Artwork) -> None:
    artwork.add_region(BRUSHED)
    again = Region("Sky", Mask.of(Drawn(np.full((4, 6), 255, np.uint8))), styles=BRUSHED.styles)
    assert not artwork.change_region(0, again)


def test_a_result_is_of_the_regions_it_was_painted_with(artwork: Artwork) -> None:
    artwork.add_region(SUBJECT)
    artwork.commit()
    artwork.add_result(painted(artwork))
    assert artwork.is_finished
    artwork.change_region(0, SUBJECT.protect())
    artwork.commit()
    assert not artwork.is_finished
    assert artwork.undo() and artwork.is_finished
    artwork.change(regions=())
    assert artwork.result is not None and artwork.restore(artwork.result)
    assert artwork.regions == (SUBJECT,)


def test_another_photo_keeps_what_is_found_and_not_what_was_brushed(artwork: Artwork) -> None:
    artwork.change(regions=(SUBJECT, BRUSHED))
    artwork.change(content=make_picture(seed=4))
    assert artwork.regions == (SUBJECT,)


def test_the_styles_of_regions_are_needed_to_paint(artwork: Artwork) -> None:
    artwork.add_region(BRUSHED)
    assert BRUSHED.styles[0].picture in pictures_of(artwork.state)


def test_more_regions_than_there_may_be_are_refused(artwork: Artwork) -> None:
    with pytest.raises(RecipeError, match="at most"):
        artwork.change(regions=(SUBJECT,) * (MOST_REGIONS + 1))
    assert artwork.regions == ()


def test_the_styles_of_regions_are_credited_once(artwork: Artwork) -> None:
    artwork.change(regions=(BRUSHED, Region("Rest", Mask(), styles=(BRUSHED.styles[0], artwork.styles[0]))))
    assert [style.card.id for style in painted(artwork).all_styles] == ["wave", "poppies"]


def test_without_its_strokes_a_region_is_what_was_found_or_enclosed() -> None:
    stroke, found = Drawn(np.full((4, 6), 255, np.uint8)), Mask.of(Found("subject"))
    whole = Region("Subject", found, {"strength": 0.2})
    assert relative_part(whole) is whole
    corrected = replace(whole, mask=found.then("subtract", stroke).then("add", stroke))
    assert relative_part(corrected) == whole
    assert relative_part(replace(whole, mask=found.then("intersect", stroke))) is None  # it would be more than it was
    assert relative_part(replace(whole, mask=Mask.of(stroke).then("subtract", Found("subject")))) is None
    assert relative_parts((BRUSHED, corrected)) == (whole,)


def test_strokes_come_along_to_another_photo_on_wish() -> None:
    found = Mask.of(Found("subject"))
    whole, sky = Region("Subject", found, {"strength": 0.2}), Region("Sky", Mask.of(Gradient((0.0, 0.0), (0.0, 1.0))))
    corrected = replace(whole, mask=found.then("subtract", Drawn(np.full((4, 6), 255, np.uint8))))
    before = (corrected, sky, BRUSHED)
    assert with_brushed(relative_parts(before), before) == before
    newer, added = replace(whole, changes={"strength": 0.7}), Region("New", found)
    kept = with_brushed((newer, added), before)  # the sky was deleted since
    assert kept == (replace(newer, mask=corrected.mask), BRUSHED, added)


def test_without_what_was_drawn_around_something_a_region_is_what_was_found() -> None:
    outline, found = Polygon(((0.1, 0.1), (0.4, 0.1), (0.4, 0.4))), Mask.of(Found("subject"))
    sky = Region("Sky", Mask.of(Gradient((0.0, 0.0), (0.0, 1.0))))
    corrected = Region("Subject", found.then("add", outline))
    enclosed, bound = Region("Tower", Mask.of(outline)), Region("Half", found.then("intersect", outline))
    kept = parts_without_outlines((sky, corrected, enclosed, bound, BRUSHED))
    assert kept == (sky, Region("Subject", found))
