"""What the commands that learn styles have in common: their options, and the works they open."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from studio.cli.options import UsageError
from studio.cli.terminal import say
from studio.core.card import UNKNOWN_LICENCE, Card
from studio.core.curator.lesson_outlook import LessonOutlook
from studio.core.engine_api.contract import DescribeRequest, Engine
from studio.core.engine_api.tune_settings import LIMITS, TuneSettings
from studio.core.errors import StudioError
from studio.core.image_io.find_pictures import pictures_in
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.library.consent import permitted
from studio.core.library.facts import FactsReader
from studio.core.picture import Picture
from studio.core.training.reference_checks import Remark, check_references, whole
from studio.core.training.taught_pictures import as_taught
from studio.core.training.works_taught import TaughtWork, taught_card
from studio.jobs.looking import describe

_HELP = {
    "steps": "steps in which the style vector learns, with --vector-only",
    "deep_steps": "steps in which the painting layers learn (1300 came 2 per cent nearer than 400)",
    "learning_rate": "rate of the style vector",
    "deep_rate": "rate of the layers",
    "vector_first": "first steps, in which the vector learns alone; then it learns together with the layers",
    "batch": "crops of photos per step",
    "crop": "edge of the crops in px",
    "seed": "another number, another run; the same number gives the same result",
}


def add_learning_options(parser: argparse.ArgumentParser) -> None:
    """Give the parser all but names and output: how to learn, on what, and how that is told."""
    add = parser.add_argument
    add(
        "--licence",
        type=str,
        default=UNKNOWN_LICENCE,
        help="licence of the pictures (default: unknown)",
    )
    add("--photos", action="append", type=Path, default=[], metavar="DIR", help="photos like those to be painted")
    add("--vector-only", action="store_true", help="learn only the style vector: quicker, but gains little")
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
    add("--json", action="store_true", help="print one line of JSON per event instead of a progress bar")
    add("--device", help="where to compute, such as cpu or cuda:1 (default: the best there is)")


def settings_of(arguments: argparse.Namespace) -> TuneSettings:
    """The settings given, for the rest those that suit most. Raises RecipeError if one is out of its range."""
    given = {name: getattr(arguments, name) for name in LIMITS if getattr(arguments, name) is not None}
    return TuneSettings(not arguments.vector_only, not arguments.all_layers, **given)


def open_works(
    names: Sequence[str | Path],
    most: int,
    opener: PictureOpener,
    least: int = 1,
    take: Callable[[Picture], Picture] = lambda picture: picture,
) -> tuple[Picture, ...]:
    """The pictures among files and folders; others are reported and left out, and so are those that forbid it.

    take: what is kept of each. Raises UsageError if none is left, or fewer than `least` because of those.
    """
    found = permitted(pictures_in([Path(name) for name in names]))
    paths = found.paths
    for refusal in found.refusals:
        say(f"Left out: {refusal}")
    pictures: list[Picture] = []
    for path in paths:
        try:
            pictures.append(take(whole(opener.open_picture(path))))
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


def report_doubts(references: Sequence[Picture], is_told_to: bool) -> None:
    """Say what is doubtful about them. Raises UsageError unless the user wants to learn from them anyway."""
    _report(check_references(references), is_told_to)


def report_outlook(references: Sequence[Picture], engine: Engine, is_told_to: bool) -> None:
    """Say what to expect of a lesson on them, which the engine has to see them for. Raises as `report_doubts`."""
    query = LessonOutlook.query
    seen = [describe(DescribeRequest(picture, query), engine) for picture in as_taught(references)]
    _report(LessonOutlook.load().remarks([LessonOutlook.row_of(vectors) for vectors in seen]), is_told_to)


def _report(remarks: Sequence[Remark], is_told_to: bool) -> None:
    for remark in remarks:
        say(remark.text)
    if any(remark.is_doubt for remark in remarks) and not is_told_to:
        raise UsageError("The studio doubts that much can be learnt from these pictures.", "Add --anyway to try.")


def style_card(name: str, author: str, licence: str, output: Path, works: Sequence[Path]) -> Card:
    """The card of a style that is learnt from `works` into `output`. Raises UsageError if it has no name."""
    name = name.strip()
    if not name:
        raise UsageError("The style has no name.", "Give one with --name.")
    card_id = re.sub(r"[^a-z0-9]+", "-", output.stem.lower()).strip("-") or "style"
    reader = FactsReader()
    return taught_card(card_id, name, author, licence, output, [_taught_work(work, reader) for work in works])


def _taught_work(work: Path, reader: FactsReader) -> TaughtWork:
    facts = reader.facts_of(work)
    return TaughtWork(facts.title or work.stem, facts.known_author, facts.licence)
