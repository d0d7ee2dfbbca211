"""The card of a trained network: its training data, counted from the manifests beside the pictures, in words.

A manifest is MANIFEST.tsv: a line per file with path, title, author, year, kind, licence and source under these heads.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from studio.core.card import Card
from studio.core.errors import StudioError
from studio.core.storage.regular_file import reason
from studio.core.storage.untrusted import check_ordinary

MANIFEST = "MANIFEST.tsv"
_LARGEST, _MOST_ROWS, _MOST_HEADS = 2**26, 500_000, 100  # bytes, lines, columns of a manifest that is read
_WORDS = {"color": "colour"}  # where people write a name otherwise
_FOUNDERS = "The Style Studio founders"
_PART = re.compile(r"_(full|crop\d+)$")
_YEAR = re.compile(r"\b(1\d{3}|20\d{2})\b")

Row = Mapping[str, str]


@dataclass(frozen=True)
class TrainingRun:
    """A finished run. start: the card of the network it started from. painted: pictures in all.

    before, after: errors by name ("style", "content", "color") on works that were not learnt from. widths: channels of
    the layers whose widths were changed first, by name.
    """

    start: Card
    steps: int
    painted: int
    device: str
    date: str
    before: Mapping[str, float]
    after: Mapping[str, float]
    widths: Mapping[str, int] = field(default_factory=dict)


def make_card(run: TrainingRun, weights: Path, data: str, gaps: str) -> Card:
    """The card of the network in the file `weights`. data, gaps: sentences on its training data."""
    errors = "; ".join(
        f"{_WORDS.get(name, name)} error {run.before[name]:.3f} before, {run.after[name]:.3f} after"
        for name in run.after
    )
    widths = ", ".join(f"{name} {width}" for name, width in run.widths.items())
    changed = f" Its widths were changed first (channels: {widths})." if widths else ""
    start, is_further = run.start, run.start.author.startswith(_FOUNDERS)  # whose result repeats no names
    return Card(
        id=weights.stem,
        kind="model",
        title=start.title if is_further else f"Live network of the studio, after {start.title}",
        author=start.author if is_further else f"{_FOUNDERS}; {start.author}",
        year=run.date[:4],
        licence=start.licence,
        source=start.source if is_further else f"Trained from {start.id} with style-studio train-base. {start.source}",
        file=weights,
        sha256=hashlib.sha256(weights.read_bytes()).hexdigest(),
        credit=start.credit_line if is_further else f"{start.credit_line}; trained further by Style Studio",
        category=start.category,
        trained_on=(
            f"{start.trained_on}{changed} Then {run.steps} more steps ({run.painted} pictures painted) on"
            f" {run.device}, until {run.date}. {data} Besides, textures made by formula. On works it did not learn"
            f" from: {errors}."
        ),
        limits=(
            f"{start.limits} In the run after that: {gaps}"
            if is_further
            else f"Those of the network it began with: {start.limits} Faces, line art and flat areas stay weak points."
            f" {gaps}"
        ),
    )


def work_of(name: str) -> str:
    """The work a file shows: "wave" for wave_full.jpg and wave_crop2.jpg."""
    return _PART.sub("", Path(name).stem)


def read_manifest(folder: Path) -> dict[str, Row]:
    """By work, the first line on it; {} where there is no manifest. Raises StudioError if it cannot be read."""
    works: dict[str, Row] = {}
    for row in read_rows(folder):
        works.setdefault(work_of(row.get("path", "")), row)
    return works


def read_rows(folder: Path) -> list[Row]:
    """All lines of the manifest, without empty fields; [] where there is none. Raises StudioError if it cannot be read.

    So it is said, too, of one that would take too much memory: nobody knows who wrote it.
    """
    path = folder / MANIFEST
    try:
        if not path.is_file():
            return []
        check_ordinary(path, _LARGEST)
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if len(rows.fieldnames or ()) > _MOST_HEADS:
                raise ValueError(f"it has more than {_MOST_HEADS} columns")
            found: list[Row] = [
                {name: text for name, text in row.items() if name and text} for row in islice(rows, _MOST_ROWS)
            ]
            if next(rows, None) is not None:
                raise ValueError(f"it has more than {_MOST_ROWS:,} lines")
            return found
    except UnicodeDecodeError as error:
        raise StudioError(f"{path} cannot be read: it is not text in UTF-8.", "Save it as UTF-8.") from error
    except (OSError, ValueError, csv.Error) as error:
        raise StudioError(f"{path} cannot be read: {reason(error)}.", "Mend it, or move it away.") from error


def works_like(cards: Iterable[Card], works: Mapping[str, Row]) -> set[str]:
    """The works with the title of one of the cards: bundled pictures are for demonstration and not for training.

    Only the words of titles are compared, not the authors; translations of titles are not recognised.
    """
    titles = {_plain(card.title) for card in cards}
    return {work for work, row in works.items() if _plain(row.get("title", "")) in titles}


def describe_data(kind: str, works: Sequence[str], manifest: Mapping[str, Row]) -> str:
    """A sentence on the works of one kind: their number, sorts, centuries and licences."""
    rows = [manifest[work] for work in works if work in manifest]
    if not rows:
        return f"{len(works)} {kind} without a manifest."
    parts = [f"{len(works)} {kind}: {_counted(rows, _sort)}"]
    dated = [row for row in rows if _century(row)]
    if dated:
        parts.append(f"{len(dated)} with a year: {_counted(dated, _century)}")
    parts.append(f"under {_counted(rows, _licence, most=6)}")
    return "; ".join(parts) + "."


def describe_gaps(works: Sequence[str], manifest: Mapping[str, Row]) -> str:
    """A sentence on what is rare among the styles, as far as the manifest tells."""
    rows = [manifest[work] for work in works if work in manifest]
    if not rows:
        return "The styles have no manifest, so nothing is known of what they leave out."
    authors = Counter(row.get("author", "").strip() or "unknown" for row in rows)
    most = ", ".join(f"{name} {count}" for name, count in authors.most_common(4))
    sorts = Counter(_sort(row) for row in rows)
    rare = [f"{name} {count}" for name, count in sorts.most_common() if count < len(rows) / 20]
    years = [year for row in rows if (year := _year(row)) is not None]
    early, late = sum(year < 1800 for year in years), sum(year >= 1950 for year in years)
    return (
        f"Of its {len(rows)} styles, by {len(authors)} names (most often {most}), {len(years)} have a year: {early} are"
        f" from before 1800, {late} from 1950 or later. {'Rare are ' + ', '.join(rare) if rare else 'No sort is rare'}."
        " The manifest does not say which culture a work is from, so that was not counted."
    )


def _counted(rows: Iterable[Row], sort: Callable[[Row], str], most: int = 4) -> str:
    counts = Counter(sort(row) or "unknown" for row in rows)
    named = [f"{name} {count}" for name, count in counts.most_common(most)]
    rest = sum(counts.values()) - sum(count for _, count in counts.most_common(most))
    return ", ".join([*named, f"others {rest}"] if rest else named)


def _sort(row: Row) -> str:
    """Such as "painting" for "painting crop2@10,20,300x300"."""
    return (row.get("kind", "").split() or [""])[0]


def _licence(row: Row) -> str:
    return re.split(r"[(;.,]", row.get("licence", "").replace(".0", "~0"))[0].replace("~0", ".0").strip()


def _year(row: Row) -> int | None:
    found = _YEAR.search(row.get("year", ""))
    return int(found[1]) if found else None


def _century(row: Row) -> str:
    year = _year(row)
    return "" if year is None else f"the {year // 100}00s"


def _plain(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold().removeprefix("the ")))
