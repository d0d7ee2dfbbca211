"""The commands of the library among those of the program: what their parsers are, and who runs them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from studio.cli.commands.library.bias import add_bias_command, show_bias
from studio.cli.commands.library.classify import add_classify_command, classify
from studio.cli.commands.library.compare import add_compare_command, compare_works
from studio.cli.commands.library.features import add_features_command, write_features
from studio.cli.commands.library.index import add_index_command, index_folders
from studio.cli.commands.library.influence import add_influence_command, show_influence
from studio.cli.commands.library.map_of import add_map_command, draw_map
from studio.cli.commands.library.similar import add_similar_command, show_similar
from studio.core.engine_api.contract import MakeEngine
from studio.core.image_io.opening.opener import PictureOpener

Run = Callable[[argparse.Namespace, MakeEngine, PictureOpener], int]


@dataclass(frozen=True)
class Command:
    """A command. add: gives its parser the options. run: runs it and returns its exit code. Texts: as of argparse."""

    name: str
    add: Callable[[argparse.ArgumentParser], None]
    run: Run
    help: str
    description: str
    usage: str | None = None


_COMMANDS = (
    Command(
        "index",
        add_index_command,
        index_folders,
        help="analyse all pictures of a folder, for similar and map",
        usage="%(prog)s FOLDER [FOLDER ...] [more options]",
        description=(
            "Analyses every picture in folders and records its style, subject and palette. Later runs analyse only what"
            " changed. After Ctrl-C or a crash the same command continues."
        ),
    ),
    Command(
        "similar",
        add_similar_command,
        show_similar,
        help="find pictures that are like a given one",
        usage="%(prog)s PICTURE --in FOLDER [--by style|subject|palette] [more options]",
        description="Lists the pictures in FOLDER that are most like PICTURE, with the reason in numbers.",
    ),
    Command(
        "compare",
        add_compare_command,
        compare_works,
        help="say what two works have in common",
        usage="%(prog)s FIRST SECOND [-o OUT.png] [more options]",
        description=(
            "Compares two works: layers of a network, colours, strokes, composition, and patches that match each"
            " other. Similar does not mean influenced."
        ),
    ),
    Command(
        "map",
        add_map_command,
        draw_map,
        help="lay the pictures of a folder out by style",
        usage="%(prog)s FOLDER -o OUT.html [more options]",
        description="Writes a page with all pictures on a plane, those of similar style close together.",
    ),
    Command(
        "influence",
        add_influence_command,
        show_influence,
        help="show for each dated work the earlier ones it is like",
        usage="%(prog)s FOLDER [-k N] [-o OUT.html] [more options]",
        description=(
            "Puts the dated works of a folder in order of time, each with the earlier ones most like it. Similar"
            " does not mean influenced."
        ),
    ),
    Command(
        "features",
        add_features_command,
        write_features,
        help="write what a network sees in pictures, as numbers",
        usage="%(prog)s PICTURES... -o OUT.npz [more options]",
        description="Writes features of a network for notebooks and other programs, one array per layer.",
    ),
    Command(
        "classify",
        add_classify_command,
        classify,
        help="train a classifier on a labelled folder, test it, label pictures",
        description=(
            "Learns the classes of a folder with a frozen network and a linear head, is tested on works held"
            " out, and says 'unknown' where it should. A classifier is not an attribution."
        ),
    ),
    Command(
        "bias",
        add_bias_command,
        lambda arguments, *_: show_bias(arguments),
        help="count what a collection represents, and what is missing",
        description="Counts periods, media, names and licences from the MANIFEST.tsv or the cards of a folder.",
    ),
)
COMMANDS = tuple(command.name for command in _COMMANDS)


def run_library_command(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    """Run one of COMMANDS and return its exit code."""
    (command,) = (command for command in _COMMANDS if command.name == arguments.command)
    return command.run(arguments, make_engine, opener)


def add_library_commands(commands: Any) -> None:
    """Give the program's subparsers those of COMMANDS."""
    for command in _COMMANDS:
        command.add(
            commands.add_parser(command.name, help=command.help, usage=command.usage, description=command.description)
        )
