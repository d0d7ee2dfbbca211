"""Two photos in one artwork: every change of the blend is undone and redone, and large pictures are not hoarded."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import pytest

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import Result
from studio.core.artwork.blend import Blend, blend_pictures
from studio.core.picture import Picture
from tests.support.fakes import make_picture


def make_awaited(artwork: Artwork) -> Picture | None:
    """What the session does in the background; the picture to be painted then."""
    blend = artwork.awaited_blend
    if blend is not None:
        assert artwork.take_blended(blend, blend_pictures(blend))
    return artwork.content


def make_result(artwork: Artwork) -> Result:
    picture = make_picture(8, 8, "painted")
    return Result(picture, artwork.content, artwork.styles, artwork.recipe, blend=artwork.blend)


@pytest.fixture
def artwork() -> Artwork:
    """A photo, at the beginning of its undo."""
    start = Artwork()
    start.change(content=make_picture(name="harbour.jpg"))
    return Artwork(start.state)


@pytest.fixture
def blended(artwork: Artwork) -> Artwork:
    """Two photos, made and committed."""
    assert artwork.content is not None
    artwork.change(blend=Blend(artwork.content, make_picture(seed=1, name="sky.jpg")))
    artwork.commit()
    make_awaited(artwork)
    return artwork


def test_a_second_picture_changes_what_is_painted_as_soon_as_it_is_blended(artwork: Artwork) -> None:
    photo = artwork.content
    assert photo is not None
    blend = Blend(photo, make_picture(seed=1), "screen")
    assert artwork.change(blend=blend)
    assert artwork.content is photo  # stands in
    assert artwork.awaited_blend == blend
    picture = blend_pictures(blend)
    assert artwork.take_blended(blend, picture)
    assert artwork.content is picture
    assert artwork.awaited_blend is None
    assert not artwork.take_blended(blend, picture)


def test_every_change_of_a_blend_is_undone_and_redone(artwork: Artwork) -> None:
    photo = artwork.content
    assert photo is not None
    blend = Blend(photo, make_picture(seed=1))
    steps = [None, blend]
    steps += [replace(blend, opacity=0.8), replace(blend, opacity=0.8, mode="overlay")]
    steps += [steps[-1].swapped(), replace(steps[-1].swapped(), over=make_picture(seed=2)), None]
    pictures = [photo.fingerprint]
    for step in steps[1:]:
        assert artwork.change(blend=step)
        assert artwork.commit()
        content = make_awaited(artwork)
        assert content is not None
        pictures.append(content.fingerprint)
    assert len(set(pictures)) == 7  # a removed blend leaves the photo that was below, here the second
    for undo, order in ((artwork.undo, range(5, -1, -1)), (artwork.redo, range(1, 7))):
        for step in order:
            assert undo()
            content = make_awaited(artwork)
            assert content is not None and content.fingerprint == pictures[step]
            assert artwork.blend == steps[step]


def test_a_drag_of_the_opacity_is_one_step(blended: Artwork) -> None:
    blend = blended.blend
    assert blend is not None
    for percent in range(51, 80):
        blended.change(blend=replace(blend, opacity=percent / 100))
    blended.commit()
    assert blended.blend is not None and blended.blend.opacity == 0.79
    blended.undo()
    assert blended.blend == blend


def test_a_blended_picture_that_comes_late_is_no_step_and_does_not_forget_what_was_undone(artwork: Artwork) -> None:
    assert artwork.content is not None
    artwork.change(blend=Blend(artwork.content, make_picture(seed=1)))
    artwork.commit()
    artwork.change(strength=0.9)
    artwork.undo()
    make_awaited(artwork)
    assert not artwork.commit()
    assert artwork.can_redo
    artwork.redo()
    assert artwork.recipe.strength == 0.9 and artwork.awaited_blend is None


def test_what_nobody_wants_any_more_is_not_taken(blended: Artwork) -> None:
    content, blend = blended.content, blended.blend
    assert blend is not None
    late = replace(blend, opacity=0.6)
    blended.change(blend=late)
    blended.change(blend=blend)
    assert not blended.take_blended(late, make_picture(seed=3))
    assert blended.content is content and blended.awaited_blend is None


def test_one_of_a_drag_that_has_gone_on_stands_in_for_the_next(blended: Artwork) -> None:
    blend = blended.blend
    assert blend is not None
    passed, wanted = replace(blend, opacity=0.6), replace(blend, opacity=0.7)
    blended.change(blend=passed)
    blended.change(blend=wanted)
    picture = make_picture(seed=3)
    assert blended.take_blended(passed, picture)
    assert blended.content is picture and blended.awaited_blend == wanted
    other = Blend(make_picture(seed=4), blend.over)
    assert not blended.take_blended(other, make_picture(seed=5))


def test_an_equal_blend_is_no_change(blended: Artwork) -> None:
    assert blended.blend is not None
    assert not blended.change(blend=replace(blended.blend))


def test_another_photo_ends_the_blend_and_undo_brings_it_back(blended: Artwork) -> None:
    blend = blended.blend
    photo = make_picture(seed=9)
    blended.change(content=photo)
    blended.commit()
    assert blended.blend is None and blended.content is photo
    blended.undo()
    assert blended.blend == blend
    assert make_awaited(blended) is not photo


def test_settings_change_without_touching_the_blend(blended: Artwork) -> None:
    content, blend = blended.content, blended.blend
    blended.change(strength=0.9)
    assert blended.content is content and blended.blend == blend and blended.awaited_blend is None


def test_a_result_belongs_to_the_blend_it_was_painted_from(blended: Artwork) -> None:
    result = make_result(blended)
    blended.add_result(result)
    assert blended.is_finished and blended.blend is not None
    blended.change(blend=replace(blended.blend, opacity=0.9))
    assert blended.result is None
    blended.commit()
    make_awaited(blended)
    assert not blended.is_finished
    blended.undo()
    assert blended.result is result and blended.is_finished
    assert blended.content is result.content  # not made a second time


def test_an_earlier_result_comes_back_with_its_blend(blended: Artwork) -> None:
    result, blend = make_result(blended), blended.blend
    blended.add_result(result)
    blended.change(content=make_picture(seed=9))
    blended.commit()
    assert blended.restore(result)
    assert blended.blend == blend and blended.content is result.content and blended.is_finished
    assert blended.awaited_blend is None


def test_undo_steps_keep_no_blended_pictures(blended: Artwork) -> None:
    blend, old = blended.blend, weakref.ref(blended.content)
    assert blend is not None
    blended.change(blend=replace(blend, opacity=0.9))
    blended.commit()
    make_awaited(blended)
    gc.collect()
    assert old() is None
    blended.undo()
    assert make_awaited(blended) is not None


def test_an_artwork_made_anew_of_its_parts_goes_on_where_it_was(blended: Artwork) -> None:
    make_awaited(blended)
    blended.add_result(make_result(blended))
    blended.change(strength=0.9)
    blended.commit()
    blended.change(strength=0.1)
    blended.commit()
    blended.undo()
    again = Artwork(blended.state, blended.undo_stack, blended.redo_stack, blended.history)
    assert again.awaited_blend is None and again.history == blended.history and again.can_redo
    assert again.undo() and again.awaited_blend is None
    while again.undo():
        pass
    while again.redo():
        pass
    assert again.recipe.strength == 0.1
