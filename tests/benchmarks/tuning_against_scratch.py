"""A style learnt by the pretrained network against the same network from random weights.

    python tests/benchmarks/tuning_against_scratch.py [--artists hokusai renoir] [--seeds 3] [--steps 2000]
        [--arms scratch layers] --out DIR

Runs the cells of `style-studio compare-tuning` that have no result in DIR yet, with the same code, and writes the
table (tuning.md) and a plot against steps (tuning.png): to the left the held-out total, to the right the style error of
the exam, on whole photos. Interrupted or killed, the same command goes on. Seconds are those of learning alone, of a
processor or else by the clock.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib as mpl

from studio.core.card import bundled_cards
from studio.core.recipe import NETWORKS
from studio.core.training.ablation import (
    ARM_TITLES,
    ARMS,
    ARTISTS,
    EXAM_STYLE,
    Cell,
    ComparisonPlan,
    read_cells,
    table_of,
    weights_of,
    works_of,
)
from studio.engine.finetune.ablation import compare_tuning

COLORS = dict(zip(ARMS, ("#8a8a8a", "#4f9a6a", "#d9a24e", "#b5541c", "#2f7fc0", "#3c3c3c"), strict=True))
TICKS = {"total": [0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5, 2.0, 3.0], EXAM_STYLE: [0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1.0]}


def plot(cells: tuple[Cell, ...], path: Path) -> None:
    """Each seed a line, each artist a row, held-out total to the left and exam to the right; dotted, where (a) ends."""
    mpl.use("Agg")
    from matplotlib import pyplot, ticker

    artists = list(dict.fromkeys(cell.artist for cell in cells))
    figure, axes = pyplot.subplots(len(artists), 2, figsize=(11, 3.1 * len(artists)), squeeze=False, sharex=True)
    for row, artist in zip(axes, artists, strict=True):
        own = [cell for cell in cells if cell.artist == artist]
        for axis, name in zip(row, ("total", EXAM_STYLE), strict=True):
            known: set[str] = set()
            for cell in own:
                points = [(max(step, 1), losses[name]) for step, _, losses in cell.curve if name in losses]
                title = ARM_TITLES[cell.arm]
                label = None if title in known else title
                known.add(title)
                if points:
                    axis.plot(*zip(*points, strict=True), ".-", color=COLORS[cell.arm], label=label, linewidth=1.5)
                if points and cell.arm == "scratch":
                    axis.axhline(points[-1][1], color=COLORS["scratch"], linestyle=":", linewidth=1)
            axis.set_xscale("log")
            axis.set_yscale("log")
            axis.yaxis.set_major_locator(ticker.FixedLocator(TICKS[name]))
            axis.yaxis.set_major_formatter(ticker.FormatStrFormatter("%.3g"))
            axis.yaxis.set_minor_formatter(ticker.NullFormatter())
            axis.grid(alpha=0.25)
        row[0].set_title(artist)
        row[0].set_ylabel("held-out total loss")
        row[1].set_ylabel("style error of the exam")
    for axis in axes[-1]:
        axis.set_xlabel("steps (1 is before the first)")
    axes[0][1].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=100)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--artists", nargs="+", default=list(ARTISTS))
    for name in ("seeds", "steps", "tuned_steps", "batch", "crop"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(ComparisonPlan, name))
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    parser.add_argument("--network", choices=NETWORKS, default=ComparisonPlan.network)
    parser.add_argument("--device")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    works = works_of(bundled_cards("styles"), chosen.artists)
    numbers = chosen.seeds, chosen.steps, chosen.tuned_steps, chosen.batch, chosen.crop
    network = chosen.network, weights_of(chosen.network)
    plan = ComparisonPlan(works, chosen.out, *numbers, chosen.device, tuple(chosen.arms), *network)
    for news in compare_tuning(plan):
        if news.step % 50 == 0:
            total = "" if news.total is None else f"{news.total:.3f}"
            print(f"{news.done}/{news.cells} {news.artist} {news.seed} {news.arm} {news.step} {total}", flush=True)
    cells = read_cells(plan)
    (chosen.out / "tuning.md").write_text(table_of(cells), encoding="utf-8")
    plot(cells, chosen.out / "tuning.png")
    print(table_of(cells))


if __name__ == "__main__":
    main()
