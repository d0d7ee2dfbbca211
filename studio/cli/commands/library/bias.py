"""The bias command: what a collection represents, and what is missing of it."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from studio.cli.exit_codes import DONE
from studio.cli.terminal import plain_console, print_json, say
from studio.core.card import bundled_cards
from studio.core.errors import StudioError
from studio.core.image_io.find_pictures import pictures_in
from studio.core.library.about_art import portrait_of, portraits_of_models
from studio.core.library.facts import FactsReader
from studio.core.library.indexing import absolute_folders
from studio.core.library.representation import represent
from studio.core.styles.style_library import StyleLibrary

_MOST = 8  # lines of a sort


def add_bias_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `bias`."""
    folder = "folder of pictures with a MANIFEST.tsv or cards (default: the gallery, your own styles, and the networks)"
    parser.add_argument("folder", type=Path, nargs="?", metavar="FOLDER", help=folder)
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def show_bias(arguments: argparse.Namespace) -> int:
    """Print what manifests and cards tell of the collection; no picture is opened."""
    if arguments.folder is None:
        return _show_studio(arguments.json)
    (folder,) = absolute_folders([arguments.folder])
    paths = pictures_in([folder])
    if not paths:
        raise StudioError(f"There are no pictures in {arguments.folder}.", "Choose another folder.")
    reader = FactsReader()
    found = represent(reader.facts_of(path) for path in paths)
    for problem in reader.problems:
        say(problem)
    if arguments.json:
        print_json(asdict(found), indent=2)
        return DONE
    console = plain_console()
    console.print(f"{found.pictures:,} pictures of {found.works:,} works", soft_wrap=True)
    for sort, counts in found.counts.items():
        shown = list(counts.items())[:_MOST]
        named = ", ".join(f"{name or 'unknown'} {count}" for name, count in shown)
        rest = sum(counts.values()) - sum(count for _, count in shown)
        console.print(f"{sort:<8} {named}{f', others {rest}' if rest else ''}", soft_wrap=True)
    if found.forbidden:
        console.print(f"{found.forbidden:,} pictures forbid learning from them.", soft_wrap=True)
    for gap in found.gaps:
        console.print(f"missing  {gap}", soft_wrap=True)
    return DONE


def _show_studio(as_json: bool) -> int:
    """The same of what is in the studio, as its window shows it."""
    own = StyleLibrary().read()[0]
    found = [portrait_of("The gallery", bundled_cards("styles"))]
    found += [portrait_of("Your own styles", own)] if own else []
    found += portraits_of_models()
    if as_json:
        print_json([asdict(portrait) for portrait in found], indent=2)
        return DONE
    console = plain_console()
    for portrait in found:
        console.print(portrait.title, soft_wrap=True)
        for sentence in portrait.known:
            console.print(f"  {sentence}", soft_wrap=True)
        for sort, shares in portrait.shares.items():
            named = ", ".join(
                f"{'others' if share.name is None else share.name or 'unknown'} {share.count}" for share in shares
            )
            console.print(f"  {sort:<8} {named}", soft_wrap=True)
        for sentence in portrait.missing:
            console.print(f"  missing  {sentence}", soft_wrap=True)
    return DONE
