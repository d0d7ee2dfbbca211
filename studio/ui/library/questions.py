"""Questions to the library, and their answers: what has some words, what is like a picture, what is there twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from studio.core.library.arranging import Labelled, Sort
from studio.core.library.library_index import LibraryIndex
from studio.core.library.search import By, Hit, Vectors, duplicates, search

Kind = Literal["all", "alike", "styles", "twice"]
MOST_HITS = 500
# Similarity that one in a hundred pairs of paintings have: in style about that of works by one hand. Colours of nearly
# all paintings are alike to 0.6 and more.
MUCH_ALIKE: Mapping[By, float] = {"style": 0.5, "subject": 0.5, "palette": 0.95}
NEAREST = 24  # pictures that are shown however little they are alike, until the artist asks for more
ALL_SHARES: Mapping[By, float] = {"style": 1.0, "subject": 1.0, "palette": 1.0}


@dataclass(frozen=True, eq=False)
class Query:
    """What is searched for: a picture of the library, by its row, or another one, by its vectors. title: of it."""

    title: str
    row: int | None = None
    vectors: Vectors | None = None


@dataclass(frozen=True, eq=False)
class Question:
    """kind: all that has the words; of that, what is alike to the query; of `styles`, the same; what is there twice.

    shares: how much of the similarity counts by what. at_least: the least similarity; None for all that is much alike,
    and the nearest in any case. labelled: only those of which a classifier said this.
    """

    folders: tuple[Path, ...]
    styles: tuple[Path, ...] = ()
    kind: Kind = "all"
    words: str = ""
    sort: Sort = "folder"
    query: Query | None = None
    shares: Mapping[By, float] = field(default_factory=lambda: {"style": 1.0})
    at_least: float | None = None
    labelled: Labelled | None = None


@dataclass(frozen=True, eq=False)
class Found:
    """The answer. rows: (N,) in the order in which they are shown. hits: by row, of what is alike.

    copies: by row, the number of the group of equal pictures, from 1. total: pictures in all folders.
    """

    question: Question
    rows: NDArray[np.int64]
    hits: Mapping[int, Hit] = field(default_factory=dict)
    copies: Mapping[int, int] = field(default_factory=dict)
    total: int = 0

    @property
    def least(self) -> float:
        """The similarity of what is least alike; 0 where nothing is."""
        return min((hit.similarity for hit in self.hits.values()), default=0.0)


def answer(question: Question, index: LibraryIndex, check: Callable[[], None] = lambda: None) -> Found:
    """The answer of the index. check: as in `duplicates`."""
    everything = index.arranged(question.folders)
    arranged = index.arranged(question.folders, question.words, question.sort, question.labelled)
    total = len(everything)
    if question.kind == "twice":
        groups = duplicates(index, np.sort(arranged), check)
        copies = {row: number for number, group in enumerate(groups, 1) for row in group}
        return Found(question, np.array(list(copies), np.int64), copies=copies, total=total)
    if question.kind == "all" or question.query is None:
        return Found(question, arranged, total=total)
    rows = np.sort(arranged) if question.kind == "alike" else _rows_of(index, question.styles)
    hits = _hits(question, question.query, index, rows)
    return Found(question, np.array([hit.row for hit in hits], np.int64), {hit.row: hit for hit in hits}, total=total)


def _hits(question: Question, query: Query, index: LibraryIndex, rows: NDArray[np.int64]) -> list[Hit]:
    vectors = query.vectors
    if query.row is not None:
        own = np.array([query.row], np.int64)
        vectors = {kind: index.vectors(kind, own)[0] for kind in ALL_SHARES}
        rows = rows[rows != query.row]
    if vectors is None or not len(rows) or not any(question.shares.values()):
        return []
    at_least = -1.0 if question.at_least is None else question.at_least
    hits = search(index, rows, vectors, question.shares, MOST_HITS, at_least)
    return hits if question.at_least is not None else hits[: max(NEAREST, much_alike(hits, question.shares))]


def much_alike(hits: Iterable[Hit], shares: Mapping[By, float]) -> int:
    """How many of them are, by what counts."""
    total = sum(shares.values())
    least = sum(share * MUCH_ALIKE[kind] for kind, share in shares.items()) / total if total else 1.0
    return sum(hit.similarity >= least for hit in hits)


def _rows_of(index: LibraryIndex, paths: Sequence[Path]) -> NDArray[np.int64]:
    found = (index.find(path) for path in paths)
    return np.array(sorted(picture.row for picture in found if picture is not None), np.int64)
