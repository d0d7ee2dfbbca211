"""The compare-tuning command: a pretrained network against the same one from random weights, as a table."""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from studio.cli.exit_codes import DONE, INTERRUPTED
from studio.cli.terminal import print_json, say
from studio.core.card import bundled_cards
from studio.core.image_io.output_check import check_folder
from studio.core.recipe import NETWORKS
from studio.core.storage.atomic_write import make_folder, replace_file
from studio.core.training.ablation import (
    ARMS,
    ARTISTS,
    Compare,
    ComparisonNews,
    ComparisonPlan,
    read_cells,
    table_of,
    weights_of,
    works_of,
)

TABLE = "tuning.md"
_SAID_EVERY = 50  # steps


def add_compare_tuning_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `compare-tuning`."""
    add = parser.add_argument
    add("artists", nargs="*", metavar="ARTIST", help=f"artists of the gallery (default: {', '.join(ARTISTS)})")
    for name, text in (
        ("seeds", "runs of each, with different random numbers"),
        ("steps", "steps of the network from random weights"),
        ("tuned-steps", "steps of the pretrained ones"),
        ("batch", "crops of photos per step"),
        ("crop", "edge of the crops in px"),
    ):
        default = getattr(ComparisonPlan, name.replace("-", "_"))
        add(f"--{name}", type=int, default=default, metavar="N", help=f"{text} (default: {default})")
    add(
        "--network",
        choices=NETWORKS,
        default=ComparisonPlan.network,
        help="the pretrained Live network; of the larger one its second part learns (default: %(default)s)",
    )
    add("--arms", nargs="+", choices=ARMS, default=list(ARMS), help="which parts to run (default: all)")
    add("-o", "--output", type=Path, required=True, metavar="DIR", help="where the results and the table go")
    add("--json", action="store_true", help="print one line of JSON per step")
    add("--device", help="where to compute, such as cpu or cuda:1 (default: the best there is)")


def compare_tuning(arguments: argparse.Namespace, compare: Compare) -> int:
    """Run what has no result yet and write the table. Returns 0, or 130 if interrupted; raises StudioError."""
    plan = ComparisonPlan(
        works_of(bundled_cards("styles"), arguments.artists or ARTISTS),
        arguments.output,
        arguments.seeds,
        arguments.steps,
        arguments.tuned_steps,
        arguments.batch,
        arguments.crop,
        arguments.device,
        tuple(arguments.arms),
        arguments.network,
        weights_of(arguments.network),
    )
    check_folder(plan.out)
    is_interrupted = False
    try:
        with closing(compare(plan)) as news:
            for one in news:
                if arguments.json:
                    print_json({"event": "step"} | asdict(one))
                elif one.step % _SAID_EVERY == 0:
                    say(_sentence(one))
    except KeyboardInterrupt:
        is_interrupted = True
    table = table_of(read_cells(plan))
    make_folder(plan.out)
    replace_file(plan.out / TABLE, table.encode())
    if arguments.json:
        print_json({"event": "stopped" if is_interrupted else "done", "file": str(plan.out / TABLE)})
    else:
        for line in table.splitlines():
            say(line)
    if is_interrupted:
        say("Stopped. The same command continues with the cells that are left.")
    return INTERRUPTED if is_interrupted else DONE


def _sentence(news: ComparisonNews) -> str:
    total = "" if news.total is None else f", loss {news.total:.3f}"
    return f"{news.done}/{news.cells}  {news.artist}, seed {news.seed}, {news.arm}: step {news.step}{total}"
