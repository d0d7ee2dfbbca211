"""ArtMap: the library as a plane of thumbnails, those alike near each other; to be zoomed, moved and selected from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from studio.ui.art_map.drawing.color_scale import group_scale, scale_of
from studio.ui.art_map.drawing.hover_card import HoverCard
from studio.ui.art_map.drawing.legend import Legend
from studio.ui.art_map.drawing.map_painter import MapPainter, MapScene
from studio.ui.art_map.drawing.overlay import paint_focus, paint_names, paint_outline
from studio.ui.art_map.drawing.thumbnail_store import ThumbnailStore
from studio.ui.art_map.glide import Glide
from studio.ui.art_map.map_camera import MapCamera
from studio.ui.art_map.map_gestures import MapGestures
from studio.ui.art_map.selection_shape import SelectionShape, Tool, inside
from studio.ui.art_map.works import Points, Works
from studio.ui.images.zoom_gestures import pinch_zoom
from studio.ui.theme.theme import GRID, color, theme_name
from studio.ui.widgets.fade import is_motion_wanted

_REACH = 7.0  # px around a dot in which it is hit
_SIGHT_MARGIN = 60.0  # px around a work that the keys have gone to
_CARD_EDGE = 96  # px of thumbnails from which the card shows no larger one


class ArtMap(QWidget):
    """Works on a plane. A wheel or a pinch zooms, dragging moves, Shift+drag is a lasso, Ctrl+drag a rectangle.

    camera: what part of the plane is in sight.
    Signals: selection_changed(list of int), by hand; opened(int), a double click or Enter; tool_changed(str).
    """

    selection_changed = Signal(list)
    opened = Signal(int)
    tool_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._works = Works()
        self.camera = MapCamera(self._works.points, self)
        self.camera.moved_by_hand.connect(self._leave)
        self.camera.moved.connect(self.update)
        self._current: int | None = None  # under the pointer, or where the keys are
        self._palette: tuple[str, list[QColor]] = ("", [])
        self._store = ThumbnailStore(self)
        self._store.arrived.connect(self._take_thumbnails)
        self._painter = MapPainter(self._store)
        self._gestures = MapGestures(self, self.camera)
        self._glide = Glide(self._works.points, self)
        self._glide.moved.connect(self._move_works)
        self.legend = Legend(self)
        self._card = HoverCard(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(240, 180)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Map of the library"))
        self._tell_state()

    @property
    def count(self) -> int:
        """How many works there are."""
        return len(self._works)

    @property
    def selection(self) -> list[int]:
        """The selected works, ascending."""
        return [int(index) for index in np.flatnonzero(self._works.selected)]

    @property
    def points(self) -> NDArray[np.float32]:
        """Where works lie or are going to. Shape: (N, 2)."""
        return self._glide.target

    @property
    def tool(self) -> Tool:
        """What dragging does without a key."""
        return self._gestures.tool

    def show_works(
        self,
        points: NDArray[np.float32],
        thumbnail: Callable[[int], QImage | None],
        titles: Sequence[str],
        groups: NDArray[np.int64],
        group_names: Sequence[str],
    ) -> None:
        """Show other works; nothing is selected, and the colours are those of the groups.

        points: (n, 2) on a plane, usually from -1 to 1. thumbnail: of the work with this number, or None; called on
        other threads, one call at a time, and only for what is in sight or will be. titles: the first line is the
        title, further ones are facts. groups: (n,), numbers of group_names. Raises ValueError if these do not agree.
        """
        places, numbers = np.asarray(points, np.float32), np.asarray(groups, np.int64)
        scale = group_scale(numbers, group_names)
        self._works = Works(places, titles, numbers, group_names, scale, np.zeros(len(titles), np.bool_))
        self._glide.stay(places)
        self._store.set_works(len(titles), thumbnail)
        self._set_current(None)
        self._palette = ("", [])
        self.legend.show_scale(None)
        self.camera.follow(places)
        self.camera.fit()
        self._tell_state()

    def move_to(self, points: NDArray[np.float32]) -> None:
        """Have the same works glide to other places (n, 2); at once where the system asks for less motion."""
        places = np.asarray(points, np.float32)
        if places.shape != self._works.points.shape:
            raise ValueError(f"{places.shape} places for {self.count} works")
        self._set_current(None)
        is_seen = is_motion_wanted(self) and self.isVisible()
        self._glide.go(self._works.points, places, at_once=not is_seen)

    def set_colors_by(self, values: Sequence[str | float | None] | None, title: str = "") -> None:
        """Colour frames by values, one for each work, and show what they mean under this title.

        Numbers make a scale; so do texts that begin with one, such as "1880s". None and "" are unknown. values: None
        for the colours of the groups.
        """
        if values is None:
            self._works.scale = group_scale(self._works.groups, self._works.group_names)
        elif len(values) != self.count:
            raise ValueError(f"{len(values)} values for {self.count} works")
        else:
            self._works.scale = scale_of(values, title, self.tr("others"))
        self._palette = ("", [])
        self.legend.show_scale(self._works.scale)
        self._place_legend()
        self.update()

    def set_selection(self, indices: Iterable[int]) -> None:
        """Select these works; no signal."""
        self._works.selected[:] = False
        self._works.selected[list(indices)] = True
        self._tell_state()

    def set_tool(self, tool: Tool) -> None:
        """What dragging does: "pan" moves the plane, "lasso" and "rectangle" select."""
        if tool != self._gestures.tool:
            self._gestures.tool = tool
            self._show_cursor()
            self.tool_changed.emit(tool)

    def click(self, place: QPointF, adds: bool) -> None:
        """Select what is there, or nothing. adds: to what is selected, or take it out."""
        index = self.work_at(place)
        chosen = np.zeros(self.count, np.bool_)
        if index is not None:
            chosen[index] = True
        self._select(self._works.selected ^ chosen if adds else chosen)

    def select_inside(self, shape: SelectionShape, adds: bool) -> None:
        """Select the works whose middles lie in a shape. adds: to what is selected."""
        chosen = inside(self.camera.places(self._works.points), shape.polygon())
        self._select(self._works.selected | chosen if adds else chosen)

    @Slot()
    def select_all(self) -> None:
        """Select every work."""
        self._select(np.ones(self.count, np.bool_))

    def clear_selection(self) -> bool:
        """Select nothing; whether anything was selected."""
        was_any = bool(self._works.selected.any())
        self._select(np.zeros(self.count, np.bool_))
        return was_any

    def open_at(self, place: QPointF | None) -> None:
        """Open what is there; without a place, the work where the keys are, or the only one that is selected."""
        selection = self.selection
        alone = selection[0] if len(selection) == 1 else None
        index = self.work_at(place) if place is not None else alone if self._current is None else self._current
        if index is not None:
            self.opened.emit(index)

    def go(self, dx: int, dy: int) -> None:
        """To the next work in a direction, at first to the one in the middle; it is selected and brought into sight."""
        if not self.count:
            return
        if self._current is None:
            far = ((self._works.points - (self.camera.view.x, self.camera.view.y)) ** 2).sum(1)
            found: int | None = int(far.argmin())
        else:
            found = self._works.nearest_in_direction(self._current, dx, dy)
        if found is not None:
            self._show_work(found)

    def work_at(self, place: QPointF) -> int | None:
        """The work at a place, px of the map: the topmost thumbnail, else the nearest dot that is near enough."""
        ratio = self.devicePixelRatioF()
        pointer = (place.x() * ratio, place.y() * ratio)
        return self._painter.work_at(pointer, self._works.points, self.camera.view, _REACH * ratio)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._gestures.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._gestures.move(event)
        self._show_cursor()
        is_idle = not self._gestures.is_dragging and not event.buttons()
        self._set_current(self.work_at(event.position()) if is_idle else None, event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._gestures.release(event)
        self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.open_at(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        self._set_current(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._gestures.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._gestures.key(event):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        factor = pinch_zoom(event) if isinstance(event, QNativeGestureEvent) else None
        if isinstance(event, QNativeGestureEvent) and factor is not None:
            self.camera.zoom_by(factor, event.position())
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._follow_size()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._follow_size()

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio, works, view = self.devicePixelRatioF(), self._works, self.camera.view
        self._follow_theme()
        scene = MapScene(
            points=works.points,
            view=view,
            colors=works.color_numbers,
            palette=self._palette[1],
            selected=works.selected,
            ground=color("canvas"),
            ratio=ratio,
            current=self._current,
        )
        painter = QPainter(self)
        painter.scale(1 / ratio, 1 / ratio)
        self._painter.paint(painter, scene)
        if self._current is not None:
            edge, index = view.edge(self.count), np.array([self._current])
            half = self._painter.half_sizes(index, edge)[0] if edge else (_REACH, _REACH)
            paint_outline(painter, view.places(works.points[index])[0], half)
        painter.scale(ratio, ratio)
        if not works.titles:
            painter.setPen(color("text"))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.tr("No pictures yet"))
        taken = [QRectF(self.legend.geometry())] if self.legend.isVisible() else []
        paint_names(painter, works, view, self.font(), self.rect(), ratio, taken)
        if self._gestures.shape is not None:
            self._gestures.shape.paint(painter, color("accent"))
        if self.hasFocus():
            paint_focus(painter, self.rect())
        painter.end()

    def _follow_theme(self) -> None:
        name = theme_name()
        if self._palette[0] != name:
            self._palette = (name, [*self._works.scale.colors(name), color("accent")])
            self._store.set_colors(self._palette[1])

    def _follow_size(self) -> None:
        ratio = self.devicePixelRatioF()
        width, height = round(self.width() * ratio), round(self.height() * ratio)
        self._store.set_screen(width, height)
        self.camera.resize(width, height, ratio)
        self._place_legend()

    def _place_legend(self) -> None:
        self.legend.move(self.width() - self.legend.width() - GRID, self.height() - self.legend.height() - GRID)

    @Slot()
    def _leave(self) -> None:
        self._set_current(None)

    @Slot(object)
    def _move_works(self, points: Points) -> None:
        self._works.points = points
        self.camera.follow(points)
        self.update()

    def _select(self, chosen: NDArray[np.bool_]) -> None:
        if (chosen != self._works.selected).any():
            self._works.selected = chosen
            self._tell_state()
            self.selection_changed.emit(self.selection)

    def _tell_state(self) -> None:
        chosen = int(self._works.selected.sum())
        state = self.tr("{count} works, {chosen} selected").format(count=f"{self.count:,}", chosen=f"{chosen:,}")
        title = "" if self._current is None else f"; {self._works.titles[self._current]}"
        self.setAccessibleDescription(state + title)
        self.update()

    def _show_work(self, index: int) -> None:
        point = self._works.points[index]
        self.camera.bring_into_sight(point, _SIGHT_MARGIN)
        chosen = np.zeros(self.count, np.bool_)
        chosen[index] = True
        self._set_current(index, self.camera.place_of(point))
        self._select(chosen)
        self._tell_state()

    def _set_current(self, index: int | None, place: QPointF | None = None) -> None:
        if index is None:
            self._card.hide()
        elif place is not None:
            self._card.show_work(self._works.titles[index], self._larger(index), place.toPoint())
        if index != self._current:
            self._current = index
            self.update()

    def _larger(self, index: int) -> QPixmap | None:
        """The thumbnail for the card, where that on the map is small."""
        is_small = self.camera.view.edge(self.count) / self.devicePixelRatioF() < _CARD_EDGE
        return self._store.best(index) if is_small else None

    @Slot()
    def _take_thumbnails(self) -> None:
        if self._current is not None and self._card.isVisible():
            self._card.show_picture(self._larger(self._current))
        self.update()

    def _show_cursor(self) -> None:
        if self._gestures.is_dragging and self._gestures.shape is None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._gestures.shape is not None or self.tool != "pan":
            self.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self.unsetCursor()
