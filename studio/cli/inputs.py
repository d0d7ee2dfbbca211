"""From the words of a command line to pictures: the photo, the styles and the recipe to begin with."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from studio.cli.options import UsageError, blend_settings, recipe_of
from studio.cli.terminal import PIPE
from studio.core.artwork.blend import Blend
from studio.core.artwork.recipe_regions import RecipeRegion
from studio.core.card import Card, bundled_cards
from studio.core.errors import PictureError
from studio.core.image_io.formats import recognise
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.image_io.opening.places import is_network_url, place_of, reachable
from studio.core.image_io.output_check import file_identity
from studio.core.picture import Picture
from studio.core.project.builtin_presets import all_presets, find_preset
from studio.core.project.presets import Presets
from studio.core.project.recipe_file import load_recipe, load_recipe_with_regions
from studio.core.recipe import StyleRecipe
from studio.core.standard_streams import is_closed
from studio.core.storage.regular_file import reason
from studio.core.styles.load_style import open_style, open_style_file
from studio.core.styles.style import Style
from studio.core.styles.style_library import StyleLibrary

_HEAD = 64  # bytes that tell a format
_MOST_PIPED = 2**31  # bytes; 200 megapixels of 16 bits with alpha, not compressed, are less


def read_photo(name: str, opener: PictureOpener) -> Picture:
    """The picture in the file, or on stdin for "-". Raises PictureError or UsageError."""
    if name == PIPE:
        return opener.decode_picture(_piped(), "standard input")
    path = place_of(name)
    if not is_network_url(name) and file_identity(reachable(path)) is None:
        raise UsageError(f"There is no picture {name}.", "Check its name and folder.")
    return opener.open_picture(reachable(path))


def source_files(arguments: argparse.Namespace) -> list[Path]:
    """The files that hold photos and recipe."""
    names = (arguments.photo, arguments.blend_with, arguments.recipe)
    return [path_of(name) for name in names if name not in (None, PIPE)]


def path_of(name: str | Path) -> Path:
    """Where it lies, for comparing it with what is written; of a place that is not connected, opening tells."""
    try:
        return reachable(place_of(str(name)))
    except PictureError:
        return Path(name)


def read_blend(arguments: argparse.Namespace, base: Picture | None, opener: PictureOpener) -> Blend | None:
    """The double exposure that was asked for, or None. Raises PictureError or UsageError."""
    settings = blend_settings(arguments)
    if arguments.blend_with is None:
        if settings:
            raise UsageError("There is no second picture to blend.", "Name it with --blend-with.")
        return None
    if base is None:
        raise UsageError("There is no photo to blend with another.", "Name one in front of the options.")
    if arguments.blend_with == arguments.photo == PIPE:
        raise UsageError("Standard input holds only one picture.", "Name a file for the other.")
    return Blend(base, read_photo(arguments.blend_with, opener), **settings)


def style_card(name: str) -> Card | None:
    """The style with this id, bundled or the user's own, or None."""
    return _with_id(name, _cards())


def suggestion(name: str) -> str:
    """A sentence with the ids nearest to a name nobody has, or where to find them."""
    cards = _cards()
    wanted = _words(name)
    # People remember a word of the title or the painter, so whole words count before similar letters do.
    shared = {card.id: len(wanted & _words(f"{card.id} {card.title} {card.author}")) for card in cards}
    by_words = sorted((id_ for id_ in shared if shared[id_]), key=lambda id_: -shared[id_])
    by_letters = difflib.get_close_matches(name.lower(), list(shared), n=3, cutoff=0.5)
    nearest = list(dict.fromkeys(by_words[:3] + by_letters))[:3]
    if not nearest:
        return "See 'style-studio styles' for all of them."
    return f"Did you mean {' or '.join(nearest)}?"


def find_style(name: str, opener: PictureOpener) -> Style:
    """The style with this id, or in this file. Raises UsageError with the nearest ids, or StudioError.

    The file of a style that is in the gallery keeps the card it has there, with its author and licence.
    """
    cards = _cards()
    card = _with_id(name, cards) or _with_file(Path(name), cards)
    if card is None:
        if file_identity(Path(name)) is None:
            raise UsageError(f"There is no style and no file called {name!r}.", suggestion(name))
        return open_style_file(Path(name), opener.open_picture)
    return open_style(card, opener.open_picture)


def read_recipe(arguments: argparse.Namespace) -> StyleRecipe:
    """What `--recipe`, `--preset` and the options of a recipe make together, with a share for each style, or none."""
    base = read_recipe_file(arguments.recipe)
    if arguments.preset is not None:
        base = find_preset(arguments.preset, all_presets(Presets().read()[0])).applied_to(base)
    if len(base.style_shares) != len(arguments.styles):
        base = base.change(style_shares=())  # they belonged to other styles than these
    recipe = recipe_of(arguments, base)
    recipe.shares_of(len(arguments.styles))
    return recipe


def carried_regions(arguments: argparse.Namespace) -> tuple[RecipeRegion, ...]:
    """The regions that `--preset` keeps, or else `--recipe`, which `read_recipe` has read."""
    regions = find_preset(arguments.preset, all_presets(Presets().read()[0])).regions if arguments.preset else ()
    return regions or (load_recipe_with_regions(arguments.recipe)[1] if arguments.recipe else ())


def read_recipe_file(path: Path | None) -> StyleRecipe:
    """The recipe in a JSON file or in a picture exported by the studio; the default one for None."""
    if path is None:
        return StyleRecipe()
    if file_identity(path) is None:
        raise UsageError(f"There is no recipe {path}.", "Give a .json file, or a picture exported by Style Studio.")
    return load_recipe(path)


def _cards() -> tuple[Card, ...]:
    return (*bundled_cards("styles"), *StyleLibrary().read()[0])


def _with_id(name: str, cards: Sequence[Card]) -> Card | None:
    return next((card for card in cards if card.id == name), None)


def _with_file(path: Path, cards: Sequence[Card]) -> Card | None:
    identity = file_identity(path)
    return next((card for card in cards if file_identity(card.file) == identity), None) if identity else None


def _words(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return {word for word in re.split(r"[^a-z0-9]+", plain) if len(word) > 2 and word not in {"the", "and", "van"}}


def _piped() -> bytes:
    """What comes through standard input; its beginning alone if that is no picture's, for it may never end."""
    if is_closed(sys.stdin):
        raise UsageError("Standard input is closed.", "Pipe a picture in, such as '< photo.jpg'.")
    if sys.stdin.isatty():
        raise UsageError("A picture is expected on standard input.", "Pipe one in, such as '< photo.jpg'.")
    try:
        head = sys.stdin.buffer.read(_HEAD)
        data = head + (sys.stdin.buffer.read(_MOST_PIPED) if recognise(head) else b"")
    except OSError as error:
        raise PictureError(f"Standard input cannot be read: {reason(error)}.", "Name the file instead.") from error
    if len(data) > _MOST_PIPED:
        raise PictureError(f"Standard input brings more than {_MOST_PIPED >> 30} GB.", "Send one picture.")
    return data
