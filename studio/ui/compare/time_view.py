"""TimeView: works along a time axis, with lines to the earlier ones they are like; to be zoomed and moved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.core.library.influence import DatedWork, Edge, InfluenceGraph, TimeLayout
from studio.ui.compare.edge_layer import EdgeLayer
from studio.ui.theme.theme import GRID, color

_AXIS = 28  # px
_LARGEST, _LEAST, _MOST = 140.0, 6.0, 600.0  # px of a thumbnail: at first at most, and by zooming
_STEP = 1.25  # of a zoom by keys
_REST = 150  # ms after the last zoom, before many lines are drawn sharp again
_CLICK = 4  # px that a click may move


class TimeView(QWidget):
    """Draws a graph of works in time. A click or the arrow keys choose a work, whose lines then stand out.

    chosen: number of the chosen work, -1 for none. Signals: chosen_changed(int); opened(int), a double click or Enter.
    """

    chosen_changed = Signal(int)
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chosen = -1
        self._graph = InfluenceGraph((), (), 0)
        self._layout = TimeLayout(np.zeros((0, 2), np.float32), (), ())
        self._edges = EdgeLayer(self._graph, self._layout)
        self._sharpening = QTimer(self, singleShot=True, interval=_REST)
        self._sharpening.timeout.connect(self._sharpen)
        self._images: Sequence[QImage] = ()
        self._unit = 100.0  # px of a thumbnail
        self._origin = QPointF()
        self._is_fitted = True
        self._pressed: QPointF | None = None
        self._moved = 0.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 200)
        self.setAccessibleName(self.tr("Works in time"))

    def sizeHint(self) -> QSize:
        return QSize(900, 500)

    def show_graph(self, graph: InfluenceGraph, layout: TimeLayout, images: Sequence[QImage]) -> None:
        """Show other works. layout: of this graph. images: a thumbnail of each, a null one where there is none."""
        self._graph, self._layout, self._images = graph, layout, images
        self._edges = EdgeLayer(graph, layout)
        self.choose(-1)
        self.fit()

    @Slot()
    def fit(self) -> None:
        """Show all works."""
        self._is_fitted = True
        places = self._layout.places
        if len(places):
            low, high = places.min(0), places.max(0)
            wide, tall = (high - low + 1.4).tolist()
            room = max(1, self.height() - _AXIS)
            self._unit = min(_LARGEST, max(1.0, self.width() / wide), max(1.0, room / tall))
            middle = ((low + high) / 2).tolist()
            self._origin = QPointF(self.width() / 2 - middle[0] * self._unit, room / 2 - middle[1] * self._unit)
        self.update()

    def zoom(self, factor: float, around: QPointF) -> None:
        """Enlarge around a place."""
        unit = min(_MOST, max(_LEAST, self._unit * factor))
        self._origin = around + (self._origin - around) * (unit / self._unit)
        self._unit = unit
        self._is_fitted = False
        self.update()

    def choose(self, work: int) -> None:
        """Choose a work, -1 for none."""
        if work == self.chosen:
            return
        self.chosen = work
        self.setAccessibleDescription(about(self._graph.works[work]) if work >= 0 else "")
        self.chosen_changed.emit(work)
        self.update()

    def frame(self, work: int) -> QRectF:
        """Where the thumbnail of a work is drawn."""
        x, y = self._layout.places[work].tolist()
        image = self._images[work]
        long = max(image.width(), image.height())
        wide, tall = (image.width() / long, image.height() / long) if long else (1.0, 0.75)
        frame = QRectF(0, 0, wide * self._unit, tall * self._unit)
        frame.moveCenter(self._origin + QPointF(x, y) * self._unit)
        return frame

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), color("canvas"))
        room = QRectF(self.rect())
        if not self._edges.paint(painter, room, self._origin, self._unit, self.chosen):
            self._sharpening.start()
        near = {part for edge in self._graph.edges if self._is_of_chosen(edge) for part in (edge.later, edge.earlier)}
        for work in range(len(self._graph.works)):
            frame = self.frame(work)
            if not room.intersects(frame):
                continue
            if work == self.chosen or work in near:
                rim = 4 if work == self.chosen else 2
                painter.fillRect(frame.adjusted(-rim, -rim, rim, rim), color("accent"))
            painter.fillRect(frame, color("raised"))
            if not self._images[work].isNull():
                painter.drawImage(frame, self._images[work])
        self._paint_axis(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(2 ** (event.angleDelta().y() / 360), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed, self._moved = event.position(), 0.0

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        step = event.position() - self._pressed
        self._moved += step.manhattanLength()
        if self._moved > _CLICK:
            self._origin += step
            self._is_fitted = False
            self._pressed = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and self._moved <= _CLICK:
            self.choose(self._work_at(event.position()))
        self._pressed = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        work = self._work_at(event.position())
        if work >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(work)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        middle = QPointF(self.width() / 2, self.height() / 2)
        count = len(self._graph.works)
        match event.key():
            case Qt.Key.Key_Right | Qt.Key.Key_Down if count:
                self._go_to(min(self.chosen + 1, count - 1))
            case Qt.Key.Key_Left | Qt.Key.Key_Up if count:
                self._go_to(max(self.chosen - 1, 0))
            case Qt.Key.Key_Home if count:
                self._go_to(0)
            case Qt.Key.Key_End if count:
                self._go_to(count - 1)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(_STEP, middle)
            case Qt.Key.Key_Minus:
                self.zoom(1 / _STEP, middle)
            case Qt.Key.Key_F:
                self.fit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self.chosen >= 0:
                self.opened.emit(self.chosen)
            case _:
                super().keyPressEvent(event)

    def _go_to(self, work: int) -> None:
        self.choose(work)
        frame, room = self.frame(work), QRectF(self.rect()).adjusted(GRID, GRID, -GRID, -_AXIS)
        if not room.contains(frame):
            self._origin += room.center() - frame.center()
            self._is_fitted = False
        self.update()

    def _is_of_chosen(self, edge: Edge) -> bool:
        return self.chosen >= 0 and self.chosen in (edge.later, edge.earlier)

    def _work_at(self, place: QPointF) -> int:
        works = reversed(range(len(self._graph.works)))
        return next((work for work in works if self.frame(work).contains(place)), -1)

    @Slot()
    def _sharpen(self) -> None:
        self._edges.redraw()
        self.update()

    def _paint_axis(self, painter: QPainter) -> None:
        axis = QRectF(0, self.height() - _AXIS, self.width(), _AXIS)
        painter.fillRect(axis, color("panel"))
        painter.setPen(color("text"))
        last = -1e9
        for x, label in self._layout.ticks:
            left = self._origin.x() + x * self._unit
            if left - last >= painter.fontMetrics().horizontalAdvance(label) + 2 * GRID:
                where = QRectF(left - 40, axis.top(), 80, axis.height())
                painter.drawText(where, Qt.AlignmentFlag.AlignCenter, label)
                last = left
        painter.setPen(color("muted"))
        for x in self._layout.breaks:
            left = self._origin.x() + x * self._unit
            painter.drawText(QRectF(left - 20, axis.top(), 40, axis.height()), Qt.AlignmentFlag.AlignCenter, "//")
        if self.hasFocus():
            painter.setPen(QPen(color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))


def about(work: DatedWork) -> str:
    """Title, author and year of a work, as far as they are known."""
    facts = work.picture.facts
    return ", ".join(filter(None, (facts.title or work.picture.path.name, facts.known_author, facts.year)))
