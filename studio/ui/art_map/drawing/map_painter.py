"""What is on the map, painted: dots from afar, thumbnails with coloured frames when near, only those in sight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter

from studio.ui.art_map.drawing.declutter import Declutter
from studio.ui.art_map.drawing.dot_layer import DotLayer
from studio.ui.art_map.drawing.thumbnail_atlas import FRAME
from studio.ui.art_map.drawing.thumbnail_store import BASE_EDGE, ThumbnailStore
from studio.ui.art_map.map_view import MapView

_CELL = 0.6  # of the edge of a thumbnail: one is painted for each square of so many px
_SMALLEST_CELL = 14.0  # px; more than 10,000 thumbnails do not go into a frame
_VEIL = 0.5  # opacity of the ground over what is not selected: a frame alone is lost among those of the groups
_FEW = 200  # selected works are thumbnails whatever lies over them
_DOT = 2.6, 5.0  # px, the radius of a dot from afar and from near
_FIELDS = 10  # numbers of a QPainter.PixmapFragment: x, y, left, top, width, height, scale x and y, rotation, opacity


@dataclass(frozen=True, eq=False)
class MapScene:
    """What is to be painted. points: (N, 2) on the plane. colors: (N,) numbers of colours of `palette`, whose
    last one is that of what is selected. selected: (N,). ratio: device px per px. current: lies above all others.
    """

    points: NDArray[np.float32]
    view: MapView
    colors: NDArray[np.int64]
    palette: list[QColor]
    selected: NDArray[np.bool_]
    ground: QColor
    ratio: float = 1.0
    current: int | None = None


class MapPainter:
    """Paints scenes of the works of a store."""

    def __init__(self, store: ThumbnailStore) -> None:
        self._store = store
        self._dots = DotLayer()
        self._declutter: tuple[NDArray[np.float32], float, Declutter] | None = None
        self._thumbnails: NDArray[np.int64] = np.zeros(0, np.int64)  # as painted, the topmost last

    def paint(self, painter: QPainter, scene: MapScene) -> None:
        """Paint it; the painter's coordinates are device px."""
        view, edge = scene.view, scene.view.edge(len(scene.points))
        places = view.places(scene.points)
        visible = np.flatnonzero(_in_sight(places, view, max(edge, 12)))
        thumbnails, above = visible[:0], 0
        if edge:
            is_shown = self._shown(scene, edge)
            thumbnails = visible[is_shown[visible]]
            height = scene.selected[thumbnails] + 2 * (thumbnails == scene.current)
            thumbnails, above = thumbnails[np.argsort(height, kind="stable")], int(np.count_nonzero(height))
            dots = visible[~is_shown[visible]]
        else:
            dots = visible
        self._paint_dots(painter, scene, places, dots, edge)
        if edge:
            self._paint_thumbnails(painter, scene, places, thumbnails[: len(thumbnails) - above], edge)
            if scene.selected.any():
                veil = QColor(scene.ground)
                veil.setAlphaF(_VEIL)
                painter.fillRect(QRect(0, 0, view.width + 1, view.height + 1), veil)
            self._paint_thumbnails(painter, scene, places, thumbnails[len(thumbnails) - above :], edge)
        self._thumbnails = thumbnails
        self._store.want(edge, _from_the_middle(view, places, thumbnails))

    def work_at(
        self, place: tuple[float, float], points: NDArray[np.float32], view: MapView, reach: float
    ) -> int | None:
        """The work at a place: the topmost thumbnail there as painted last, else the nearest dot within reach.

        place, reach: device px.
        """
        if not len(points):
            return None
        off = np.abs(view.places(points) - place)
        edge = view.edge(len(points))
        if edge:
            hit = self._thumbnails[(off[self._thumbnails] <= self.half_sizes(self._thumbnails, edge)).all(1)]
            if len(hit):
                return int(hit[-1])
        nearest = int((off**2).sum(1).argmin())
        return nearest if np.hypot(*off[nearest]) <= reach else None

    def half_sizes(self, indices: NDArray[np.int64], edge: int) -> NDArray[np.float64]:
        """From the middle of thumbnails to their sides, device px. Shapes: (N,) -> (N, 2)."""
        atlas = self._store.atlas(edge)
        found = np.full((len(indices), 2), edge / 2)
        is_there = atlas.has(indices)
        found[is_there] = atlas.sources(indices[is_there])[:, 2:] / 2
        return found

    def _shown(self, scene: MapScene, edge: int) -> NDArray[np.bool_]:
        stretch = scene.view.stretch
        if self._declutter is None or self._declutter[0] is not scene.points or self._declutter[1] != stretch:
            self._declutter = scene.points, stretch, Declutter(scene.points * (stretch, 1.0))
        shown = self._declutter[2].shown(scene.view.scale, max(edge * _CELL, _SMALLEST_CELL))
        if scene.current is not None or 0 < scene.selected.sum() <= _FEW:
            shown = shown.copy()
            shown[scene.selected] |= scene.selected.sum() <= _FEW
            shown[scene.current if scene.current is not None else []] = True
        return shown

    def _paint_dots(
        self, painter: QPainter, scene: MapScene, places: NDArray[np.float64], dots: NDArray[np.int64], edge: int
    ) -> None:
        view = scene.view
        if not len(dots):
            painter.fillRect(QRect(0, 0, view.width + 1, view.height + 1), scene.ground)
            return
        self._dots.clear(view.width + 1, view.height + 1, scene.ground)
        small, large = _DOT
        near = min(max((view.zoom - 1) / 2, 0.0), 1.0) if not edge else 0.0
        radius = round((small + (large - small) * near) * scene.ratio * 4) / 4
        self._dots.draw(places[dots], scene.colors[dots], scene.palette, radius)
        chosen = dots[scene.selected[dots]]
        if len(chosen):
            accent = np.full(len(chosen), len(scene.palette) - 1)
            self._dots.draw(places[chosen], accent, scene.palette, radius + 2 * scene.ratio)
            self._dots.draw(places[chosen], scene.colors[chosen], scene.palette, radius - 0.5)
        self._dots.paint(painter)

    def _paint_thumbnails(
        self, painter: QPainter, scene: MapScene, places: NDArray[np.float64], indices: NDArray[np.int64], edge: int
    ) -> None:
        atlas = self._store.atlas(edge)
        is_there = atlas.has(indices)
        others = indices[~is_there]
        if len(others):
            self._paint_substitutes(painter, scene, places, others, edge)
        indices = indices[is_there]
        if not len(indices):
            return
        source = atlas.sources(indices)
        width, height = source[:, 2], source[:, 3]
        left, top = np.rint(places[indices, 0] - width / 2), np.rint(places[indices, 1] - height / 2)
        border = frame_width(edge) + scene.selected[indices]
        fragments = np.zeros((2 * len(indices), _FIELDS))
        fragments[:, 6:8] = 1
        fragments[:, 9] = 1
        frames, pictures = fragments[0::2], fragments[1::2]
        frames[:, 0] = pictures[:, 0] = left + width / 2
        frames[:, 1] = pictures[:, 1] = top + height / 2
        accent = len(scene.palette) - 1
        frames[:, 2:4] = atlas.swatches(np.where(scene.selected[indices], accent, scene.colors[indices]))
        frames[:, 4], frames[:, 5] = width + 2 * border, height + 2 * border
        pictures[:, 2:6] = source
        _draw(painter, fragments, atlas.pixmap)

    def _paint_substitutes(
        self, painter: QPainter, scene: MapScene, places: NDArray[np.float64], indices: NDArray[np.int64], edge: int
    ) -> None:
        """Smaller thumbnails, enlarged, as long as those of the right size are not there; else plain squares."""
        base = self._store.atlas(BASE_EDGE)
        is_there = base.has(indices)
        plain = indices[~is_there]
        fragments = np.zeros((len(plain), _FIELDS))
        fragments[:, 0:2] = np.rint(places[plain])
        fragments[:, 2:4] = base.swatches(np.where(scene.selected[plain], len(scene.palette) - 1, scene.colors[plain]))
        fragments[:, 4:6] = BASE_EDGE
        fragments[:, 6:8] = 0.7 * edge / BASE_EDGE
        fragments[:, 9] = 1
        _draw(painter, fragments, base.pixmap)
        indices = indices[is_there]
        fragments = np.zeros((len(indices), _FIELDS))
        fragments[:, 0:2] = np.rint(places[indices])
        fragments[:, 2:6] = base.sources(indices)
        fragments[:, 6:8] = edge / BASE_EDGE
        fragments[:, 9] = 1
        _draw(painter, fragments, base.pixmap)


