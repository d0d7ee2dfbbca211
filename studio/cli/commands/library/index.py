"""The index command: brings the library up to date with folders."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from studio.cli.cluster_option import add_cluster_option, check_cluster
from studio.cli.describing import Describing, make_describer
from studio.cli.exit_codes import DONE
from studio.cli.terminal import PlainColumn, plain_console, print_json, say
from studio.core.engine_api.contract import EngineSettings, MakeEngine
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.library.indexing import IndexNews, absolute_folders, update
from studio.core.library.library_index import LibraryIndex
from studio.core.library.search import duplicates

JSON_SECONDS = 1.0  # between lines of progress


def add_index_options(parser: argparse.ArgumentParser) -> None:
    """Give the parser what every command of the library takes."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="where the index lies (default: the user's cache)")
    parser.add_argument("--device", help="device to compute on, such as cpu or cuda:1 (default: the best there is)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def add_index_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `index`."""
    parser.add_argument(
        "folders", nargs="+", type=Path, metavar="FOLDER", help="folder of pictures, with its subfolders"
    )
    parser.add_argument("--duplicates", action="store_true", help="also list duplicates")
    add_index_options(parser)
    add_cluster_option(
        parser,
        "send pictures to the workers of the Dask scheduler at tcp://HOST:PORT, which analyse them; --device is theirs",
    )


def index_folders(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    """Look at what is new or changed. Ctrl-C keeps what was looked at; the same command goes on from there."""
    folders = absolute_folders(arguments.folders)
    check_cluster(arguments)
    with LibraryIndex(arguments.index, is_writer=True) as index:
        looked, problems = bring_up_to_date(arguments, index, folders, make_engine, opener, arguments.cluster)
        rows = np.sort(index.arranged(folders))  # each once, also where folders lie in one another
        if arguments.duplicates:
            _tell_duplicates(arguments, index, rows)
        if arguments.json:
            print_json({"event": "done", "looked_at": looked, "left_out": problems, "pictures": len(rows)})
        else:
            say(f"{len(rows):,} pictures, {looked:,} of them analysed now, {problems:,} files left out.")
    return DONE


def _tell_duplicates(arguments: argparse.Namespace, index: LibraryIndex, rows: NDArray[np.int64]) -> None:
    for group in duplicates(index, rows):
        paths = [str(picture.path) for picture in index.pictures(group)]
        if arguments.json:
            print_json({"event": "duplicates", "paths": paths})
        else:
            plain_console().print(f"One picture: {', '.join(paths)}", soft_wrap=True)


def bring_up_to_date(
    arguments: argparse.Namespace,
    index: LibraryIndex,
    folders: Sequence[Path],
    make_engine: MakeEngine,
    opener: PictureOpener,
    cluster: str | None = None,
) -> tuple[int, int]:
    """Look at what is new or changed, telling of it. Returns how many files were looked at and how many left out.

    cluster: address of the scheduler whose workers look.
    """
    with make_describer(make_engine, EngineSettings(arguments.device), cluster) as describer:
        news = update(index, folders, Describing(describer, opener).for_the_library)
        told = _as_json(news) if arguments.json else _as_bar(news)
        looked = problems = 0
        with closing(news):
            for item in told:
                looked += 1
                if item.problem:
                    problems += 1
                    if not arguments.json:
                        say(f"Left out: {item.path}: {item.problem}")
    return looked, problems


def _as_json(news: Iterable[IndexNews]) -> Iterable[IndexNews]:
    last = 0.0
    for item in news:
        yield item
        if item.problem:
            print_json({"event": "left_out", "path": str(item.path), "problem": item.problem})
        if time.monotonic() - last >= JSON_SECONDS:
            last = time.monotonic()
            print_json({"event": "progress", "done": item.done, "total": item.total})


def _as_bar(news: Iterable[IndexNews]) -> Iterable[IndexNews]:
    columns = (PlainColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=plain_console(stderr=True), transient=True) as bar:
        task = bar.add_task("Looking", total=None)
        for item in news:
            yield item
            bar.update(task, completed=item.done, total=item.total, description=item.path.name[:40])
