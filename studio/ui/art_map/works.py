"""Works: what the map shows, where each lies now, and their way to other places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from studio.ui.art_map.drawing.color_scale import ColorScale, group_scale

Points = NDArray[np.float32]


@dataclass(eq=False)
class Works:
    """points: (N, 2) as they are shown now. titles: further lines are facts. groups: (N,), numbers of names."""

    points: Points = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    titles: Sequence[str] = ()
    groups: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    group_names: Sequence[str] = ()
    scale: ColorScale = field(default_factory=lambda: group_scale(np.zeros(0, np.int64), ()))
    selected: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    def __post_init__(self) -> None:
        if not (self.points.shape == (len(self.titles), 2) and self.groups.shape == (len(self.titles),)):
            raise ValueError(f"points {self.points.shape}, groups {self.groups.shape}, {len(self.titles)} titles")

    def __len__(self) -> int:
        return len(self.titles)

    @property
    def color_numbers(self) -> NDArray[np.int64]:
        """Of each, in the palette: what is unknown comes after the entries of the scale. Shape: (N,)."""
        unknown = len(self.scale.labels)
        return np.where(self.scale.entry < 0, unknown, self.scale.entry)

    def nearest_in_direction(self, start: int, dx: int, dy: int) -> int | None:
        """The next work to one side: near, and not far off the line. None where there is no further one."""
        step = self.points.astype(np.float64) - self.points[start]
        along = step @ (dx, dy)
        across = np.abs(step @ (dy, dx))
        cost = np.where((along > 0) & (across <= 1.5 * along), along + 2 * across, np.inf)
        best = int(cost.argmin()) if len(cost) else 0
        return best if len(cost) and np.isfinite(cost[best]) else None


def blended(start: Points, end: Points, share: float) -> Points:
    """On the way from one place to the other, slow at both ends. Shapes: (N, 2), (N, 2) -> (N, 2)."""
    eased = share * share * (3 - 2 * share)
    return (start + (end - start) * np.float32(eased)).astype(np.float32)
