"""The ablation study of fine-tuning: its plan, its results, and their table."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Literal

from studio.core.card import Card, bundled_cards
from studio.core.errors import StudioError
from studio.core.recipe import FINE_NETWORK
from studio.core.storage.untrusted import check_fields, parse_object, read_bounded

Arm = Literal["scratch", "second-scratch", "vector", "layers", "random-encoder", "bound"]
ARMS: tuple[Arm, ...] = ("scratch", "second-scratch", "vector", "layers", "random-encoder", "bound")
ARM_TITLES: Mapping[Arm, str] = {
    "scratch": "(a) the same network from random weights",
    "second-scratch": "(a2) only its second network from random weights",
    "vector": "(b) pretrained, style vector",
    "layers": "(c) pretrained, a lesson",
    "random-encoder": "(b) with a random VGG as the encoder",
    "bound": "(e) the pictures themselves, optimised",
}
EXAM_STYLE, EXAM_CONTENT = "exam style", "exam content"
MOST_SEEDS = 1000
ARTISTS = ("van-gogh", "hokusai", "renoir", "arcimboldo")  # with more than one work in the gallery


@dataclass(frozen=True)
class ComparisonPlan:
    """works: pictures by artist. steps: of the network from random weights. tuned_steps: of the pretrained ones.

    out: folder with a file for each finished cell, so that an interrupted run can be continued. network: id of the Live
    network's card. weights: checksum of its file, so that results of other weights are not taken for those of these.
    Raises StudioError if a value is out of its range.
    """

    works: Mapping[str, tuple[Path, ...]]
    out: Path
    seeds: int = 3
    steps: int = 2000
    tuned_steps: int = 500
    batch: int = 1
    crop: int = 128
    device: str | None = None
    arms: tuple[Arm, ...] = ARMS
    network: str = FINE_NETWORK
    weights: str = ""

    def __post_init__(self) -> None:
        if not self.works or not all(self.works.values()):
            raise StudioError("There are no works to compare with.", "Name artists of the gallery.")
        if self.seeds > MOST_SEEDS:
            raise StudioError(f"There are {self.seeds} seeds; {MOST_SEEDS} are the most.")
        if min(self.seeds, self.steps, self.tuned_steps, self.batch) < 1 or not 64 <= self.crop <= 512:
            raise StudioError("Seeds, steps and batch must be at least 1, and the crop 64 to 512 px.")

    @property
    def cells(self) -> tuple[tuple[str, int, Arm], ...]:
        """(artist, seed, arm) of each, in the order they are run. Only the larger network has a second one."""
        arms = [arm for arm in self.arms if self.network == FINE_NETWORK or arm != "second-scratch"]
        return tuple((artist, seed, arm) for seed in range(self.seeds) for artist in self.works for arm in arms)

    def file(self, artist: str, seed: int, arm: Arm) -> Path:
        """Where a cell's result lies; with other settings it is another file."""
        size = f"{self.steps}-{self.tuned_steps}-{self.batch}x{self.crop}"
        return self.out / f"{artist}-{seed}-{arm}-{self.network}{self.weights[:8]}-{size}.json"


@dataclass(frozen=True)
class Cell:
    """A result. curve: (step, seconds of learning, validation losses by name), from step 0 on.

    Seconds are those of a processor where it computes on one, and by the clock elsewhere. Some points have errors of a
    lesson's exam as well, as EXAM_STYLE and EXAM_CONTENT.
    """

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

    @property
    def last_exam(self) -> Mapping[str, float] | None:
        """The losses where the last exam was, or None without one."""
        return next((losses for _, _, losses in reversed(self.curve) if EXAM_STYLE in losses), None)

    def reaches(self, goal: float, name: str = "total") -> tuple[int, float] | None:
        """The step and second at which the loss is first at or below this, or None."""
        points = ((step, seconds) for step, seconds, losses in self.curve if losses.get(name, math.inf) <= goal)
        return next(points, None)


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


def weights_of(network: str) -> str:
    """The checksum of a bundled network's weights, by the id of its card; "" if there is none."""
    return next((card.sha256 for card in bundled_cards("models") if card.id == network), "")


