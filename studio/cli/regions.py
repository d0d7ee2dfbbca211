"""The option --region: where in the photo, and what is different there, read by the same table as all options."""

from __future__ import annotations

import argparse
import re
from itertools import chain
from pathlib import Path
from typing import Any

from studio.cli.inputs import carried_regions, find_style
from studio.cli.options import UsageError, option_names, reader_of
from studio.core.errors import RecipeError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.image_io.output_check import file_identity
from studio.core.recipe import SHARE_KNOB, StyleRecipe
from studio.core.regions.mask_file import mask_of
from studio.core.regions.region import MOST_REGIONS, REGION_KNOBS, Region
from studio.core.regions.shapes import FOUND_NAMES, Drawn, Found, Mask, upper_part
from studio.core.styles.style import Style

_PROTECT, _OFF, _STYLE, _SHARE = "protect", "off", "style", "share"
_READERS = {name[2:]: knob for knob in REGION_KNOBS for name in option_names(knob)}
_FILE_ENDS = re.compile(r":(?=(?:protect|off|[a-z-]+=[^:/\\]))")  # a path may hold colons of its own


def add_region_option(parser: argparse.ArgumentParser) -> None:
    """Give the parser `--region`."""
    settings = ", ".join(f"{name}=" for name in (_STYLE, _SHARE, *(option_names(knob)[0][2:] for knob in REGION_KNOBS)))
    parser.add_argument(
        "--region",
        dest="regions",
        action="append",
        default=[],
        metavar="WHERE[:SETTING...]",
        help=f"own settings for a part of the photo; WHERE is {', '.join(FOUND_NAMES)}, upper (third) or a grey "
        f"picture, white inside; SETTING is {_PROTECT} (stays recognisable), {_OFF} (stays the photo), or one of "
        f"{settings}; repeat it, a later one lies over earlier ones",
    )


def read_regions(arguments: argparse.Namespace, recipe: StyleRecipe, opener: PictureOpener) -> tuple[Region, ...]:
    """The regions that were asked for, or else those of the preset or the recipe. Raises StudioError if one cannot be.

    A pattern has none of the latter.
    """
    if len(arguments.regions) > MOST_REGIONS:
        raise UsageError(f"There are {len(arguments.regions)} regions; there can be {MOST_REGIONS}.")
    if arguments.regions:
        return tuple(_read(text, opener) for text in arguments.regions)
    if recipe.method == "pattern":
        return ()
    carried = carried_regions(arguments)
    styles = {name: find_style(name, opener) for name in dict.fromkeys(chain(*(one.style_ids for one in carried)))}
    return tuple(one.with_styles(styles) for one in carried)


def region_files(arguments: argparse.Namespace) -> list[Path]:
    """The files that hold masks."""
    places = (_FILE_ENDS.split(text)[0] for text in arguments.regions)
    return [Path(place) for place in places if place not in (*FOUND_NAMES, "upper")]


def _read(text: str, opener: PictureOpener) -> Region:
    place, *settings = _FILE_ENDS.split(text)
    region = Region(Path(place).stem.capitalize(), _mask(place, opener))
    changes: dict[str, Any] = {}
    styles: list[Style] = []
    shares: list[float] = []
    is_painted = True
    for setting in settings:
        name, _, value = setting.partition("=")
        if name == _PROTECT and not value:
            region = region.protect()
        elif name == _OFF and not value:
            is_painted = False
        elif name == _STYLE:
            styles.append(find_style(value, opener))
        elif name == _SHARE:
            shares.append(reader_of(SHARE_KNOB)(value))
        elif name in _READERS:
            changes[_READERS[name].field] = reader_of(_READERS[name])(value)
        else:
            raise _no_setting(setting)
    if shares:
        changes["style_shares"] = tuple(shares)
    try:
        return Region(region.name, region.mask, {**region.changes, **changes}, tuple(styles), is_painted)
    except RecipeError as error:
        raise UsageError(f"--region {text}: {error.message}", error.remedy) from error


def _no_setting(text: str) -> UsageError:
    known = (_PROTECT, _OFF, *(f"{name}=" for name in (_STYLE, _SHARE, *_READERS)))
    return UsageError(f"A region has no setting {text!r}.", f"There are: {', '.join(known)} with a value.")


def _mask(place: str, opener: PictureOpener) -> Mask:
    if place in FOUND_NAMES:
        return Mask.of(Found(place))
    if place == "upper":
        return upper_part()
    if file_identity(Path(place)) is None:
        name, colon, rest = place.partition(":")
        if colon and name in (*FOUND_NAMES, "upper"):
            raise _no_setting(rest)
        raise UsageError(
            f"There is no region and no file called {place!r}.",
            f"Regions are {', '.join(FOUND_NAMES)}, upper, or a greyscale picture.",
        )
    return Mask.of(Drawn(mask_of(opener.open_picture(Path(place)))))
