"""The tune-many command: folders of works in, of each artist a style out; after an interruption it continues."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

from studio.cli.cluster_option import add_cluster_option, check_cluster
from studio.cli.commands.batch import Isolate
from studio.cli.inputs import path_of
from studio.cli.learning import add_learning_options, open_works, settings_of, style_card
from studio.cli.options import UsageError
from studio.cli.reports.batch_report import report_all
from studio.cli.reports.lessons_report import LessonsBar, LessonsJson, LessonsReport
from studio.core.batch.job import BatchItem, ItemReport
from studio.core.engine_api.contract import EngineSettings, MakeEngine
from studio.core.engine_api.learning import TuneRequest
from studio.core.engine_api.tune_settings import MOST_PICTURES
from studio.core.image_io.find_pictures import folders_with_pictures, is_folder, pictures_in
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.image_io.output_check import check_folder
from studio.core.library.facts import FactsReader
from studio.core.picture import Picture
from studio.core.storage.file_names import stem_after
from studio.core.storage.untrusted import name_key
from studio.core.styles.learned_style_file import SUFFIX
from studio.core.training.reference_checks import ENOUGH, check_references
from studio.core.training.tune_request_file import learning_copy
from studio.jobs.lessons.lessons import Lessons, open_lessons
from studio.jobs.lessons.runner import run_lessons


def add_tune_many_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `tune-many`."""
    add = parser.add_argument
    add(
        "folders",
        nargs="+",
        metavar="FOLDER",
        help="folder with the works of one artist, or folder that holds only such folders",
    )
    add("--author", type=str, default="", help="whose styles they are (default: what cards or manifests say)")
    add_cluster_option(
        parser, "learn on the workers of the Dask scheduler at tcp://HOST:PORT; --device is one of theirs"
    )
    add_learning_options(parser)
    add("--overwrite", action="store_true", help="replace styles that are there")
    add(
        "-o",
        "--output",
        required=True,
        type=Path,
        metavar="DIR",
        help="where the styles go, each under its folder's name",
    )


def tune_many(arguments: argparse.Namespace, make_engine: MakeEngine, isolate: Isolate, opener: PictureOpener) -> int:
    """Learn many styles. Returns 0, 1 if some could not be learnt, 130 if interrupted; raises StudioError.

    Whatever can be wrong with the command line is found before an engine is loaded.
    """
    settings = settings_of(arguments)
    check_cluster(arguments)
    outputs = _outputs(arguments.folders)
    check_folder(arguments.output)
    # Learning copies, here as on a cluster: so that one goes on with what the other has begun.
    photos = open_works(arguments.photos, MOST_PICTURES, opener, 1, _copy) if arguments.photos else ()

    def open_lesson(item: BatchItem, is_resumed: bool) -> TuneRequest:
        least = 1 if arguments.anyway else ENOUGH
        works = open_works([item.photo], MOST_PICTURES, opener, least, _copy)
        doubts = " ".join(remark.text for remark in check_references(works) if remark.is_doubt)
        if doubts and not (arguments.anyway or is_resumed):
            raise UsageError(doubts, "Add --anyway to try.")
        path = arguments.output / item.output
        places = [work.source for work in works if work.source is not None]
        author = arguments.author or _author_of(places)
        card = style_card(item.photo.name, author, arguments.licence, path, places)
        return TuneRequest(works, card, path, settings, photos, is_resumed=is_resumed)

    job = {"settings": asdict(settings), "author": arguments.author, "licence": arguments.licence}
    job["photos"] = [photo.fingerprint for photo in photos]
    report: LessonsReport = LessonsJson() if arguments.json else LessonsBar()
    with closing(open_lessons(arguments.output, job, outputs, open_lesson, arguments.overwrite)) as lessons:
        return report_all(lessons, _run(lessons, arguments, make_engine, isolate), report)


def _run(
    lessons: Lessons, arguments: argparse.Namespace, make_engine: MakeEngine, isolate: Isolate
) -> Iterator[ItemReport]:
    settings = EngineSettings(arguments.device)
    if not lessons.left:
        lessons.finish()
    elif arguments.cluster is not None:
        from studio.jobs.lessons.cluster import run_on_cluster  # `check_cluster` has seen that it can be imported

        yield from run_on_cluster(lessons, arguments.cluster, make_engine, settings)
    else:
        with closing(isolate(make_engine, settings)) as engine:
            yield from run_lessons(lessons, engine)


def _outputs(names: Sequence[str]) -> dict[Path, str]:
    """The folders of works, each with the name of its style's file. Raises UsageError."""
    outputs: dict[Path, str] = {}
    known: dict[str, Path] = {}
    for works in (works for name in names for works in _folders_of_works(name)):
        stem = re.sub(r"\W+", "-", works.name).strip("-").lower()
        output = f"{stem_after(stem, 'style')}{SUFFIX}"
        other = known.setdefault(name_key(output), works)
        if other != works:
            raise UsageError(f"{other} and {works} would both be learnt into {output}.", "Rename one of them.")
        outputs[works] = output
    return outputs


def _folders_of_works(name: str) -> list[Path]:
    """The folder, or those in it where it holds no pictures itself. Raises UsageError if there are none."""
    folder = path_of(name).absolute()
    if not is_folder(folder):
        raise UsageError(f"{name} is not a folder.", "Name folders with the works of an artist in each.")
    if any(pictures for _, pictures in folders_with_pictures(folder, levels=0)):
        return [folder]
    below = (path.relative_to(folder).parts[0] for path in pictures_in([folder]))
    found = [folder / part for part in dict.fromkeys(below)]
    if not found:
        raise UsageError(f"There are no pictures in {name}.", "Name folders with the works of an artist in each.")
    return found


def _copy(picture: Picture) -> Picture:
    """A learning copy that knows its file, by which cards and manifests name its maker."""
    return replace(learning_copy(picture), source=picture.source)


def _author_of(works: Sequence[Path]) -> str:
    """Whom cards and manifests name as the author of all works, or ""."""
    reader = FactsReader()
    authors = {reader.facts_of(path).known_author for path in works}
    return authors.pop() if len(authors) == 1 else ""
