"""Labelled pictures out of a folder: what each is an example of, and what had to be left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from studio.core.classifier.measures import Classes
from studio.core.errors import StudioError
from studio.core.image_io.find_pictures import pictures_in
from studio.core.library.consent import forbids_learning
from studio.core.library.facts import Facts, FactsReader

LabelledBy = Literal["folder", "author", "century", "period", "medium"]
LEAST_WORKS = 3


@dataclass(frozen=True)
class Examples:
    """Pictures, the names of their classes, and the works they show. notes: sentences on what was left out."""

    paths: tuple[Path, ...]
    labels: tuple[str, ...]
    works: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Of the classes, in alphabetical order."""
        return tuple(sorted(set(self.labels)))

    @property
    def classes(self) -> Classes:
        """The number of each picture's class. Shape: (N,)."""
        numbers = {name: number for number, name in enumerate(self.names)}
        return np.array([numbers[label] for label in self.labels], np.int64)

    def only(self, places: Sequence[int]) -> Examples:
        """Those at some places."""
        return Examples(
            tuple(self.paths[place] for place in places),
            tuple(self.labels[place] for place in places),
            tuple(self.works[place] for place in places),
            self.notes,
        )


def examples_in(folder: Path, by: LabelledBy = "folder", least_works: int = LEAST_WORKS) -> Examples:
    """The examples in a folder: its subfolders are the classes, or what a manifest says.

    Classes with fewer than `least_works` works are left out, and so are pictures that forbid to learn from them. Raises
    StudioError if fewer than two classes remain.
    """
    reader = FactsReader()
    found: list[tuple[Path, str, str]] = []
    unlabelled, forbidden = 0, 0
    for path in pictures_in([folder]):
        facts = reader.facts_of(path)
        label = _label(path, folder, facts, by)
        if not label:
            unlabelled += 1
        elif not facts.may_learn or forbids_learning(path):
            forbidden += 1
        else:
            found.append((path, label, facts.work or str(path)))
    works = defaultdict(set)
    for _, label, work in found:
        works[label].add(work)
    small = {label for label, own in works.items() if len(own) < max(2, least_works)}
    kept = [one for one in found if one[1] not in small]
    if len(works) - len(small) < 2:
        entries = f"different entries for {by!r} in a MANIFEST.tsv or cards"
        what = "subfolders with pictures" if by == "folder" else entries
        raise StudioError(
            f"{folder} has fewer than two classes of {max(2, least_works)} works or more.",
            f"It needs {what}; --least-works asks for fewer works of each.",
        )
    notes = list(reader.problems)
    if forbidden:
        notes.append(f"{forbidden} pictures forbid to learn from them and were left out.")
    if unlabelled:
        notes.append(f"{unlabelled} pictures have no label and were left out.")
    if small:
        lost = sum(1 for one in found if one[1] in small)
        notes.append(
            f"{len(small)} classes with fewer than {max(2, least_works)} works ({lost} pictures) were left out."
        )
    paths, labels, names = zip(*kept, strict=True)
    return Examples(paths, labels, names, tuple(notes))


def imbalance(examples: Examples) -> str:
    """A sentence on how uneven the classes are, "" if they are not."""
    counts = Counter(examples.labels).most_common()
    (most, many), (least, few) = counts[0], counts[-1]
    if many < 3 * few:
        return ""
    return f"{most} has {many} pictures, {least} {few}: what is rare here is recognised less well."


def _label(path: Path, folder: Path, facts: Facts, by: LabelledBy) -> str:
    if by == "folder":
        parts = path.relative_to(folder).parts
        return parts[0] if len(parts) > 1 else ""
    return facts.known_author if by == "author" else str(getattr(facts, by))
