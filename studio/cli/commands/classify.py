"""The classify command: trains a classifier on a labelled folder, tests one, and labels pictures."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from studio.cli.describing import Describing
from studio.cli.exit_codes import DONE, FAILED
from studio.cli.options import OptionParser, UsageError
from studio.cli.terminal import plain_console, print_json, say
from studio.core.card import Card
from studio.core.classifier.linear_head import NO_ATTRIBUTION
from studio.core.classifier.measures import calibration_error, interval
from studio.core.curator.assessment import Assessment, train
from studio.core.curator.examples import LEAST_WORKS, Examples, LabelledBy, examples_in
from studio.core.curator.model_file import Classifier, read_classifier, write_classifier
from studio.core.curator.photo_check import PhotoCheck, Verdict
from studio.core.curator.report_page import report_page
from studio.core.engine_api.contract import EngineSettings, MakeEngine
from studio.core.engine_api.features import FeatureQuery
from studio.core.errors import StudioError
from studio.core.image_io.find_pictures import pictures_in
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.library.indexing import absolute_folders
from studio.core.storage.atomic_write import replace_file

Rows = NDArray[np.float32]


def add_classify_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `classify train`, `test` and `label`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=OptionParser)
    training = actions.add_parser(
        "train", help="learn the classes of a folder", usage="%(prog)s FOLDER -o OUT.safetensors"
    )
    training.add_argument("folder", type=Path, metavar="FOLDER", help="its subfolders are the classes, unless --by")
    _add_by(training)
    training.add_argument(
        "-o", "--output", required=True, type=Path, metavar="OUT", help="the classifier, .safetensors"
    )
    training.add_argument("--report", type=Path, metavar="HTML", help="where the report goes (default: beside OUT)")
    training.add_argument("--overwrite", action="store_true", help="replace files that exist already")
    training.add_argument("--seed", type=int, default=0, help="how works are held out (default: 0)")
    training.add_argument(
        "--no-scratch", action="store_true", help="do not compare with the same network of random weights"
    )
    _add_common(training)
    testing = actions.add_parser("test", help="see how good a classifier is", usage="%(prog)s MODEL FOLDER")
    testing.add_argument("model", type=Path, metavar="MODEL", help="a classifier")
    testing.add_argument("folder", type=Path, metavar="FOLDER", help="labelled pictures it has not learnt from")
    _add_by(testing)
    _add_common(testing)
    labelling = actions.add_parser("label", help="say what pictures are", usage="%(prog)s MODEL PICTURES...")
    labelling.add_argument("model", type=Path, metavar="MODEL", help="a classifier")
    labelling.add_argument("pictures", nargs="+", type=Path, metavar="PICTURES", help="pictures, and folders of them")
    _add_common(labelling)


def _add_by(parser: argparse.ArgumentParser) -> None:
    by = "what the classes are: subfolders, or an entry of the MANIFEST.tsv or cards (default: folder)"
    parser.add_argument("--by", choices=get_args(LabelledBy), default="folder", help=by)
    least = f"leave out classes with fewer works (default: {LEAST_WORKS})"
    parser.add_argument("--least-works", type=int, default=LEAST_WORKS, metavar="N", help=least)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", help="device to look with, such as cpu or cuda:1 (default: the best there is)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def classify(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    """Train, test or label."""
    match arguments.action:
        case "train":
            return _train(arguments, make_engine, opener)
        case "test":
            return _test(arguments, make_engine, opener)
        case _:
            return _label(arguments, make_engine, opener)


def _train(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    output: Path = arguments.output
    report: Path = arguments.report or output.with_suffix(".html")
    if output.suffix.lower() != ".safetensors":
        raise UsageError(f"{output} is named like no classifier.", "End it in .safetensors.")
    for path in (output, report):
        if path.exists() and not arguments.overwrite:
            raise UsageError(f"{path} exists already.", "Choose another name, or add --overwrite to replace it.")
    (folder,) = absolute_folders([arguments.folder])
    examples = examples_in(folder, arguments.by, arguments.least_works)
    query = FeatureQuery()
    with closing(make_engine(EngineSettings(arguments.device))) as engine:
        looking = Describing(engine, opener)
        seen, rows, blocks = _features(arguments, looking, examples.paths, query, "Looking")
        examples = examples.only(seen)
        scratch = None
        if not arguments.no_scratch:
            other = replace(query, encoder="mobilenet_v2-untrained")
            again, scratch, _ = _features(arguments, looking, examples.paths, other, "Looking with random weights")
            if len(again) != len(examples.paths):
                raise StudioError("A picture was there at first and then not.", "Try again.")
    stage = (lambda text: None) if arguments.json else say
    head, found = train(examples, rows, blocks, scratch, arguments.seed, stage)
    card = _card(folder.name, output, examples, found)
    write_classifier(output, Classifier(head, query, card))
    replace_file(report, report_page(card.title, found, query.encoder).encode())
    if arguments.json:
        values = _values(found) | {"event": "done", "output": str(output), "report": str(report)}
        print_json(values | {"note": NO_ATTRIBUTION})
    else:
        for note in found.notes:
            say(note)
        low, high = found.interval
        scratch_text = "" if found.scratch is None else f", with random weights {found.scratch:.1%}"
        say(
            f"{len(found.names)} classes; of works held out {found.accuracy:.1%} are right ({low:.1%} to {high:.1%});"
            f" always the most frequent class: {found.majority:.1%}{scratch_text}. Calibration error"
            f" {found.calibration:.3f}."
        )
        say(f"{NO_ATTRIBUTION} The report is in {report}.")
    return DONE if len(examples.paths) else FAILED


def _test(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    classifier = read_classifier(arguments.model)
    (folder,) = absolute_folders([arguments.folder])
    examples = examples_in(folder, arguments.by, arguments.least_works)
    names = {name: number for number, name in enumerate(classifier.head.classes)}
    known = [place for place, label in enumerate(examples.labels) if label in names]
    if not known:
        raise StudioError(f"{arguments.model.name} knows none of the classes of {arguments.folder}.")
    examples = examples.only(known)
    with closing(make_engine(EngineSettings(arguments.device))) as engine:
        seen, rows, _ = _features(arguments, Describing(engine, opener), examples.paths, classifier.query, "Looking")
    examples = examples.only(seen)
    if rows.shape[1] != classifier.head.length:
        raise StudioError(f"{arguments.model.name} was trained on other features.", "Train it again.")
    classes = np.array([names[label] for label in examples.labels], np.int64)
    probabilities = classifier.head.probabilities(rows)
    right = probabilities.argmax(1) == classes
    answered = np.array([not label.reason for label in classifier.head.label(rows)])
    low, high = interval(int(right.sum()), len(right))
    values = {
        "event": "done",
        "pictures": len(right),
        "accuracy": float(right.mean()),
        "interval": [low, high],
        "calibration_error": calibration_error(probabilities, classes),
        "answered": float(answered.mean()),
        "right_of_answered": float(right[answered].mean()) if answered.any() else None,
        "note": NO_ATTRIBUTION,
    }
    if arguments.json:
        print_json(values)
    else:
        say(f"{right.mean():.1%} of {len(right)} pictures are right ({low:.1%} to {high:.1%}). {NO_ATTRIBUTION}")
    return DONE


def _label(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    classifier = read_classifier(arguments.model)
    paths = pictures_in(arguments.pictures)
    check = PhotoCheck.load() if PhotoCheck.query == classifier.query else None
    left_out = 0
    console = plain_console()
    with closing(make_engine(EngineSettings(arguments.device))) as engine:
        for path, picture, vectors in Describing(engine, opener).each(paths, classifier.query):
            if vectors is None:
                left_out += 1
                say(f"Left out: {path}: {picture}")
                continue
            row = _row(vectors, classifier.query)
            verdict = Verdict.of(classifier, check, row)
            if arguments.json:
                print_json({"path": str(path), **asdict(verdict), "note": NO_ATTRIBUTION})
            else:
                certainty = f"{verdict.certainty:.0%} certain"
                why = f" ({verdict.reason}; most like {verdict.likely})" if verdict.reason else f", {certainty}"
                console.print(f"{path}: {verdict.name}{why}", soft_wrap=True)
    if not arguments.json:
        console.print(NO_ATTRIBUTION, soft_wrap=True)
    return FAILED if left_out else DONE


def _features(
    arguments: argparse.Namespace, looking: Describing, paths: Sequence[Path], query: FeatureQuery, stage: str
) -> tuple[list[int], Rows, tuple[int, ...]]:
    """Which pictures could be opened, their features, and the lengths of the layers."""
    seen: list[int] = []
    rows: list[Rows] = []
    blocks: tuple[int, ...] = ()
    pictures = looking.each(paths, query)
    told = track(
        pictures, stage, len(paths), console=plain_console(stderr=True), transient=True, disable=arguments.json
    )
    for number, (path, picture, vectors) in enumerate(told):
        if vectors is None:
            say(f"Left out: {path}: {picture}")
            continue
        seen.append(number)
        rows.append(_row(vectors, query))
        blocks = tuple(len(vectors[layer]) for layer in query.layers)
    if not seen:
        raise StudioError("None of the pictures could be opened.")
    return seen, np.stack(rows), blocks


def _row(vectors: Mapping[str, Rows], query: FeatureQuery) -> Rows:
    return np.concatenate([vectors[layer] for layer in query.layers])


def _values(found: Assessment) -> dict[str, Any]:
    return asdict(found) | {"confusion": found.confusion.tolist()}


def _card(name: str, output: Path, examples: Examples, found: Assessment) -> Card:
    counts = ", ".join(f"{label} {count}" for label, count in found.counts.items())
    low, high = found.interval
    return Card(
        id=output.stem,
        kind="model",
        title=f"Classifier of {name}",
        author="",
        year=str(datetime.now(UTC).year),
        licence="unknown",
        source="Trained with style-studio classify train, on features of MobileNetV2.",
        file=Path(output.name),
        category="classifier",
        trained_on=f"{len(examples.paths)} pictures of {len(set(examples.works))} works: {counts}."[:1900],
        limits=(
            f"{NO_ATTRIBUTION} Of works held out {found.accuracy:.1%} were right ({low:.1%} to {high:.1%}); always"
            f" naming the most frequent class: {found.majority:.1%}. It knows its own classes only."
        ),
    )
