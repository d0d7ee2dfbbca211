"""The batch command: many photos and folders in, an artwork of each out; after an interruption it continues."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import closing

from studio.cli.cluster_option import add_cluster_option, check_cluster
from studio.cli.inputs import find_style, path_of, read_recipe
from studio.cli.options import UsageError, add_recipe_options, add_style_options
from studio.cli.output import add_folder_options, checked_key, export_options
from studio.cli.regions import add_region_option, read_regions
from studio.cli.reports.batch_report import BatchBar, BatchJson, BatchReport, report_all
from studio.cli.terminal import PIPE, say
from studio.core.batch.job import BatchJob, ItemReport
from studio.core.card import unknown_licences
from studio.core.engine_api.contract import Engine, EngineSettings, MakeEngine
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.image_io.output_check import check_folder
from studio.jobs.batch.batch import Batch, open_batch
from studio.jobs.batch.runner import run_batch

Isolate = Callable[[MakeEngine, EngineSettings], Engine]
"""Makes an engine whose death is an error and not the end of this process."""


def add_batch_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `batch`."""
    parser.add_argument(
        "photos", nargs="+", metavar="PHOTOS", help="pictures, and folders of them with their subfolders"
    )
    add_style_options(parser)
    add_cluster_option(
        parser,
        "paint on the workers of the Dask scheduler at tcp://HOST:PORT; --device and --weights-folder are theirs",
    )
    add_recipe_options(parser)
    add_region_option(parser)
    add_folder_options(parser)


def paint_batch(arguments: argparse.Namespace, make_engine: MakeEngine, isolate: Isolate, opener: PictureOpener) -> int:
    """Paint many pictures. Returns 0, 1 if some could not be painted, 130 if interrupted; raises StudioError.

    Whatever can be wrong with the command line is found before an engine is loaded.
    """
    if PIPE in arguments.photos:
        raise UsageError("Many pictures do not come through standard input.", "Name files and folders.")
    recipe = read_recipe(arguments)
    job = BatchJob(
        styles=tuple(find_style(name, opener) for name in arguments.styles),
        recipe=recipe,
        options=export_options(arguments, arguments.format, recipe.dpi),
        title=arguments.title,
        artist=arguments.artist,
        regions=read_regions(arguments, recipe, opener),
    )
    check_cluster(arguments)
    check_folder(arguments.output)
    key = checked_key(arguments, arguments.format)
    if unknown := unknown_licences(job.cards):
        say(unknown)
    places = list(map(path_of, arguments.photos))
    settings = EngineSettings(arguments.device, arguments.weights_folder)
    report: BatchReport = BatchJson() if arguments.json else BatchBar()
    may_overwrite, open_photo = arguments.overwrite, opener.open_picture
    opened = open_batch(arguments.output, job, places, may_overwrite=may_overwrite, open_photo=open_photo)
    with closing(opened) as batch:
        batch.key = key
        return report_all(batch, _run(batch, arguments.cluster, make_engine, settings, isolate), report)


def _run(
    batch: Batch, cluster: str | None, make_engine: MakeEngine, settings: EngineSettings, isolate: Isolate
) -> Iterator[ItemReport]:
    if not batch.left:
        batch.finish()
    elif cluster is not None:
        from studio.jobs.batch.cluster import run_on_cluster  # `check_cluster` has seen that it can be imported

        yield from run_on_cluster(batch, cluster, make_engine, settings)
    else:
        with closing(isolate(make_engine, settings)) as engine:
            yield from run_batch(batch, engine)
