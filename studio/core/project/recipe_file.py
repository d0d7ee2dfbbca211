"""One recipe as a file of its own, with its regions, and out of the credits of an exported picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from studio.core.artwork.recipe_regions import (
    RecipeRegion,
    recipe_regions,
    regions_from_text,
    regions_from_values,
    regions_to_values,
)
from studio.core.errors import RecipeError
from studio.core.image_io.formats import recognise
from studio.core.image_io.xmp import read_settings
from studio.core.recipe import StyleRecipe
from studio.core.regions.region import Region
from studio.core.storage.atomic_write import replace_file
from studio.core.storage.regular_file import read_regular, shown_name
from studio.core.storage.untrusted import parse_object

SUFFIX = ".recipe.json"
_LARGEST = 2**20  # bytes


def is_recipe_file(path: Path) -> bool:
    """Whether the name is that of a recipe's file; any JSON may be one, and no picture is."""
    return path.suffix.lower() == ".json"


def save_recipe(path: Path, recipe: StyleRecipe, regions: Sequence[Region] = ()) -> None:
    """Write a recipe as one line of JSON. Raises WriteError; then `path` is as it was.

    regions: those that mean something in any photo are written, too; what was brushed is not.
    """
    values = json.loads(recipe.to_json())
    relative = recipe_regions(regions)
    if relative:
        values["regions"] = regions_to_values(relative)
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
    data = read_regular(path, _LARGEST + 1)
    is_object = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    if not is_object and (recognise(data[:64]) or not is_recipe_file(path)):
        written = read_settings(path)
        return written.recipe, regions_from_text(written.regions)
    if len(data) > _LARGEST:
        raise RecipeError(f"{name} is not a recipe: it is larger than {_LARGEST:,} bytes.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecipeError(f"{name} is not a recipe: it is not text.") from error
    try:
        values = parse_object(text)
    except ValueError:
        return StyleRecipe.from_json(text), ()  # which says what is wrong with it
    regions = values.pop("regions", [])
    recipe = StyleRecipe.from_json(json.dumps(values))
    return recipe, regions_from_values(regions)
