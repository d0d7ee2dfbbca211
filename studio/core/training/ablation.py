"""The ablation study of fine-tuning: its plan, its results, and their table."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Literal

from studio.core.card import Card
from studio.core.errors import StudioError
from studio.core.storage.untrusted import check_fields, parse_object, read_bounded

Arm = Literal["scratch", "vector", "layers", "random-encoder", "bound"]
ARMS: tuple[Arm, ...] = ("scratch", "vector", "layers", "random-encoder", "bound")
ARM_TITLES: Mapping[Arm, str] = {
    "scratch": "(a) the same network from random weights",
    "vector": "(b) pretrained, style vector",
    "layers": "(c) pretrained, vector and last layers",
    "random-encoder": "(b) with a random VGG as the encoder",
    "bound": "(e) the pictures themselves, optimised",
}
MOST_SEEDS = 1000
ARTISTS = ("van-gogh", "hokusai", "renoir", "arcimboldo")  # with more than one work in the gallery


@dataclass(frozen=True)
class ComparisonPlan:
    """works: pictures by artist. steps: of the network from random weights. tuned_steps: of the pretrained ones, which
    stop early where nothing improves.

    out: folder with a file for each finished cell, so that an interrupted run can be continued. Raises StudioError if a
    value is out of its range.
    """

    works: Mapping[str, tuple[Path, ...]]
    out: Path
    seeds: int = 3
    steps: int = 2000
    tuned_steps: int = 200
    batch: int = 3
    crop: int = 128
    device: str | None = None
    arms: tuple[Arm, ...] = ARMS

    def __post_init__(self) -> None:
        if not self.works or not all(self.works.values()):
            raise StudioError("There are no works to compare with.", "Name artists of the gallery.")
        if self.seeds > MOST_SEEDS:
            raise StudioError(f"There are {self.seeds} seeds; {MOST_SEEDS} are the most.")
        if min(self.seeds, self.steps, self.tuned_steps, self.batch) < 1 or not 64 <= self.crop <= 512:
            raise StudioError("Seeds, steps and batch must be at least 1, and the crop 64 to 512 px.")

    @property
    def cells(self) -> tuple[tuple[str, int, Arm], ...]:
        """(artist, seed, arm) of each, in the order they are run."""
        return tuple((artist, seed, arm) for seed in range(self.seeds) for artist in self.works for arm in self.arms)

    def file(self, artist: str, seed: int, arm: Arm) -> Path:
        """Where a cell's result lies; with other settings it is another file."""
        size = f"{self.steps}-{self.tuned_steps}-{self.batch}x{self.crop}"
        return self.out / f"{artist}-{seed}-{arm}-{size}.json"


@dataclass(frozen=True)
class Cell:
    """A result. curve: (step, seconds, validation losses by name), from step 0 on."""

    artist: str
    seed: int
    arm: Arm
    device: str
    curve: tuple[tuple[int, float, Mapping[str, float]], ...]

    def to_json(self) -> str:
        """What `from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Cell:
        """Inverse of `to_json`. Raises StudioError for anything else."""
        try:
            values = parse_object(text)
            curve = tuple((int(step), float(seconds), _losses(losses)) for step, seconds, losses in values.pop("curve"))
            check_fields(cls, values)
            if not curve:
                raise ValueError("it is empty")
            return cls(curve=curve, **values)
        except (ValueError, KeyError, TypeError) as error:
            raise StudioError("A result of the comparison cannot be read.", "Delete it.") from error

    @property
    def best(self) -> Mapping[str, float]:
        """The losses where the total was lowest."""
        return min((losses for _, _, losses in self.curve), key=lambda losses: losses["total"])

    def reaches(self, total: float) -> tuple[int, float] | None:
        """The step and second at which the total is first at or below this, or None."""
        return next(((step, seconds) for step, seconds, losses in self.curve if losses["total"] <= total), None)


@dataclass(frozen=True)
class ComparisonNews:
    """Where a study is: cells done and in all, the cell under way, its step, and its last total validation loss."""

    done: int
    cells: int
    artist: str
    seed: int
    arm: Arm
    step: int
    total: float | None = None


Compare = Callable[[ComparisonPlan], Generator[ComparisonNews, None, None]]


def works_of(cards: Sequence[Card], artists: Sequence[str]) -> dict[str, tuple[Path, ...]]:
    """The gallery's works by these artists, named as their ids begin. Raises StudioError for one who has none."""
    works = {
        artist: tuple(card.file for card in cards if card.id.startswith(f"{artist}-") and card.category != "pattern")
        for artist in artists
    }
    empty = [artist for artist, files in works.items() if not files]
    if empty:
        raise StudioError(f"There are no works by {empty[0]} in the gallery.", f"There are {', '.join(ARTISTS)}.")
    return works


