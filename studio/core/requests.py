"""From styles as the artist knows them to what the engine is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from studio.core.artwork_state import Style
from studio.core.contract import LiveRequest, StyleRequest
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe


def style_request(
    content: Picture | None, styles: Sequence[Style], recipe: StyleRecipe, start: Picture | None = None
) -> StyleRequest:
    """Paint in these styles; arguments as in StyleRequest."""
    return StyleRequest(
        content=content,
        styles=tuple(style.picture for style in styles),
        learned=tuple(style.learned for style in styles),
        recipe=recipe,
        start=start,
    )


def live_request(content: Picture, styles: Sequence[Style], recipe: StyleRecipe, long_edge: int) -> LiveRequest:
    """Show these styles at once; arguments as in LiveRequest."""
    return LiveRequest(
        content=content,
        styles=tuple(style.picture for style in styles),
        learned=tuple(style.learned for style in styles),
        recipe=recipe,
        long_edge=long_edge,
    )
