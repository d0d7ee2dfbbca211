"""Drafts are known by all they were painted of, the newest ones only, and never from the disk."""

from __future__ import annotations

from dataclasses import replace

from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.artwork.known_drafts import KnownDrafts
from studio.core.recipe import StyleRecipe
from tests.support.fakes import make_picture

PHOTO = make_picture()


def state_of(strength: float) -> ArtworkState:
    return ArtworkState(PHOTO, recipe=StyleRecipe(strength=strength))


def draft_of(state: ArtworkState, seed: int = 0) -> Result:
    return Result(make_picture(10, 10, seed=seed), state.content, state.styles, state.recipe)


def test_a_draft_is_known_by_its_settings_and_its_photo() -> None:
    drafts, state = KnownDrafts(), state_of(0.3)
    draft = draft_of(state)
    drafts.note(state, draft)
    assert drafts.of(state_of(0.3)) is draft
    assert drafts.of(replace(state, result=draft)) is draft
    assert drafts.of(state_of(0.4)) is None
    assert drafts.of(replace(state, content=make_picture())) is None
    drafts.clear()
    assert drafts.of(state) is None


def test_a_newer_draft_of_the_same_settings_takes_the_place_of_the_older() -> None:
    drafts, state = KnownDrafts(), state_of(0.3)
    drafts.note(state, draft_of(state))
    newer = draft_of(state, seed=1)
    drafts.note(state, newer)
    assert drafts.of(state) is newer


def test_the_oldest_go_where_their_pictures_take_too_much() -> None:
    drafts = KnownDrafts(most_bytes=2 * 10 * 10 * 3)
    states = [state_of(strength) for strength in (0.1, 0.2, 0.3)]
    for state in states:
        drafts.note(state, draft_of(state))
    assert [drafts.of(state) is not None for state in states] == [False, True, True]


def test_one_whose_picture_rests_on_the_disk_is_painted_anew() -> None:
    drafts, state = KnownDrafts(), state_of(0.3)
    draft = draft_of(state)
    drafts.note(state, draft)
    draft.picture.release(lambda: make_picture(10, 10))
    assert drafts.of(state) is None