def read_cells(plan: ComparisonPlan) -> tuple[Cell, ...]:
    """The results that are there, also of arms that this plan does not run."""
    files = [plan.file(*cell) for cell in replace(plan, arms=ARMS).cells]
    return tuple(read_cell(file) for file in files if file.is_file())


def table_of(cells: Sequence[Cell]) -> str:
    """The results in Markdown, a row for each artist and arm, means over the seeds.

    Style, content and total are those of the lowest total. Steps and seconds are those that an arm needs to reach the
    total that the network from random weights has at its end, with the fewest and the most of several seeds; "2 of 3"
    where only two come so far, "-" where none does, or where there is none to compare with. The exam's errors are those
    of the last exam; its steps are those to the style error that the network from random weights has at its end.
    """
    lines = [
        "| artist | arm | seeds | style | content | total | steps to (a)'s end | seconds | times fewer steps"
        " | exam: style | content | steps to (a)'s |",
        "|---" * 12 + "|",
    ]
    for artist in dict.fromkeys(cell.artist for cell in cells):
        own = [cell for cell in cells if cell.artist == artist]
        scratch = {cell.seed: cell for cell in own if cell.arm == "scratch"}
        untaught = {cell.seed: cell.curve[:1] for cell in own if cell.arm in ("vector", "layers")}
        if untaught:
            found = [replace(own[0], seed=seed, curve=curve) for seed, curve in untaught.items()]
            lines.append(_row(artist, "(d) pretrained, untouched", found, scratch))
        for arm in ARMS:
            found = [cell for cell in own if cell.arm == arm]
            if found:
                lines.append(_row(artist, ARM_TITLES[arm], found, scratch))
    return "\n".join(lines) + "\n"


def read_cell(file: Path) -> Cell:
    """The result in a file. Raises StudioError if it cannot be read."""
    try:
        return Cell.from_json(read_bounded(file, _LARGEST_RESULT).decode())
    except (OSError, ValueError, StudioError) as error:
        raise StudioError(f"The result {file.name} of the comparison cannot be read.", f"Delete {file}.") from error


def _losses(values: Mapping[str, float]) -> dict[str, float]:
    return {name: float(values[name]) for name in {*values, *_COLUMNS}}


_COLUMNS = ("style", "content", "total")
_LARGEST_RESULT = 16 * 2**20  # bytes


def _row(artist: str, title: str, found: Sequence[Cell], scratch: Mapping[int, Cell]) -> str:
    values = [f"{fmean(cell.best[name] for cell in found):.3f}" for name in _COLUMNS]
    ends = {seed: cell.curve[-1] for seed, cell in scratch.items()}
    goals = {seed: (step, losses["total"]) for seed, (step, _, losses) in ends.items()}
    exams = [exam for cell in found if (exam := cell.last_exam) is not None]
    values += _reached(found, goals, "total")
    values += [f"{fmean(exam[name] for exam in exams):.3f}" if exams else "-" for name in (EXAM_STYLE, EXAM_CONTENT)]
    exam_goals = {seed: (step, losses[EXAM_STYLE]) for seed, (step, _, losses) in ends.items() if EXAM_STYLE in losses}
    values.append(_reached(found, exam_goals, EXAM_STYLE)[0])
    return f"| {artist} | {title} | {len(found)} | {' | '.join(values)} |"


def _reached(found: Sequence[Cell], goals: Mapping[int, tuple[int, float]], name: str) -> list[str]:
    """Steps, seconds and times fewer steps to what (a) has at its end. goals: (steps, loss) of (a) by seed."""
    reached = [(goals[cell.seed][0], cell.reaches(goals[cell.seed][1], name)) for cell in found if cell.seed in goals]
    known = [(steps, at) for steps, at in reached if at is not None]
    if not known:
        return ["-", "-", "-"]
    numbers = [at[0] for _, at in known]
    notes = [f"{min(numbers)} to {max(numbers)}"] if min(numbers) < max(numbers) else []
    notes += [f"{len(known)} of {len(reached)}"] if len(known) < len(reached) else []
    steps = f"{fmean(numbers):.0f}" + (f" ({', '.join(notes)})" if notes else "")
    times = f"{fmean(steps / at[0] for steps, at in known):.1f}" if all(numbers) else "-"
    return [steps, f"{fmean(at[1] for _, at in known):.0f}", times]
