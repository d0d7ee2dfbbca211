"""The entry point of the command line: commands, help, and one sentence for every mistake."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from studio import __version__
from studio.cli.commands.batch import Isolate, add_batch_command, paint_batch
from studio.cli.commands.compare_tuning import add_compare_tuning_command, compare_tuning
from studio.cli.commands.doctor import add_doctor_command, examine
from studio.cli.commands.render import add_render_command, render
from studio.cli.commands.styles import add_styles_command, show_styles
from studio.cli.commands.train_base import add_train_base_command, train_base
from studio.cli.commands.tune import add_tune_command, tune
from studio.cli.commands.tune_many import add_tune_many_command, tune_many
from studio.cli.exit_codes import DONE, FAILED, INTERRUPTED, MISTAKE
from studio.cli.library_program import COMMANDS as LIBRARY_COMMANDS
from studio.cli.library_program import add_library_commands, run_library_command
from studio.cli.options import OptionParser, UsageError
from studio.cli.signals import EndAtOnce, stopped_by_signals
from studio.cli.terminal import print_json, say, take_any_text
from studio.core.engine_api.contract import MakeEngine
from studio.core.errors import TRACEBACK_SWITCH, EngineError, StudioError, WeightsError, WriteError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.storage.regular_file import reason
from studio.core.training.ablation import Compare
from studio.core.training.training_plan import Train
from studio.jobs.decoding.answering import OpensHere
from studio.jobs.engine_process.proxy import EngineProcess

COMMANDS = (
    "render",
    "batch",
    "tune",
    "tune-many",
    "train-base",
    "compare-tuning",
    "styles",
    "doctor",
    *LIBRARY_COMMANDS,
)


def main(
    arguments: Sequence[str],
    make_engine: MakeEngine,
    isolate: Isolate = EngineProcess,
    train: Train | None = None,
    compare: Compare | None = None,
    opener: PictureOpener | None = None,
) -> int:
    """Run one command and return its exit code, as in `exit_codes`.

    isolate: how a batch gets an engine whose death is no end of the batch. train: trains networks, compare:
    runs the experiment behind Tune; None where that is not offered. opener: opens pictures, and is closed at the end;
    None for this process itself. A StudioError, or what the system refuses, becomes
    one sentence on stderr and with `--json` a last line on stdout; a fault of ours becomes that line and goes through.
    """
    take_any_text()
    try:
        with stopped_by_signals(), closing(opener or OpensHere()) as opener:
            return _run(arguments, make_engine, isolate, train, compare, opener)
    except KeyboardInterrupt:  # where nothing was begun that could be kept
        failure, code = StudioError("Interrupted."), INTERRUPTED
    except EndAtOnce:
        failure, code = StudioError("Ended at once: what was not saved yet is lost."), INTERRUPTED
    except (EngineError, WeightsError, WriteError) as error:
        failure, code = error, FAILED
    except StudioError as error:
        failure, code = _lost(error) or error, MISTAKE
    except (OSError, MemoryError) as error:
        if os.environ.get(TRACEBACK_SWITCH):
            raise
        lost = _lost(error)
        failure, code = (lost, MISTAKE) if lost else (_refused(error), FAILED)
    except Exception as error:
        _tell_programs(arguments, StudioError(f"This is a fault of the studio ({type(error).__name__}: {error})."))
        raise
    _tell_programs(arguments, failure)
    say(f"style-studio: {failure}")
    return code


def _tell_programs(arguments: Sequence[str], failure: StudioError) -> None:
    if "--json" in arguments:
        print_json({"event": "failed", "message": failure.message, "remedy": failure.remedy})


def _lost(error: BaseException) -> UsageError | None:
    """The reason, if something is not there because the folder that all names begin at has been deleted."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, FileNotFoundError):
        cause = cause.__cause__
    if cause is not None:
        try:
            Path.cwd()
        except OSError:
            return UsageError("The folder you are in no longer exists.", "Go to another one with 'cd'.")
    return None


def _refused(error: OSError | MemoryError) -> EngineError:
    """What the machine refused, in a sentence: nothing that was asked for is wrong."""
    if isinstance(error, MemoryError):
        return EngineError("There is not enough memory.", "Close other programs, or choose a smaller size.")
    what = f" with {error.filename}" if error.filename else ""
    return EngineError(f"The system refused an operation{what}: {reason(error)}.", f"{TRACEBACK_SWITCH}=1 shows where.")


