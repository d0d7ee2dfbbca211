"""The tune command: pictures by one artist in, a style for the studio out; it can be interrupted and resumed."""

from __future__ import annotations

import argparse
import os
from contextlib import closing
from pathlib import Path

from studio.cli.exit_codes import DONE, INTERRUPTED
from studio.cli.learning import add_learning_options, open_works, report_doubts, report_outlook, settings_of, style_card
from studio.cli.options import UsageError
from studio.cli.reports.tune_report import TuneBar, TuneJson, TuneReport
from studio.core.engine_api.contract import Done, Engine, EngineSettings, Failed, Frame, MakeEngine, Progress
from studio.core.engine_api.learning import TuneRequest
from studio.core.engine_api.tune_settings import MOST_PICTURES
from studio.core.errors import EngineError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.image_io.output_check import check_writable, file_identity
from studio.core.styles.learned_style_file import SUFFIX, training_file
from studio.core.training.reference_checks import ENOUGH
from studio.jobs.batch.output_files import file_facts


def add_tune_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `tune`."""
    add = parser.add_argument
    add("pictures", nargs="+", metavar="PICTURES", help="pictures by one artist, and folders of them; 3 to 30 are best")
    add("--name", type=str, required=True, help="what to call the style")
    add("--author", type=str, default="", help="whose style it is")
    add_learning_options(parser)
    add("--resume", action="store_true", help="continue exactly where the same command was interrupted")
    add("--overwrite", action="store_true", help="replace OUT if it is there")
    add("-o", "--output", required=True, type=Path, metavar="OUT", help=f"the style's file, ending in {SUFFIX}")


def tune(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    """Learn a style. Returns 0, or 130 if it was interrupted; raises StudioError.

    Whatever can be wrong with the command line is found before the engine is loaded; that pictures are of a kind of
    which nothing is learnt, which the engine sees, is found before the first step.
    """
    _check_output(arguments)
    settings = settings_of(arguments)
    references = open_works(arguments.pictures, MOST_PICTURES, opener, 1 if arguments.anyway else ENOUGH)
    photos = open_works(arguments.photos, MOST_PICTURES, opener) if arguments.photos else ()
    report_doubts(references, is_told_to=arguments.anyway or arguments.resume)
    works = [work.source or Path(work.name) for work in references]
    card = style_card(arguments.name, arguments.author, arguments.licence, arguments.output, works)
    request = TuneRequest(references, card, arguments.output, settings, photos, is_resumed=arguments.resume)
    before = None if arguments.resume else file_facts(arguments.output)
    with closing(make_engine(EngineSettings(arguments.device))) as engine:
        if not arguments.resume:
            report_outlook(references, engine, is_told_to=arguments.anyway)
        report: TuneReport = TuneJson() if arguments.json else TuneBar()
        ending: Done | None = None
        with report:
            try:
                ending = _learn(request, engine, report)
            except KeyboardInterrupt:
                ending = None
    has_learnt = file_facts(arguments.output) not in (None, before)  # else it is none, or the one to be replaced
    report.finish(arguments.output if has_learnt else None, ending)
    return DONE if ending else INTERRUPTED


def _learn(request: TuneRequest, engine: Engine, report: TuneReport) -> Done:
    for event in engine.run(request):
        match event:
            case Progress() | Frame():
                report.show(event)
            case Failed(error=error):
                raise error
            case Done():
                return event
    raise EngineError("The engine ended without a style.", "Try again, or with --device cpu.")


def _check_output(arguments: argparse.Namespace) -> None:
    output: Path = arguments.output
    if output.suffix.lower() != SUFFIX:
        raise UsageError(f"A style's file ends in {SUFFIX}; {output} does not.", "Name another one.")
    if arguments.resume:
        if not os.path.isfile(training_file(output)):  # noqa: PTH113 - Path's raises where the name is too long
            raise UsageError(f"There is nothing to resume for {output}.", "Leave out --resume.")
    elif file_identity(output) is not None and not arguments.overwrite:
        raise UsageError(f"{output} exists already.", "Add --overwrite to replace it, or --resume to continue.")
    check_writable(output)
    check_writable(training_file(output))
