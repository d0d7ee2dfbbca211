"""The similar command: pictures of a folder that are like one, and why."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import get_args

from studio.cli.commands.library.index import add_index_options, bring_up_to_date
from studio.cli.describing import SHORT_EDGE, Describing
from studio.cli.exit_codes import DONE
from studio.cli.inputs import path_of, read_photo
from studio.cli.options import UsageError
from studio.cli.terminal import PIPE, plain_console, print_json
from studio.core.engine_api.contract import EngineSettings, MakeEngine
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.image_io.opening.thumbnail import shrunk
from studio.core.library.indexing import absolute_folders
from studio.core.library.library_index import LibraryIndex
from studio.core.library.search import By, Hit, Vectors, search
from studio.core.picture import Picture
from studio.jobs.describing import EngineDescriber

NO_INFLUENCE = "Similar does not mean by the same artist, nor influenced."


def add_similar_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `similar`."""
    add = parser.add_argument
    add("picture", metavar="PICTURE", help="the picture to compare with; - reads standard input")
    add("--in", dest="folder", required=True, type=Path, metavar="FOLDER", help="folder to search; it is indexed first")
    add("--by", choices=get_args(By), default="style", help="what has to be similar (default: style)")
    add("--count", type=int, default=10, metavar="N", help="how many pictures (default: 10)")
    add("--at-least", type=float, default=-1.0, metavar="-1..1", help="leave out what is less alike")
    add_index_options(parser)


def show_similar(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    """Print what is alike, the most alike first. The picture itself is left out."""
    if arguments.count < 1:
        raise UsageError(f"--count is {arguments.count}; it goes from 1 on.")
    if not -1 <= arguments.at_least <= 1:  # so written, it refuses nan, too
        raise UsageError(f"--at-least is {arguments.at_least:g}; it goes from -1 to 1.")
    (folder,) = absolute_folders([arguments.folder])
    picture = shrunk(read_photo(arguments.picture, opener), SHORT_EDGE)
    own = None if arguments.picture == PIPE else path_of(arguments.picture).resolve()
    with LibraryIndex(arguments.index, is_writer=True) as index:
        bring_up_to_date(arguments, index, [folder], make_engine, opener)
        query = _query(arguments, picture, make_engine, opener)
        hits = search(index, index.rows(folder), query, arguments.by, arguments.count + 1, arguments.at_least)
        found = [
            (hit, indexed)
            for hit in hits
            for indexed in index.pictures([hit.row])
            if indexed.fingerprint != picture.fingerprint and indexed.path != own
        ][: arguments.count]
        if arguments.json:
            for hit, indexed in found:
                facts = {"title": indexed.facts.title, "author": indexed.facts.author, "year": indexed.facts.year}
                reasons = {name: round(value, 4) for name, value in hit.reasons.items()}
                print_json(
                    {"path": str(indexed.path), "similarity": round(hit.similarity, 4), "reasons": reasons} | facts
                )
        else:
            console = plain_console()
            for hit, indexed in found:
                about = ", ".join(filter(None, (indexed.facts.title, indexed.facts.author, indexed.facts.year)))
                line = f"{hit.similarity:5.2f}  {indexed.path}  {reason_of(hit)}  {about}"
                console.print(line, soft_wrap=True)
            console.print(NO_INFLUENCE, soft_wrap=True)
    return DONE


def reason_of(hit: Hit) -> str:
    """Such as "(style 0.81, subject 0.40, palette 0.62)"."""
    return f"({', '.join(f'{name} {value:.2f}' for name, value in hit.reasons.items())})"


def _query(arguments: argparse.Namespace, picture: Picture, make_engine: MakeEngine, opener: PictureOpener) -> Vectors:
    with closing(make_engine(EngineSettings(arguments.device))) as engine:
        return Describing(EngineDescriber(engine), opener).vectors(picture)
