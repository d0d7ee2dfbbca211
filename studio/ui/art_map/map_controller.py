"""MapController: brings an index onto the map: by PCA at once, by UMAP when that is there, in colours of facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot
from PySide6.QtGui import QImage

from studio.core.displayable import displayable, shortened
from studio.core.errors import StudioError
from studio.core.library.facts import Facts
from studio.core.library.library_index import IndexedPicture
from studio.core.library.umap_plane import FEWEST
from studio.jobs.layout.layout_process import LayoutProcess, LayoutStopped
from studio.ui.art_map.art_map import ArtMap
from studio.ui.art_map.library_reader import LibraryPlane, LibraryReader
from studio.ui.threads.serial_executor import SerialExecutor

Layout = Literal["pca", "umap"]
Coloring = Literal["group", "artist", "year", "period", "label"]
_LONGEST_LABEL = 40  # characters
State = Literal["empty", "reading", "idle", "computing"]

VALUES: Mapping[Coloring, Callable[[Facts], str | float | None]] = {
    "artist": lambda facts: facts.known_author or None,
    "year": lambda facts: facts.year_number,
    "period": lambda facts: facts.period or None,
}


class _Read:
    """A library and what is said of its works: for ten thousand it takes longer than the window should wait."""

    def __init__(self, library: LibraryPlane, go_on: Callable[[], None]) -> None:
        self.library = library
        self.titles = []
        for picture in library.pictures:
            go_on()
            self.titles.append(text_of(picture, library.labels.get(picture.row, ())))
        self.paths = [str(picture.path) for picture in library.pictures]


class MapController(QObject):
    """Shows an index on an ArtMap; reading and computing are done on other threads and in a process.

    pictures: of the index, in the order of the map's numbers. layout: what is wanted; shown_layout: what is on the map.
    Signals: works_changed(), others are shown; state_changed(), of `state`, `layout`, `shown_layout` or `problem`;
    failed(StudioError), the index cannot be read.
    """

    works_changed = Signal()
    state_changed = Signal()
    failed = Signal(object)

    def __init__(self, art_map: ArtMap, index_folder: Path | None = None, parent: QObject | None = None) -> None:
        """index_folder: None for the user's own."""
        super().__init__(parent)
        self._map = art_map
        self._reader = LibraryReader(index_folder)
        self._reading = SerialExecutor("studio-map-reader", self)
        self._laying_out = SerialExecutor("studio-map-layout", self)
        self._process: LayoutProcess | None = None
        self._library: LibraryPlane | None = None
        self._paths: frozenset[str] = frozenset()  # of its pictures
        self._umap: NDArray[np.float32] | None = None
        self._wanted: Callable[[], LibraryPlane] | None = None  # what is read next, when what is being read is shown
        self.layout: Layout = "pca"
        self.coloring: Coloring = "group"
        self._model = ""  # the classifier whose labels are wanted
        self.state: State = "empty"
        self.problem = ""  # why the wanted layout is not shown

    @property
    def pictures(self) -> tuple[IndexedPicture, ...]:
        """What the map shows."""
        return self._library.pictures if self._library is not None else ()

    @property
    def shown_layout(self) -> Layout:
        """By what the works lie where they lie."""
        return "umap" if self.layout == "umap" and self._umap is not None else "pca"

    @property
    def selected(self) -> list[IndexedPicture]:
        """The selected works."""
        return [self.pictures[index] for index in self._map.selection]

    def show(self, under: Path | None = None, rows: Sequence[int] | None = None) -> None:
        """Show what lies below a folder, or in these rows of the index, or all of it.

        Works that were selected and are still there stay selected.
        """
        self._stop_process()
        self._wanted = partial(self._reader.plane, under, None if rows is None else list(rows))
        if self.state != "reading":
            self._read()

    def set_layout(self, layout: Layout) -> None:
        """Lay the works out by PCA, at once, or by UMAP: at once where it is known, else when it is computed."""
        if layout != self.layout:
            self.layout = layout
            self._lay_out()

    def set_coloring(self, coloring: Coloring) -> None:
        """Colour frames by what is known of works, or by their groups."""
        self.coloring = coloring
        self._color()

    def show_labels(self, model: str) -> None:
        """Show what classifiers say by now, this one's where there is a choice."""
        self._model = model
        if self.pictures:
            self.show(rows=[picture.row for picture in self.pictures])

    @Slot()
    def cancel(self) -> None:
        """Stop computing UMAP and stay with PCA."""
        if self._process is not None:
            self._stop_process()
            self.layout = "pca"
            self._set_state("idle")

    def close(self) -> None:
        """End all threads, at the next step of what they do, and the process; idempotent."""
        self._wanted = None
        self._reader.stop()
        self._stop_process()
        self._laying_out.close()
        self._reading.close()
        self._reader.close()

    def _read(self) -> None:
        """While a folder is indexed, more is asked for again and again: some questions are left out, no answer is."""
        if self._wanted is not None:
            work, self._wanted = self._wanted, None
            self._set_state("reading")
            self._reading.submit(lambda: _Read(work(), self._reader.go_on), self._take_library, self._give_up)

    def _take_library(self, read: _Read) -> None:
        library = read.library
        selected = {str(picture.path) for picture in self.selected}
        view, are_alike = self._map.camera.view, 2 * len(self._paths.intersection(read.paths)) > len(read.paths)
        keeps_view = are_alike and not self._map.camera.is_fitted
        self._library, self._umap, self._paths = library, library.umap, frozenset(read.paths)
        rows = [picture.row for picture in library.pictures]
        wants_umap = self.layout == "umap" and library.umap is not None
        places = library.umap if wants_umap and library.umap is not None else library.plane.places
        names = [group.name for group in library.plane.groups]
        self._map.show_works(places, thumbnails_of(self._reader, rows), read.titles, library.plane.group, names)
        if keeps_view:  # the same works and some more, while a folder is being looked at
            self._map.camera.restore(view)
        self._map.set_selection([number for number, path in enumerate(read.paths) if path in selected])
        self._color()
        self._set_state("idle")
        self.works_changed.emit()
        if self._wanted is not None:
            self._read()
        else:
            self._lay_out()

    def _give_up(self, error: StudioError) -> None:
        self._set_state("idle" if self.pictures else "empty")
        self.failed.emit(error)
        self._read()

    def _lay_out(self) -> None:
        """Bring the works to where the wanted layout has them, or have that computed."""
        self._stop_process()
        library = self._library
        if library is None or self.state == "reading":
            self.state_changed.emit()
            return
        if self.layout == "umap" and self._umap is None:
            if len(library.pictures) < FEWEST:
                few = self.tr("What is alike is only seen among {fewest} pictures or more.")
                self._set_state("idle", few.format(fewest=FEWEST))
                return
            self._process = LayoutProcess()
            self._set_state("computing")
            self._laying_out.submit(
                partial(_places_or_nothing, self._reader, library.vectors, self._process),
                partial(self._take_places, self._process),
                partial(self._do_without, self._process),
            )
            return
        places = self._umap if self.layout == "umap" and self._umap is not None else library.plane.places
        if places is not self._map.points:
            self._map.move_to(places)
        self._set_state("idle")

    def _take_places(self, process: LayoutProcess, places: NDArray[np.float32] | None) -> None:
        if process is self._process and places is not None:
            self._process = None
            self._umap = places
            self._map.move_to(places)
            self._set_state("idle")

    def _do_without(self, process: LayoutProcess, error: StudioError) -> None:
        if process is self._process:
            self._process = None
            self._set_state("idle", " ".join((error.message, error.remedy)).strip())

    def _stop_process(self) -> None:
        if self._process is not None:
            self._process.stop()
            self._process = None

    def _color(self) -> None:
        if self._library is None:
            return
        if self.coloring == "group":
            self._map.set_colors_by(None)
            return
        titles = {"artist": self.tr("Artist"), "year": self.tr("Year"), "period": self.tr("Period")}
        if self.coloring == "label":
            said = [label_among(self._library.labels.get(picture.row, ()), self._model) for picture in self.pictures]
            has_labels = any(label is not None for label in said)
            title = self.tr("Label (not an attribution)") if has_labels else self.tr("No labels yet")
            names = [None if label is None else shortened(displayable(label[1]), _LONGEST_LABEL) for label in said]
            self._map.set_colors_by(names, title)
            return
        value = VALUES[self.coloring]
        self._map.set_colors_by([value(picture.facts) for picture in self.pictures], titles[self.coloring])

    def _set_state(self, state: State, problem: str = "") -> None:
        self.state, self.problem = state, problem
        self.state_changed.emit()


