"""`classify train`: a classifier out of a labelled folder, with a report of how good it is."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from rich.progress import track

from studio.cli.describing import Describing, features_of, open_each
from studio.cli.exit_codes import DONE
from studio.cli.options import UsageError
from studio.cli.output import check_free
from studio.cli.reports.classifier_report import ClassifierBar, ClassifierJson, ClassifierReport
from studio.cli.terminal import plain_console, print_json, say
from studio.core.classifier.linear_head import NO_ATTRIBUTION
from studio.core.classifier.results import Assessment
from studio.core.classifier.settings import HELP, LIMITS, MOST_PICTURES, ClassifierSettings
from studio.core.curator.assessment import train
from studio.core.curator.examples import Examples, examples_in
from studio.core.curator.model_card import classifier_card
from studio.core.curator.model_file import Classifier, write_classifier
from studio.core.curator.report_page import report_page
from studio.core.curator.training_pictures import small_copy
from studio.core.engine_api.contract import Engine, EngineSettings, Failed, MakeEngine, Progress
from studio.core.engine_api.features import FeatureQuery
from studio.core.engine_api.learning import ClassifierRequest, Trained
from studio.core.errors import EngineError, StudioError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.library.indexing import absolute_folders
from studio.core.picture import Picture
from studio.core.storage.atomic_write import replace_file
from studio.jobs.describing import EngineDescriber

_MODEL_SUFFIX = ".safetensors"


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `classify train`, but for those that all of `classify` has."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="its subfolders are the classes, unless --by")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="OUT", help="the classifier, .safetensors")
    parser.add_argument("--report", type=Path, metavar="HTML", help="where the report goes (default: beside OUT)")
    parser.add_argument("--overwrite", action="store_true", help="replace files that exist already")
    alone = "learn only the head, on the frozen network, without fine-tuning"
    parser.add_argument("--head-only", action="store_true", help=alone)
    for name, (low, high) in LIMITS.items():
        default = getattr(ClassifierSettings, name)
        words = f"{HELP[name]} (default: {default:g})"
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=type(default), metavar=f"{low:g}..{high:g}", help=words)
    without = "do not compare with the same network of random weights, nor with one trained from scratch"
    parser.add_argument("--no-scratch", action="store_true", help=without)


def train_command(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    """Train, write classifier and report, and say how good it is. Raises StudioError, and writes nothing then."""
    output, report = _outputs(arguments)
    given = {name: getattr(arguments, name) for name in LIMITS if getattr(arguments, name) is not None}
    if arguments.no_scratch:
        given["scratch_epochs"] = 0
    settings = ClassifierSettings(is_tuned=not arguments.head_only, **given)
    (folder,) = absolute_folders([arguments.folder])
    examples = examples_in(folder, arguments.by, arguments.least_works)
    with closing(make_engine(EngineSettings(arguments.device))) as engine:
        if arguments.head_only or len(examples.paths) > MOST_PICTURES:
            trained = _train_head(arguments, examples, settings, engine, opener)
        else:
            trained = _train(arguments, examples, settings, engine, opener)
    found = trained.assessment
    query = FeatureQuery()
    is_tuned, how = trained.block is not None, "style-studio classify train"
    card = classifier_card(f"Classifier of {folder.name}", output, found, is_tuned, how)
    write_classifier(output, Classifier(trained.head, query, card, trained.block))
    replace_file(report, report_page(card.title, found, query.encoder).encode())
    if arguments.json:
        values = assessment_values(found) | {"event": "done", "output": str(output), "report": str(report)}
        print_json(values | {"is_tuned": is_tuned, "note": NO_ATTRIBUTION})
    else:
        _tell(found, report)
    return DONE


def assessment_values(found: Assessment) -> dict[str, Any]:
    """The assessment for JSON; of pictures that it looked at, all but the pictures."""
    values = {field.name: getattr(found, field.name) for field in fields(found)}
    for name in ("errors", "stages", "epochs"):
        values[name] = [asdict(one) for one in values[name]]
    looked = ("path", "label", "guess", "certainty")
    values["looks"] = [{name: getattr(look, name) for name in looked} for look in found.looks]
    return values | {"confusion": found.confusion.tolist()}


def _outputs(arguments: argparse.Namespace) -> tuple[Path, Path]:
    output: Path = arguments.output
    if output.suffix.lower() != _MODEL_SUFFIX:
        raise UsageError(f"{output} has the wrong ending for a classifier.", f"End it in {_MODEL_SUFFIX}.")
    report: Path = arguments.report or output.with_suffix(".html")  # which a path without a name refuses
    for path in (output, report):
        check_free(path, arguments.overwrite)
    return output, report


def _train(
    arguments: argparse.Namespace,
    examples: Examples,
    settings: ClassifierSettings,
    engine: Engine,
    opener: PictureOpener,
) -> Trained:
    """Head and network, by the engine."""
    seen, pictures = _open_all(arguments, examples.paths, opener)
    examples = examples.only(seen)
    request = ClassifierRequest(
        tuple(pictures), examples.labels, examples.works, examples.paths, settings, examples.notes
    )
    report: ClassifierReport = ClassifierJson() if arguments.json else ClassifierBar()
    with report, closing(iter(engine.run(request))) as events:  # type: ignore[type-var]
        for event in events:
            match event:
                case Progress():
                    report.show(event)
                case Failed(error=error):
                    raise error
                case Trained():
                    return event
    raise EngineError("The engine ended without a classifier.", "Try again, or with --device cpu.")


def _train_head(
    arguments: argparse.Namespace,
    examples: Examples,
    settings: ClassifierSettings,
    engine: Engine,
    opener: PictureOpener,
) -> Trained:
    """The head alone, on features: pictures are looked at one by one, so that there may be any number of them."""
    query = FeatureQuery()
    looking = Describing(EngineDescriber(engine), opener)
    seen, rows, blocks = features_of(arguments, looking, examples.paths, query, "Looking")
    examples = examples.only(seen)
    if not arguments.head_only:
        note = f"There are more than {MOST_PICTURES:,} pictures, so the head alone has learnt."
        examples = replace(examples, notes=(*examples.notes, note))
    scratch = None
    if settings.scratch_epochs:
        other = replace(query, encoder="mobilenet_v2-untrained")
        again, scratch, _ = features_of(arguments, looking, examples.paths, other, "Looking with random weights")
        if len(again) != len(examples.paths):
            raise StudioError("A picture was there at first and then not.", "Try again.")
    stage = (lambda text: None) if arguments.json else say
    head, found = train(examples, rows, blocks, scratch, settings.seed, stage)
    return Trained(0, head, None, found)


def _open_all(
    arguments: argparse.Namespace, paths: Sequence[Path], opener: PictureOpener
) -> tuple[list[int], list[Picture]]:
    """Which pictures could be opened, and small copies of them."""
    seen, small = [], []
    with closing(open_each(opener, paths)) as pictures:
        console = plain_console(stderr=True)
        told = track(pictures, "Opening", len(paths), console=console, transient=True, disable=arguments.json)
        for number, (path, picture) in enumerate(told):
            if isinstance(picture, StudioError):
                say(f"Left out: {path}: {picture}")
                continue
            seen.append(number)
            small.append(small_copy(picture))
    if not seen:
        raise StudioError("None of the pictures could be opened.")
    return seen, small


def _tell(found: Assessment, report: Path) -> None:
    for note in found.notes:
        say(note)
    low, high = found.interval
    scratch = "" if found.scratch is None else f", a head on random weights {found.scratch:.1%}"
    say(
        f"{len(found.names)} classes; of works held out {found.accuracy:.1%} are right ({low:.1%} to {high:.1%});"
        f" always the most frequent class: {found.majority:.1%}{scratch}. Calibration error"
        f" {found.calibration:.3f} ({found.calibration_by_chance[0]:.3f} with true certainties, by chance)."
    )
    for stage in found.stages:
        say(f"{stage.name.capitalize()}: {stage.accuracy:.1%}, {stage.note}{'; kept' if stage.is_kept else ''}.")
    say(f"{NO_ATTRIBUTION} The report is in {report}.")
