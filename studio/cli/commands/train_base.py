"""The train-base command: folders of pictures in, a Live network of one's own out; it can be interrupted.

With `--json`, a line per step: {"event": "step", "step", "steps", "losses", "validation", "is_best", "skipped",
"seconds", "note"}, the fields of TrainingNews; at last {"event": "done" or "stopped", "folder"}.
"""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import asdict, fields
from datetime import timedelta
from pathlib import Path

from studio.cli.exit_codes import DONE, INTERRUPTED
from studio.cli.options import UsageError
from studio.cli.terminal import print_json, say
from studio.core.image_io.output_check import check_folder
from studio.core.training.training_plan import Train, TrainingNews, TrainingPlan

_SAID_EVERY = 10  # steps


def add_train_base_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `train-base`. What is not given is as in TrainingPlan."""
    add = parser.add_argument
    add("--content", type=Path, required=True, metavar="DIR", help="photos to paint during training")
    add("--styles", type=Path, required=True, metavar="DIR", help="paintings to learn from")
    add("--out", "-o", type=Path, required=True, metavar="DIR", help="where checkpoint, log, samples and result go")
    add("--from", dest="start", metavar="CARD|FILE", help="network to start from (default: the pretrained one)")
    add(
        "--widths",
        type=_read_widths,
        metavar="NAME=N,...",
        help="change the channels of layers first, such as down=24,inside=48,up=24",
    )
    add(
        "--fine",
        dest="is_fine",
        action="store_true",
        help="train the larger network, which refines what a small one paints",
    )
    add("--steps", type=int, metavar="N", help=_default("steps"))
    add("--batch", type=int, metavar="N", help=f"photos per step and process; {_default('batch')}")
    add("--crop", type=int, metavar="PX", help=f"edge of what is painted; {_default('crop')}")
    add("--rate", type=float, metavar="R", help=f"highest learning rate; {_default('rate')}")
    add(
        "--content-weight",
        type=float,
        metavar="W",
        help=f"content loss against a style loss of 1; {_default('content_weight')}",
    )
    add("--memory", type=float, metavar="GB", help="memory for encodings of the pictures; 0: compute them each time")
    add("--validate-every", type=int, metavar="N", help=f"steps between two validations; {_default('validate_every')}")
    add("--save-every", type=int, metavar="N", help=f"steps between two checkpoints; {_default('save_every')}")
    add("--leave-out", action="append", metavar="WORK", help="a work not to learn from, by its file's name; repeatable")
    add("--seed", type=int, metavar="N", help=_default("seed"))
    add("--device", help="where to compute, such as cpu or cuda (default: the best there is)")
    add("--json", action="store_true", help="print one line of JSON per step")


def train_base(arguments: argparse.Namespace, train: Train) -> int:
    """Train. Returns 0, or 130 if interrupted; raises StudioError."""
    names = {field.name for field in fields(TrainingPlan)}
    given = {name: value for name, value in vars(arguments).items() if name in names and value is not None}
    if "leave_out" in given:
        given["leave_out"] = tuple(given["leave_out"])
    plan = TrainingPlan(**given)
    check_folder(plan.out)
    tell = _print_json if arguments.json else _say
    has_spoken = is_interrupted = False
    try:
        with closing(train(plan)) as steps:
            for news in steps:
                tell(news)
                has_spoken = True
    except KeyboardInterrupt:
        is_interrupted = True
    if arguments.json and has_spoken:  # of the processes that train together, only the first one speaks
        print_json({"event": "stopped" if is_interrupted else "done", "folder": str(plan.out)})
    elif is_interrupted and has_spoken:
        say(f"Stopped. The same command continues from the last checkpoint in {plan.out}.")
    return INTERRUPTED if is_interrupted else DONE


def _print_json(news: TrainingNews) -> None:
    print_json({"event": "step"} | asdict(news))


def _say(news: TrainingNews) -> None:
    if news.note:
        say(news.note)
    if news.validation is not None:
        errors = ", ".join(f"{name} error {value:.3f}" for name, value in news.validation.items())
        say(f"Step {news.step}: on works not learnt from, {errors}{' (the best so far)' if news.is_best else ''}.")
    elif news.losses and news.step % _SAID_EVERY == 0:
        losses = ", ".join(f"{name} {value:.3f}" for name, value in news.losses.items())
        skipped = f", {news.skipped} skipped" if news.skipped else ""
        say(f"Step {news.step} of {news.steps}: {losses}{skipped}, {timedelta(seconds=round(news.seconds))}.")


def _read_widths(text: str) -> dict[str, int]:
    try:
        return {name: int(number) for name, number in (part.split("=") for part in text.split(","))}
    except ValueError as error:
        raise UsageError(f"{text!r} are not widths.", "Write them like down=24,inside=48,up=24.") from error


def _default(name: str) -> str:
    value = next(field.default for field in fields(TrainingPlan) if field.name == name)
    return f"default: {value:g}"
