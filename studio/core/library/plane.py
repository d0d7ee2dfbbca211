"""A plane on which pictures that are alike lie near each other, and the groups on it with names from what is known.

Sources: Pearson 1901 (principal components), Lloyd 1982 and Arthur & Vassilvitskii 2007 (k-means, k-means++).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.library.naming.group_names import Known, group_names

_ROUNDS = 30
_MOST_GROUPS = 12
_USUAL = 0.02  # share of the pictures at each edge that may lie beyond it


@dataclass(frozen=True)
class Group:
    """Pictures that are alike. name: from what is known of its pictures. x, y: its middle on the plane."""

    name: str
    size: int
    x: float
    y: float


@dataclass(frozen=True, eq=False)
class Plane:
    """places: (N, 2) from -1 to 1, of each picture. groups, and group: (N,), in which of them each picture is."""

    places: NDArray[np.float32]
    groups: tuple[Group, ...]
    group: NDArray[np.int64]


def make_plane(
    vectors: NDArray[np.float32],
    known: Known,
    seed: int = 0,
    places: NDArray[np.float32] | None = None,
    go_on: Callable[[], None] = lambda: None,
) -> Plane:
    """The plane of pictures with these vectors (N, length). known: of each, for the names.

    places: (N, 2), where they lie; None for principal components. The groups are the same wherever they lie.
    go_on: called between steps, of up to 0.2 s for 100,000 pictures; what it raises ends the work.
    """
    count = len(vectors)
    if count == 0:
        return Plane(np.zeros((0, 2), np.float32), (), np.zeros(0, np.int64))
    if places is None:
        places = principal_plane(vectors)
        go_on()
    wanted = int(min(_MOST_GROUPS, max(1, round((count / 2) ** 0.5))))
    group = k_means(vectors, wanted, seed, go_on)
    go_on()
    names = group_names(group, known, go_on)
    groups = []
    for number, name in enumerate(names):
        inside = places[group == number]
        middle = np.median(inside, axis=0)
        groups.append(Group(name, len(inside), float(middle[0]), float(middle[1])))
    return Plane(places, tuple(groups), group)


def principal_plane(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where pictures lie along the two directions in which they differ most. Shapes: (N, length) -> (N, 2)."""
    centred = vectors - vectors.mean(0)
    _, directions = np.linalg.eigh(centred.T @ centred)  # ascending
    directions = directions[:, ::-1][:, :2]
    # Of two directions that are as good, always the same: else the map is mirrored when a picture comes.
    directions = directions * np.sign(directions[np.abs(directions).argmax(0), np.arange(directions.shape[1])])
    return spread_out(centred @ directions)


def spread_out(places: NDArray[np.float32], unusual: float = _USUAL) -> NDArray[np.float32]:
    """Brought to -1 to 1 in both directions. unusual: share at each edge that may stop there. Shape: (N, 2)."""
    low, high = np.quantile(places, (unusual, 1 - unusual), axis=0)
    reach = np.maximum((high - low) / 2, 1e-6)
    found: NDArray[np.float32] = np.clip((places - (low + high) / 2) / reach, -1.15, 1.15).astype(
        np.float32
    ) / np.float32(1.15)
    return found


def k_means(
    vectors: NDArray[np.float32], count: int, seed: int = 0, go_on: Callable[[], None] = lambda: None
) -> NDArray[np.int64]:
    """Groups of vectors (N, length) that lie near each other, none of them empty, the largest first. Shape: (N,).

    go_on: called between rounds; what it raises ends the work.
    """
    draw = np.random.default_rng(seed)
    centers = vectors[draw.integers(len(vectors))][None]
    while len(centers) < count:
        go_on()
        far = _squares(vectors, centers).min(1).astype(np.float64)
        if far.sum() <= 1e-9:
            break
        centers = np.vstack((centers, vectors[draw.choice(len(vectors), p=far / far.sum())]))
    group = np.zeros(len(vectors), np.int64)
    for _ in range(_ROUNDS):
        go_on()
        nearest = _squares(vectors, centers).argmin(1)
        if (nearest == group).all() and _ > 0:
            break
        group = nearest
        centers = np.stack(
            [
                vectors[group == number].mean(0) if (group == number).any() else centers[number]
                for number in range(len(centers))
            ]
        )
    _, group, sizes = np.unique(group, return_inverse=True, return_counts=True)
    order = np.argsort(-sizes, kind="stable")
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    found: NDArray[np.int64] = ranks[group]
    return found


def _squares(vectors: NDArray[np.float32], centers: NDArray[np.float32]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = np.maximum(
        (vectors**2).sum(1)[:, None] + (centers**2).sum(1) - 2 * vectors @ centers.T, 0
    )
    return found
