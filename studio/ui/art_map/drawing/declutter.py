"""Which of the pictures that lie over each other are painted, the same ones wherever the view is moved."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_KEPT_LEVELS = 8


class Declutter:
    """Keeps one picture for each cell of a grid on the plane. What is painted stays when zooming in."""

    def __init__(self, points: NDArray[np.floating[Any]]) -> None:
        """points: (N, 2) on a plane that is as large in both directions."""
        self._points = points
        # Spread over the collection, not its first ones; and the same each time.
        self._order = np.random.default_rng(0).permutation(len(points))
        self._shown: dict[int, NDArray[np.bool_]] = {}

    def shown(self, scale: float, cell: float) -> NDArray[np.bool_]:
        """Whether each is painted. Shape: (N,).

        scale: device px per unit of the plane. cell: px; there is at most one picture in each square of about so many,
        0.7 to 1.4 times: a grid is halved, so that the first of a square is the first of its quarter.
        """
        level = round(np.log2(scale / cell))
        if level not in self._shown:
            if len(self._shown) >= _KEPT_LEVELS:
                self._shown.clear()
            self._shown[level] = self._choose(2.0**level)
        return self._shown[level]

    def _choose(self, cells_per_unit: float) -> NDArray[np.bool_]:
        cells = np.floor(self._points[self._order].astype(np.float64) * cells_per_unit).astype(np.int64)
        _, first = np.unique(cells[:, 0] * (1 << 31) + cells[:, 1], return_index=True)
        shown = np.zeros(len(self._points), np.bool_)
        shown[self._order[first]] = True
        return shown
