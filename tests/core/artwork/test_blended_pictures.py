"""Which blends have become pictures, and what stands in for those that have not."""

from __future__ import annotations

import gc

from studio.core.artwork.artwork_state import ArtworkState
from studio.core.artwork.blend import Blend
from studio.core.artwork.blended_pictures import BlendedPictures
from tests.support.fakes import make_picture

BELOW, ABOVE, OTHER = (make_picture(8, 6, name, seed=seed) for seed, name in enumerate(("below", "above", "other")))
HALF, FULL = Blend(BELOW, ABOVE, opacity=0.5), Blend(BELOW, ABOVE, opacity=1.0)


def test_a_blend_that_was_made_is_known_while_something_holds_it() -> None:
    pictures, made, nothing = BlendedPictures(()), make_picture(8, 6, "made"), ArtworkState(BELOW)
    pictures.note(HALF, made)
    assert pictures.content_of(HALF, nothing) is made
    assert pictures.is_made(ArtworkState(made, blend=HALF)) and pictures.is_made(nothing)
    del made
    gc.collect()
    assert pictures.content_of(HALF, nothing) is BELOW


def test_the_same_two_blended_otherwise_stand_in_for_a_blend_and_another_pair_does_not() -> None:
    made = make_picture(8, 6, "made")
    present = ArtworkState(made, blend=HALF)
    pictures = BlendedPictures((present,))
    assert pictures.content_of(FULL, present) is made
    assert not pictures.is_made(ArtworkState(made, blend=FULL))
    assert pictures.content_of(Blend(BELOW, OTHER), present) is BELOW


def test_a_state_of_undo_gets_its_content_back() -> None:
    made = make_picture(8, 6, "made")
    pictures = BlendedPictures((ArtworkState(made, blend=HALF),))
    present = ArtworkState(OTHER)
    assert pictures.completed(ArtworkState(None, blend=HALF), present).content is made
    plain = ArtworkState(BELOW)
    assert pictures.completed(plain, present) is plain