def thumbnails_of(reader: LibraryReader, rows: Sequence[int]) -> Callable[[int], QImage | None]:
    """The thumbnail of the work with a number, for `ArtMap.show_works`."""
    return lambda index: reader.thumbnail(rows[index])


def label_among(labels: Sequence[tuple[str, str, float]], model: str) -> tuple[str, str, float] | None:
    """Model, label and certainty: of this classifier, or else of the first that says anything."""
    return next((label for label in labels if label[0] == model), labels[0] if labels else None)


def text_of(picture: IndexedPicture, labels: Sequence[tuple[str, str, float]] = ()) -> str:
    """What is said of a work under the pointer: its title, who and when, what it is, what classifiers said."""
    facts = picture.facts
    author = facts.known_author or (QCoreApplication.translate("MapController", "artist unknown"))
    year = facts.year or QCoreApplication.translate("MapController", "year unknown")
    unknown = QCoreApplication.translate("MapController", "unknown")
    said = QCoreApplication.translate("MapController", "{}: {}, {:.2f}; not an attribution")
    lines = [said.format(displayable(model), displayable(label) or unknown, sure) for model, label, sure in labels]
    return "\n".join(filter(None, (facts.title or picture.path.name, f"{author}, {year}", facts.medium, *lines)))


def _places_or_nothing(
    reader: LibraryReader, vectors: NDArray[np.float32], process: LayoutProcess
) -> NDArray[np.float32] | None:
    try:
        return reader.lay_out(vectors, process)
    except LayoutStopped:
        return None
