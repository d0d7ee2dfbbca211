"""Projects for tests: an evening with everything in it, and whether two are alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.artwork.blend import Blend, blend_pictures
from studio.core.card import Card, bundled_cards
from studio.core.picture import Metadata, Picture
from studio.core.project.project import HistoryEntry, Project, project_of
from studio.core.styles.style import Style
from tests.support.fakes import make_card, make_learned, make_picture


def make_style(name: str, seed: int) -> Style:
    card = Card(name, "style", f"<b>{name}</b>", "Somebody", "1900", "CC0", "nowhere", Path(f"{name}.png"))
    return Style(make_picture(name=name, seed=seed), card)


def make_learned_style() -> Style:
    learned = make_learned()
    return Style(learned.references[0], make_card(), learned)


def make_evening(photo: Picture | None = None) -> Artwork:
    """Two photos, one of them with alpha and metadata; a mix, a blend, a learned style; results; undo and redo."""
    artwork = Artwork()
    artwork.change(content=photo or make_picture(40, 30, "boat.jpg", seed=1), styles=(make_style("wave", 2),))
    artwork.commit()
    artwork.add_result(make_result(artwork, seed=3))
    artwork.change_mix(artwork.mix.with_style(make_learned_style()))
    artwork.change(strength=0.8, keep_color=0.5)
    artwork.commit()
    artwork.add_result(make_result(artwork, seed=4, uncolored=make_picture(20, 16, "painted", seed=5)))
    over = make_transparent(make_picture(24, 24, "sky.png", seed=6))
    photo = artwork.state.photo
    assert photo is not None
    artwork.change(blend=Blend(photo, over, "screen", 0.25))
    artwork.commit()
    take_blended(artwork)
    artwork.add_result(make_result(artwork, seed=7, is_complete=False, progress=0.64, notes=("Stopped at 64 %.",)))
    artwork.change(seed=5)
    artwork.commit()
    artwork.undo()
    return artwork


def take_blended(artwork: Artwork) -> None:
    blend = artwork.awaited_blend
    assert blend is not None
    assert artwork.take_blended(blend, blend_pictures(blend))


def make_transparent(picture: Picture) -> Picture:
    """The picture with all alphas, also 0 over colours, and with metadata."""
    alpha = np.arange(picture.width * picture.height, dtype=np.uint8).reshape(picture.pixels.shape[:2])
    return Picture(picture.pixels, picture.name, alpha, None, Metadata(b"Exif\0\0...", 300.0, b"a profile"))


def make_result(artwork: Artwork, seed: int = 0, **fields: Any) -> Result:
    picture = make_picture(20, 16, "painted", seed=seed)
    return Result(picture, artwork.content, artwork.styles, artwork.recipe, blend=artwork.blend, seconds=3.5, **fields)


def make_project(photo: Picture | None = None) -> Project:
    """The evening as a project, with a pinned entry, notes and a window."""
    made = project_of(make_evening(photo), window={"zoom": 1.5, "panels": ["styles", {"open": True}]})
    first, *others = made.history
    pinned = HistoryEntry(first.result, 1.7e9, "for <b>Anna</b> \N{PARTY POPPER}", True, "boat.jpg")
    return Project(made.state, made.undo, made.redo, (pinned, *others), made.shown, made.window)


def bundled_style() -> Style:
    card = bundled_cards("styles")[0]
    return Style(make_picture(name="bundled", seed=9), card)


def assert_alike(one: Project, other: Project, has_undo: bool = True) -> None:
    """Fail unless two projects hold the same in the same places, with pictures that are one where they were one."""
    assert one.window == other.window and one.shown == other.shown
    assert [_facts(entry) for entry in one.history] == [_facts(entry) for entry in other.history]
    states, others = [one.state], [other.state]
    if has_undo:
        assert (len(one.undo), len(one.redo)) == (len(other.undo), len(other.redo))
        states, others = [*states, *one.undo, *one.redo], [*others, *other.undo, *other.redo]
    results, other_results = (
        [*(entry.result for entry in project.history), *(state.result for state in found)]
        for project, found in ((one, states), (other, others))
    )
    known: dict[int, int] = {}
    for here, there in zip(results, other_results, strict=True):
        assert (here is None) == (there is None)
        if here is not None and there is not None:
            assert known.setdefault(id(here), id(there)) == id(there), "one result became two"
            _assert_painted_alike(here, there, known)
    for state, found in zip(states, others, strict=True):
        _assert_settings_alike(state, found, known)


def _facts(entry: HistoryEntry) -> tuple[object, ...]:
    return entry.time, entry.note, entry.is_pinned, entry.group


def _assert_painted_alike(one: Result, other: Result, known: dict[int, int]) -> None:
    assert (one.is_complete, one.progress, one.seconds, one.notes) == (
        other.is_complete,
        other.progress,
        other.seconds,
        other.notes,
    )
    _assert_same_picture(one.picture, other.picture, known)
    _assert_same_picture(one.uncolored, other.uncolored, known)
    _assert_settings_alike(one, other, known)


def _assert_settings_alike(one: Result | ArtworkState, other: Result | ArtworkState, known: dict[int, int]) -> None:
    assert one.recipe == other.recipe
    assert (one.blend is None) == (other.blend is None)
    if one.blend is not None and other.blend is not None:
        assert (one.blend.mode, one.blend.opacity) == (other.blend.mode, other.blend.opacity)
        for here, there in zip(one.blend.pictures, other.blend.pictures, strict=True):
            _assert_same_picture(here, there, known)
    if one.blend is None or one.content is not None:  # undo does without blended pictures
        _assert_same_picture(one.content, other.content, known)
    assert len(one.styles) == len(other.styles)
    for style, found in zip(one.styles, other.styles, strict=True):
        assert style.card == found.card and style.fingerprint == found.fingerprint
        _assert_same_picture(style.picture, found.picture, known)
        if style.learned is not None and found.learned is not None:
            for here, there in zip(style.learned.references, found.learned.references, strict=True):
                _assert_same_picture(here, there, known)


def _assert_same_picture(one: Picture | None, other: Picture | None, known: dict[int, int]) -> None:
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert known.setdefault(id(one), id(other)) == id(other), "one picture became two"
        assert (one.name, one.metadata, one.fingerprint) == (other.name, other.metadata, other.fingerprint)
