"""The options of the command line: those of a recipe come from the knob table, so that none is ever forgotten."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from studio.cli.exit_codes import in_one_sentence
from studio.core.artwork.blend import BLEND_KNOBS
from studio.core.errors import StudioError
from studio.core.print_size import parse_print_size
from studio.core.recipe import KNOBS, SHARE_KNOB, Knob, StyleRecipe

# The option is named after the knob's field, unless people say it otherwise; the first name is the one in the help.
_NAMES = {
    "long_edge": ("--size", "--long-edge"),
    "keep_color": ("--keep-color", "--keep-colors", "--keep-colour", "--keep-colours"),
}


class UsageError(StudioError):
    """A command line that cannot be understood."""


class OptionParser(argparse.ArgumentParser):
    """An argument parser that answers a mistake with one sentence instead of a page of usage."""

    def __init__(self, **options: Any) -> None:
        # Abbreviations would turn into other options, or into errors, when a later version brings new ones.
        super().__init__(allow_abbrev=False, epilog=in_one_sentence(), **options)
        # What has no other type, or is a path, names something: an empty variable of a shell must not become the folder
        # where one happens to be. Free texts have the type str.
        self.register("type", None, _name)
        self.register("type", Path, lambda text: Path(_name(text)))

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with argparse's message."""
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", f"See '{self.prog} --help'.")


def _name(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("it is empty")
    if "\0" in text:
        raise argparse.ArgumentTypeError("it has a zero byte, which no name can have")
    return text


def option_names(knob: Knob) -> tuple[str, ...]:
    """The names of a knob's option, the main one first."""
    return _NAMES.get(knob.field, (f"--{knob.field.replace('_', '-')}",))


def add_recipe_options(parser: argparse.ArgumentParser) -> None:
    """Give the parser one option for every knob, and `--share`. What is not given stays None."""
    group = parser.add_argument_group(
        "recipe", "How to paint. What is not given comes from --preset, --recipe, or is the default."
    )
    for knob in KNOBS:
        name, *others = option_names(knob)
        read, metavar = reader_of(knob), _metavar(knob)
        group.add_argument(name, dest=knob.field, type=read, metavar=metavar, help=_help(knob))
        if others:
            group.add_argument(*others, dest=knob.field, type=read, help=argparse.SUPPRESS)
    group.add_argument(
        "--share",
        dest="style_shares",
        action="append",
        type=reader_of(SHARE_KNOB),
        metavar=_metavar(SHARE_KNOB),
        help="Share of one style in the mix; repeat it once per --style, in the same order (default: equal shares)",
    )


def add_blend_options(parser: argparse.ArgumentParser) -> None:
    """Give the parser `--blend-with` and one option for every knob of a blend. What is not given stays None."""
    group = parser.add_argument_group("double exposure", "How to lay a second picture over the photo before painting.")
    group.add_argument("--blend-with", metavar="PHOTO", help="the second picture; it is scaled to cover the first")
    for knob in BLEND_KNOBS:
        name = f"--blend-{knob.field}"
        group.add_argument(name, type=reader_of(knob), metavar=_metavar(knob), help=_help(knob))


def blend_settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """The settings of the blend that were given, by field."""
    given = {knob.field: getattr(arguments, f"blend_{knob.field}") for knob in BLEND_KNOBS}
    return {field: value for field, value in given.items() if value is not None}


def add_style_options(parser: argparse.ArgumentParser) -> None:
    """Give the parser what every command that paints has: styles, a recipe to start from, and what to compute on."""
    add = parser.add_argument
    add(
        "--style",
        dest="styles",
        action="append",
        required=True,
        metavar="STYLE",
        help="a picture file, or an id from 'style-studio styles'; repeat it to mix several",
    )
    add("--recipe", type=Path, metavar="FILE", help="start from this recipe: JSON, or a picture made by the studio")
    add("--preset", metavar="NAME", help="paint with this preset, one of the studio's or one you saved in the window")
    add("--json", action="store_true", help="print one line of JSON per event instead of a progress bar")
    add("--device", help="where to compute, such as cpu or cuda:1 (default: the best there is)")
    add("--weights-folder", type=Path, metavar="DIR", help="where else to look for networks")


def recipe_of(arguments: argparse.Namespace, base: StyleRecipe) -> StyleRecipe:
    """`base` with the settings that were given as options. Raises RecipeError if they do not fit together."""
    given = {knob.field: getattr(arguments, knob.field) for knob in KNOBS}
    if isinstance(given["long_edge"], str):
        given["size_rule"] = given.pop("long_edge")
    if arguments.style_shares is not None:
        given["style_shares"] = tuple(arguments.style_shares)
    return base.change(**{field: value for field, value in given.items() if value is not None})


def reader_of(knob: Knob) -> Callable[[str], Any]:
    """What turns the text of an option into a value of the knob; raises RecipeError."""

    def read(text: str) -> Any:
        if knob.field == "long_edge" and (text == "photo" or "@" in text):
            return text if text == "photo" else str(parse_print_size(text))
        value: object = text
        if knob.scale != "choice":
            with suppress(ValueError):  # the knob's own check says what is wrong with a word
                value = float(text)
        return knob.check(value)

    return read


def _metavar(knob: Knob) -> str:
    if knob.scale == "choice":
        return "|".join(knob.choices)
    if knob.field == "long_edge":
        return f"{knob.low:g}..{knob.high:g}|photo|20x30cm@300|A4@300"
    return f"{knob.low:g}..{knob.high:g}"


def _help(knob: Knob) -> str:
    default = knob.default if knob.scale == "choice" else f"{knob.default:g} {knob.unit}".rstrip()
    text = f"{knob.help.rstrip('.')} (default: {default})"
    return text.replace("%", "%%")  # argparse formats help texts
