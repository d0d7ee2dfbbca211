"""From styles as the artist knows them to what the engine is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from studio.core.engine_api.contract import LiveRequest, StyleRequest
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe
from studio.core.styles.learned_style import LearnedStyle
from studio.core.styles.style import Style


def style_request(
    content: Picture | None, styles: Sequence[Style], recipe: StyleRecipe, start: Picture | None = None
) -> StyleRequest:
    """Paint in these styles; arguments as in StyleRequest."""
    pictures, learned = _parts(styles)
    return StyleRequest(content, pictures, recipe, start, learned)


def live_request(content: Picture, styles: Sequence[Style], recipe: StyleRecipe, long_edge: int) -> LiveRequest:
    """Show these styles at once; arguments as in LiveRequest."""
    pictures, learned = _parts(styles)
    return LiveRequest(content, pictures, recipe, long_edge, learned)


def _parts(styles: Sequence[Style]) -> tuple[tuple[Picture, ...], tuple[LearnedStyle | None, ...]]:
    """The pictures of the styles, and what was learnt of them, as requests take them."""
    return tuple(style.picture for style in styles), tuple(style.learned for style in styles)
