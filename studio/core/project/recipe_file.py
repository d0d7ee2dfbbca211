"""One recipe as a file of its own, and out of the credits of an exported picture."""

from __future__ import annotations

from pathlib import Path

from studio.core.errors import RecipeError
from studio.core.image_io.picture_reader import open_regular, reason, shown_name
from studio.core.image_io.xmp import read_recipe
from studio.core.recipe import StyleRecipe
from studio.core.storage.atomic_write import replace_file

SUFFIX = ".recipe.json"
_LARGEST = 2**20  # bytes


def is_recipe_file(path: Path) -> bool:
    """Whether the name is that of a recipe's file; any JSON may be one, and no picture is."""
    return path.suffix.lower() == ".json"


def save_recipe(path: Path, recipe: StyleRecipe) -> None:
    """Write a recipe as one line of JSON. Raises WriteError; then `path` is as it was."""
    replace_file(path, recipe.to_json().encode() + b"\n")


def load_recipe(path: Path) -> StyleRecipe:
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
        return read_recipe(path)
    if len(data) > _LARGEST:
        raise RecipeError(f"{name} is no recipe: it is larger than {_LARGEST:,} bytes.")
    try:
        return StyleRecipe.from_json(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RecipeError(f"{name} is no recipe: it is no text.") from error
