"""A region: a mask, and what is different there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from studio.core.displayable import displayable
from studio.core.errors import RecipeError
from studio.core.recipe import KNOBS, Knob, StyleRecipe
from studio.core.regions.shapes import Mask
from studio.core.styles.style import Style

MOST_REGIONS = 16  # of an artwork: each costs statistics of its own
LONGEST_NAME = 80  # characters
REGION_FIELDS = ("strength", "stroke_size", "keep_color", "freedom", "detail", "smoothness", "style_shares")
REGION_KNOBS: tuple[Knob, ...] = tuple(knob for knob in KNOBS if knob.field in REGION_FIELDS)
# A protected region: it belongs to the picture, and what is in it stays recognisable. With a strength of 0.3, one face
# in ten was lost where all else has strength 1, and with 0.15 faces look pasted in (tests/benchmarks).
PROTECTION: Mapping[str, Any] = {"strength": 0.2, "detail": 1.0}
_STRONGEST = 0.3  # strength that still counts as protected


@dataclass(frozen=True)
class Region:
    """Where the artwork is painted otherwise.

    changes: fields of the recipe that have a value of their own here, of REGION_FIELDS. styles: () for those of the
    artwork. is_painted: False leaves the photo as it is. Raises RecipeError if a setting is unknown or out of range.
    """

    name: str
    mask: Mask
    changes: Mapping[str, Any] = field(default_factory=dict)
    styles: tuple[Style, ...] = ()
    is_painted: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", displayable(self.name)[:LONGEST_NAME].strip() or "Region")
        unknown = sorted(set(self.changes) - set(REGION_FIELDS))
        if unknown:
            raise RecipeError(f"A region has no {', '.join(unknown)} of its own.")
        checked = StyleRecipe().change(**self.changes)
        object.__setattr__(
            self, "changes", {name: getattr(checked, name) for name in REGION_FIELDS if name in self.changes}
        )
        if self.styles and "style_shares" in self.changes:
            checked.shares_of(len(self.styles))

    def recipe_of(self, recipe: StyleRecipe) -> StyleRecipe:
        """The settings that hold here in an artwork with this recipe."""
        own_shares = {"style_shares": ()} if self.styles else {}
        return recipe.change(**own_shares | dict(self.changes))

    def styles_of(self, styles: tuple[Style, ...]) -> tuple[Style, ...]:
        """The styles that hold here in an artwork in these styles."""
        return self.styles or styles

    def change(self, **changes: Any) -> Region:
        """A copy with other settings of its own; None takes a setting's own value away."""
        merged = {**self.changes, **changes}
        return replace(self, changes={name: value for name, value in merged.items() if value is not None})

    def protect(self) -> Region:
        """A copy in which what is there stays recognisable."""
        return self.change(**PROTECTION)

    @property
    def is_protected(self) -> bool:
        """Whether what is there stays about as recognisable as `protect` makes it."""
        changes = self.changes
        return bool(changes.get("strength", 1.0) <= _STRONGEST and changes.get("detail", 0.0) >= PROTECTION["detail"])


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, with a number behind it if one of the others is called so already; case does not tell names apart."""
    names = {other.casefold() for other in taken}
    stem, number = name[: LONGEST_NAME - 4], 2
    while name.casefold() in names:
        name, number = f"{stem} {number}", number + 1
    return name


def with_own_names(regions: Iterable[Region]) -> tuple[Region, ...]:
    """The regions, of which no two are called alike: by its name one is selected."""
    found: list[Region] = []
    for region in regions:
        name = free_name(region.name, [other.name for other in found])
        found.append(region if name == region.name else replace(region, name=name))
    return tuple(found)
