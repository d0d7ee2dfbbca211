"""Exact search among the vectors of the library: what is alike, and why, in numbers; what is there twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from studio.core.library.files.vector_file import KINDS

By = Literal["style", "subject", "palette"]
Vectors = Mapping[str, NDArray[np.float32]]

_CHUNK = 1 << 13  # rows at a time: some 4 MB of numbers, which stay in the cache
# That and more is one picture in two files: so are 29 of 31 such pairs among 400 paintings (encoded anew, or 320 px
# beside 1024 px), and no two works of one painter.
_SAME = {"subject": 0.90, "palette": 0.985, "style": 0.82}


class HasVectors(Protocol):
    """Of the index, all that is needed here."""

    def vectors(self, kind: str, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors of a kind. Shapes: (N,) -> (N, length)."""


@dataclass(frozen=True)
class Hit:
    """A picture that is alike.

    similarity: -1 to 1, by what was asked, or the mean of that. reasons: by style, subject and palette.
    """

    row: int
    similarity: float
    reasons: Mapping[str, float]


def search(
    index: HasVectors,
    rows: NDArray[np.int64],
    query: Vectors,
    by: By | Mapping[By, float],
    count: int = 20,
    at_least: float = -1.0,
) -> list[Hit]:
    """The pictures among `rows` (ascending) most alike to the vectors of a query, the most alike first.

    by: what counts, or how much of each counts; shares need not sum to 1, but one of them has to be above 0.
    at_least: no picture that is less alike than this.
    """
    shares = by if isinstance(by, Mapping) else {by: 1.0}
    total = sum(shares.values())
    alike = np.zeros(len(rows), np.float32)
    for kind, share in shares.items():
        if share:
            alike += np.float32(share / total) * similarities(index, rows, query[kind], kind)
    chosen = np.flatnonzero(alike >= at_least)
    if len(chosen) > count:
        chosen = chosen[np.argpartition(-alike[chosen], count - 1)[:count]]
    chosen = chosen[np.argsort(-alike[chosen], kind="stable")]
    reasons = {kind: index.vectors(kind, rows[chosen]) @ query[kind] for kind in KINDS}
    return [
        Hit(int(rows[place]), float(alike[place]), {kind: float(reasons[kind][number]) for kind in KINDS})
        for number, place in enumerate(chosen)
    ]


def similarities(
    index: HasVectors, rows: NDArray[np.int64], vector: NDArray[np.float32], by: By
) -> NDArray[np.float32]:
    """How alike each picture is to a vector. Shapes: (N,), (length,) -> (N,)."""
    found = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        found[start : start + len(chunk)] = index.vectors(by, chunk) @ vector
    return found


def duplicates(index: HasVectors, rows: NDArray[np.int64], check: Callable[[], None] = lambda: None) -> list[list[int]]:
    """Groups of rows that show one picture, whatever their size or format; for some ten thousand pictures.

    check: called now and then; what it raises ends the search.
    """
    parents = np.arange(len(rows))

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = int(parents[place])
        return place

    subjects = index.vectors("subject", rows)
    for start in range(0, len(rows), 1024):
        check()
        alike = subjects[start : start + 1024] @ subjects[start:].T
        for left, right in np.argwhere(alike >= _SAME["subject"]):
            first, second = start + int(left), start + int(right)
            if first < second and _is_same(index, rows[[first, second]]):
                parents[root(second)] = root(first)
    groups: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(root(place), []).append(int(row))
    return [group for group in groups.values() if len(group) > 1]


def _is_same(index: HasVectors, pair: NDArray[np.int64]) -> bool:
    for kind in ("palette", "style"):
        first, second = index.vectors(kind, pair)
        if float(first @ second) < _SAME[kind]:
            return False
    return True