def frame_width(edge: int) -> int:
    """Px of the frame around a thumbnail; one that is selected has one more."""
    return 1 if edge <= 16 else 2 if edge <= 64 else FRAME - 1


def _from_the_middle(view: MapView, places: NDArray[np.float64], indices: NDArray[np.int64]) -> NDArray[np.int64]:
    """The order in which thumbnails are loaded: from the middle of the screen outwards."""
    far = ((places[indices] - (view.width / 2, view.height / 2)) ** 2).sum(1)
    return indices[np.argsort(far, kind="stable")]


def _in_sight(places: NDArray[np.float64], view: MapView, reach: float) -> NDArray[np.bool_]:
    x, y = places[:, 0], places[:, 1]
    found: NDArray[np.bool_] = (x > -reach) & (y > -reach) & (x < view.width + reach) & (y < view.height + reach)
    return found


def _draw(painter: QPainter, fragments: NDArray[np.float64], pixmap: object) -> None:
    """One call for all: as objects of Python they would take longer to make than to paint."""
    if len(fragments):
        fragments = np.ascontiguousarray(fragments)
        first = shiboken6.Shiboken.wrapInstance(fragments.ctypes.data, QPainter.PixmapFragment)
        painter.drawPixmapFragments(first, len(fragments), pixmap)  # type: ignore[arg-type]
