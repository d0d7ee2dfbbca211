"""One recipe as a file of its own, with its regions, and out of the credits of an exported picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from studio.core.artwork.artwork_state import is_relative
from studio.core.errors import RecipeError
from studio.core.image_io.picture_reader import open_regular, reason, shown_name
from studio.core.image_io.xmp import read_recipe
from studio.core.picture import Pixels
from studio.core.recipe import StyleRecipe
from studio.core.regions.region import MOST_REGIONS, Region
from studio.core.regions.region_text import read_region, region_values
from studio.core.storage.atomic_write import replace_file
from studio.core.storage.untrusted import parse_object
from studio.core.styles.style import Style

SUFFIX = ".recipe.json"
_LARGEST = 2**20  # bytes


def is_recipe_file(path: Path) -> bool:
    """Whether the name is that of a recipe's file; any JSON may be one, and no picture is."""
    return path.suffix.lower() == ".json"


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


def save_recipe(path: Path, recipe: StyleRecipe, regions: Sequence[Region] = ()) -> None:
    """Write a recipe as one line of JSON. Raises WriteError; then `path` is as it was.

    regions: those that mean something in any photo are written, too; what was brushed is not.
    """
    values = json.loads(recipe.to_json())
    shapes = [region for region in regions if is_relative(region)]
    if shapes:
        values["regions"] = [region_values(region, _no_pixels, _ids_of) for region in shapes]
    replace_file(path, json.dumps(values).encode() + b"\n")


def load_recipe(path: Path) -> StyleRecipe:
    """As `load_recipe_with_regions`, without the regions."""
    return load_recipe_with_regions(path)[0]


def load_recipe_with_regions(path: Path) -> tuple[StyleRecipe, tuple[RecipeRegion, ...]]:
    """The recipe in a file of `save_recipe`, or in a picture that the studio has exported; the content tells which.

    Raises PictureError if it cannot be read or is a picture without a recipe, RecipeError if what it says is none or
    comes from a newer studio.
    """
    name = shown_name(path)
    with open_regular(path) as file:
        try:
            data = file.read(_LARGEST + 1)
        except OSError as error:
            raise RecipeError(f"{name} cannot be read: {reason(error)}.") from error
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return read_recipe(path), ()
    if len(data) > _LARGEST:
        raise RecipeError(f"{name} is no recipe: it is larger than {_LARGEST:,} bytes.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecipeError(f"{name} is no recipe: it is no text.") from error
    try:
        values = parse_object(text)
    except ValueError:
        return StyleRecipe.from_json(text), ()  # which says what is wrong with it
    regions = values.pop("regions", [])
    recipe = StyleRecipe.from_json(json.dumps(values))
    return recipe, _read_regions(regions)


def _read_regions(values: object) -> tuple[RecipeRegion, ...]:
    if not isinstance(values, list) or len(values) > MOST_REGIONS:
        raise RecipeError(f"The regions of the recipe are no list of at most {MOST_REGIONS}.")
    found = []
    for one in values:
        ids: list[str] = []
        region = read_region(one, _no_file, lambda names, ids=ids: ids.extend(names) or ())  # type: ignore[misc]
        found.append(RecipeRegion(region, tuple(ids)))
    return tuple(found)


def _ids_of(styles: tuple[Style, ...]) -> list[str]:
    return [style.card.id for style in styles]


def _no_pixels(values: Pixels) -> str:
    raise RecipeError("A recipe holds no masks in pixels.")


def _no_file(name: str) -> Pixels:
    raise RecipeError("A recipe holds no masks in pixels.")
