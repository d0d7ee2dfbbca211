"""What the engine is asked for, for one picture of the grid of variations: small, first by Live and then as a draft."""

from __future__ import annotations

from typing import Literal

from studio.core.artwork.artwork_state import ArtworkState
from studio.core.engine_api.build_requests import live_request, style_request
from studio.core.engine_api.contract import LiveRequest, Seen, StyleRequest
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe

EDGE = 384  # px of the longer edge: a draft of it takes some 2 s on one core, and Live 0.05

Stage = Literal["waiting", "live", "draft", "failed"]
Request = LiveRequest | StyleRequest


def request_for(state: ArtworkState, stage: Stage, photo: Picture | None, seen: Seen | None) -> Request:
    """The request for a variation. photo: small; None for a pattern without one. seen: in it, for regions."""
    if stage == "live":
        assert photo is not None
        return live_request(photo, state.styles, state.recipe, EDGE, state.regions, seen)
    content = None if state.recipe.method == "pattern" else photo
    return style_request(content, state.styles, _draft(state.recipe), regions=state.regions, seen=seen)


def draw_masks(photo: Picture, state: ArtworkState, seen: Seen | None) -> None:
    """Draw the masks of regions as requests will take them, which are made on the GUI thread."""
    if state.regions and state.recipe.method != "pattern":
        live_request(photo, state.styles, state.recipe, EDGE, state.regions, seen)
        style_request(photo, state.styles, _draft(state.recipe), regions=state.regions, seen=seen)


def _draft(recipe: StyleRecipe) -> StyleRecipe:
    return recipe.change(quality="draft", long_edge=min(EDGE, recipe.long_edge))
