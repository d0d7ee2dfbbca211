"""Regions that go with a recipe: into its file, a preset, an exported picture, and out of them into any photo."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from studio.core.artwork.artwork_state import relative_parts
from studio.core.errors import RecipeError
from studio.core.picture import Pixels
from studio.core.regions.region import MOST_REGIONS, Region, free_name
from studio.core.regions.region_text import read_region, region_values
from studio.core.storage.untrusted import parse_json
from studio.core.styles.style import Style


@dataclass(frozen=True)
class RecipeRegion:
    """A region of a recipe. style_ids: the cards of the styles it is to have; the region has none yet."""

    region: Region
    style_ids: tuple[str, ...] = ()

    def with_styles(self, styles: Mapping[str, Style]) -> Region:
        """The region in those of its styles that are there, by card; shares of another number are left out."""
        found = tuple(styles[name] for name in self.style_ids if name in styles)
        region = self.region if len(found) == len(self.style_ids) else self.region.change(style_shares=None)
        return replace(region, styles=found)


def recipe_regions(regions: Sequence[Region]) -> tuple[RecipeRegion, ...]:
    """What of them means something in any photo; what was brushed on one is left out."""
    return tuple(
        RecipeRegion(replace(region, styles=()), tuple(style.card.id for style in region.styles))
        for region in relative_parts(regions)
    )


def regions_to_values(regions: Sequence[RecipeRegion]) -> list[dict[str, Any]]:
    """As values that JSON can hold."""
    return [region_values(one.region, _no_pixels, lambda _: []) | {"styles": list(one.style_ids)} for one in regions]


def regions_from_values(values: object) -> tuple[RecipeRegion, ...]:
    """Inverse of `regions_to_values`. Raises RecipeError if something in it cannot be."""
    if not isinstance(values, list) or len(values) > MOST_REGIONS:
        raise RecipeError(f"The regions of the recipe are not a list of at most {MOST_REGIONS}.")
    found: list[RecipeRegion] = []
    for one in values:
        ids: list[str] = []
        region = read_region(one, _no_file, lambda names, ids=ids: ids.extend(names) or ())  # type: ignore[misc]
        name = free_name(region.name, [other.region.name for other in found])
        found.append(RecipeRegion(replace(region, name=name), tuple(ids)))
    return tuple(found)


def regions_to_text(regions: Sequence[Region]) -> str:
    """Those of `recipe_regions` as a line of JSON; "" for none."""
    relative = recipe_regions(regions)
    return json.dumps(regions_to_values(relative), separators=(",", ":")) if relative else ""


def regions_from_text(text: str) -> tuple[RecipeRegion, ...]:
    """Inverse of `regions_to_text`. Raises RecipeError if it is none."""
    if not text:
        return ()
    try:
        values = parse_json(text)
    except ValueError as error:
        raise RecipeError("The regions of the recipe can no longer be read.") from error
    return regions_from_values(values)


def _no_pixels(values: Pixels) -> str:
    raise RecipeError("A recipe holds no masks in pixels.")


def _no_file(name: str) -> Pixels:
    raise RecipeError("A recipe holds no masks in pixels.")
