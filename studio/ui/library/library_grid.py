"""LibraryGrid: the pictures of the library as tiles, by mouse and keyboard, of which many can be selected."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from studio.ui.library.library_delegate import TILE_WIDTH, LibraryDelegate
from studio.ui.library.library_entries import LibraryEntries
from studio.ui.library.library_model import ROW_ROLE, LibraryModel
from studio.ui.library.questions import Found


class LibraryGrid(QListView):
    """Enter or a double click uses what is selected as the style, Shift+Enter mixes it in.

    Signals: selection_changed(); used(), mixed_in(), what is selected; menu_requested(global position).
    """

    selection_changed = Signal()
    used = Signal()
    mixed_in = Signal()
    menu_requested = Signal(QPoint)

    def __init__(self, model: LibraryModel, entries: LibraryEntries, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._shown: tuple[object, ...] = ()
        self.setModel(model)
        self.delegate = LibraryDelegate(entries, self)
        self.setItemDelegate(self.delegate)
        # List mode that wraps: icon mode keeps a tree of rectangles and needs seconds for 10,000 items.
        self.setViewMode(QListView.ViewMode.ListMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # the columns must not jump
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Pictures of the library"))
        self.setAccessibleDescription(self.tr("Enter uses the selected picture as the style, Shift+Enter mixes it in."))
        self._share_room()
        self.doubleClicked.connect(self.used)
        entries.arrived.connect(self.viewport().update)  # many arrivals, one paint

    @property
    def selected_rows(self) -> list[int]:
        """Rows of the index that are selected, in the order in which they are shown."""
        selection = self.selectionModel().selection()
        parts = [selection.at(number) for number in range(selection.count())]
        places = sorted(place for part in parts for place in range(part.top(), part.bottom() + 1))
        return self._model.rows[places].tolist() if places else []

    def show_found(self, found: Found) -> None:
        """Show another answer; what is selected stays, and as long as the question is the same, so does the place."""
        before, current = self.selected_rows, self.currentIndex()
        current_row = self._model.data(current, ROW_ROLE) if current.isValid() else None
        is_same = _what(found) == self._shown
        self._shown = _what(found)
        place = self.verticalScrollBar().value() if is_same else 0
        self._choose_notes(found)
        if not self._model.show_found(found):
            self.viewport().update()
            self.verticalScrollBar().setValue(place)
            return
        with_selection = QItemSelection()
        for first, last in _runs(self._model.places_of(before)):
            with_selection.select(self._model.index(first), self._model.index(last))
        self.selectionModel().select(with_selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if isinstance(current_row, int) and (places := self._model.places_of([current_row])):
            self.selectionModel().setCurrentIndex(
                self._model.index(places[0]), QItemSelectionModel.SelectionFlag.NoUpdate
            )
        self.verticalScrollBar().setValue(place)
        self.selection_changed.emit()

    def set_labels_shown(self, are_shown: bool) -> None:
        """Have a line for what a classifier said."""
        if are_shown != self.delegate.has_labels:
            self.delegate.has_labels = are_shown
            self._share_room()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.selection_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selected_rows:
            is_mix = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            (self.mixed_in if is_mix else self.used).emit()
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Typing is left to the search field: titles are not read before they are in sight."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        is_keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if is_keyboard else self.indexAt(event.pos())
        if index.isValid():
            place = self.visualRect(index).center() if is_keyboard else event.pos()
            self.menu_requested.emit(self.viewport().mapToGlobal(place))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._share_room()
        super().resizeEvent(event)

    @Slot()
    def _share_room(self) -> None:
        """Spare width is shared out among the columns."""
        width = self.viewport().width() - 1  # Qt wraps a row that fills the width to the last pixel
        columns = max(1, width // TILE_WIDTH)
        height = self.delegate.tile_height
        self.setGridSize(QSize(width // columns, height))
        self.verticalScrollBar().setSingleStep(height // 4)

    def _choose_notes(self, found: Found) -> None:
        has_notes = bool(found.hits or found.copies)
        if has_notes != self.delegate.has_notes:
            self.delegate.has_notes = has_notes
            self._share_room()


def _what(found: Found) -> tuple[object, ...]:
    """What is looked at: as long as it is the same, so is the place."""
    question = found.question
    return question.kind, question.words, question.sort, question.query, question.folders


def _runs(places: list[int]) -> list[tuple[int, int]]:
    """Neighbours put together: (first, last) of each."""
    if not places:
        return []
    ends = np.flatnonzero(np.diff(places) != 1)
    firsts = [places[0], *(places[end + 1] for end in ends)]
    lasts = [*(places[end] for end in ends), places[-1]]
    return list(zip(firsts, lasts, strict=True))