def read_cells(plan: ComparisonPlan) -> tuple[Cell, ...]:
    """The results that are there, also of arms that this plan does not run."""
    files = [plan.file(*cell) for cell in replace(plan, arms=ARMS).cells]
    return tuple(_read_cell(file) for file in files if file.is_file())


def table_of(cells: Sequence[Cell]) -> str:
    """The results in Markdown, a row for each artist and arm, means over the seeds.

    Steps and seconds are those that an arm needs to reach the total that the network from random weights has at its
    end; "(2 of 3)" where only two seeds come so far, "-" where none does, or where there is none to compare with.
    """
    lines = [
        "| artist | arm | seeds | style | content | total | steps to (a)'s end | seconds | times fewer steps |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for artist in dict.fromkeys(cell.artist for cell in cells):
        own = [cell for cell in cells if cell.artist == artist]
        goals = {cell.seed: cell.curve[-1] for cell in own if cell.arm == "scratch"}
        starts = [cell.curve[0][2] for cell in own if cell.arm == "vector"]
        if starts:
            values = " | ".join(f"{fmean(start[name] for start in starts):.3f}" for name in _COLUMNS)
            lines.append(f"| {artist} | (d) pretrained, untouched | {len(starts)} | {values} | 0 | 0 | - |")
        for arm in ARMS:
            found = [cell for cell in own if cell.arm == arm]
            if found:
                lines.append(_row(artist, arm, found, goals))
    return "\n".join(lines) + "\n"


def _read_cell(file: Path) -> Cell:
    try:
        return Cell.from_json(read_bounded(file, _LARGEST_RESULT).decode())
    except (OSError, ValueError, StudioError) as error:
        raise StudioError(f"The result {file.name} of the comparison cannot be read.", f"Delete {file}.") from error


def _losses(values: Mapping[str, float]) -> dict[str, float]:
    return {name: float(values[name]) for name in {*values, *_COLUMNS}}


_COLUMNS = ("style", "content", "total")
_LARGEST_RESULT = 16 * 2**20  # bytes


def _row(
    artist: str, arm: Arm, found: Sequence[Cell], goals: Mapping[int, tuple[int, float, Mapping[str, float]]]
) -> str:
    values = " | ".join(f"{fmean(cell.best[name] for cell in found):.3f}" for name in _COLUMNS)
    reached = [(goals[cell.seed], cell.reaches(goals[cell.seed][2]["total"])) for cell in found if cell.seed in goals]
    steps, seconds, times = "-", "-", "-"
    known = [(goal, at) for goal, at in reached if at is not None]
    if known:
        some = "" if len(known) == len(found) else f" ({len(known)} of {len(found)})"
        steps = f"{fmean(at[0] for _, at in known):.0f}{some}"
        seconds = f"{fmean(at[1] for _, at in known):.0f}"
        if all(at[0] > 0 for _, at in known):
            times = f"{fmean(goal[0] / at[0] for goal, at in known):.1f}"
    return f"| {artist} | {ARM_TITLES[arm]} | {len(found)} | {values} | {steps} | {seconds} | {times} |"
