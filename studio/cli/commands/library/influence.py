"""The influence command: for each dated work the earlier ones most alike in style."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from studio.cli.commands.library.index import add_index_options, bring_up_to_date
from studio.cli.exit_codes import DONE
from studio.cli.options import UsageError
from studio.cli.output import check_free
from studio.cli.terminal import plain_console, print_json, say
from studio.core.engine_api.contract import MakeEngine
from studio.core.errors import StudioError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.library.indexing import absolute_folders
from studio.core.library.influence import AT_LEAST, NEAREST, NOTE, DatedWork, InfluenceGraph, influence_graph
from studio.core.library.influence_page import influence_page, influence_values
from studio.core.library.library_index import LibraryIndex
from studio.core.storage.atomic_write import replace_file

_FORMATS = (".html", ".json")


def add_influence_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `influence`."""
    add = parser.add_argument
    add("folder", type=Path, metavar="FOLDER", help="folder of pictures with dates; it is indexed first")
    add("-k", dest="nearest", type=int, default=NEAREST, metavar="N", help=f"earlier works per work ({NEAREST})")
    add("--at-least", type=float, default=AT_LEAST, metavar="-1..1", help=f"leave out what is less alike ({AT_LEAST})")
    add("-o", "--output", type=Path, metavar="OUT", help="write a page (.html) or .json instead of printing")
    add("--overwrite", action="store_true", help="replace a file that exists already")
    add_index_options(parser)


def show_influence(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    """Print or write works in order of time, each with the earlier ones it is like."""
    output: Path | None = arguments.output
    if arguments.nearest < 1:
        raise UsageError(f"-k is {arguments.nearest}; it must be at least 1.")
    if not -1 <= arguments.at_least <= 1:  # so written, it refuses nan, too
        raise UsageError(f"--at-least is {arguments.at_least:g}; it goes from -1 to 1.")
    if output is not None and output.suffix.lower() not in _FORMATS:
        raise UsageError(f"{output} is neither .html nor .json.", f"End it in {' or '.join(_FORMATS)}.")
    if output is not None:
        check_free(output, arguments.overwrite)
    (folder,) = absolute_folders([arguments.folder])
    with LibraryIndex(arguments.index, is_writer=True) as index:
        bring_up_to_date(arguments, index, [folder], make_engine, opener)
        rows = index.rows(folder)
        pictures = index.pictures(rows)
        graph = influence_graph(pictures, index.vectors("style", rows), arguments.nearest, arguments.at_least)
        if not graph.works:
            raise StudioError(
                f"No picture in {arguments.folder} has a date.", "Years are read from a MANIFEST.tsv or from cards."
            )
        if output is None:
            _print(graph, arguments.json)
            return DONE
        if output.suffix.lower() == ".json":
            replace_file(output, json.dumps(influence_values(graph), indent=1).encode())
        else:
            thumbnails = [index.thumbnail(work.picture.row) for work in graph.works]
            replace_file(output, influence_page(folder.name, graph, thumbnails).encode())
    if arguments.json:
        print_json({"event": "done", "output": str(output), "works": len(graph.works), "edges": len(graph.edges)})
    else:
        say(f"{len(graph.works):,} dated works, {len(graph.edges):,} lines between them. Written to {output}.")
    return DONE


def _print(graph: InfluenceGraph, as_json: bool) -> None:
    if as_json:
        print_json(influence_values(graph))
        return
    console = plain_console()
    for number, work in enumerate(graph.works):
        console.print(_about(work), soft_wrap=True)
        for edge in graph.edges:
            if edge.later == number:
                doubt = "" if edge.is_certain else ", if that is earlier"
                line = f"  {edge.similarity:.2f}  {_about(graph.works[edge.earlier])}{doubt}"
                console.print(line, soft_wrap=True)
    if graph.undated:
        console.print(f"Left out, as they have no date: {graph.undated:,}.", soft_wrap=True)
    console.print(NOTE, soft_wrap=True)


def _about(work: DatedWork) -> str:
    facts = work.picture.facts
    return ", ".join(filter(None, (facts.title or work.picture.path.name, facts.known_author, facts.year)))
