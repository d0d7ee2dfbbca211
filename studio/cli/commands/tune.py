"""The tune command: pictures by one artist in, a style for the studio out; it can be interrupted and resumed."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from studio.cli.exit_codes import DONE, INTERRUPTED
from studio.cli.options import UsageError
from studio.cli.reports.tune_report import TuneBar, TuneJson, TuneReport
from studio.cli.terminal import say
from studio.core.card import OWN_CATEGORY, UNKNOWN_LICENCE, Card
from studio.core.engine_api.contract import Done, EngineSettings, Failed, Frame, MakeEngine, Progress
from studio.core.engine_api.learning import TuneRequest
from studio.core.engine_api.tune_settings import LIMITS, MOST_PICTURES, TuneSettings
from studio.core.errors import EngineError, StudioError
from studio.core.image_io.find_pictures import pictures_in
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.image_io.output_check import check_writable, file_identity
from studio.core.library.consent import permitted
from studio.core.picture import Picture
from studio.core.styles.learned_style_file import SUFFIX, training_file
from studio.core.training.reference_checks import ENOUGH, check_references

_HELP = {
    "steps": "steps in which the style vector learns, with --vector-only",
    "deep_steps": "steps in which the layers learn that paint",
    "learning_rate": "rate of the style vector",
    "deep_rate": "rate of the layers",
    "vector_first": "steps in which the vector learns alone, and then together with the layers",
    "batch": "crops of photos per step",
    "crop": "edge of the crops in px",
    "seed": "another number, another run; the same number learns the same again",
}


def add_tune_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `tune`."""
    add = parser.add_argument
    add("pictures", nargs="+", metavar="PICTURES", help="pictures by one artist, and folders of them; 3 to 30 are best")
    add("--name", type=str, required=True, help="what to call the style")
    add("--author", type=str, default="", help="whose style it is")
    add(
        "--licence",
        type=str,
        default=UNKNOWN_LICENCE,
        help="under which licence its pictures may be used (default: unknown)",
    )
    add("--photos", action="append", type=Path, default=[], metavar="DIR", help="photos like those to be painted")
    add("--vector-only", action="store_true", help="learn 100 numbers and no layers: quicker, and gains little")
    add("--all-layers", action="store_true", help="learn all layers from the first step on, not the last ones first")
    for name, (low, high) in LIMITS.items():
        default = getattr(TuneSettings, name)
        add(
            f"--{name.replace('_', '-')}",
            type=type(default),
            metavar=f"{low:g}..{high:g}",
            help=f"{_HELP[name]} (default: {default:g})",
        )
    add("--anyway", action="store_true", help="learn even from pictures that the studio has doubts about")
    add("--resume", action="store_true", help="continue exactly where the same command was interrupted")
    add("--overwrite", action="store_true", help="replace OUT if it is there")
    add("-o", "--output", required=True, type=Path, metavar="OUT", help=f"the style's file, ending in {SUFFIX}")
    add("--json", action="store_true", help="print one line of JSON per event instead of a progress bar")
    add("--device", help="where to compute, such as cpu or cuda:1 (default: the best there is)")


def tune(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    """Learn a style. Returns 0, or 130 if it was interrupted; raises StudioError.

    Whatever can be wrong with the command line is found before the engine is loaded.
    """
    _check_output(arguments)
    given = {name: getattr(arguments, name) for name in LIMITS if getattr(arguments, name) is not None}
    settings = TuneSettings(not arguments.vector_only, not arguments.all_layers, **given)
    references = _open_all(arguments.pictures, MOST_PICTURES, opener, 1 if arguments.anyway else ENOUGH)
    photos = _open_all(arguments.photos, MOST_PICTURES, opener) if arguments.photos else ()
    _report_doubts(references, is_told_to=arguments.anyway or arguments.resume)
    request = TuneRequest(references, _card(arguments), arguments.output, settings, photos, is_resumed=arguments.resume)
    report: TuneReport = TuneJson() if arguments.json else TuneBar()
    ending: Done | None = None
    with report:
        try:
            ending = _learn(request, make_engine, EngineSettings(arguments.device), report)
        except KeyboardInterrupt:
            ending = None
    report.finish(arguments.output if arguments.output.exists() else None, ending)
    return DONE if ending else INTERRUPTED


def _learn(request: TuneRequest, make_engine: MakeEngine, settings: EngineSettings, report: TuneReport) -> Done:
    with closing(make_engine(settings)) as engine:
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
        raise UsageError(f"A style's file ends in {SUFFIX}; {output.name} does not.", "Name another one.")
    if arguments.resume:
        if not training_file(output).is_file():
            raise UsageError(f"There is nothing to resume for {output}.", "Leave out --resume.")
    elif file_identity(output) is not None and not arguments.overwrite:
        raise UsageError(f"{output} exists already.", "Add --overwrite to replace it, or --resume to continue.")
    check_writable(output)
    check_writable(training_file(output))


def _open_all(names: Sequence[str | Path], most: int, opener: PictureOpener, least: int = 1) -> tuple[Picture, ...]:
    """The pictures among files and folders; others are reported and left out, and so are those that forbid it.

    Raises UsageError if none is left, or too few because of those.
    """
    found = permitted(pictures_in([Path(name) for name in names]))
    paths = found.paths
    for refusal in found.refusals:
        say(f"Left out: {refusal}")
    pictures: list[Picture] = []
    for path in paths:
        try:
            pictures.append(opener.open_picture(path))
        except StudioError as error:
            say(f"Left out: {error}")
        if len(pictures) == most:
            break
    if len(paths) > most and len(pictures) == most:
        say(f"Learning from the first {most} pictures of {len(paths)}.")
    if len(pictures) < least and (too_few := found.too_few(len(pictures))):
        raise UsageError(too_few, "Choose others, or ask their makers.")
    if not pictures:
        raise UsageError("There are no pictures to learn from.", "Name files or folders by the same artist.")
    return tuple(pictures)


def _report_doubts(references: Sequence[Picture], is_told_to: bool) -> None:
    """Say what is doubtful about them. Raises UsageError unless the user wants to learn from them anyway."""
    remarks = check_references(references)
    for remark in remarks:
        say(remark.text)
    if remarks and not is_told_to:
        raise UsageError("The studio doubts that much can be learnt from these pictures.", "Add --anyway to try.")


def _card(arguments: argparse.Namespace) -> Card:
    name = arguments.name.strip()
    if not name:
        raise UsageError("The style has no name.", "Give one with --name.")
    card_id = re.sub(r"[^a-z0-9]+", "-", arguments.output.stem.lower()).strip("-") or "style"
    source = "Learnt by Style Studio"
    return Card(
        id=card_id,
        kind="style",
        title=name,
        author=arguments.author,
        year="",
        licence=arguments.licence,
        source=source,
        file=arguments.output,
        category=OWN_CATEGORY,
    )