def _run(
    arguments: Sequence[str],
    make_engine: MakeEngine,
    isolate: Isolate,
    train: Train | None,
    compare: Compare | None,
    opener: PictureOpener,
) -> int:
    parser = make_parser()
    try:
        chosen = parser.parse_args(arguments)
    except SystemExit as exit_:  # argparse's way to end after --help and --version
        return exit_.code if isinstance(exit_.code, int) else DONE
    match chosen.command:
        case "render":
            return render(chosen, make_engine, opener)
        case "batch":
            return paint_batch(chosen, make_engine, isolate, opener)
        case "tune":
            return tune(chosen, make_engine, opener)
        case "tune-many":
            return tune_many(chosen, make_engine, isolate, opener)
        case "styles":
            return show_styles(chosen, opener)
        case "train-base":
            if train is None:
                raise EngineError("Networks cannot be trained here.")
            return train_base(chosen, train)
        case "compare-tuning":
            if compare is None:
                raise EngineError("Networks cannot be compared here.")
            return compare_tuning(chosen, compare)
        case "doctor":
            return examine(chosen, make_engine)
        case command if command in LIBRARY_COMMANDS:
            return run_library_command(chosen, make_engine, opener)
        case _:
            parser.print_help()
            return DONE


def make_parser() -> argparse.ArgumentParser:
    """The parser of everything the command line understands."""
    parser = OptionParser(
        prog="style-studio",
        description="Turns pictures into artworks by style transfer. Its window opens when no command is given.",
    )
    parser.add_argument("--version", action="version", version=f"Style Studio {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=OptionParser)
    commands.type = str  # it sees all that follows, and there an empty title is one
    add_render_command(
        commands.add_parser(
            "render",
            help="paint a picture in one or more styles",
            usage="%(prog)s PHOTO --style STYLE [--style STYLE ...] -o OUT [more options]",
            description="Paints PHOTO in a style, or in a mix of several. Ctrl-C keeps the picture so far.",
        )
    )
    add_batch_command(
        commands.add_parser(
            "batch",
            help="paint many pictures and whole folders",
            usage="%(prog)s PHOTOS... --style STYLE [--style STYLE ...] -o DIR [more options]",
            description=(
                "Paints every picture among PHOTOS, folders included, into DIR. What cannot be opened is skipped and"
                " listed at the end. After Ctrl-C, a crash or a power cut the same command continues with what is left."
            ),
        )
    )
    add_tune_command(
        commands.add_parser(
            "tune",
            help="learn a style from a handful of pictures",
            usage="%(prog)s PICTURES... --name NAME -o OUT.safetensors [more options]",
            description=(
                "Teaches the studio the style of PICTURES, which should be by one artist. OUT can be used with --style"
                " as soon as it is there, and Ctrl-C keeps what is learnt so far."
            ),
        )
    )
    add_tune_many_command(
        commands.add_parser(
            "tune-many",
            help="learn one style for each of many artists",
            usage="%(prog)s FOLDER... -o DIR [more options]",
            description=(
                "Learns one style from the works in each FOLDER, or in each of its subfolders, and writes it into DIR"
                " under the folder's name. What cannot be learnt is listed at the end. After Ctrl-C or a crash the same"
                " command continues with what is left, including an unfinished lesson."
            ),
        )
    )
    add_styles_command(
        commands.add_parser(
            "styles",
            help="list the styles",
            description="Lists the bundled styles, and then those you have added in the window.",
        )
    )
    add_train_base_command(
        commands.add_parser(
            "train-base",
            help="train the Live network further on pictures of your own",
            usage="%(prog)s --content DIR --styles DIR --out DIR [more options]",
            description=(
                "Trains the network behind Live, from the pretrained one or another, on the photos and paintings in two"
                " folders. A tenth of the works is held out for validation. After Ctrl-C or a crash the same command"
                " continues from the last checkpoint. Under torchrun, several devices or machines train together."
            ),
        )
    )
    add_compare_tuning_command(
        commands.add_parser(
            "compare-tuning",
            help="measure what learning a style gains from the pretrained network",
            usage="%(prog)s [ARTIST ...] -o DIR [more options]",
            description=(
                "Learns the styles of artists of the gallery with the pretrained network and with the same one from"
                " random weights, validated on the same photos, and writes a table. Takes hours on a processor; after"
                " an interruption or a crash the same command continues."
            ),
        )
    )
    add_doctor_command(
        commands.add_parser(
            "doctor",
            help="show what the studio runs on and whether it is complete",
            description="Shows device, precision, memory, versions and whether weights and styles are intact.",
        )
    )
    add_library_commands(commands)
    return parser
