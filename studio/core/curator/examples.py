"""Labelled pictures out of a folder: what each is an example of, and what had to be left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class Labelled:
    """A picture, its class ("" without one) and what it shows. may_learn: False where a manifest or card forbids it."""

    path: Path
    label: str
    work: str
    may_learn: bool = True


@dataclass(frozen=True)
class Collection:
    """Labelled pictures, sorted out.

    examples: what can be learnt from, without its notes. small: classes with too few works, with the number of their
    pictures and of their works. forbidden: pictures that forbid to learn from them. unlabelled: how many have no class.
    problems: sentences on manifests that could not be read.
    """

    examples: Examples
    least_works: int
    small: dict[str, tuple[int, int]]
    forbidden: tuple[Path, ...] = ()
    unlabelled: int = 0
    problems: tuple[str, ...] = ()

    @property
    def is_enough(self) -> bool:
        """Whether there are two classes at least."""
        return len(self.examples.names) >= 2

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what is left out."""
        notes = list(self.problems)
        if self.forbidden:
            forbids = (
                "forbids learning from it and was" if len(self.forbidden) == 1 else "forbid learning from them and were"
            )
            notes.append(f"{_pictures(len(self.forbidden))} {forbids} left out.")
        if self.unlabelled:
            has = "has no label and was" if self.unlabelled == 1 else "have no label and were"
            notes.append(f"{_pictures(self.unlabelled)} {has} left out.")
        if self.small:
            lost = _pictures(sum(pictures for pictures, _ in self.small.values()))
            classes = "1 class" if len(self.small) == 1 else f"{len(self.small)} classes"
            were = "was" if len(self.small) == 1 else "were"
            notes.append(f"{classes} with fewer than {self.least_works} works ({lost}) {were} left out.")
        return tuple(notes)


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


def examples_in(folder: Path, by: LabelledBy = "folder", least_works: int = LEAST_WORKS) -> Examples:
    """The examples in a folder: its subfolders are the classes, or what a manifest says.

    Classes with fewer than `least_works` works are left out, and so are pictures that forbid to learn from them. Raises
    StudioError if fewer than two classes remain.
    """
    found = collection_in(folder, by, least_works)
    if not found.is_enough:
        entries = f"different entries for {by!r} in a MANIFEST.tsv or cards"
        what = "subfolders with pictures" if by == "folder" else entries
        raise StudioError(
            f"{folder} has fewer than two classes of {found.least_works} works or more.",
            f"It needs {what}; --least-works asks for fewer works of each.",
        )
    return replace(found.examples, notes=found.notes)


def collection_in(
    folder: Path,
    by: LabelledBy = "folder",
    least_works: int = LEAST_WORKS,
    check: Callable[[], None] = lambda: None,
) -> Collection:
    """The pictures in a folder, sorted out. check: called again and again; what it raises ends the search."""
    reader = FactsReader()
    found: list[Labelled] = []
    for path in pictures_in([folder], check=check):
        check()
        facts = reader.facts_of(path)
        found.append(Labelled(path, _label(path, folder, facts, by), facts.work or str(path), facts.may_learn))
    return sorted_out(found, least_works, reader.problems, check)


def collection_of(
    pictures: Iterable[tuple[Path, Facts]],
    by: LabelledBy,
    least_works: int = LEAST_WORKS,
    check: Callable[[], None] = lambda: None,
) -> Collection:
    """Pictures of which facts are known, sorted out. by: anything but "folder"."""
    found = [
        Labelled(path, _label(path, path.parent, facts, by), facts.work or str(path), facts.may_learn)
        for path, facts in pictures
    ]
    return sorted_out(found, least_works, (), check)


def sorted_out(
    found: Iterable[Labelled],
    least_works: int = LEAST_WORKS,
    problems: Sequence[str] = (),
    check: Callable[[], None] = lambda: None,
) -> Collection:
    """Part pictures into those that can be learnt from and those that cannot; looks into the files for marks.

    check: as of `collection_in`.
    """
    allowed: list[Labelled] = []
    forbidden: list[Path] = []
    unlabelled = 0
    for one in found:
        check()
        if not one.label:
            unlabelled += 1
        elif not one.may_learn or forbids_learning(one.path, check):
            forbidden.append(one.path)
        else:
            allowed.append(one)
    least = max(2, least_works)
    works, pictures = defaultdict(set), Counter(one.label for one in allowed)
    for one in allowed:
        works[one.label].add(one.work)
    small = {label: (pictures[label], len(own)) for label, own in sorted(works.items()) if len(own) < least}
    kept = [one for one in allowed if one.label not in small]
    examples = Examples(
        tuple(one.path for one in kept), tuple(one.label for one in kept), tuple(one.work for one in kept)
    )
    return Collection(examples, least, small, tuple(forbidden), unlabelled, tuple(problems))


def thinned(examples: Examples, most: int, seed: int = 0) -> Examples:
    """At most so many examples, drawn evenly from each class by its size, with a note if some are left out."""
    if len(examples.paths) <= most:
        return examples
    draw = np.random.default_rng(seed)
    order = np.argsort(draw.random(len(examples.paths)), kind="stable")
    classes = examples.classes[order]
    place = np.zeros(len(order))  # of each within its class, 0 to 1
    for number in np.unique(classes):
        own = np.flatnonzero(classes == number)
        place[own] = (np.arange(len(own)) + 0.5) / len(own)
    kept = np.sort(order[np.argsort(place, kind="stable")[:most]])
    note = f"{len(examples.paths):,} pictures are more than can be fine-tuned on: {most:,} of them were drawn."
    return replace(examples.only(kept.tolist()), notes=(*examples.notes, note))


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
