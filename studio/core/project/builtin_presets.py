"""The presets that come with the studio, and how a preset is applied: by the window, and by the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from studio.core.artwork.recipe_regions import RecipeRegion
from studio.core.errors import RecipeError
from studio.core.recipe import RECIPE_FIELDS, StyleRecipe


@dataclass(frozen=True)
class Preset:
    """Settings under a name. settings: fields of the recipe, by name. is_own: the artist's, not the studio's.

    regions: in place of those of the artwork; () leaves them.
    """

    name: str
    settings: Mapping[str, Any]
    is_own: bool = False
    regions: tuple[RecipeRegion, ...] = ()

    def applied_to(self, recipe: StyleRecipe) -> StyleRecipe:
        """The recipe with these settings; what they do not say stays."""
        return recipe.change(**self.settings)


class KeptSettings(NamedTuple):
    """What is kept under a name of the artist's: settings, and the regions that mean something in any photo."""

    recipe: StyleRecipe
    regions: tuple[RecipeRegion, ...] = ()


def own_preset(name: str, kept: KeptSettings) -> Preset:
    """A preset of the artist's: all of the recipe but the shares, which belong to the styles it was made with."""
    settings = {field: getattr(kept.recipe, field) for field in RECIPE_FIELDS if field != "style_shares"}
    return Preset(name, settings, is_own=True, regions=kept.regions)


def _painted(name: str, strength: float, stroke_size: float, keep_color: float, freedom: float, detail: float,
             smoothness: float) -> Preset:  # fmt: skip
    return Preset(name, {
        "strength": strength, "stroke_size": stroke_size, "keep_color": keep_color, "freedom": freedom,
        "detail": detail, "smoothness": smoothness,
    })  # fmt: skip


# They say how paint is laid on, and leave method, size and quality as they are. Each was chosen by looking at what it
# makes of a building and of a portrait, after a print and after a painting.
BUILT_IN: tuple[Preset, ...] = (
    _painted("Balanced", 0.6, 1.0, 0.0, 0.25, 0.5, 0.1),
    _painted("Faithful", 0.45, 0.7, 0.25, 0.1, 0.85, 0.1),
    _painted("Fine lines", 0.75, 0.4, 0.0, 0.2, 0.8, 0.05),
    _painted("Bold brush", 0.8, 2.0, 0.0, 0.4, 0.35, 0.1),
    _painted("Brushwork only", 0.75, 1.0, 1.0, 0.3, 0.5, 0.1),
    _painted("Soft wash", 0.55, 1.4, 0.0, 0.2, 0.4, 0.6),
    _painted("Into the painting", 1.0, 1.2, 0.0, 1.0, 0.25, 0.1),
)


def all_presets(own: Mapping[str, KeptSettings]) -> tuple[Preset, ...]:
    """The studio's, then the artist's in the order given."""
    return (*BUILT_IN, *(own_preset(name, kept) for name, kept in own.items()))


def find_preset(name: str, presets: Iterable[Preset]) -> Preset:
    """The preset with this name, whatever its capitals. Raises RecipeError with all names if there is none."""
    presets = tuple(presets)
    wanted = name.strip().casefold()
    found = [preset for preset in presets if preset.name == name.strip()]
    found += [preset for preset in presets if preset.name.casefold() == wanted]
    if not found:
        names = ", ".join(preset.name for preset in presets)
        raise RecipeError(f"There is no preset called {name!r}.", f"There are: {names}.")
    return found[0]
