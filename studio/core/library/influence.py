"""Works in time: for each the earlier ones most alike in style. It shows who could have been seen, not who was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.library.facts import Years
from studio.core.library.library_index import IndexedPicture

NOTE = (
    "Lines lead from a work to the earlier ones most alike in style. Similar does not mean influenced: whether one"
    " painter saw the other's work, only documents can tell."
)
NEAREST = 3  # earlier works per work
AT_LEAST = 0.4  # similarity of style; nine in ten pairs of the bundled works are below 0.53, half below 0.17
_CHUNK = 512  # works at a time

# Of the drawing, in widths of a thumbnail:
_YEAR_WIDTH, _SHORTEST_GAP, _LONGEST_GAP, _STEP = 0.35, 0.6, 2.2, 1.25
_LANE = 1.2


@dataclass(frozen=True)
class DatedWork:
    """A picture of the library, and when it may have been made."""

    picture: IndexedPicture
    years: Years


@dataclass(frozen=True)
class Edge:
    """A work and an earlier one that is alike. later, earlier: numbers of works. similarity: of style, at most 1.

    is_certain: False where the times of both overlap, so that the order is likely and no more.
    """

    later: int
    earlier: int
    similarity: float
    is_certain: bool


@dataclass(frozen=True)
class InfluenceGraph:
    """works: in order of time. edges: for each work the most alike first. undated: how many pictures have no date."""

    works: tuple[DatedWork, ...]
    edges: tuple[Edge, ...]
    undated: int

    def edges_of(self, work: int) -> list[Edge]:
        """All that lead from a work or to it, the most alike first."""
        found = [edge for edge in self.edges if work in (edge.later, edge.earlier)]
        return sorted(found, key=lambda edge: -edge.similarity)


def influence_graph(
    pictures: Sequence[IndexedPicture],
    vectors: NDArray[np.float32],
    nearest: int = NEAREST,
    at_least: float = AT_LEAST,
) -> InfluenceGraph:
    """For each dated work the `nearest` most alike among earlier ones, none less alike than `at_least`.

    vectors (N, 128): of style, of the pictures in their order. Earlier is what has an earlier middle of its time.
    Pictures of one work, such as a detail, and pictures that are there twice, count as one: the first.
    """
    chosen = _once_each(pictures)
    order = sorted(chosen, key=lambda number: (chosen[number].middle, chosen[number], pictures[number].path))
    works = tuple(DatedWork(pictures[number], chosen[number]) for number in order)
    undated = sum(picture.facts.years is None for picture in pictures)
    if not works:
        return InfluenceGraph((), (), undated)
    rows = np.ascontiguousarray(vectors[order], np.float32)
    middles = np.array([work.years.middle for work in works])
    edges: list[Edge] = []
    for start in range(0, len(works), _CHUNK):
        alike = rows[start : start + _CHUNK] @ rows[: start + _CHUNK].T
        for later, row in enumerate(alike, start):
            count = int(np.searchsorted(middles, middles[later], side="left"))  # works before it
            best = np.argsort(-row[:count], kind="stable")[: max(0, nearest)]
            for earlier in best[row[best] >= at_least].tolist():
                is_certain = works[earlier].years.last < works[later].years.first
                edges.append(Edge(later, earlier, min(1.0, float(row[earlier])), is_certain))
    return InfluenceGraph(works, tuple(edges), undated)


@dataclass(frozen=True)
class TimeLayout:
    """Where works are drawn, in widths of a thumbnail. places (N, 2): x, y of middles. ticks: x and label of years.

    breaks: x of places where a long time without works is left out.
    """

    places: NDArray[np.float32]
    ticks: tuple[tuple[float, str], ...]
    breaks: tuple[float, ...]


def lay_out(graph: InfluenceGraph) -> TimeLayout:
    """Works from left to right in time, each as near as can be to the height of those it is like, none over another."""
    middles = [work.years.middle for work in graph.works]
    at, ticks, breaks = _time_axis(middles)
    places = np.zeros((len(middles), 2), np.float32)
    ends: dict[int, float] = {}  # how far each lane is taken
    earlier: dict[int, list[Edge]] = {}
    for edge in graph.edges:
        earlier.setdefault(edge.later, []).append(edge)
    for number, middle in enumerate(middles):
        x = at[middle]
        before = earlier.get(number, [])
        weights = sum(edge.similarity for edge in before)
        wish = sum(edge.similarity * float(places[edge.earlier, 1]) for edge in before) / weights if before else 0.0
        lane = min(_free_lanes(ends, x), key=lambda lane: (abs(lane * _LANE - wish), abs(lane), lane))
        ends[lane] = x + _STEP
        places[number] = x, lane * _LANE
    return TimeLayout(places, ticks, breaks)


def _once_each(pictures: Sequence[IndexedPicture]) -> dict[int, Years]:
    """The time of each dated picture by its number, without those of a work that is there already."""
    chosen: dict[int, Years] = {}
    seen: set[str] = set()
    for number, picture in enumerate(pictures):
        years = picture.facts.years
        names = {f"work {picture.facts.work}" if picture.facts.work else "", f"print {picture.fingerprint}"} - {""}
        if years is not None and not names & seen:
            seen |= names
            chosen[number] = years
    return chosen


def _time_axis(middles: Sequence[float]) -> tuple[dict[float, float], tuple[tuple[float, str], ...], tuple[float, ...]]:
    at: dict[float, float] = {}
    ticks: list[tuple[float, str]] = []
    breaks: list[float] = []
    x, last = 0.0, None
    for middle in sorted(set(middles)):
        if last is not None:
            gap = (middle - last) * _YEAR_WIDTH
            if gap > _LONGEST_GAP:
                breaks.append(x + _LONGEST_GAP / 2)
            x += min(max(gap, _SHORTEST_GAP), _LONGEST_GAP)
        at[middle], last = x, middle
        if not ticks or x - ticks[-1][0] >= 1:
            ticks.append((x, str(int(middle))))
    return at, tuple(ticks), tuple(breaks)


def _free_lanes(ends: dict[int, float], x: float) -> list[int]:
    """Numbers of lanes with room at x, one new at either side among them."""
    low, high = min(ends, default=0), max(ends, default=0)
    return [lane for lane in range(low - 1, high + 2) if ends.get(lane, x) <= x + 1e-6]
