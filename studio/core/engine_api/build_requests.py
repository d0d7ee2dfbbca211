"""From styles and regions as the artist knows them to what the engine is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from studio.core.engine_api.contract import LiveRequest, RegionRequest, Seen, StyleRequest
from studio.core.picture import Picture, Pixels, fit_size
from studio.core.recipe import StyleRecipe
from studio.core.regions.faces import face_mask
from studio.core.regions.rasterize import mask_size, rasterize
from studio.core.regions.region import Region
from studio.core.regions.shapes import FoundName, Mask
from studio.core.styles.learned_style import LearnedStyle
from studio.core.styles.style import Style

LIVE_MASK = 2048  # px of a mask's longer edge that goes with each move of a slider
_KEPT_MASKS = 24  # the largest takes 11 MB


def style_request(
    content: Picture | None,
    styles: Sequence[Style],
    recipe: StyleRecipe,
    start: Picture | None = None,
    regions: Sequence[Region] = (),
    seen: Seen | None = None,
) -> StyleRequest:
    """Paint in these styles; arguments as in StyleRequest and `region_requests`. A pattern has no regions."""
    pictures, learned = _parts(styles)
    asked: tuple[RegionRequest, ...] = ()
    if content is not None and recipe.method != "pattern" and regions:
        size = mask_size(*fit_size(content.width, content.height, recipe.long_edge))
        asked = region_requests(regions, styles, recipe, size, seen)
    return StyleRequest(content, pictures, recipe, start, learned, asked)


def live_request(
    content: Picture,
    styles: Sequence[Style],
    recipe: StyleRecipe,
    long_edge: int,
    regions: Sequence[Region] = (),
    seen: Seen | None = None,
) -> LiveRequest:
    """Show these styles at once; arguments as in LiveRequest and `region_requests`."""
    pictures, learned = _parts(styles)
    asked: tuple[RegionRequest, ...] = ()
    if regions:
        size = fit_size(content.width, content.height, min(long_edge, LIVE_MASK))
        asked = region_requests(regions, styles, recipe, size, seen)
    return LiveRequest(content, pictures, recipe, long_edge, learned, asked)


def region_requests(
    regions: Sequence[Region], styles: Sequence[Style], recipe: StyleRecipe, size: tuple[int, int], seen: Seen | None
) -> tuple[RegionRequest, ...]:
    """What the engine is asked for in regions of an artwork in these styles after this recipe.

    size: (width, height) of the masks. seen: what there is in the photo; needed where a mask has a `Found`. Regions of
    which there is nothing in this photo are left out. Raises RecipeError if what has to be found was not looked for.
    """
    asked = []
    for region in regions:
        mask = draw_mask(region.mask, size, seen)
        if mask.any():
            pictures, learned = _parts(region.styles_of(tuple(styles)))
            asked.append(RegionRequest(mask, pictures, region.recipe_of(recipe), learned, region.is_painted))
    return tuple(asked)


@lru_cache(_KEPT_MASKS)
def draw_mask(mask: Mask, size: tuple[int, int], seen: Seen | None) -> Pixels:
    """`rasterize` for what was seen, remembered: the same read-only array (height, width) as long as nothing changes.

    It takes tens of milliseconds the first time; whoever must not wait asks for it elsewhere before.
    """
    found: dict[FoundName, Pixels] = {}
    if seen is not None:
        found["subject"] = np.zeros((size[1], size[0]), np.uint8) if seen.subject is None else seen.subject
        if "faces" in mask.found:
            found["faces"] = face_mask(seen.faces, size)
    drawn = rasterize(mask, size, found).view()
    drawn.flags.writeable = False
    return drawn


def missing_in(regions: Sequence[Region], seen: Seen) -> tuple[FoundName, ...]:
    """What these regions are made of that is not in the photo: of "subject" and "faces"."""
    wanted = {name for region in regions for name in region.mask.found}
    missing: list[FoundName] = []
    if "subject" in wanted and seen.subject is None:
        missing.append("subject")
    if "faces" in wanted and not seen.faces:
        missing.append("faces")
    return tuple(missing)


def not_found(regions: Sequence[Region], seen: Seen) -> tuple[str, ...]:
    """Sentences for the user about what these regions are made of and is not in the photo."""
    sentences = {
        "subject": "No subject was found in the photo: all of it counts as background.",
        "faces": "No face was found in the photo.",
    }
    return tuple(sentences[name] for name in missing_in(regions, seen))


def _parts(styles: Sequence[Style]) -> tuple[tuple[Picture, ...], tuple[LearnedStyle | None, ...]]:
    """The pictures of the styles, and what was learnt of them, as requests take them."""
    return tuple(style.picture for style in styles), tuple(style.learned for style in styles)
