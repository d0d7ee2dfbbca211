"""The compare command: what two works have in common, in words, as JSON and as a picture."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from studio.cli.exit_codes import DONE
from studio.cli.inputs import path_of, read_photo
from studio.cli.options import UsageError
from studio.cli.output import check_free
from studio.cli.terminal import PIPE, plain_console, print_json, say
from studio.core.comparison.report import NO_INFLUENCE, comparison_values, measures_of, summary_of
from studio.core.comparison.sheet import comparison_sheet
from studio.core.engine_api.comparison import Comparison
from studio.core.engine_api.contract import Compared, CompareRequest, Engine, EngineSettings, MakeEngine
from studio.core.errors import EngineError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.image_io.output_check import same_file
from studio.core.library.facts import FactsReader
from studio.core.picture import Picture
from studio.core.storage.atomic_write import replace_file
from studio.jobs.event_check import check_event


def add_compare_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `compare`."""
    parser.add_argument("first", metavar="FIRST", help="a picture; - reads standard input")
    parser.add_argument("second", metavar="SECOND", help="the picture to compare it with")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT.png", help="also write the comparison as a picture")
    parser.add_argument("--overwrite", action="store_true", help="replace a file that exists already")
    parser.add_argument("--device", help="device to compute on, such as cpu or cuda:1 (default: the best there is)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def compare_works(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    """Print what two works have in common, measure by measure, and a summary."""
    _check_output(arguments)
    pictures = [read_photo(name, opener) for name in (arguments.first, arguments.second)]
    names = (_name_of(arguments.first, pictures[0]), _name_of(arguments.second, pictures[1]))
    with closing(make_engine(EngineSettings(arguments.device))) as engine:
        comparison = _compared(engine, CompareRequest(pictures[0], pictures[1]))
    if arguments.output is not None:
        replace_file(arguments.output, comparison_sheet(comparison, pictures[0], pictures[1], names))
    if arguments.json:
        values = comparison_values(comparison, *names)
        values["first"]["path"], values["second"]["path"] = arguments.first, arguments.second
        print_json(values)
        return DONE
    console = plain_console()
    for measure in measures_of(comparison):
        console.print(f"{measure.distance:8.3f}  {measure.words}: {measure.verdict}", soft_wrap=True)
    for sentence in ("", summary_of(comparison, *names), NO_INFLUENCE):
        console.print(sentence, soft_wrap=True)
    if arguments.output is not None:
        say(f"Written to {arguments.output}.")
    return DONE


def _check_output(arguments: argparse.Namespace) -> None:
    output: Path | None = arguments.output
    if arguments.first == arguments.second == PIPE:
        raise UsageError("Standard input holds only one picture.", "Name a file for the other.")
    if output is None:
        return
    if output.suffix.lower() != ".png":
        raise UsageError(f"{output} is not a .png file.", "The comparison is written as PNG.")
    inputs = [path_of(name) for name in (arguments.first, arguments.second) if name != PIPE]
    if same_file(output, inputs) is not None:
        raise UsageError(f"{output} is one of the pictures that are compared.", "Choose another name.")
    check_free(output, arguments.overwrite)


def _name_of(name: str, picture: Picture) -> str:
    facts = None if name == PIPE else FactsReader().facts_of(path_of(name))
    return facts.title if facts is not None and facts.title else picture.name


def _compared(engine: Engine, request: CompareRequest) -> Comparison:
    with closing(iter(engine.run(request))) as events:  # type: ignore[type-var]
        for event in events:
            if isinstance(checked := check_event(event, request), Compared):
                return checked.comparison
    raise EngineError("The engine ended without a result.", "Try again.")
