"""MapView: which part of the plane is on the screen and how large pictures are in it; arithmetic only, in device px."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

MOST_ZOOM = 300.0  # relative to the whole plane
LEAST_ZOOM = 0.5
EDGES = (16, 24, 32, 48, 64, 96, 128, 192)  # px of thumbnails: unscaled, they are painted 3 to 5 times as fast
_MARGIN = 0.07  # of the shorter side of the screen, around the whole plane
_COVERED = 0.5  # share of the screen that all pictures would cover if they lay evenly on it, all of them in sight
_LEAST_EDGE, _MOST_EDGE = 6.0, 96.0  # px, all of them in sight
# Larger than 0.5 and pictures grow with what is around them; smaller than 1 and those that overlap come apart.
_GROWTH = 0.8
_STRETCH = 1.7  # how much more one direction may be enlarged than the other: on a plane of works, shapes mean nothing

Points = NDArray[np.float32]


@dataclass(frozen=True)
class MapView:
    """scale: device px per unit of the plane, downwards; to the right, `stretch` times as many.

    x, y: the point of the plane in the middle of the screen. width, height: of the screen, device px. whole: the scale
    at which all of the plane is in sight.
    """

    width: int = 1
    height: int = 1
    whole: float = 1.0
    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0
    stretch: float = 1.0

    @property
    def scales(self) -> NDArray[np.float64]:
        """Device px per unit of the plane, to the right and downwards."""
        return np.array((self.scale * self.stretch, self.scale))

    @property
    def zoom(self) -> float:
        """1.0 where the whole plane is in sight."""
        return self.scale / self.whole

    def places(self, points: Points) -> NDArray[np.float64]:
        """Where points of the plane are on the screen. Shapes: (N, 2) -> (N, 2)."""
        return points * self.scales + self._origin

    def point(self, x: float, y: float) -> tuple[float, float]:
        """The point of the plane at a place of the screen."""
        across, down = ((np.array((x, y)) - self._origin) / self.scales).tolist()
        return across, down

    def zoomed(self, factor: float, x: float, y: float) -> MapView:
        """Larger by `factor`, within bounds; the point at (x, y) stays there."""
        scale = min(max(self.scale * factor, self.whole * LEAST_ZOOM), self.whole * MOST_ZOOM)
        before_x, before_y = self.point(x, y)
        there = replace(self, scale=scale)
        after_x, after_y = there.point(x, y)
        return replace(there, x=self.x + before_x - after_x, y=self.y + before_y - after_y)

    def panned(self, dx: float, dy: float) -> MapView:
        """Moved by device px, as if the plane was dragged."""
        return replace(self, x=self.x - dx / (self.scale * self.stretch), y=self.y - dy / self.scale)

    def kept(self, points: Points) -> MapView:
        """Moved back so far that the middle of the screen is among the points."""
        if not len(points):
            return self
        low, high = points.min(0), points.max(0)
        return replace(
            self,
            x=min(max(self.x, float(low[0])), float(high[0])),
            y=min(max(self.y, float(low[1])), float(high[1])),
        )

    def resized(self, width: int, height: int, points: Points) -> MapView:
        """On a screen of another size, with the same part of the plane in its middle at the same zoom."""
        fit = fitted(points, width, height)
        return replace(fit, scale=fit.whole * self.zoom, x=self.x, y=self.y)

    def edge(self, count: int) -> int:
        """Px of the longer edge of a thumbnail, one of EDGES; 0 where dots are better. count: of all pictures."""
        room = (_COVERED * self.width * self.height / max(count, 1)) ** 0.5
        wanted = min(max(room, _LEAST_EDGE), _MOST_EDGE) * self.zoom**_GROWTH
        return max((edge for edge in EDGES if edge <= wanted * 1.15), default=0)

    @property
    def _origin(self) -> NDArray[np.float64]:
        return np.array((self.width, self.height)) / 2 - np.array((self.x, self.y)) * self.scales


def fitted(points: Points, width: int, height: int) -> MapView:
    """All points in sight, in the middle."""
    width, height = max(width, 1), max(height, 1)
    low, high = (points.min(0), points.max(0)) if len(points) else (np.full(2, -1.0), np.full(2, 1.0))
    extent = np.maximum(high - low, 1e-3)
    margin = 2 * _MARGIN * min(width, height)
    across, down = max(width - margin, 1) / float(extent[0]), max(height - margin, 1) / float(extent[1])
    scale = min(down, across * _STRETCH)
    stretch = min(across / scale, _STRETCH)
    middle = (low + high) / 2
    return MapView(width, height, scale, scale, float(middle[0]), float(middle[1]), stretch)
