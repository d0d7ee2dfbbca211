"""What an artwork is at one moment: the styles in use, the settings, and the result that belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from studio.core.artwork.blend import Blend
from studio.core.picture import Picture, fit_size
from studio.core.recipe import SEAMLESS_GRID, StyleRecipe
from studio.core.regions.region import Region
from studio.core.regions.shapes import Drawn, Polygon, Shape
from studio.core.styles.style import Style

RemovalKind = Literal["entry", "style", "preset"]


@dataclass(frozen=True)
class Result:
    """A painted picture and what it was painted from.

    picture: as shown. uncolored: the same before "keep colours", None where that changes nothing.
    content, styles, recipe, blend, regions: what it was painted from.
    is_complete: the recipe was painted to its end; False where the artist stopped or the engine failed half-way.
    progress: how much of the recipe was painted, 0 to 1, where it was not to its end; 0 where nobody knows.
    is_draft: Live has painted it, perhaps at another size; it is kept to be looked at, not to go on from.
    seconds: how long it took. notes: what the user should know about it.
    """

    picture: Picture
    content: Picture | None
    styles: tuple[Style, ...]
    recipe: StyleRecipe
    uncolored: Picture | None = None
    is_complete: bool = True
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    blend: Blend | None = None
    is_draft: bool = False
    progress: float = 0.0
    regions: tuple[Region, ...] = ()

    @property
    def all_styles(self) -> tuple[Style, ...]:
        """The styles of the picture and those of its regions, each once."""
        return styles_with(self.styles, self.regions)

    @property
    def painted(self) -> Picture:
        """The picture with the colours of the style, whatever "keep colours" is."""
        return self.uncolored or self.picture


@dataclass(frozen=True)
class ArtworkState:
    """What undo steps through: the settings and the result that belongs to them.

    content: the photo to be painted. With `blend` on, that is the double exposure, or until it has been made (see
    `Artwork.awaited_blend`) a stand-in for it. regions: where it is painted otherwise; a later one lies over earlier
    ones. removed: what was thrown away and can be brought back, by the keys of
    `removal_key`.
    """

    content: Picture | None = None
    styles: tuple[Style, ...] = ()
    recipe: StyleRecipe = field(default_factory=StyleRecipe)
    result: Result | None = None
    blend: Blend | None = None
    removed: frozenset[str] = frozenset()
    regions: tuple[Region, ...] = ()

    @property
    def photo(self) -> Picture | None:
        """The photo as it was opened: with a blend on, the first of the two."""
        return self.blend.base if self.blend else self.content

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in px of what will be painted; None without a picture."""
        long_edge = self.recipe.long_edge
        if self.recipe.method == "pattern":
            if self.recipe.is_seamless:
                long_edge = max(SEAMLESS_GRID, round(long_edge / SEAMLESS_GRID) * SEAMLESS_GRID)
            return long_edge, long_edge
        return fit_size(self.content.width, self.content.height, long_edge) if self.content else None

    def has_content_of(self, other: ArtworkState) -> bool:
        """Whether both show the same photo, or the same two in the same blend."""
        return self.photo is other.photo and self.blend == other.blend

    def has_settings_of(self, other: ArtworkState) -> bool:
        """Whether both would be painted alike."""
        is_alike = self.styles == other.styles and self.recipe == other.recipe and self.regions == other.regions
        return self.has_content_of(other) and is_alike

    def is_step_of(self, other: ArtworkState) -> bool:
        """Whether undo has nothing to do between the two: the same settings, and the same things thrown away."""
        return self.has_settings_of(other) and self.removed == other.removed


def removal_key(kind: RemovalKind, name: str) -> str:
    """What stands in `ArtworkState.removed` for a thing of the artist's."""
    return f"{kind}:{name}"


def styles_with(styles: tuple[Style, ...], regions: tuple[Region, ...]) -> tuple[Style, ...]:
    """These styles and those of the regions, each once: whom a picture is owed to."""
    found = {style.card.id: style for style in styles}
    for region in regions:
        found |= {style.card.id: style for style in region.styles if style.card.id not in found}
    return tuple(found.values())


def is_relative(region: Region) -> bool:
    """Whether a region means something in any photo: what is found in it, or shapes, but nothing brushed."""
    return not any(isinstance(step.shape, Drawn) for step in region.mask.steps)


def relative_part(region: Region) -> Region | None:
    """What of a region means something in any photo: without strokes that were brushed on this one; None for nothing.

    Strokes correct what was found or enclosed, so that is what stays; a region that strokes alone make, or bound, goes.
    """
    return _without(region, Drawn)


def relative_parts(regions: Sequence[Region]) -> tuple[Region, ...]:
    """Those of `relative_part` that there are."""
    return tuple(part for part in map(relative_part, regions) if part is not None)


def with_brushed(regions: Sequence[Region], before: Sequence[Region]) -> tuple[Region, ...]:
    """The regions, with what was brushed in those of another photo: masks of regions called alike, or all of a region.

    What else differs from those before stays as it is.
    """
    rest = {region.name: region for region in regions}
    found: list[Region] = []
    for old in before:
        region = rest.pop(old.name, None)
        if not is_relative(old):
            region = replace(region or old, mask=old.mask)
        if region is not None:
            found.append(region)
    return (*found, *rest.values())


def parts_without_outlines(regions: Sequence[Region]) -> tuple[Region, ...]:
    """What of the regions is not drawn around something of this photo: what is found in any, and gradients."""
    return tuple(part for region in regions if (part := _without(region, Drawn, Polygon)) is not None)


def _without(region: Region, *kinds: type[Shape]) -> Region | None:
    """A region without shapes of these kinds; None where it consists of them, or is bound by them."""
    steps = region.mask.steps
    if any(isinstance(step.shape, kinds) and step.operation == "intersect" for step in steps):
        return None
    kept = tuple(step for step in steps if not isinstance(step.shape, kinds))
    if len(kept) == len(steps):
        return region
    is_anything = any(step.operation == "add" for step in kept)
    return replace(region, mask=replace(region.mask, steps=kept)) if is_anything else None


def pictures_of(part: ArtworkState | Result) -> list[Picture]:
    """All pictures that are needed to show a part and to paint with its settings."""
    result = part.result if isinstance(part, ArtworkState) else part
    found: list[Picture | None] = [part.content, *(part.blend.pictures if part.blend else ())]
    if result is not None:
        found += [result.picture, result.uncolored]
    for style in (*part.styles, *(style for region in part.regions for style in region.styles)):
        found += [style.picture, *(style.learned.references if style.learned else ())]
    return [picture for picture in found if picture is not None]
