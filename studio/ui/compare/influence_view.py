"""InfluenceView: dated works in time, each with the earlier ones most alike in style, and what that does not mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPushButton, QSlider, QSpinBox, QVBoxLayout, QWidget

from studio.core.errors import StudioError
from studio.core.library.influence import (
    AT_LEAST,
    NEAREST,
    NOTE,
    InfluenceGraph,
    TimeLayout,
    influence_graph,
    lay_out,
)
from studio.core.library.library_index import LibraryIndex
from studio.ui.compare.time_view import TimeView, about
from studio.ui.images.picture_pyramid import qimage
from studio.ui.theme.theme import GRID, set_role
from studio.ui.threads.task_pool import TaskPool
from studio.ui.widgets.form_row import form_row
from studio.ui.widgets.plain_text import PlainLabel

MOST_NEAREST = 10
MOST_WORKS = 2000  # thumbnails that are held; of more works, the graph is drawn of the first by path


@dataclass(frozen=True, eq=False)
class ShownGraph:
    """A graph, where its works are drawn, and a thumbnail of each. left_out: how many dated works are too many."""

    graph: InfluenceGraph
    layout: TimeLayout
    images: tuple[QImage, ...]
    left_out: int = 0


MakeGraph = Callable[[int, float], ShownGraph]
"""A graph of so many earlier works per work, none less alike than that. Called off the GUI thread."""


class InfluenceView(QWidget):
    """Shows what `make_graph` makes, which is asked again when a setting changes.

    Signals: style_asked(Path), paint in the style of a work; compare_asked(Path, Path), a work and the nearest earlier
    one. A double click, or Enter, compares.
    """

    style_asked = Signal(object)
    compare_asked = Signal(object, object)

    def __init__(self, make_graph: MakeGraph, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make_graph = make_graph
        self._graph = InfluenceGraph((), (), 0)
        self._left_out = 0
        self._round = 0
        self._tasks = TaskPool(1, self)
        self.time = TimeView()
        self.nearest = QSpinBox()
        self.at_least = QSlider(Qt.Orientation.Horizontal)
        self.limit = PlainLabel()
        self.fit = QPushButton(self.tr("Show all"))
        self.use = QPushButton(self.tr("Use as style"))
        self.compare = QPushButton(self.tr("Compare with the nearest earlier work"))
        self.status = PlainLabel()
        drawn = self.tr("A dashed line: the times overlap. At //, years without works are left out.")
        self.note = PlainLabel(" ".join((NOTE, drawn)))
        self._set_up()
        self._arrange()
        self._connect()
        self._show_limit()

    @Slot()
    def refresh(self) -> None:
        """Ask for the graph again, as with other works."""
        self._round += 1
        make, nearest, least = self._make_graph, self.nearest.value(), self.at_least.value() / 100
        self.status.setText(self.tr("Looking…"))
        self._tasks.forget()
        self._tasks.submit(self._round, lambda: make(nearest, least))

    @Slot(object, object)
    def _take(self, number: int, shown: ShownGraph) -> None:
        if number == self._round:
            self._graph, self._left_out = shown.graph, shown.left_out
            self.time.show_graph(shown.graph, shown.layout, shown.images)
            self._tell(-1)

    @Slot(object, object)
    def _refuse(self, number: int, error: StudioError) -> None:
        if number == self._round:
            self.status.setText(str(error))

    @Slot(int)
    def _tell(self, work: int) -> None:
        graph = self._graph
        self.use.setEnabled(work >= 0)
        self.compare.setEnabled(work >= 0 and self._nearest_to(work) is not None)
        if work >= 0:
            lines = [about(graph.works[work])]
            before = [edge for edge in graph.edges_of(work) if edge.later == work]
            lines += [f"{edge.similarity:.2f}  {about(graph.works[edge.earlier])}" for edge in before[:3]]
            self.status.setText("\n".join(lines))
            return
        if not graph.works:
            self.status.setText(
                self.tr("No picture here has a date. Years are read from a MANIFEST.tsv or from cards.")
            )
            return
        sentences = [self.tr("Dated works: {:,}; lines between them: {:,}.").format(len(graph.works), len(graph.edges))]
        if graph.undated:
            sentences.append(self.tr("Left out without a date: {:,}.").format(graph.undated))
        if self._left_out:
            text = self.tr("Left out, because no more than {:,} works are drawn: {:,}.")
            sentences.append(text.format(MOST_WORKS, self._left_out))
        self.status.setText(" ".join(sentences))

    def _nearest_to(self, work: int) -> int | None:
        before = [edge for edge in self._graph.edges_of(work) if edge.later == work]
        return before[0].earlier if before else None

    @Slot()
    def _compare(self) -> None:
        work = self.time.chosen
        nearest = self._nearest_to(work) if work >= 0 else None
        if nearest is not None:
            self.compare_asked.emit(self._path(work), self._path(nearest))

    @Slot()
    def _use(self) -> None:
        if self.time.chosen >= 0:
            self.style_asked.emit(self._path(self.time.chosen))

    def _path(self, work: int) -> Path:
        return self._graph.works[work].picture.path

    @Slot()
    def _show_limit(self) -> None:
        self.limit.setText(f"{self.at_least.value() / 100:.2f}")

    def _set_up(self) -> None:
        self.nearest.setRange(1, MOST_NEAREST)
        self.nearest.setValue(NEAREST)
        self.nearest.setAccessibleName(self.tr("Earlier works per work"))
        self.at_least.setRange(0, 100)
        self.at_least.setValue(round(100 * AT_LEAST))
        self.at_least.setFixedWidth(140)
        self.at_least.setAccessibleName(self.tr("How alike works are at least"))
        self.at_least.setTracking(False)
        self.status.setWordWrap(True)
        self.note.setWordWrap(True)
        set_role(self.note, "caption")
        for button in (self.fit, self.use, self.compare):
            button.setAutoDefault(False)
        self.use.setEnabled(False)
        self.compare.setEnabled(False)

    def _connect(self) -> None:
        self._tasks.finished.connect(self._take)
        self._tasks.failed.connect(self._refuse)
        self.time.chosen_changed.connect(self._tell)
        self.time.opened.connect(self._compare)
        self.use.clicked.connect(self._use)
        self.nearest.valueChanged.connect(self.refresh)
        self.at_least.valueChanged.connect(self.refresh)
        self.at_least.valueChanged.connect(self._show_limit)
        self.fit.clicked.connect(self.time.fit)
        self.compare.clicked.connect(self._compare)

    def _arrange(self) -> None:
        nearest, least = PlainLabel(self.tr("Earlier works per work")), PlainLabel(self.tr("At least alike"))
        nearest.setBuddy(self.nearest)
        least.setBuddy(self.at_least)
        box = QVBoxLayout(self)
        box.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        box.setSpacing(GRID)
        row = (nearest, self.nearest, least, self.at_least, self.limit, None, self.fit, self.use, self.compare)
        box.addWidget(form_row(*row, spacing=GRID))
        box.addWidget(self.note)
        box.addWidget(self.time, 1)
        box.addWidget(self.status)


def graph_of_folder(index_folder: Path | None, folder: Path | None) -> MakeGraph:
    """Reads the library. index_folder: where its index lies, None for the user's. folder: of pictures, None for all."""

    def make(nearest: int, at_least: float) -> ShownGraph:
        with LibraryIndex(index_folder) as index:
            rows = index.rows(folder)
            dated = [one for one in index.pictures(rows) if one.facts.years is not None]
            undated = len(rows) - len(dated)
            shown = dated[:MOST_WORKS]
            vectors = index.vectors("style", np.array([one.row for one in shown], np.int64))
            graph = influence_graph(shown, vectors, nearest, at_least)
            images = tuple(_image(index.thumbnail(work.picture.row)) for work in graph.works)
        return ShownGraph(replace(graph, undated=undated), lay_out(graph), images, len(dated) - len(shown))

    return make


def _image(thumbnail: bytes) -> QImage:
    """A small WebP file as an image, a null one if it is none."""
    try:
        with Image.open(BytesIO(thumbnail), formats=["WEBP"]) as image:
            return qimage(np.asarray(image.convert("RGB")))
    except (OSError, ValueError):
        return QImage()
