"""The classify command: trains a classifier on a labelled folder, tests one, and labels pictures."""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from studio.cli.commands.library.classify_train import add_training_options, train_command
from studio.cli.describing import Describing, features_of, row_of
from studio.cli.exit_codes import DONE, FAILED
from studio.cli.options import OptionParser, UsageError
from studio.cli.terminal import plain_console, print_json, say
from studio.core.classifier.linear_head import NO_ATTRIBUTION
from studio.core.classifier.measures import calibration_error, interval
from studio.core.curator.examples import LEAST_WORKS, LabelledBy, examples_in
from studio.core.curator.model_file import read_classifier
from studio.core.curator.photo_check import PhotoCheck, Verdict
from studio.core.engine_api.contract import EngineSettings, MakeEngine
from studio.core.errors import StudioError
from studio.core.image_io.find_pictures import pictures_in
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.library.indexing import absolute_folders
from studio.jobs.describing import EngineDescriber

Rows = NDArray[np.float32]


def add_classify_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `classify train`, `test` and `label`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=OptionParser)
    training = actions.add_parser(
        "train", help="learn the classes of a folder", usage="%(prog)s FOLDER -o OUT.safetensors"
    )
    add_training_options(training)
    _add_by(training)
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
    parser.add_argument("--device", help="device to compute on, such as cpu or cuda:1 (default: the best there is)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def classify(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    """Train, test or label."""
    match arguments.action:
        case "train":
            return train_command(arguments, make_engine, opener)
        case "test":
            return _test(arguments, make_engine, opener)
        case _:
            return _label(arguments, make_engine, opener)


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
        looking = Describing(EngineDescriber(engine), opener, classifier.block)
        seen, rows, _ = features_of(arguments, looking, examples.paths, classifier.query, "Looking")
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
    if not paths:
        raise UsageError("There are no pictures.", "Name pictures, or folders of them.")
    check = PhotoCheck.load()
    left_out = 0
    console = plain_console()
    with closing(make_engine(EngineSettings(arguments.device))) as engine:
        frozen = Describing(EngineDescriber(engine), opener)  # the check for photos knows the network as it came
        looking = Describing(EngineDescriber(engine), opener, classifier.block)
        for path, picture, vectors in looking.each(paths, classifier.query):
            if vectors is None or isinstance(picture, StudioError):
                left_out += 1
                say(f"Left out: {path}: {picture}")
                continue
            row = row_of(vectors, classifier.query)
            is_as_it_came = classifier.block is None and classifier.query == PhotoCheck.query
            seen = row if is_as_it_came else row_of(frozen.vectors(picture, PhotoCheck.query), PhotoCheck.query)
            verdict = Verdict.of(classifier, check, row, seen)
            if arguments.json:
                print_json({"path": str(path), **asdict(verdict), "note": NO_ATTRIBUTION})
            else:
                certainty = f"{verdict.certainty:.0%} certain"
                why = f" ({verdict.reason}; most like {verdict.likely})" if verdict.reason else f", {certainty}"
                console.print(f"{path}: {verdict.name}{why}", soft_wrap=True)
    if not arguments.json:
        console.print(NO_ATTRIBUTION, soft_wrap=True)
    return FAILED if left_out else DONE
